"""How much of a plan depends on the carbon densities: plans anew with densities drawn at random."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.planning.columns import cells_of_columns, columns_of, gain_of_columns
from tanheng.planning.problem import Flows, Held, PlanProblem, Term, Values
from tanheng.planning.solve import amounts_of
from tanheng.planning.spread import Layout

#: Gap at which a plan with drawn densities is good enough: what stays of a plan is told to a percent.
_ROUGH = 1e-4


@dataclass(frozen=True)
class Stability:
    """What is left of a plan when densities are drawn anew.

    Attributes
    ----------
    kept : numpy.ndarray, shape (draws,)
        Part of the converted area that the plan of each draw converts in the same way.
    gain : numpy.ndarray, shape (draws,)
        Gain of the first plan under the densities of each draw.
    """

    kept: Values
    gain: Values


def stability(
    problem: PlanProblem,
    flows: Flows,
    held: Held,
    spread: float,
    draws: int = 100,
    seed: int = 1,
    *,
    gap: float = 1e-6,
    seconds: float = 120.0,
) -> Stability:
    """Share of the conversions of a plan that stay in it when carbon densities are uncertain.

    Densities are drawn class by class, log-normally, with the given relative standard deviation and their own mean, alike in all places;
    the first term of the gain is then what the land of the draw holds.

    Parameters
    ----------
    problem : PlanProblem
        Its first gain term is the stored carbon.
    flows : Flows
        The plan.
    held : Held
        Densities, t C/ha.
    spread : float
        Relative standard deviation, 0.2 for 20 %.

    Raises
    ------
    InputError
        The spread is negative.

    Examples
    --------
    >>> from tanheng.planning.solve import best_plan
    >>> held = Held(np.array([[60.0, 150.0]]), np.array([0]))
    >>> problem = PlanProblem(("crop", "wood"), np.array([[100.0, 0.0]]), (Term(np.zeros((2, 2)), held=held),), np.ones((2, 2), bool))
    >>> found = stability(problem, best_plan(problem).flows, held, 0.1, draws=10)
    >>> found.kept.min()
    np.float64(1.0)
    """
    if spread < 0:
        raise InputError(tr("a relative standard deviation can't be negative, got {spread}", spread=spread))
    rng = np.random.default_rng(seed)
    sigma = np.sqrt(np.log1p(spread**2))
    columns = columns_of(problem)
    layout, cells = Layout(problem, columns), cells_of_columns(columns)
    moved = flows.start != flows.end
    conversions = flows.cell[moved], flows.start[moved]
    kept, gain = [], []
    for _ in range(draws):
        drawn = held.per_ha * np.exp(rng.normal(-(sigma**2) / 2, sigma, len(problem.classes)))
        term = Term(np.zeros_like(problem.gain[0].per_ha), problem.gain[0].factor, Held(drawn, held.place))
        anew = replace(columns, gain=gain_of_columns((term, *problem.gain[1:]), columns, cells))
        _, amounts, _ = amounts_of(problem, anew, gap=max(gap, _ROUGH), seconds=seconds)
        kept.append(_shared(problem, flows, layout.conversions(amounts)))
        gained = term.amounts(*conversions, flows.end[moved]) - term.amounts(*conversions, flows.start[moved])
        gain.append(float(np.sum(flows.area[moved] * gained)))
    return Stability(np.array(kept), np.array(gain))


def _shared(problem: PlanProblem, first: Flows, second: Flows) -> float:
    """Part of the area that the first converts and the second converts in the same way."""
    classes = len(problem.classes)
    keys, areas = [], []
    for flows in (first, second):
        moved = flows.start != flows.end
        keys.append((flows.cell[moved] * classes + flows.start[moved]) * classes + flows.end[moved])
        areas.append(flows.area[moved])
    if not len(keys[0]):
        return 1.0
    common, at, other = np.intersect1d(keys[0], keys[1], return_indices=True)
    shared = float(np.minimum(areas[0][at], areas[1][other]).sum()) if len(common) else 0.0
    return shared / float(areas[0].sum())
