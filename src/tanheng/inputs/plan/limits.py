"""Limits of a plan that no arrangement of land can keep, whatever the land is like: found before any map is counted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tanheng.language import name_of, tr
from tanheng.study import Plan


def limits_that_conflict(plan: Plan, classes: Sequence[str]) -> Iterator[str]:
    """What is wrong with limits of the region that are shares of today's area, whatever the land is like.

    A class that is fixed loses no land, and one that may not spread gains none.

    Examples
    --------
    >>> from tanheng.study.plan import PlanLimit
    >>> plan = Plan(limits=[PlanLimit.model_validate({"class": "water", "at_least": 1.2})])
    >>> [str(text) for text in limits_that_conflict(plan, ["forest", "water"])]
    ["plan.limits: water is asked to have 120 % of today's area or more, and 'no_new' lets no land become it"]
    """
    for name in classes:
        low, high = _range(plan, name)
        if name in plan.fixed and high < 1:
            yield tr(
                "plan.limits: {land_class} is asked to have {share:g} % of today's area or less, and 'fixed' keeps its land",
                land_class=name_of(name),
                share=100 * high,
            )
        if name in plan.no_new and low > 1:
            yield tr(
                "plan.limits: {land_class} is asked to have {share:g} % of today's area or more, and 'no_new' lets no land become it",
                land_class=name_of(name),
                share=100 * low,
            )


def _range(plan: Plan, land_class: str) -> tuple[float, float]:
    """Range of the area of a class in the region, as a share of today's."""
    own = [item for item in plan.limits if item.land_class == land_class and item.zones is None]
    low = max((item.at_least for item in own if item.at_least is not None), default=0.0)
    return low, min((item.at_most for item in own if item.at_most is not None), default=math.inf)
