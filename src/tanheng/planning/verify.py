"""An independent check of a plan: it knows the problem and the flows, and nothing of how they were found."""

from __future__ import annotations

import math

import numpy as np

from tanheng.language import tr
from tanheng.planning.problem import Flows, PlanProblem, Values


def faults(problem: PlanProblem, flows: Flows, tolerance: float = 1e-6) -> list[str]:
    """What is wrong with a plan; nothing for one that keeps every rule to a relative `tolerance`.

    Areas are added up anew from the flows, and every permission, cap and limit is checked on them.

    Examples
    --------
    >>> from tanheng.planning.problem import Term, stock_gain
    >>> problem = PlanProblem(("a", "b"), np.array([[100.0, 0.0]]), (Term(stock_gain([1.0, 2.0])),), np.array([[1, 0], [1, 1]], bool))
    >>> faults(problem, Flows(np.array([0]), np.array([0]), np.array([1]), np.array([100.0])))
    ["100 ha go from 'a' to 'b', which is forbidden"]
    """
    cells, classes = problem.area.shape
    total = float(problem.area.sum())
    tiny = tolerance * total / cells
    broken = []
    if not np.isfinite(flows.area).all() or (flows.area < -tiny).any():
        return [tr("an area of the plan is negative or missing")]
    place = flows.cell * classes + flows.start
    apart: Values = (
        np.bincount(place, flows.area, cells * classes).astype(np.float64, copy=False).reshape(cells, classes)
    )
    apart -= problem.area
    worst = max(float(apart.max()), -float(apart.min()))
    if worst > tolerance * max(float(problem.area.max()), 1e-300):
        broken.append(
            tr("the areas of the plan do not sum to today's land: one cell differs by {worst:,.6g} ha", worst=worst)
        )
    moved = flows.start != flows.end
    broken += _forbidden(problem, flows, moved & (flows.area > tiny))
    per_cell = np.bincount(flows.cell[moved], flows.area[moved], cells)
    over = per_cell - problem.max_change * problem.area.sum(axis=1)
    if float(over.max()) > tiny:
        broken.append(
            tr(
                "{count} cells change by more than {percent:g} %",
                count=int((over > tiny).sum()),
                percent=100 * problem.max_change,
            )
        )
    if problem.whole:
        part = per_cell / np.where(problem.area.sum(axis=1) > 0, problem.area.sum(axis=1), 1.0)
        split = (part > tolerance) & (part < 1 - tolerance)
        if split.any():
            broken.append(tr("{count} cells change in part, but whole cells were asked for", count=int(split.sum())))
    return [*broken, *_limits(problem, flows, tolerance)]


def _forbidden(problem: PlanProblem, flows: Flows, real: np.ndarray) -> list[str]:
    broken = []
    cell, start, end, area = flows.cell[real], flows.start[real], flows.end[real], flows.area[real]
    names = problem.classes
    for one, other in np.argwhere(
        np.bincount(start * len(names) + end, minlength=len(names) ** 2).reshape(-1, len(names))
    ):
        if not problem.allowed[one, other]:
            held = float(area[(start == one) & (end == other)].sum())
            broken.append(
                tr(
                    "{held:,.6g} ha go from '{start}' to '{end}', which is forbidden",
                    held=held,
                    start=names[one],
                    end=names[other],
                )
            )
    if problem.may_change is not None and not problem.may_change[cell].all():
        broken.append(
            tr("{area:,.6g} ha change in cells that are protected", area=float(area[~problem.may_change[cell]].sum()))
        )
    if problem.may_become is not None and not problem.may_become[cell, end].all():
        broken.append(
            tr(
                "{area:,.6g} ha become a class that their cell is not fit for",
                area=float(area[~problem.may_become[cell, end]].sum()),
            )
        )
    return broken


def _limits(problem: PlanProblem, flows: Flows, tolerance: float) -> list[str]:
    broken = []
    classes = len(problem.classes)
    moved = np.bincount(flows.start * classes + flows.end, flows.area, classes**2).reshape(classes, classes)
    for limit in problem.limits:
        term = limit.term
        is_even = term.factor is None and term.held is None
        each = moved * term.per_ha if is_even else flows.area * term.amounts(flows.cell, flows.start, flows.end)
        reached, size = float(each.sum()), float(np.abs(each).sum())
        bounds = [abs(bound) for bound in (limit.lower, limit.upper) if math.isfinite(bound)]
        room = tolerance * max(size, *bounds, 1e-300)
        if reached < limit.lower - room:
            broken.append(
                tr(
                    "{name} is {reached:,.10g} {units}, at least {lower:,.10g} was asked for",
                    name=limit.name,
                    reached=reached,
                    units=limit.units,
                    lower=limit.lower,
                )
            )
        if reached > limit.upper + room:
            broken.append(
                tr(
                    "{name} is {reached:,.10g} {units}, at most {upper:,.10g} was allowed",
                    name=limit.name,
                    reached=reached,
                    units=limit.units,
                    upper=limit.upper,
                )
            )
    return broken
