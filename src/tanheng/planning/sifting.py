r"""The linear program of a plan, solved exactly by sifting: prices of the limits, and a small program of the land near a tie.

Only the limits tie blocks of land together. With a price on each limit, every block finds its best conversions by itself, and

.. math:: D(\lambda) = \lambda \cdot room + \sum_{blocks} \max_{y_b} \; (gain - A^T \lambda) \cdot y_b

is never below the best plan, whatever the prices. The program starts from the prices of a small sample of the land, keeps all
land whose choice is clear as it chooses, and solves the rest (the *core*) exactly with HiGHS. The prices that come out are
tried on all land: blocks that would now choose otherwise join the core. When none is left, value and bound meet, which is the
proof that no plan is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import OptimizeResult, linprog

from tanheng.errors import TanhengError
from tanheng.language import tr
from tanheng.planning.columns import Columns, Numbers, Rows
from tanheng.planning.problem import Mask, Values

#: Columns up to which the program is solved at once.
DIRECT = 12_000

#: Groups of the sample that first prices come from, and of the first core.
SAMPLE, CORE = 4_000, 4_000


class PlanError(TanhengError, RuntimeError):
    """The solver ended without an answer."""


@dataclass(frozen=True)
class Program:
    """Solution of the linear program.

    Attributes
    ----------
    y : numpy.ndarray, shape (columns,)
        Area of each conversion, km2.
    value, bound : float
        Gain of the plan, and what no plan can exceed.
    prices : numpy.ndarray, shape (rows,)
        Gain that one more unit of scaled room is worth.
    excess : numpy.ndarray, shape (rows,)
        By how much each row is exceeded, scaled; all zero where the limits can be kept.
    """

    y: Values
    value: float
    bound: float
    prices: Values
    excess: Values


class Land:
    """Blocks that answer prices by themselves."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.blocks = len(columns.most_change)
        groups = len(columns.area)
        self._starts = np.searchsorted(columns.group, np.arange(groups))
        self._has = np.bincount(columns.group, minlength=groups) > 0
        self.column_block = columns.block[columns.group]
        capped = columns.most_change < np.bincount(columns.block, columns.area) * (1 - 1e-12)
        self.capped = bool(capped.any())

    def answer(self, worth: Values) -> Values:
        """Best conversions of each block at a worth per km2 of each column, shape (columns,), km2; staying wins ties."""
        c = self.columns
        y = np.zeros(len(worth))
        if len(worth) == 0:
            return y
        best = np.full(len(c.area), -np.inf)
        best[self._has] = np.maximum.reduceat(worth, self._starts[self._has])
        chosen = np.flatnonzero(worth == best[c.group])
        chosen = chosen[np.unique(c.group[chosen], return_index=True)[1]]
        group = c.group[chosen]
        changes = best[group] > 0
        chosen, group = chosen[changes], group[changes]
        if not self.capped:
            y[chosen] = c.area[group]
            return y
        order = np.lexsort((-best[group], c.block[group]))
        chosen, group = chosen[order], group[order]
        before = np.cumsum(c.area[group]) - c.area[group]
        block = c.block[group]
        first = np.r_[True, block[1:] != block[:-1]]
        before -= np.maximum.accumulate(np.where(first, before, -np.inf))
        y[chosen] = np.clip(c.most_change[block] - before, 0.0, c.area[group])
        return y

    def margin(self, worth: Values) -> Values:
        """How clear the choice of each block is: the least difference between two of its choices, per km2."""
        c = self.columns
        groups = len(c.area)
        best = np.zeros(groups)
        np.maximum.at(best, c.group, worth)
        difference = best[c.group] - worth
        difference[difference <= 0] = np.inf
        second = np.where(best > 0, best, np.inf)
        np.minimum.at(second, c.group, difference)
        least = np.full(self.blocks, np.inf)
        np.minimum.at(least, c.block, np.where(self._has, second, np.inf))
        return least

    def by_block(self, values: Values) -> Values:
        """Sums of a quantity of columns by block."""
        return np.asarray(np.bincount(self.column_block, values, self.blocks), np.float64)


