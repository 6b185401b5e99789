"""Demand: chains, roots, totals and conflicts, by hand and by laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.errors import InputError, StudyError
from tanheng.simulation.demand import fitted_to_totals, linear_totals, markov_chain, step_of, with_factors
from tanheng.simulation.schedule import (
    Rules,
    Start,
    conversion_schedule,
    markov_schedule,
    step_years,
    total_schedule,
)
from tanheng.simulation.whole_cells import Conflict, whole_conversions

OBSERVED = np.array([[[80, 15, 5], [2, 46, 2], [0, 10, 40]]])


def start(observed: np.ndarray = OBSERVED, fixed: np.ndarray | None = None) -> Start:
    cells = observed.sum(axis=1)
    none = np.zeros_like(cells) if fixed is None else fixed
    zones = tuple(f"z{n}" for n in range(len(observed)))
    return Start(2010, cells, none, observed, 10.0, ("forest", "built-up", "water"), zones)


def test_a_markov_step_of_one_period_repeats_the_observed_shares() -> None:
    # 82 forest cells of today (80 + 2): 82 * 80/100 = 65.6 stay, 12.3 to built-up, 4.1 to water.
    step = markov_schedule(start(), [2020], Rules.none(3), 10.0).steps[0]
    np.testing.assert_allclose(step.conversions[0, 0], [65.6, 12.3, 4.1], atol=1.0)
    assert step.conversions[0].sum(axis=1).tolist() == [82, 71, 47]


def test_half_a_period_is_the_root_and_two_halves_are_the_whole() -> None:
    chain = markov_chain(OBSERVED[0] + 2)
    half = step_of(chain, 0.5)
    assert half.moved == 0
    np.testing.assert_allclose(half.chain @ half.chain, chain, atol=1e-12)


def test_a_root_that_is_no_chain_says_so_and_is_made_one() -> None:
    # Two states that nearly swap have eigenvalue 2 * 0.1 - 1 = -0.8, whose root is imaginary.
    found = step_of(np.array([[0.1, 0.9], [0.9, 0.1]]), 0.5)
    assert found.moved > 0.1
    np.testing.assert_allclose(found.chain.sum(axis=1), 1.0)
    assert (found.chain >= 0).all()
    swap = np.array([[[1, 9, 0], [9, 1, 0], [0, 0, 10]]])
    schedule = markov_schedule(start(swap), [2015], Rules.none(3), 10.0)
    assert any("root" in note for note in schedule.notes)


@given(st.integers(0, 10_000))
def test_whole_conversions_keep_every_total(seed: int) -> None:
    random = np.random.default_rng(seed)
    now = random.integers(0, 500, 4)
    prior = now[:, None] * random.dirichlet(np.ones(4), 4)
    target = random.multinomial(now.sum(), random.dirichlet(np.ones(4)))
    wanted = fitted_to_totals(prior, now.astype(float), target.astype(float))
    found = whole_conversions(wanted, now, np.full((4, 4), np.inf), now, target)
    assert not isinstance(found, Conflict)
    assert (found >= 0).all()
    np.testing.assert_array_equal(found.sum(axis=1), now)
    np.testing.assert_array_equal(found.sum(axis=0), target)


@given(st.integers(0, 10_000))
def test_quotas_and_masks_hold_in_every_step(seed: int) -> None:
    random = np.random.default_rng(seed)
    observed = random.integers(0, 60, (3, 3, 3))
    observed[:, np.arange(3), np.arange(3)] += 200
    fixed = (observed.sum(axis=1) * random.uniform(0, 0.5, (3, 3))).astype(int)
    most = np.where(random.random((3, 3)) < 0.3, random.integers(0, 30, (3, 3)), np.inf).astype(float)
    begun = start(observed, fixed)
    for step in markov_schedule(begun, [2020, 2035], Rules(np.ones((3, 3)), most), 10.0).steps:
        off = step.conversions.sum(axis=0)
        np.fill_diagonal(off, 0)
        assert (off <= most).all()
        stay = step.conversions[:, np.arange(3), np.arange(3)]
        assert (stay >= np.minimum(fixed, step.conversions.sum(axis=2))).all()


def test_totals_by_hand_are_met_in_each_zone() -> None:
    observed = np.concatenate([OBSERVED, 2 * OBSERVED])
    asked = {2020: np.array([[70.0, 90.0, 40.0], [160.0, 150.0, 90.0]])}
    step = total_schedule(start(observed), [2020], Rules.none(3), 10.0, asked).steps[0]
    np.testing.assert_array_equal(step.conversions.sum(axis=1), asked[2020])


def test_a_class_that_never_grew_cant_be_demanded_to_grow() -> None:
    never = np.array([[[80, 0, 0], [0, 50, 0], [10, 10, 40]]])
    asked = {2020: np.array([[80.0, 50.0, 60.0]])}
    with pytest.raises(StudyError, match="'water' should grow"):
        total_schedule(start(never), [2020], Rules.none(3), 10.0, asked)


def test_a_conflict_names_class_cells_and_what_stands_against_it() -> None:
    rules = Rules.none(3)
    rules.most[:, 0] = 5
    asked = {2020: np.array([[120.0, 50.0, 30.0]])}
    with pytest.raises(StudyError, match=r"'forest' lacks 33 cells.*built-up → forest"):
        total_schedule(start(), [2020], rules, 10.0, asked)


def test_conversions_by_hand_beyond_what_masks_leave_are_refused() -> None:
    fixed = np.array([[80, 0, 0]])
    wanted = np.zeros((1, 3, 3))
    wanted[0, 0, 1] = 12
    with pytest.raises(ValueError, match="12 cells of 'forest' should change, and 2 may"):
        conversion_schedule(start(fixed=fixed), [2020], 10.0, {2020: wanted}, Rules.none(3))


def test_long_horizons_are_cut_into_steps_that_add_up() -> None:
    assert step_years(2010, [2035], 10) == [(2035, pytest.approx([2010 + 25 / 3, 2010 + 50 / 3, 2035]))]
    wanted = np.zeros((1, 3, 3))
    wanted[0, 0, 1] = 11
    steps = conversion_schedule(start(), [2035], 10.0, {2035: wanted}, Rules.none(3)).steps
    assert [int(step.conversions[0, 0, 1]) for step in steps] == [3, 4, 4]


def test_factors_scale_chances_and_forbidden_ones_are_zero() -> None:
    chain = markov_chain(OBSERVED[0])
    factors = np.ones((3, 3))
    factors[0, 1] = 0.0
    found = with_factors(chain, factors)
    assert found[0].tolist() == pytest.approx([0.95, 0.0, 0.05])


def test_straight_lines_never_go_below_zero() -> None:
    found = linear_totals([2000, 2010], np.array([[90.0, 10.0], [10.0, 90.0]]), 2030)
    assert found.tolist() == pytest.approx([0.0, 100.0])


def test_a_quota_leaves_land_as_it_is_and_other_conversions_alone() -> None:
    # 1,000 forest cells, a tenth to each of two classes; a quota of 20 on the first: 20, 100 as before, and 880 stay.
    observed = np.array([[[800, 100, 100], [0, 500, 0], [0, 0, 500]]])
    begun = start(observed)
    begun = replace(begun, cells=np.array([[1000, 500, 500]]))
    rules = Rules.none(3)
    rules.most[0, 1] = 20
    schedule = markov_schedule(begun, [2020], rules, 10.0)
    assert schedule.steps[0].conversions[0, 0].tolist() == [880, 20, 100]
    assert schedule.steps[0].asked is not None
    assert schedule.steps[0].asked[0].tolist() == [800, 600, 600]
    assert any("forest → built-up by 80 cells" in note for note in schedule.notes)


def test_protection_cuts_all_conversions_of_a_class_alike_and_says_so() -> None:
    observed = np.array([[[800, 100, 100], [0, 500, 0], [0, 0, 500]]])
    begun = replace(start(observed), cells=np.array([[1000, 500, 500]]), fixed=np.array([[940, 0, 0]]))
    schedule = markov_schedule(begun, [2020], Rules.none(3), 10.0)
    assert schedule.steps[0].conversions[0, 0].tolist() == [940, 30, 30]
    assert any("protected land" in note for note in schedule.notes)


def test_what_a_quota_cuts_is_not_asked_for_again() -> None:
    """9,000 of crops of which a tenth would become towns, and 100 may: the next step asks a tenth of 8,900, and water stays."""
    observed = np.array([[[9000, 1000, 0], [0, 500, 0], [0, 0, 300]]])
    begin = Start(
        2010, np.array([[9000, 1500, 300]]), np.zeros((1, 3), int), observed, 10.0, ("crop", "built", "water"), ("",)
    )
    rules = Rules.none(3)
    rules.most[0, 1] = 100
    steps = markov_schedule(begin, [2020, 2030, 2040], rules, 10.0).steps
    assert [step.conversions[0].sum(axis=0).tolist() for step in steps] == [
        [8900, 1600, 300],
        [8800, 1700, 300],
        [8700, 1800, 300],
    ]
    asked = [[8100, 2400, 300], [8010, 2490, 300], [7920, 2580, 300]]
    assert [None if step.asked is None else step.asked[0].tolist() for step in steps] == asked


def test_zones_round_at_different_steps_so_that_quotas_hold() -> None:
    """Ten zones of three cells in two steps: 15 in each; a quota of 14 is too small, though each zone takes one or two at a time."""
    observed = np.tile(np.array([[90, 10, 0], [0, 50, 0], [0, 0, 40]]), (10, 1, 1))
    asked = np.zeros(observed.shape)
    asked[:, 0, 1] = 3
    rules = Rules.none(3)
    rules.most[0, 1] = 15
    steps = conversion_schedule(start(observed), [2030], 10.0, {2030: asked}, rules).steps
    assert [int(step.conversions[:, 0, 1].sum()) for step in steps] == [15, 15]
    assert (sum(step.conversions[:, 0, 1] for step in steps) == 3).all()
    rules.most[0, 1] = 14
    with pytest.raises(InputError, match=r"15 cells .* in one step are more than the quota allows"):
        conversion_schedule(start(observed), [2030], 10.0, {2030: asked}, rules)


def test_a_quota_is_shared_by_zones() -> None:
    one = np.array([[800, 100, 100], [0, 500, 0], [0, 0, 500]])
    begun = replace(start(np.stack([one, one, one])), cells=np.array([[1000, 500, 500]] * 3))
    rules = Rules.none(3)
    rules.most[0, 1] = 90
    step = markov_schedule(begun, [2020], rules, 10.0).steps[0]
    assert step.conversions[:, 0, 1].tolist() == [30, 30, 30]
