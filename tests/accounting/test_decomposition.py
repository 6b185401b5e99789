"""LMDI and decoupling: published examples, limits of zeros, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.accounting.emission.decomposition import decompose, logarithmic_mean
from tanheng.accounting.emission.decoupling import decoupling_state, elasticity
from tanheng.errors import InputError

#: Example of the R package LMDIR (M. K. Heun): two parts, three factors, four years.
YEARS = {
    1971: [[1.0, 10, 2], [4, 5, 3]],
    1972: [[4.0, 5, 3], [5, 6, 4]],
    1973: [[8.0, 2, 4], [5, 7, 5]],
    1974: [[10.0, 1, 5], [6, 8, 6]],
}


@pytest.mark.parametrize(
    ("first", "additive", "multiplicative"),
    [
        (1971, [69.79006598, -9.455125793, 39.66505981], [1.761117821, 0.926191306, 1.379410116]),
        (1972, [42.96021467, -34.31902656, 50.3588119], [1.229284572, 0.847970248, 1.273773912]),
        (1973, [54.01064234, -9.021284671, 54.01064234], [1.208140223, 0.968911503, 1.208140223]),
    ],
)
def test_the_example_of_lmdir_is_reproduced(first: int, additive: list[float], multiplicative: list[float]) -> None:
    found = decompose(np.array(YEARS[first]), np.array(YEARS[first + 1]))
    np.testing.assert_allclose(found.additive, additive, rtol=1e-8)
    np.testing.assert_allclose(found.multiplicative, multiplicative, rtol=1e-8)


def test_the_commercial_buildings_of_china_2017_to_2018() -> None:
    """Six factors of one part (data of the package PyLMDI); the product is the emissions, 761.98 and 794.61 Mt."""
    first = np.array([[1390.08, 59.04367375, 0.51892765, 0.002876626, 3.004500526, 2.07]])
    last = np.array([[1395.38, 64.52073987, 0.521570193, 0.002743568, 3.053397862, 2.02]])
    found = decompose(first, last)
    np.testing.assert_allclose(
        found.additive, [2.961364, 69.032182, 3.952703, -36.853879, 12.562758, -19.027454], rtol=2e-5
    )


def test_a_part_that_appears_goes_to_the_factor_that_was_zero() -> None:
    """Ang, Zhang and Choi 1998, Table 2: the limit is the whole of the part for that factor and none for the others."""
    first, last = np.array(YEARS[1971]), np.array(YEARS[1972])
    first[0, 0] = 0.0
    np.testing.assert_allclose(decompose(first[:1], last[:1]).additive, [60.0, 0.0, 0.0])
    first, last = np.array(YEARS[1971]), np.array(YEARS[1972])
    last[1, 2] = 0.0
    np.testing.assert_allclose(decompose(first[1:], last[1:]).additive, [0.0, 0.0, -60.0])


@given(st.integers(1, 3), st.floats(1e-9, 1e-6))
def test_zeros_are_the_limit_of_small_values(zeros: int, small: float) -> None:
    first, last = np.array([[2.0, 3.0, 5.0]]), np.array([[3.0, 4.0, 6.0]])
    first[0, :zeros] = 0.0
    near = first.copy()
    near[0, :zeros] = small**5  # convergence is that of a logarithm
    np.testing.assert_allclose(decompose(first, last).additive, decompose(near, last).additive, atol=2.0)


factors = st.lists(
    st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e3)), min_size=3, max_size=3), min_size=1, max_size=4
)


@given(st.data())
def test_effects_sum_to_the_change(data: st.DataObject) -> None:
    first = np.array(data.draw(factors))
    last = np.array(data.draw(st.lists(st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e3)), min_size=3, max_size=3),
                                       min_size=len(first), max_size=len(first))))  # fmt: skip
    found = decompose(first, last)
    before, after = first.prod(axis=1).sum(), last.prod(axis=1).sum()
    assert found.additive.sum() == pytest.approx(after - before, abs=1e-12 * max(before, after, 1.0) * 100)
    if min(before, after) > 0:
        assert np.log(found.multiplicative).sum() == pytest.approx(np.log(after / before), abs=1e-9)


@given(st.floats(1e-6, 1e6), st.floats(-1e-3, 1e-3))
def test_the_logarithmic_mean_lies_between_its_ends(value: float, step: float) -> None:
    other = value * (1.0 + step)
    mean = float(logarithmic_mean(np.array(value), np.array(other)))
    assert min(value, other) * (1 - 1e-12) <= mean <= max(value, other) * (1 + 1e-12)


def test_negative_amounts_are_refused() -> None:
    with pytest.raises(InputError, match="a factor is negative"):
        decompose(np.array([[1.0, -1.0]]), np.array([[1.0, 1.0]]))


#: Emissions and output at both ends, the elasticity and the state, of figures on cement by country (brwei01/Cement_LMDI): every state.
STATES = [
    ((12788.0, 14362.5), (5.281, 10.027), 0.1370, "weak decoupling"),
    ((14362.5, 18255.3), (10.027, 11.5731), 1.7579, "expansive negative decoupling"),
    ((20815.3, 22291.9), (29.5604, 32.1289), 0.8164, "expansive coupling"),
    ((30878.6, 30356.1), (70.2941, 80.0154), -0.1224, "strong decoupling"),
    ((3828.7, 4468.3), (3.18811, 2.62576), -0.9471, "strong negative decoupling"),
    ((3858.3, 3762.6), (8.40901, 7.35344), 0.1976, "weak negative decoupling"),
    ((3584.4, 3156.9), (14.9254, 14.0147), 1.9546, "recessive decoupling"),
    ((397.1, 334.4), (2.1361, 1.83664), 1.1263, "recessive coupling"),
    ((13.2, 13.2), (0.0260977, 0.0371287), 0.0, "weak decoupling"),
]


@pytest.mark.parametrize(("emissions", "output", "value", "state"), STATES)
def test_states_of_decoupling(
    emissions: tuple[float, float], output: tuple[float, float], value: float, state: str
) -> None:
    assert elasticity(emissions, output) == pytest.approx(value, abs=2e-4)
    assert decoupling_state(emissions, output) == state


def test_the_ends_of_coupling_are_coupled() -> None:
    for value in (0.8, 1.2):
        assert decoupling_state((1000.0, 1000.0 * (1 + 0.1 * value)), (1000.0, 1100.0)).endswith("coupling")
    assert decoupling_state((100.0, 110.0), (100.0, 100.0)) == ""
