"""Limits of a plan that no arrangement of land can keep, whatever the land is like: found before any map is counted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tanheng.language import listed, name_of, tr
from tanheng.study import Plan


def limits_that_conflict(plan: Plan, classes: Sequence[str]) -> Iterator[str]:
    """What is wrong with limits of the region that are shares of today's area.

    A class that is fixed keeps its area, one that may not spread keeps at most that, and the areas of all classes add up to
    the region's.

    Examples
    --------
    >>> from tanheng.study.plan import PlanLimit
    >>> plan = Plan(limits=[PlanLimit.model_validate({"class": "water", "at_least": 1.2})])
    >>> [str(text) for text in limits_that_conflict(plan, ["forest", "water"])]
    ["plan.limits: water is asked to have 120 % of today's area, and 'fixed' keeps it as it is"]
    """
    ranges = {name: _range(plan, name) for name in classes}
    for name, (low, high) in ranges.items():
        if name in plan.fixed and (low > 1 or high < 1):
            yield tr(
                "plan.limits: {land_class} is asked to have {share:g} % of today's area, and 'fixed' keeps it as it is",
                land_class=name_of(name),
                share=100 * (low if low > 1 else high),
            )
        elif name in plan.no_new and low > 1:
            yield tr(
                "plan.limits: {land_class} is asked to grow to {share:g} % of today's area, and 'no_new' lets no land become it",
                land_class=name_of(name),
                share=100 * low,
            )
    most = {name: 1.0 if name in plan.fixed or name in plan.no_new else high for name, (_, high) in ranges.items()}
    least = {name: 1.0 if name in plan.fixed else low for name, (low, _) in ranges.items()}
    shrinking = [name for name, (_, high) in ranges.items() if high < 1 and name not in plan.fixed]
    growing = [name for name, (low, _) in ranges.items() if low > 1 and name not in plan.fixed]
    if shrinking and max(most.values()) <= 1:
        yield tr(
            "plan.limits: {names} must shrink and no other class may grow, so that their land has nowhere to go; raise "
            "'at_most' of a class above 1",
            names=listed(map(name_of, shrinking)),
        )
    if growing and min(least.values()) >= 1:
        yield tr(
            "plan.limits: {names} must grow and no other class may shrink, so that there is no land for it; lower "
            "'at_least' of a class below 1",
            names=listed(map(name_of, growing)),
        )


def _range(plan: Plan, land_class: str) -> tuple[float, float]:
    """Range of the area of a class in the region, as a share of today's."""
    own = [item for item in plan.limits if item.land_class == land_class and item.zones is None]
    low = max((item.at_least for item in own if item.at_least is not None), default=0.0)
    return low, min((item.at_most for item in own if item.at_most is not None), default=math.inf)
