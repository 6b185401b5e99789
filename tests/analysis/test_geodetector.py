"""Geographical detector: published figures, q by hand, planted interactions, and a p-value that holds on smooth maps."""

from __future__ import annotations

import csv
import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from tanheng.analysis import (
    Discretisations,
    breaks,
    ecological_detector,
    factor_detector,
    interaction_detector,
    risk_detector,
    search_p,
    search_p_on_maps,
    strata,
    surrogates,
)
from tanheng.analysis.discretise import METHODS, natural_breaks
from tanheng.errors import InputError


@pytest.fixture(scope="module")
def heshun() -> dict[str, np.ndarray]:
    text = (Path(__file__).parent / "data" / "heshun.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in text if not line.startswith("#")))
    found = {name: np.array([int(row[name]) for row in rows]) for name in ("soiltype", "watershed", "elevation")}
    return {"incidence": np.array([float(row["incidence"]) for row in rows]), **found}


@pytest.mark.parametrize(
    ("factor", "q", "p_r", "p_n"),
    [
        # q and p of the R package geodetector (divisor n - 1), and p of gdverse (divisor n).
        ("watershed", 0.6377737, 0.0001169914, 0.000128803),
        ("elevation", 0.6067087, 0.04080407, 0.043382244),
        ("soiltype", 0.3857168, 0.3632363, 0.372145486),
    ],
)
def test_the_disease_data_give_their_published_figures(
    heshun: dict[str, np.ndarray], factor: str, q: float, p_r: float, p_n: float
) -> None:
    found = factor_detector(heshun["incidence"], heshun[factor])
    assert found.q == pytest.approx(q, abs=5e-8)
    assert found.p == pytest.approx(p_r, rel=1e-5)
    assert factor_detector(heshun["incidence"], heshun[factor], ddof=0).p == pytest.approx(p_n, rel=1e-5)


def test_the_disease_data_interact_as_published(heshun: dict[str, np.ndarray]) -> None:
    for one, other in (("watershed", "elevation"), ("watershed", "soiltype"), ("elevation", "soiltype")):
        found = interaction_detector(heshun["incidence"], heshun[one], heshun[other])
        assert found.kind == "enhanced, bivariate"
        f, p = ecological_detector(heshun["incidence"], heshun[one], heshun[other], direction="second")
        again, mirrored = ecological_detector(heshun["incidence"], heshun[other], heshun[one], direction="first")
        assert f == pytest.approx(1 / again)
        assert p == pytest.approx(mirrored)
        assert p > 0.05


def test_q_by_hand() -> None:
    # Strata 2 4 6 | 1 3: means 4 and 2; within 4 + 0 + 4 + 1 + 1 = 10; mean of all 3.2, total
    # 1.44 + 0.64 + 7.84 + 4.84 + 0.04 = 14.8; q = 1 - 10 / 14.8 = 0.324324...
    y, labels = np.array([2.0, 4, 6, 1, 3]), np.array([5, 5, 5, 9, 9])
    assert factor_detector(y, labels).q == pytest.approx(1 - 10 / 14.8, abs=1e-15)


def test_strata_of_one_cell_kept_or_left_out() -> None:
    # Kept: within 2 * 0.25 + 2 * 0.25 = 1, total: mean 3.8, 3.24 + 1.44 + ... ; left out: 1 2 | 4 5, within 1, total 10.
    y, labels = np.array([1.0, 2, 4, 5, 7]), np.array([0, 0, 1, 1, 2])
    assert factor_detector(y, labels).q == pytest.approx(1 - 1 / ((y - y.mean()) ** 2).sum())
    dropped = factor_detector(y, labels, single="drop")
    assert dropped.q == pytest.approx(1 - 1 / 10)
    assert (dropped.n, dropped.strata) == (4, 2)


def test_risk_is_welch(heshun: dict[str, np.ndarray]) -> None:
    from scipy.stats import ttest_ind

    y, labels = heshun["incidence"], heshun["soiltype"]
    for item in risk_detector(y, labels):
        t, p = ttest_ind(y[labels == item.first], y[labels == item.second], equal_var=False)
        assert (item.t, item.p) == (pytest.approx(t), pytest.approx(p))


def test_risk_of_a_single_cell_is_unknown() -> None:
    found = risk_detector(np.array([1.0, 2, 3, 9]), np.array([0, 0, 0, 1]))[0]
    assert math.isnan(found.p)


def test_planted_interactions_are_named_right() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 3, (2, 4000))
    noise = rng.normal(size=4000)
    exclusive = interaction_detector(np.where((a > 0) ^ (b > 0), 5.0, 0.0) + noise, a, b)
    assert exclusive.kind == "enhanced, nonlinear"
    same = interaction_detector(a + 0.1 * noise, a, a)
    assert same.kind == "nothing added"
    assert same.q_both == pytest.approx(same.q_first, abs=1e-12)
    # Two effects that add up on a balanced design: q of both is the sum of each.
    first, second = np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3)
    assert interaction_detector(first + 2.0 * second, first, second).kind == "independent"


