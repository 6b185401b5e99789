"""Measure the allocation of ten sectors by 157 counties over 166,000 cells and three years, and a thousand draws of an account.

    uv run python benchmarks/demand.py

The peer is the same allocation with one pass over the cells of each unit, as scripts do it. Seconds, in one process.
"""

from __future__ import annotations

import time

import numpy as np
from scipy import sparse

from tanheng.accounting import allocate
from tanheng.accounting.intervals.uncertainty import Terms, simulated

ROWS, COLUMNS, UNITS, SECTORS, YEARS = 530, 600, 157, 10, 3


def ragged_units(rng):
    """Units as nearest-seed regions of a grid of twice the fineness, so that border cells are parted by area."""
    from scipy.spatial import cKDTree

    angle, radius = rng.random(UNITS) * 2 * np.pi, 0.8 * np.sqrt(rng.random(UNITS))
    seeds = np.column_stack([(1 + radius * np.sin(angle)) * ROWS / 2, (1 + radius * np.cos(angle)) * COLUMNS / 2])
    quarter = np.stack(np.mgrid[0.25:ROWS:0.5, 0.25:COLUMNS:0.5], axis=-1).reshape(-1, 2)
    unit = cKDTree(seeds).query(quarter)[1].reshape(2 * ROWS, 2 * COLUMNS)
    cell = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS).repeat(2, axis=0).repeat(2, axis=1)
    inside = np.hypot(*np.mgrid[-1 : 1 : ROWS * 1j, -1 : 1 : COLUMNS * 1j]).ravel() < 0.82
    keep = inside[cell.ravel()]
    parts = (np.full(keep.sum(), 0.25), (unit.ravel()[keep], cell.ravel()[keep]))
    return sparse.csr_matrix(parts, shape=(UNITS, ROWS * COLUMNS))


def ours(units, weights, totals):
    worst = 0.0
    for year in range(YEARS):
        for sector in range(SECTORS):
            demand, _ = allocate(totals[year, sector], weights[year, sector], units)
            worst = max(worst, abs(demand.sum() / totals[year, sector].sum() - 1))
    return worst


def unit_by_unit(units, weights, totals):
    for sector in range(SECTORS):
        demand = np.zeros(units.shape[1])
        for unit in range(UNITS):
            part = np.asarray(units[unit].todense()).ravel() * weights[0, sector]
            demand += totals[0, sector, unit] * part / part.sum()


def main():
    rng = np.random.default_rng(1)
    units = ragged_units(rng)
    weights = rng.gamma(0.5, 10.0, (YEARS, SECTORS, ROWS * COLUMNS))
    totals = rng.uniform(1e4, 1e6, (YEARS, SECTORS, UNITS))
    start = time.perf_counter()
    worst = ours(units, weights, totals)
    first = time.perf_counter() - start
    start = time.perf_counter()
    unit_by_unit(units, weights, totals)
    second = (time.perf_counter() - start) * YEARS
    cells = int((np.asarray(units.sum(axis=0)).ravel() > 0).sum())
    print(
        f"{cells:,} cells, {UNITS} units, {SECTORS} sectors, {YEARS} years: {first:.2f} s, off by {worst:.1e} at most"
    )
    print(f"unit by unit, one year scaled to three: {second:.2f} s, {second / first:.0f} times")
    terms = Terms(np.ones(400), np.full(400, 0.05), np.full(400, 0.1), [str(number % 30) for number in range(400)])
    start = time.perf_counter()
    simulated(terms, 1000, 1)
    print(f"1,000 draws of 400 terms with 30 factors: {time.perf_counter() - start:.3f} s")


if __name__ == "__main__":
    main()
