"""Intensity analysis on published matrices, and laws that hold for any.

The matrices and the intensities printed for them are facts of two public sources: the example of the R package intensity.analysis
(A. Khallaghi and R. G. Pontius, its README), and land cover of Tanintharyi, Myanmar, from ESA CCI maps (J. D. T. De Alban et al. 2019,
Sustainability 11, 1139; results published with the code of the study, learning-intensity-analysis).
"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from tanheng.accounting.change.intensity import (
    Interval,
    category_table,
    interval_table,
    transition_table,
    uniform_intensity,
)
from tanheng.land.plausible_change import undone_share


def interval(first: int, last: int, rows: list[list[float]], names: str) -> Interval:
    classes = names.split()
    coords = {"from_class": classes, "to_class": classes}
    return Interval(first, last, xr.DataArray(np.array(rows, float), dims=("from_class", "to_class"), coords=coords))


SMALL = "Water Trees Impervious"
PACKAGE = [
    interval(2005, 2010, [[2, 2, 1], [0, 0, 2], [1, 1, 0]], SMALL),
    interval(2010, 2012, [[1, 1, 1], [2, 1, 0], [1, 2, 0]], SMALL),
]

NAMES = "FOR MOS SHB OTH CRP NON"
TANINTHARYI = [
    interval(1992, 1997, [
        [357443, 1840, 2049, 1, 1069, 49], [58, 58808, 304, 0, 13, 11], [5, 0, 17359, 2, 0, 0],
        [191, 3, 51, 9727, 2, 2], [0, 1, 0, 0, 23371, 0], [0, 0, 0, 0, 0, 963],
    ], NAMES),
    interval(1997, 2004, [
        [291273, 15817, 46846, 3670, 16, 75], [18, 24427, 9, 0, 1, 0], [181, 207, 59644, 619, 0, 1],
        [12, 2, 0, 19743, 6, 0], [8, 1, 0, 9, 9710, 2], [0, 0, 0, 0, 0, 1025],
    ], NAMES),
    interval(2004, 2015, [
        [283838, 2816, 4212, 24, 599, 3], [200, 40181, 59, 0, 0, 14], [783, 335, 104849, 0, 532, 0],
        [2, 6, 0, 1088, 0, 7], [65, 12, 27, 0, 23877, 60], [66, 1, 2, 1, 5, 9658],
    ], NAMES),
]  # fmt: skip


def test_the_example_of_the_r_package() -> None:
    table = interval_table(PACKAGE)
    assert table["intensity_per_yr"].to_numpy() == pytest.approx([0.1555556, 0.3888889], abs=5e-8)
    assert table["uniform_intensity_per_yr"].to_numpy() == pytest.approx([0.2222222] * 2, abs=5e-8)
    assert table["pace"].tolist() == ["slow", "fast"]
    moved = transition_table(PACKAGE[0]).pivot_table(index="from_class", columns="to_class", values="intensity_per_yr")
    assert moved.loc["Water", ["Trees", "Impervious"]].tolist() == pytest.approx([0.08, 0.04])
    assert moved.loc["Impervious", ["Water", "Trees"]].tolist() == pytest.approx([0.1, 0.1])
    even = transition_table(PACKAGE[0]).groupby("to_class")["uniform_intensity_per_yr"].first()
    assert even[SMALL.split()].tolist() == pytest.approx([0.05, 0.08571429, 0.08571429], abs=5e-9)


def test_intervals_of_tanintharyi() -> None:
    table = interval_table(TANINTHARYI)
    printed = [0.00238780365163673, 0.0203727211979522, 0.00188820142044374]
    assert table["intensity_per_yr"].to_numpy() == pytest.approx(printed, rel=1e-12)
    assert uniform_intensity(TANINTHARYI) == pytest.approx(0.00762253401168393, rel=1e-12)
    assert table["pace"].tolist() == ["slow", "fast", "slow"]


def test_classes_of_tanintharyi() -> None:
    table = category_table(TANINTHARYI[2]).set_index("land_class")
    loss = [0.00238709186, 0.00061349142, 0.00140846393, 0.00123629770, 0.00062015269, 0.00070052212]
    gain = [0.00035603833, 0.00664763946, 0.00358142622, 0.00204198317, 0.00412876213, 0.00078385995]
    assert table["loss_intensity_per_yr"].to_numpy() == pytest.approx(loss, rel=1e-7)
    assert table["gain_intensity_per_yr"].to_numpy() == pytest.approx(gain, rel=1e-7)
    # Against 0.001888 of the interval.
    assert table["loss_activity"].tolist() == ["active", *["dormant"] * 5]
    assert table["gain_activity"].tolist() == ["dormant", "active", "active", "active", "active", "dormant"]


def test_transitions_of_tanintharyi() -> None:
    rows = transition_table(TANINTHARYI[2])
    forest = rows[rows["from_class"] == "FOR"].set_index("to_class")
    observed = [0.000878240226, 0.00131361784, 7.48500193e-6, 0.000186813173, 9.35625e-7]
    even = [0.000665749878, 0.00106566134, 4.81286707e-6, 0.000229862218, 1.64722710e-5]
    assert forest["intensity_per_yr"].to_numpy() == pytest.approx(observed, rel=1e-6)
    assert forest["uniform_intensity_per_yr"].to_numpy() == pytest.approx(even, rel=1e-6)
    assert forest["targeting"].tolist() == ["targets", "targets", "targets", "avoids", "avoids"]


@given(st.integers(0, 300))
def test_gains_and_losses_balance_and_units_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 50, (4, 4)).astype(float)
    one, other = (interval(2000, 2007, (rows * scale).tolist(), "a b c d") for scale in (1.0, 100.0))
    table = category_table(one)
    assert table["gain_km2"].sum() == pytest.approx(table["loss_km2"].sum())
    assert table["net_change_km2"].sum() == pytest.approx(0.0, abs=1e-9)
    # Half of the gross change of all classes is the area that changed; swap and net change make it up.
    assert (table["swap_km2"] + table["net_change_km2"].abs()).sum() / 2 == pytest.approx(one.changed / 100)
    columns = ["gain_intensity_per_yr", "loss_intensity_per_yr"]
    assert category_table(other)[columns].to_numpy() == pytest.approx(table[columns].to_numpy(), nan_ok=True)
    assert other.intensity == pytest.approx(one.intensity)


@given(st.lists(st.integers(0, 2), min_size=30, max_size=30), st.lists(st.integers(0, 2), min_size=30, max_size=30))
def test_no_more_is_undone_than_is_told(first: list[int], second: list[int]) -> None:
    """Of thirty pixels: those that go to another class and back are at most the share that is told."""
    a, b, c = np.zeros(30, int), np.array(first), np.array(second)
    steps = [float((a != b).sum()), float((b != c).sum())]
    back = 2.0 * float(((a != b) & (a == c)).sum())
    assert back <= undone_share(steps, float((a != c).sum())) * sum(steps) + 1e-9
