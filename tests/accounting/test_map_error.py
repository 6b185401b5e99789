"""Areas adjusted for map error: published examples, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.accounting.intervals.map_error import (
    accuracies,
    adjusted_areas,
    adjusted_mean,
    areas_from_accuracies,
)
from tanheng.errors import InputError
from tanheng.land.plausible_change import accuracy_that_explains, change_by_error_alone

#: Olofsson et al. 2014, Remote Sensing of Environment 148, Tables 8 and 9: deforestation, forest gain, stable forest, stable non-forest.
COUNTS_2014 = np.array([[66.0, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]])
#: 30 m pixels: 200000 * 0.09 ha = 18000 ha, and so on.
HECTARES_2014 = np.array([200_000.0, 150_000, 3_200_000, 6_450_000]) * 0.09

#: Olofsson et al. 2013, Remote Sensing of Environment 129, Table 4: deforestation, stable forest, non-forest.
COUNTS_2013 = np.array([[97.0, 0, 3], [3, 279, 18], [2, 1, 97]])
HECTARES_2013 = np.array([22_353.0, 1_122_543, 610_228])


def test_olofsson_2014_is_reproduced() -> None:
    found = adjusted_areas(COUNTS_2014, HECTARES_2014)
    # Printed with z = 1.96: 21,158 +- 6,158; 11,686 +- 3,756; 285,770 +- 15,510; 581,386 +- 16,282 ha.
    assert found.value.round().tolist() == [21_158, 11_686, 285_770, 581_386]
    np.testing.assert_allclose(found.half_width, [6_158, 3_756, 15_510, 16_282], atol=1.0)
    known = accuracies(COUNTS_2014, HECTARES_2014)
    assert known.users.value.round(2).tolist() == [0.88, 0.73, 0.93, 0.96]
    assert known.users.half_width.round(2).tolist() == [0.07, 0.10, 0.04, 0.02]
    assert known.producers.value.round(2).tolist() == [0.75, 0.85, 0.93, 0.96]
    # The paper prints 0.23 and 0.01 for the second and the last; its own Eq. 7 gives 0.25 and 0.02.
    assert known.producers.half_width.round(2).tolist() == [0.21, 0.25, 0.03, 0.02]
    assert float(known.overall.value) == pytest.approx(0.95, abs=0.005)
    assert float(known.overall.half_width) == pytest.approx(0.02, abs=0.005)


def test_olofsson_2013_is_reproduced() -> None:
    found = adjusted_areas(COUNTS_2013, HECTARES_2013)
    np.testing.assert_allclose(found.value, [45_112, 1_050_067, 659_944], atol=0.6)
    np.testing.assert_allclose(found.half_width / 1.96, [10_751, 17_652, 18_636], atol=1.0)
    known = accuracies(COUNTS_2013, HECTARES_2013)
    assert known.producers.value[:2].round(2).tolist() == [0.48, 0.99]
    assert float(known.overall.value) == pytest.approx(0.94, abs=0.005)


@st.composite
def samples(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Counts with at least two places in each stratum, and areas."""
    size = draw(st.integers(2, 5))
    counts = np.array(
        draw(st.lists(st.lists(st.integers(0, 40), min_size=size, max_size=size), min_size=size, max_size=size))
    )
    areas = np.array(draw(st.lists(st.floats(0.1, 1e5), min_size=size, max_size=size)))
    return counts + 2.0 * np.eye(size), areas


@given(samples())
def test_adjusted_areas_sum_to_the_land(sample: tuple[np.ndarray, np.ndarray]) -> None:
    counts, areas = sample
    assert adjusted_areas(counts, areas).value.sum() == pytest.approx(areas.sum(), rel=1e-12)


@given(samples())
def test_a_map_without_errors_is_not_adjusted(sample: tuple[np.ndarray, np.ndarray]) -> None:
    counts, areas = sample
    found = adjusted_areas(np.diag(counts.sum(axis=1)), areas)
    np.testing.assert_allclose(found.value, areas, rtol=1e-12)
    np.testing.assert_allclose(found.half_width, 0.0, atol=1e-12)


@given(samples())
def test_the_mean_of_one_class_is_its_share(sample: tuple[np.ndarray, np.ndarray]) -> None:
    counts, areas = sample
    first = np.eye(len(areas))[0]
    mean, area = adjusted_mean(counts, areas, first), adjusted_areas(counts, areas)
    assert float(mean.value) * areas.sum() == pytest.approx(area.value[0], rel=1e-12)
    assert float(mean.half_width) * areas.sum() == pytest.approx(area.half_width[0], rel=1e-12)


@given(samples())
def test_published_accuracies_say_what_their_matrix_says(sample: tuple[np.ndarray, np.ndarray]) -> None:
    counts, areas = sample
    known = accuracies(counts, areas)
    found, total = areas_from_accuracies(areas, known.users.value, known.producers.value, counts.sum(axis=1))
    np.testing.assert_allclose(found.value, adjusted_areas(counts, areas).value, rtol=1e-9)
    assert total == pytest.approx(1.0)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(7)
    areas, density = np.array([60.0, 30.0, 10.0]), np.array([70.0, 150.0, 60.0])
    truth = np.array([[0.9, 0.07, 0.03], [0.15, 0.8, 0.05], [0.1, 0.1, 0.8]])
    true_mean = float(areas / areas.sum() @ truth @ density)
    held = 0
    for _ in range(2000):
        counts = np.stack([rng.multinomial(100, row) for row in truth]).astype(float)
        found = adjusted_mean(counts, areas, density)
        held += abs(float(found.value) - true_mean) <= float(found.half_width)
    assert held / 2000 == pytest.approx(0.95, abs=0.015)


def test_a_stratum_with_one_place_is_refused() -> None:
    with pytest.raises(InputError, match="stratum 2 of the sample has 1 places; two are needed"):
        adjusted_areas(np.array([[5.0, 1.0], [0.0, 1.0]]), np.array([1.0, 1.0]))
    # A class that the map does not show needs none.
    assert adjusted_areas(np.array([[5.0, 1.0], [0.0, 0.0]]), np.array([6.0, 0.0])).value.tolist() == [5.0, 1.0]


@given(st.floats(0.5, 1.0))
def test_equal_maps_differ_by_what_their_accuracy_explains(accuracy: float) -> None:
    assert accuracy_that_explains(change_by_error_alone(accuracy, accuracy)) == pytest.approx(accuracy)
