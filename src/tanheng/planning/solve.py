"""The best land-use plan, with a proof: on shares by sifting, on whole cells by a small integer program on top of it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.planning.columns import Columns, columns_of, limit_words, staying
from tanheng.planning.conflict import conflict_words, conflicts
from tanheng.planning.problem import Flows, PlanProblem, Values, amount
from tanheng.planning.sifting import Land, PlanError, Program, solve_program
from tanheng.planning.spread import spread
from tanheng.planning.verify import faults

#: Cells of the first integer program; it grows until the gap is met.
_WHOLE_CORE = 600

#: Columns up to which the integer program is solved to the end.
_EXACT = 200

#: Worth of one hectare less of conversion, relative to the largest gain: it settles ties and nothing else.
_FEWEST = 1e-8


@dataclass(frozen=True)
class Price:
    """What one more unit of a limit is worth.

    Attributes
    ----------
    limit : int
        Number of the limit.
    words : str
        The end of the limit that binds.
    worth : float
        Gain for one unit more room, in the unit of gain per unit of the limit.
    sign : float
        1 for the upper end, -1 for the lower.
    """

    limit: int
    words: str
    worth: float
    sign: float


@dataclass(frozen=True)
class Plan:
    """A plan with its proof.

    Attributes
    ----------
    flows : Flows
    gain, bound : float
        Gain of the plan, and what no plan can exceed, in the unit of gain.
    prices : tuple of Price
        Limits that bind; of a plan of whole cells, those of the plan on shares behind it.
    groups, columns : int
        Size of the program after merging what is worth the same.
    """

    flows: Flows
    gain: float
    bound: float
    prices: tuple[Price, ...]
    groups: int
    columns: int

    @property
    def gap(self) -> float:
        """Largest gain that any better plan could have on top."""
        return max(0.0, self.bound - self.gain)


class InfeasibleError(InputError):
    """No plan keeps all limits; the message says which conflict, and by how much."""


def best_plan(problem: PlanProblem, *, gap: float = 1e-6, seconds: float = 120.0) -> Plan:
    r"""The plan with the largest gain that keeps all limits.

    .. math:: \max_y \sum_{i,k,l} g_{ikl}\, y_{ikl} \quad \text{with} \quad \sum_l y_{ikl} = a_{ik}, \; L \le A y \le U, \; y \ge 0

    Ties are settled by fewest conversions, then by the preference of the problem (nearest to land of that class).

    Parameters
    ----------
    problem : PlanProblem
    gap : float
        Gap to the bound at which a plan of whole cells is good enough, relative to the gain; plans on shares close it.
    seconds : float
        Time for the search on whole cells; what is reached by then is returned with its gap.

    Raises
    ------
    InfeasibleError
        Limits conflict.
    PlanError
        The solver fails, or a plan does not pass the check that follows it.

    Examples
    --------
    100 ha of cropland, half of which must stay; forest stores 83.14 t C/ha more.

    >>> from tanheng.planning.problem import Limit, Term, area_of, stock_gain
    >>> crop = Limit("area of cropland", Term(area_of(2, 0)), lower=50.0)
    >>> gain = (Term(stock_gain([66.81, 149.95])),)
    >>> plan = best_plan(PlanProblem(("cropland", "forest"), np.array([[100.0, 0.0]]), gain, np.ones((2, 2), bool), (crop,)))
    >>> round(plan.gain, 6), plan.gap < 0.01, plan.prices[0].words, round(plan.prices[0].worth, 4)
    (4157.0, True, 'area of cropland at least 50 ha (0.5 km2)', 83.14)
    """
    return plan_of(problem, columns_of(problem), gap=gap, seconds=seconds)


def plan_of(problem: PlanProblem, columns: Columns, *, gap: float = 1e-6, seconds: float = 120.0) -> Plan:
    """The best plan of a problem whose columns are at hand, as `best_plan`."""
    program, y, bound = amounts_of(problem, columns, gap=gap, seconds=seconds)
    flows = spread(problem, columns, y)
    wrong = faults(problem, flows)
    if wrong:
        raise PlanError(tr("the plan does not keep its own rules; please report this: ") + "; ".join(wrong))
    reached = sum(amount(term, flows) - staying(problem, term) for term in problem.gain)
    return Plan(flows, reached, max(bound, reached), _prices(problem, columns, program), len(columns.area), len(y))


def amounts_of(problem: PlanProblem, columns: Columns, *, gap: float, seconds: float) -> tuple[Program, Values, float]:
    """Program on shares, and how much the best plan converts by each column, km2, with the bound of its gain; not where, nor checked.

    Raises
    ------
    InfeasibleError
        Limits conflict.
    PlanError
        The solver fails.
    """
    largest = float(np.abs(columns.gain).max(initial=0.0))
    nudged = columns.gain - _FEWEST * largest
    program = _within_limits(problem, columns, nudged, largest or 1.0)
    bound = _bound(columns, program)
    if not problem.whole:
        return program, program.y, bound
    return program, *_whole(columns, program, bound, gap, seconds)


def _within_limits(problem: PlanProblem, columns: Columns, gain: Values, largest: float) -> Program:
    """Program that keeps all limits; exceeding one costs more with each attempt, unless the limits conflict.

    Raises
    ------
    InfeasibleError
        Limits conflict.
    PlanError
        The limits can be kept, but no price keeps them.
    """
    for dear in (1e2, 1e4, 1e6):
        program = solve_program(columns, gain, columns.rows, elastic=dear * largest)
        if not program.excess.any():
            return program
        conflict = conflicts(columns)
        if conflict:
            raise InfeasibleError(conflict_words(problem, columns, conflict))
    raise PlanError(tr("the limits can be kept, but the solver does not keep them; please report this"))


def _bound(columns: Columns, program: Program) -> float:
    """Bound of the true gain at the prices of the program; any prices give one."""
    worth = columns.gain - columns.rows.matrix.T @ program.prices
    return float(program.prices @ columns.rows.room) + float(worth @ Land(columns).answer(worth))


def _prices(problem: PlanProblem, columns: Columns, program: Program) -> tuple[Price, ...]:
    prices = []
    worth = program.prices / columns.rows.scale
    for row in np.flatnonzero(program.prices > 1e-9 * max(float(program.prices.max(initial=0.0)), 1e-300)):
        number, sign = int(columns.rows.limit[row]), float(columns.rows.sign[row])
        prices.append(Price(number, limit_words(problem.limits[number], sign), float(worth[row]), sign))
    return tuple(prices)


def _whole(columns: Columns, program: Program, bound: float, gap: float, seconds: float) -> tuple[Values, float]:
    """Plan of whole cells, and its bound.

    Clear choices are kept, and those near a tie go into an integer program that grows until the gap is met. One that holds
    all land has a bound of its own, which is closer than that of the plan on shares.
    """
    land = Land(columns)
    worth = columns.gain - columns.rows.matrix.T @ program.prices
    order = np.argsort(np.where(_split(columns, land, program.y), -1.0, land.margin(worth)), kind="stable")
    size = _WHOLE_CORE
    best: Values | None = None
    end = time.monotonic() + seconds
    while True:
        core = np.zeros(land.blocks, bool)
        core[order[:size]] = True
        found, own_bound = _integers(columns, land, program.y, core, gap, max(1.0, end - time.monotonic()))
        if found is not None and (best is None or columns.gain @ found > columns.gain @ best):
            best = found
        bound = min(bound, own_bound) if core.all() else bound
        done = bool(core.all()) or time.monotonic() > end
        if best is not None and (bound - float(columns.gain @ best) <= gap * max(abs(bound), 1e-9) or done):
            return best, bound
        if done:
            raise InfeasibleError(
                tr(
                    "the limits can be kept on shares of cells, but no plan of whole cells was found that keeps them; loosen a "
                    "range by the area of a cell or two"
                )
            )
        size *= 4


def _split(columns: Columns, land: Land, y: Values) -> NDArray[np.bool_]:
    """Blocks in which the plan on shares converts a part of a cell."""
    parts = y / (columns.area / columns.count)[columns.group]
    is_split = np.zeros(land.blocks, bool)
    np.logical_or.at(is_split, land.column_block, np.abs(parts - np.rint(parts)) > 1e-6)
    return is_split


def _integers(
    columns: Columns, land: Land, y: Values, core: NDArray[np.bool_], gap: float, seconds: float
) -> tuple[Values | None, float]:
    """Best whole conversions of the core with all other land as it is in the plan on shares, and their bound; none if none."""
    inside = np.flatnonzero(core[land.column_block])
    outside = np.where(core[land.column_block], 0.0, y)
    room = columns.rows.room - columns.rows.matrix @ outside
    cell = (columns.area / columns.count)[columns.group[inside]]
    matrix = columns.rows.matrix[:, inside] @ sparse.diags(cell)
    names, at = np.unique(columns.group[inside], return_inverse=True)
    once = sparse.csr_array((np.ones(len(inside)), (at, np.arange(len(inside)))), shape=(len(names), len(inside)))
    slack = 1e-9 * np.maximum(1.0, np.abs(columns.rows.room))
    nudge = _FEWEST * float(np.abs(columns.gain).max(initial=0.0))
    if len(inside) == 0:
        return outside, float(columns.gain @ outside)
    answer = milp(
        -((columns.gain[inside] - nudge) * cell),
        integrality=np.ones(len(inside)),
        bounds=Bounds(0, columns.count[columns.group[inside]]),
        constraints=[
            LinearConstraint(matrix, -np.inf, room + slack),
            LinearConstraint(once, -np.inf, columns.count[names]),
        ],
        options={"mip_rel_gap": gap / 10 if len(inside) > _EXACT else 0.0, "time_limit": seconds},
    )
    if answer.x is None:
        return None, np.inf
    outside[inside] = np.rint(answer.x) * cell
    reach = nudge * float(columns.area.sum())
    own = -float(answer.mip_dual_bound) + reach if answer.mip_dual_bound is not None else np.inf
    return outside, own
