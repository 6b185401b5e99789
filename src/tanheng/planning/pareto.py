"""What one goal costs the other: the Pareto front by the epsilon-constraint method, each point with its proof."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tanheng.planning.columns import staying
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


def front(
    problem: PlanProblem, other: Limit, points: int = 20, *, gap: float = 1e-6, seconds: float = 120.0
) -> list[FrontPoint]:
    """Plans with the largest gain for each of some levels of another goal, from best for the gain to best for the other.

    Parameters
    ----------
        problem : PlanProblem
        other : Limit
            What the other goal is; without an upper bound it is to be large (crop output), with ``upper=0`` small (cost).
        points : int
            Two or more, from the plan that is best for the gain (and, among those, for the other goal) to the one that is best for the
            other goal (and, among those, for the gain).
        gap, seconds : float
            As in `best_plan`, for each point.

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
    sign = -1.0 if math.isfinite(other.upper) else 1.0
    turned = other.term.times(sign)
    ends = [
        amount(other.term, best_plan(replace(problem, gain=goal), gap=gap, seconds=seconds).flows)
        for goal in (_with_tie(problem.gain, (turned,)), _with_tie((turned,), problem.gain))
    ]
    room = 1e-9 * max(abs(ends[0]), abs(ends[1]), 1.0)
    tied = replace(problem, gain=_with_tie(problem.gain, (turned,)))
    return [
        _point(problem, tied, other, float(level), sign, room, gap, seconds)
        for level in np.linspace(ends[0], ends[1], points)
    ]


#: Worth of the second goal where plans are the same by the first, relative to the largest worth of a hectare of the first.
_TIE = 1e-6


def _size(terms: Sequence[Term]) -> float:
    """Largest worth of a hectare."""
    return max((term.largest for term in terms), default=0.0)


def _with_tie(first: Sequence[Term], second: Sequence[Term]) -> tuple[Term, ...]:
    """A goal that settles its ties by another: of plans of the same gain no other is then better in the second."""
    large, small = _size(first), _size(second)
    weight = _TIE * large / small if small > 0 else 0.0
    return (*first, *(term.times(weight) for term in second))


def _point(
    problem: PlanProblem,
    tied: PlanProblem,
    other: Limit,
    level: float,
    sign: float,
    room: float,
    gap: float,
    seconds: float,
) -> FrontPoint:
    """Best plan at a level of the other goal; the room keeps rounding from making an end of the front infeasible."""
    low, high = (level - room, math.inf) if sign > 0 else (-math.inf, level + room)
    limits = (*problem.limits, replace(other, lower=low, upper=high))
    plan = best_plan(replace(tied, limits=limits), gap=gap, seconds=seconds)
    gain = sum(amount(term, plan.flows) - staying(problem, term) for term in problem.gain)
    return FrontPoint(amount(other.term, plan.flows), gain, plan.gap)