def solve_program(columns: Columns, gain: Values, rows: Rows, *, elastic: float, tolerance: float = 1e-9) -> Program:
    """Best plan on shares, with its bound.

    Parameters
    ----------
    columns : Columns
    gain : numpy.ndarray, shape (columns,)
        Per km2; what is maximised.
    rows : Rows
        Limits that hold.
    elastic : float
        What exceeding a row by one scaled unit costs.
    tolerance : float
        Gap, relative to the value, at which the search ends.

    Raises
    ------
    PlanError
        HiGHS ends without an answer.
    """
    land = Land(columns)
    if len(gain) <= DIRECT:
        core = np.ones(land.blocks, bool)
        fixed = np.zeros(len(gain))
    else:
        prices = _sampled_prices(land, gain, rows, elastic)
        worth = gain - rows.matrix.T @ prices
        fixed = land.answer(worth)
        core = np.zeros(land.blocks, bool)
        margin = land.margin(worth)
        core[np.argsort(margin, kind="stable")[:CORE]] = True
        core &= np.isfinite(margin)
    while True:
        y, prices, excess = _core(land, gain, rows, core, fixed, elastic)
        worth = gain - rows.matrix.T @ prices
        best = land.answer(worth)
        short = np.maximum(land.by_block(worth * best) - land.by_block(worth * y), 0.0)
        bound = float(prices @ rows.room) + float(worth @ best)
        value = float(gain @ y)
        scale = max(abs(value), abs(bound), 1e-9)
        outside = ~core & (short > 0)
        if short[outside].sum() <= tolerance * scale or not outside.any():
            return Program(y, value, bound, prices, excess)
        core |= outside


def _sampled_prices(land: Land, gain: Values, rows: Rows, elastic: float) -> Values:
    """Prices of the limits when a sample of the blocks stands for all."""
    rng = np.random.default_rng(1)
    share = min(1.0, SAMPLE / land.blocks)
    core = rng.random(land.blocks) < share
    thin = Rows(rows.matrix, rows.room * share, rows.limit, rows.sign, rows.scale)
    return _core(land, gain, thin, core, np.zeros(len(gain)), elastic)[1]


def _core(
    land: Land, gain: Values, rows: Rows, core: Mask, fixed: Values, elastic: float
) -> tuple[Values, Values, Values]:
    """Best conversions of the core with all other land fixed: y of all columns, prices, and what rows are exceeded by."""
    c = land.columns
    inside = np.flatnonzero(core[land.column_block])
    y = np.where(core[land.column_block], 0.0, fixed)
    room = rows.room - rows.matrix @ y
    m = len(room)
    if len(inside) == 0:
        excess = np.maximum(-room, 0.0)
        return y, np.where(excess > _tiny(room), elastic, 0.0), excess
    parts = [sparse.hstack([rows.matrix[:, inside], -sparse.identity(m)])]
    most = [room]
    for matrix, bound in _inner_rows(land, inside):
        parts.append(sparse.hstack([matrix, sparse.csr_array((matrix.shape[0], m))]))
        most.append(bound)
    bounds = np.column_stack(
        [
            np.zeros(len(inside) + m),
            np.r_[np.minimum(c.area, c.most_change[c.block])[c.group[inside]], np.full(m, np.inf)],
        ]
    )
    cost = np.r_[-gain[inside], np.full(m, elastic)]
    solution = _highs(cost, sparse.vstack(parts, format="csr"), np.concatenate(most), bounds)
    y[inside] = np.clip(solution.x[: len(inside)], 0.0, bounds[: len(inside), 1])
    excess = solution.x[len(inside) :]
    return y, np.maximum(-solution.ineqlin.marginals[:m], 0.0), np.where(excess > _tiny(room), excess, 0.0)


def _highs(cost: Values, matrix: sparse.csr_array, most: Values, bounds: Values) -> OptimizeResult:
    """Answer of HiGHS, to a tolerance at which near ties are told apart; to its usual one where it can't reach that."""
    for tolerance in (1e-10, 1e-7):
        options = {"dual_feasibility_tolerance": tolerance}
        solution = linprog(cost, A_ub=matrix, b_ub=most, bounds=bounds, method="highs", options=options)
        if solution.x is not None:
            return solution
    raise PlanError(tr("the solver ended without an answer ({message}); please report this", message=solution.message))


def _tiny(room: Values) -> Values:
    """Excess that is rounding."""
    return 1e-7 * np.maximum(1.0, np.abs(room))


def _inner_rows(land: Land, inside: Numbers) -> list[tuple[sparse.csr_array, Values]]:
    """Rows that hold groups to their area and blocks to what may change, where a bound on a column is not enough."""
    c = land.columns
    inner = []
    for number, most in ((c.group[inside], c.area), (land.column_block[inside], c.most_change)):
        names, at = np.unique(number, return_inverse=True)
        several = np.bincount(at) > 1
        if several.any():
            chosen = np.flatnonzero(several[at])
            row = np.cumsum(several)[at[chosen]] - 1
            shape = (int(several.sum()), len(inside))
            inner.append((sparse.csr_array((np.ones(len(chosen)), (row, chosen)), shape=shape), most[names[several]]))
        if not land.capped:
            break
    return inner
