"""A plan on a map of one's own, and stocks in cells."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

import tanheng
from conftest import write_map
from tanheng.errors import InputError
from tanheng.planning.solve import InfeasibleError

CODES = [[1, 1, 2], [3, 1, np.nan]]
DENSITY = {1: 40.0, 2: 100.0, 3: 70.0}


def test_it_is_the_best_of_all_arrangements() -> None:
    """By trying all: at least two pixels of class 1 and none fewer of class 3, code 2 at most three times its area."""
    limits = {"at_least": {1: 2 / 3, 3: 1.0}, "at_most": {2: 3.0}}
    planned = tanheng.plan(CODES, DENSITY, **limits, pixel_area_ha=2.0)
    today = [1, 1, 2, 3, 1]
    every = [
        sum(2.0 * (DENSITY[after] - DENSITY[before]) for before, after in zip(today, made, strict=True))
        for made in product((1, 2, 3), repeat=5)
        if made.count(1) >= 2 and made.count(3) >= 1 and made.count(2) <= 3
    ]
    assert planned.attrs["gain_t_c"] == pytest.approx(max(every))
    made = planned["land_use"].values
    assert np.isnan(made[1, 2])
    assert 2.0 * sum(DENSITY[code] for code in made[np.isfinite(made)]) == pytest.approx(
        2.0 * sum(DENSITY[code] for code in today) + max(every)
    )


def test_protected_land_and_fixed_classes_stay() -> None:
    mask = [[0, 1, 1], [1, 1, 1]]
    planned = tanheng.plan(CODES, DENSITY, fixed=[3], may_change=mask)
    assert planned["land_use"].values[0, 0] == 1
    assert planned["land_use"].values[1, 0] == 3
    assert planned["changed"].values[0, 1] == 1
    assert tanheng.plan(CODES, DENSITY, no_new=[2, 3])["changed"].sum() == 0


def test_limits_that_conflict_are_named() -> None:
    with pytest.raises(InfeasibleError, match="area of 1"):
        tanheng.plan(CODES, DENSITY, at_least={1: 2.0, 2: 3.0})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tanheng.plan(CODES), "a map needs densities"),
        (lambda: tanheng.plan(CODES, {1: 40.0}), "no density for codes 2, 3"),
        (lambda: tanheng.plan(CODES, DENSITY, fixed=[7]), "fixed: the map has no code 7"),
        (lambda: tanheng.carbon_stock(CODES, DENSITY, cell=1000.0), "an array does not say where it lies"),
    ],
)
def test_what_is_missing_is_said(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


def test_cells_hold_the_stock_of_their_pixels(tmp_path: Path) -> None:
    """Four pixels of 500 m in each cell of 1 km: 25 ha each; the first cell is half class 1, half class 2: 50 * 40 + 50 * 100."""
    path = write_map(tmp_path / "a.tif", [[1, 1, 3, 3], [2, 2, 3, 0]], pixel=500.0)
    stock = tanheng.carbon_stock(path, DENSITY, cell=1000.0)
    assert stock.values.tolist() == [[50 * 40.0 + 50 * 100.0, 75 * 70.0]]
    assert stock.attrs["units"] == "t C"
    per_ha = tanheng.carbon_stock(path, DENSITY)
    assert float(stock.sum()) == pytest.approx(float(per_ha.sum()) * 25.0)
    with pytest.raises(InputError, match="codes that the legend 'densities' lacks: 3"):
        tanheng.carbon_stock(path, {1: 40.0, 2: 100.0}, cell=1000.0)
