"""What one goal costs the other: the Pareto front by the epsilon-constraint method, each point with its proof."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from tanheng.planning.problem import Limit, PlanProblem, Term, amount
from tanheng.planning.solve import best_plan


@dataclass(frozen=True)
class FrontPoint:
    """A plan on the front.

    Attributes
    ----------
    other : float
        Amount of the other goal in the plan.
    gain, gap : float
        Gain of the plan, and what a better one could have on top.
    """

    other: float
    gain: float
    gap: float


def front(problem: PlanProblem, other: Limit, points: int = 20) -> list[FrontPoint]:
    """Plans with the largest gain for each of some levels of another goal, from best for the gain to best for the other.

    Parameters
    ----------
    problem : PlanProblem
    other : Limit
        What the other goal is; without an upper bound it is to be large (crop output), with ``upper=0`` small (cost).
    points : int
        Two or more.

    Raises
    ------
    InfeasibleError
        The limits of the problem conflict.

    Examples
    --------
    >>> from tanheng.planning.problem import area_of, stock_gain
    >>> problem = PlanProblem(("crop", "wood"), np.array([[100.0, 0.0]]), (Term(stock_gain([60, 150])),), np.ones((2, 2), bool))
    >>> [(round(p.other), round(p.gain)) for p in front(problem, Limit("crops", Term(area_of(2, 0)), units="t"), 3)]
    [(0, 9000), (50, 4500), (100, 0)]
    """
    small = math.isfinite(other.upper)
    sign = -1.0 if small else 1.0
    first = best_plan(problem)
    turned = Term(sign * other.term.per_ha, other.term.factor)
    best_other = best_plan(replace(problem, gain=(turned,)))
    ends = [amount(other.term, plan.flows) for plan in (first, best_other)]
    levels = np.linspace(ends[0], ends[1], points)
    room = 1e-9 * max(abs(ends[0]), abs(ends[1]), 1.0)
    return [_point(problem, other, float(level), sign, room) for level in levels]


def _point(problem: PlanProblem, other: Limit, level: float, sign: float, room: float) -> FrontPoint:
    """Best plan at a level of the other goal; the room keeps rounding from making an end of the front infeasible."""
    low, high = (level - room, math.inf) if sign > 0 else (-math.inf, level + room)
    plan = best_plan(replace(problem, limits=(*problem.limits, replace(other, lower=low, upper=high))))
    return FrontPoint(amount(other.term, plan.flows), plan.gain, plan.gap)
