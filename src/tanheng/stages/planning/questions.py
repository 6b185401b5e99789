"""Figures of a plan that may be in another unit: a budget that buys nothing or everything, limits far from the area of today."""

from __future__ import annotations

from collections.abc import Iterator

from tanheng.inputs.plan import PlanInputs
from tanheng.language import name_of, tr
from tanheng.planning.problem import Flows, amount
from tanheng.stages.planning.problem import PlanLand, cost_term
from tanheng.units import HA_PER_KM2

#: Share of the region that a budget converts, and of a budget that a plan spends, below which its unit is asked about.
_HARDLY, _UNSPENT = 1e-5, 0.01

#: How many times today's area a limit in km2 may be, or its inverse.
_FAR = 10.0


def unit_questions(opened: PlanInputs, land: PlanLand, flows: Flows) -> tuple[str, ...]:
    """Questions about the budget and about limits in km2, once a plan is there."""
    return (*_of_limits(opened, land), *_of_budget(opened, land, flows))


def _of_limits(opened: PlanInputs, land: PlanLand) -> Iterator[str]:
    today = dict(zip(land.classes, land.area.sum(axis=0) / HA_PER_KM2, strict=True))
    for item in opened.plan.limits:
        own = today[item.land_class]
        low, high = item.at_least_km2, item.at_most_km2
        if item.zones is not None or own == 0:
            continue
        if low is not None and 0 < low < own / _FAR:
            yield _far(item.land_class, "at_least_km2", low, own)
        elif high is not None and high > _FAR * own:
            yield _far(item.land_class, "at_most_km2", high, own)


def _far(land_class: str, key: str, limit: float, today: float) -> str:
    return tr(
        "plan.limits: {key} = {limit:g} of {land_class}, which has {today:,.4g} km2 today; is it in km2, and not in 10^4 ha or of another region?",
        key=key,
        limit=limit,
        land_class=name_of(land_class),
        today=today,
    )


def _of_budget(opened: PlanInputs, land: PlanLand, flows: Flows) -> Iterator[str]:
    budget = opened.plan.budget
    if not budget:
        return
    cost = cost_term(opened, land)
    named = cost.per_ha[cost.per_ha > 0]
    if not named.size:
        return
    usual = float(named.mean()) * (1.0 if cost.factor is None else float(cost.factor.mean()))
    share = budget / (usual * float(land.area.sum()))
    spent = amount(cost, flows)
    if share < _HARDLY:
        yield tr(
            "plan.budget: {budget:,.6g} {currency} pays for change on about {share:.2g} % of the land; are the budget and the costs in one unit, "
            "the costs by hectare and the budget not in 10^4?",
            budget=budget,
            currency=opened.plan.currency,
            share=100.0 * share,
        )
    elif spent < _UNSPENT * budget:
        yield tr(
            "plan.budget: the plan spends {spent:,.4g} of {budget:,.6g} {currency}, so that the budget limits nothing; are the costs by hectare and "
            "in the unit of the budget?",
            spent=spent,
            budget=budget,
            currency=opened.plan.currency,
        )
