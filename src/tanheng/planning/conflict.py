"""Limits that can't all be kept: a smallest set of them that conflicts, and by how much."""

from __future__ import annotations

import numpy as np

from tanheng.language import tr
from tanheng.planning.columns import Columns, Rows, limit_words, measured
from tanheng.planning.problem import PlanProblem
from tanheng.planning.sifting import solve_program


def conflicts(columns: Columns) -> list[int]:
    """Rows of an irreducible conflict: they can't all be kept, but without any one of them the others can.

    The program that exceeds the limits by the least puts a price on just those that stand in each other's way; one
    after the other is then left out, and stays out where the rest still conflicts.
    """
    every = columns.rows
    prices, short = _least_excess(columns, every)
    if not short:
        return []
    kept = np.flatnonzero(prices > 1e-9).tolist()
    if not _least_excess(columns, every.only(np.array(kept)))[1]:
        kept = list(range(len(every.room)))
    for row in list(kept):
        fewer = [item for item in kept if item != row]
        if fewer and _least_excess(columns, every.only(np.array(fewer)))[1]:
            kept = fewer
    return kept


def _least_excess(columns: Columns, rows: Rows) -> tuple[np.ndarray, bool]:
    """Prices of the rows when their excess is made least, and whether any is left."""
    program = solve_program(columns, np.full(len(columns.gain), -1e-9), rows, elastic=1.0)
    return program.prices, bool(program.excess.any())


def needed_room(columns: Columns, kept: list[int], row: int) -> float:
    """By how much one limit of a conflict must give way for the others to hold, in its own unit."""
    rows = columns.rows.only(np.array(kept))
    stiff = np.full(len(kept), 1e6)
    stiff[kept.index(row)] = 1.0
    scaled = Rows(rows.matrix.multiply(stiff[:, None]).tocsr(), rows.room * stiff, rows.limit, rows.sign, rows.scale)
    program = solve_program(columns, np.full(len(columns.gain), -1e-9), scaled, elastic=1.0)
    return float(program.excess[kept.index(row)] * columns.rows.scale[row])


def conflict_words(problem: PlanProblem, columns: Columns, kept: list[int]) -> str:
    """The conflict for a reader, with what each limit would have to give way."""
    lines = []
    for row in kept:
        limit = problem.limits[int(columns.rows.limit[row])]
        alone = needed_room(columns, kept, row)
        way = (
            tr(
                "; to be met, it alone would have to give way by {amount}",
                amount=measured(alone, limit.units),
            )
            if alone > 0
            else ""
        )
        lines.append(f"  - {limit_words(limit, float(columns.rows.sign[row]))}{way}")
    if problem.whole:
        lines.append(tr("These amounts are the least: in whole cells, and with the other limits, more may be needed."))
    if len(kept) == 1:
        return tr("one limit can't be kept by any permitted change of land:\n") + "\n".join(lines)
    return tr("these {count} limits can't all be kept; loosen one of them:\n", count=len(kept)) + "\n".join(lines)