@given(st.lists(st.integers(-30, 30), min_size=4, max_size=13), st.integers(2, 4))
def test_natural_breaks_have_the_least_squares(values: list[int], classes: int) -> None:
    array = np.array(values, float)
    distinct = np.unique(array)
    if len(distinct) < classes:
        return

    def within(inner: np.ndarray) -> float:
        labels = strata(array, inner)
        return float(sum(((part - part.mean()) ** 2).sum() for part in (array[labels == k] for k in np.unique(labels))))

    least = min(within(np.array(inner)) for inner in combinations(distinct[:-1], classes - 1))
    assert within(natural_breaks(array, classes)[classes]) == pytest.approx(least, abs=1e-9)


@given(st.integers(0, 1000), st.sampled_from(METHODS), st.integers(2, 9))
def test_breaks_part_the_range(seed: int, method: str, classes: int) -> None:
    values = np.random.default_rng(seed).lognormal(size=60).round(2) + 0.01
    inner = breaks(values, method, classes)
    assert (np.diff(inner) > 0).all()
    labels = strata(values, inner)
    assert labels.min() == 0
    assert labels.max() <= classes - 1


def test_all_ways_at_once_equal_one_at_a_time() -> None:
    rng = np.random.default_rng(2)
    driver, y = rng.gamma(2.0, size=700).round(2), rng.normal(size=700)
    y += driver
    ways = Discretisations(driver, classes=range(2, 9))
    for item in ways.candidates(y):
        assert item.q == pytest.approx(factor_detector(y, ways.strata(item, driver)).q, abs=1e-12)
    best = ways.best(y)
    assert best.q == max(item.q for item in ways.candidates(y))


def test_all_ways_at_once_without_single_cells() -> None:
    rng = np.random.default_rng(6)
    driver, y = rng.gamma(0.7, size=60).round(2), rng.normal(size=60)
    ways = Discretisations(driver, classes=range(2, 9), drop_single=True)
    dropped = 0
    for item in ways.candidates(y):
        one = factor_detector(y, ways.strata(item, driver), single="drop")
        assert item.q == pytest.approx(one.q, abs=1e-12)
        dropped += one.n < 60
    assert dropped > 3


def test_the_p_value_counts_the_search_and_the_neighbours() -> None:
    rng = np.random.default_rng(3)
    mask = np.ones((40, 40), bool)
    called = {"surrogates": 0, "shuffled": 0, "as if independent": 0}
    trials = 60
    for trial in range(trials):
        driver, y = (gaussian_filter(rng.normal(size=mask.shape), 2.0) for _ in range(2))
        ways = Discretisations(driver[mask], ["quantile", "equal"], range(3, 7))
        best = ways.best(y[mask])
        observed = np.array([best.q])
        called["surrogates"] += search_p(observed, surrogates(y, mask, 59, trial), [ways])[0] <= 0.05
        shuffled = (np.random.default_rng(trial).permutation(y[mask]) for _ in range(59))
        called["shuffled"] += search_p(observed, shuffled, [ways])[0] <= 0.05
        called["as if independent"] += factor_detector(y[mask], ways.strata(best, driver[mask])).p < 0.05
    # 60 trials at 5 %: 3 are expected, with a standard deviation of 1.7.
    assert called["surrogates"] <= 9
    assert called["shuffled"] > 30
    assert called["as if independent"] > 30


