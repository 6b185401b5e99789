"""How sure demand is: rates that differ between observed periods are carried on, and cover what comes at their rate."""

from __future__ import annotations

import numpy as np
import pytest

from tanheng.simulation.demand_spread import RateErrors, demand_spread, half_of_range, rate_errors

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


def test_even_rates_have_no_errors() -> None:
    """Worked by hand: 10 % of a class in ten years, then 19 % of it in twenty are 1 % and 0.95 % a year: ln 0.95 over the root of 15."""
    first = np.array([[9_000_000, 1_000_000], [0, 1]])
    second = np.array([[8_100_000, 1_900_000], [0, 1]])
    errors = rate_errors(np.stack([first, first]), [2000, 2010, 2020])
    assert errors is not None
    assert errors.common == errors.own == 0
    errors = rate_errors(np.stack([first, second]), [2000, 2010, 2030])
    assert errors is not None
    assert errors.common == pytest.approx(-np.log(0.95) / np.sqrt(15), rel=1e-5)


def test_few_cells_or_one_period_say_nothing() -> None:
    few = np.array([[1000, 5], [0, 10]])
    assert rate_errors(np.stack([few, few * 3]), [2000, 2010, 2020]) is None
    assert rate_errors(few[None] * 100, [2000, 2010]) is None


def test_errors_that_were_planted_are_found() -> None:
    random = np.random.default_rng(1)
    found = [rate_errors(np.stack(walked(random, 9, 0.05, 0.1)), range(2000, 2100, 10)) for _ in range(30)]
    assert np.mean([one.own for one in found if one]) == pytest.approx(0.1, rel=0.1)
    assert np.sqrt(np.mean([one.common**2 for one in found if one])) == pytest.approx(0.05, rel=0.35)


@pytest.mark.parametrize(("periods", "least"), [(2, 0.85), (6, 0.9)])
def test_ranges_cover_the_areas_that_come(periods: int, least: float) -> None:
    """Demand of the period before, with the errors of all periods before: how often the next areas lie within."""
    random, inside = np.random.default_rng(7), []
    for history in range(60):
        *known, comes = walked(random, periods + 1, 0.0, 0.12)
        years = list(range(2000, 2010 + 10 * periods, 10))
        errors = rate_errors(np.stack(known), years)
        assert errors is not None
        now = known[-1].sum(axis=0)
        demanded = counts_of((known[-1] / known[-1].sum(axis=1, keepdims=True)), now)
        spread = demand_spread(demanded[None], [years[-1] + 10.0], years[-1], 10.0, errors, 300, history)
        areas = now @ spread.drawn[:, 0]
        low, high = np.quantile(areas, [0.025, 0.975], axis=0)
        inside.append((low <= comes.sum(axis=0)) & (comes.sum(axis=0) <= high))
    assert least <= np.mean(inside) <= 0.99


def test_land_is_neither_made_nor_lost_and_ranges_widen() -> None:
    moved = np.stack([counts_of(np.full((CLASSES, CLASSES), 0.05), START)] * 3)
    spread = demand_spread(moved, [2030.0, 2040.0, 2050.0], 2020.0, 10.0, RateErrors(0.3, 0.3), 200, 1)
    assert np.abs(spread.drawn.sum(axis=3) - 1).max() < 1e-12
    assert spread.drawn.min() > -1e-12
    widths = half_of_range(START @ spread.drawn)
    assert (np.diff(widths, axis=0) > 0).all()


def test_without_errors_demand_is_what_is_asked_for() -> None:
    moved = counts_of(np.full((CLASSES, CLASSES), 0.03), START)
    spread = demand_spread(moved[None], [2030.0], 2020.0, 10.0, RateErrors(0.0, 0.0), 5, 1)
    assert np.allclose(START @ spread.drawn[3, 0], moved.sum(axis=0), rtol=1e-12)
    again = demand_spread(moved[None], [2030.0], 2020.0, 10.0, RateErrors(0.1, 0.2), 5, 1)
    same = demand_spread(moved[None], [2030.0], 2020.0, 10.0, RateErrors(0.1, 0.2), 5, 1)
    assert (again.drawn == same.drawn).all()
