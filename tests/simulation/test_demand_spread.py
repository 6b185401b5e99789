"""How sure demand is: rates that differ between observed periods are carried on, and cover what comes at their rate."""

from __future__ import annotations

import numpy as np
import pytest

from tanheng.simulation.demand_spread import (
    Bounds,
    DemandSpread,
    DemandStep,
    RateErrors,
    demand_spread,
    half_of_range,
    rate_errors,
)

CLASSES = 6
START = np.full(CLASSES, 1_000_000)


def counts_of(rates: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Cells by class before and after a period in which each conversion has a rate."""
    moved = np.rint(start[:, None] * rates).astype(np.int64)
    np.fill_diagonal(moved, 0)
    return moved + np.diag(start - moved.sum(axis=1))


def walked(random: np.random.Generator, periods: int, common: float, own: float) -> list[np.ndarray]:
    """Counts of periods of ten years whose rates walk at random; deviations are of a year."""
    logs = np.log(random.uniform(0.002, 0.02, (CLASSES, CLASSES)))
    found, start = [], START
    for _ in range(periods):
        found.append(counts_of(np.exp(logs), start))
        start = found[-1].sum(axis=0)
        step = common * random.standard_normal() + own * random.standard_normal(logs.shape)
        logs = logs + np.sqrt(10) * step
    return found


def spread_of(moved: list[np.ndarray], errors: RateErrors, draws: int, seed: int = 1, **more: Bounds) -> DemandSpread:
    """Spread of demand in steps of ten years from 2020 on."""
    years = range(2030, 2030 + 10 * len(moved), 10)
    steps = [
        DemandStep(float(year), one.astype(float), one.astype(float)) for year, one in zip(years, moved, strict=True)
    ]
    return demand_spread(steps, list(years), (2010.0, 2020.0), errors, draws, seed, **more)


def test_even_rates_have_no_errors() -> None:
    """Worked by hand: 10 % of a class in ten years, then 19 % of it in twenty are 1 % and 0.95 % a year: ln 0.95 over the root of 15."""
    first = np.array([[9_000_000, 1_000_000], [0, 1]])
    second = np.array([[8_100_000, 1_900_000], [0, 1]])
    errors = rate_errors(np.stack([first, first]), [2000, 2010, 2020])
    assert errors is not None
    assert errors.common == errors.own == 0
    errors = rate_errors(np.stack([first, second]), [2000, 2010, 2030])
    assert errors is not None
    assert errors.common == pytest.approx(-np.log(0.95) / np.sqrt(15), rel=1e-9)


def test_few_cells_or_one_period_say_nothing() -> None:
    few = np.array([[1000, 5], [0, 10]])
    assert rate_errors(np.stack([few, few * 3]), [2000, 2010, 2020]) is None
    assert rate_errors(few[None] * 100, [2000, 2010]) is None


def test_the_size_of_the_pixels_changes_nothing() -> None:
    counts = np.stack(walked(np.random.default_rng(2), 3, 0.05, 0.1))
    coarse, fine = (rate_errors(counts * factor, [2000, 2010, 2020, 2030]) for factor in (1, 1111))
    assert coarse is not None
    assert fine is not None
    assert (fine.common, fine.own) == pytest.approx((coarse.common, coarse.own), rel=1e-12)


def test_conversions_that_begin_or_stop_are_counted_and_drive_no_other() -> None:
    first = np.array([[9000, 1000, 0], [0, 5000, 60], [0, 0, 100]])
    then = np.array([[8000, 1000, 70], [0, 6000, 0], [0, 0, 160]])
    errors = rate_errors(np.stack([first, then]), [2000, 2010, 2020])
    assert errors is not None
    assert (errors.compared, errors.left_out) == (1, 2)
    assert errors.common == pytest.approx(np.log((1000 / 9070) / (1000 / 10000)) / np.sqrt(10))


def test_errors_that_were_planted_are_found() -> None:
    random = np.random.default_rng(1)
    found = [rate_errors(np.stack(walked(random, 9, 0.05, 0.1)), range(2000, 2100, 10)) for _ in range(30)]
    assert np.mean([one.own for one in found if one]) == pytest.approx(0.1, rel=0.1)
    assert np.sqrt(np.mean([one.common**2 for one in found if one])) == pytest.approx(0.05, rel=0.35)


@pytest.mark.parametrize(
    ("common", "own", "periods", "least"),
    [(0.0, 0.12, 2, 0.9), (0.0, 0.12, 6, 0.93), (0.12, 0.03, 2, 0.85), (0.12, 0.03, 6, 0.92), (0.12, 0.0, 2, 0.75)],
)
def test_intervals_cover_the_areas_that_come(common: float, own: float, periods: int, least: float) -> None:
    """Demand of the period before, with the errors of all periods before: how often the next areas lie within."""
    random, inside = np.random.default_rng(7), []
    for history in range(100):
        *known, comes = walked(random, periods + 1, common, own)
        errors = rate_errors(np.stack(known), list(range(2000, 2010 + 10 * periods, 10)))
        assert errors is not None
        now = known[-1].sum(axis=0)
        demanded = counts_of((known[-1] / known[-1].sum(axis=1, keepdims=True)), now)
        areas = now @ spread_of([demanded], errors, 300, history).drawn[:, 0]
        low, high = np.quantile(areas, [0.025, 0.975], axis=0)
        inside.append((low <= comes.sum(axis=0)) & (comes.sum(axis=0) <= high))
    assert least <= np.mean(inside)


def test_land_is_neither_made_nor_lost_and_intervals_widen() -> None:
    moved = [counts_of(np.full((CLASSES, CLASSES), 0.05), START)] * 3
    spread = spread_of(moved, RateErrors(0.3, 0.3), 200)
    assert np.abs(spread.drawn.sum(axis=3) - 1).max() < 1e-12
    assert spread.drawn.min() > -1e-12
    widths = half_of_range(START @ spread.drawn)
    assert (np.diff(widths, axis=0) > 0).all()


def test_quotas_and_protected_land_hold_in_every_draw() -> None:
    """A chain asks for 50,000 cells, a quota leaves 30,000 a step; of another class all but 10,000 cells are protected."""
    wanted = counts_of(np.full((CLASSES, CLASSES), 0.05), START)
    most, fixed = np.full((CLASSES, CLASSES), np.inf), np.zeros(CLASSES)
    most[0, 1], fixed[2] = 30_000, 990_000
    spread = spread_of([wanted], RateErrors(0.3, 0.3), 300, bounds=Bounds(most, fixed))
    moved = START[0] * spread.drawn[:, 0]
    assert moved[:, 0, 1].max() <= 30_000 * (1 + 1e-12)
    assert moved[:, 0, 1].min() < 29_000
    left = moved[:, 2].sum(axis=1) - moved[:, 2, 2]
    assert left.max() <= 10_000 * (1 + 1e-9)


def test_without_errors_demand_is_what_is_asked_for() -> None:
    moved = counts_of(np.full((CLASSES, CLASSES), 0.03), START)
    spread = spread_of([moved], RateErrors(0.0, 0.0), 5)
    assert np.allclose(START @ spread.drawn[3, 0], moved.sum(axis=0), rtol=1e-12)
    again, same = (spread_of([moved], RateErrors(0.1, 0.2), 5) for _ in range(2))
    assert (again.drawn == same.drawn).all()