@pytest.mark.parametrize("smooth", [5.0, 10.0])
def test_maps_as_smooth_as_the_region_is_long_are_not_taken_for_findings(smooth: float) -> None:
    """A trend across the region is in both maps by chance: random maps without trends would call a third of the pairs related."""
    rng, mask, trials, called = np.random.default_rng(8), np.ones((32, 32), bool), 80, 0
    for trial in range(trials):
        size = 32 + 8 * int(smooth)
        driver, y = (gaussian_filter(rng.normal(size=(size, size)), smooth)[:32, :32] for _ in range(2))
        ways = Discretisations(driver[mask], ["quantile", "equal"], range(3, 7))
        observed = np.array([[ways.best(y[mask]).q]])
        called += search_p_on_maps(observed, [y], mask, [ways], 39, trial)[0, 0] <= 0.05
    # 80 trials at 5 %: 4 are expected, with a standard deviation of 2.
    assert called <= 10


def test_shuffling_is_right_for_independent_cells() -> None:
    rng = np.random.default_rng(4)
    called = 0
    for trial in range(100):
        driver, y = rng.normal(size=(2, 150))
        ways = Discretisations(driver, ["quantile", "natural"], range(3, 7))
        draws = (np.random.default_rng([trial, number]).permutation(y) for number in range(39))
        called += search_p(np.array([ways.best(y).q]), draws, [ways])[0] <= 0.05
    assert called <= 12


def test_surrogates_are_as_smooth_as_their_map() -> None:
    field = gaussian_filter(np.random.default_rng(5).normal(size=(60, 50)), 3.0)
    mask = np.hypot(*np.mgrid[-1:1:60j, -1:1:50j]) < 0.95
    inside = np.full(mask.shape, np.nan)

    def likeness(values: np.ndarray) -> float:
        inside[mask] = values
        pairs = np.stack([inside[:, 1:].ravel(), inside[:, :-1].ravel()])
        return float(np.corrcoef(pairs[:, np.isfinite(pairs).all(axis=0)])[0, 1])

    drawn = [likeness(item) for item in surrogates(field, mask, 20)]
    assert np.mean(drawn) == pytest.approx(likeness(field[mask]), abs=0.05)


@pytest.mark.parametrize(
    ("y", "labels", "message"),
    [
        (np.full(6, 2.0), np.array([0, 0, 0, 1, 1, 1]), "alike"),
        (np.full(6, np.nan), np.array([0, 0, 0, 1, 1, 1]), "three cells"),
        (np.arange(6.0), np.full(6, -1), "three cells"),
        (np.array([1.0, np.inf, 2, 3, 4, 5]), np.array([0, 0, 0, 1, 1, 1]), "infinite"),
        (np.arange(5.0), np.array([0, 0, 0, 1, 1, 1]), "a stratum for each value"),
    ],
)
def test_bad_input_is_refused(y: np.ndarray, labels: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        factor_detector(y, labels)


def test_one_stratum_explains_nothing() -> None:
    found = factor_detector(np.arange(5.0), np.zeros(5, int))
    assert found.q == 0
    assert math.isnan(found.p)


def test_bad_breaks_are_refused() -> None:
    with pytest.raises(InputError, match=r"'natual' is not a classification method.*did you mean 'natural'"):
        breaks(np.arange(5.0), "natual", 3)
    with pytest.raises(InputError, match="positive values"):
        breaks(np.arange(5.0), "geometric", 3)
    with pytest.raises(InputError, match="alike"):
        breaks(np.full(5, 1.0), "equal", 3)
    with pytest.raises(InputError, match="two classes"):
        breaks(np.arange(5.0), "equal", 1)
    with pytest.raises(InputError, match="same everywhere"):
        Discretisations(np.full(50, 0.3))
    with pytest.raises(InputError, match="missing or infinite"):
        Discretisations(np.array([1.0, np.nan, 3.0]))


def test_interactions_of_other_shapes_or_of_nothing_are_refused() -> None:
    y, strata = np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1])
    with pytest.raises(InputError, match="a stratum for each value"):
        interaction_detector(y, strata, strata[:2])
    with pytest.raises(InputError, match="three cells"):
        interaction_detector(y[:0], strata[:0], strata[:0])
    with pytest.raises(InputError, match="three cells"):
        ecological_detector(y, np.full(3, -1), strata)
