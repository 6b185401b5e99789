"""Planted truth is learned back, noise is not, and scores are those of held-out land."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.maps import driver, land, landscape, smooth
from tanheng.simulation.allocation import Chance, allocate
from tanheng.simulation.course import Allocator
from tanheng.simulation.features import feature_set
from tanheng.simulation.landscape import Landscape
from tanheng.simulation.learned.appraisal import learned, response_curves
from tanheng.simulation.learned.boosting import boost
from tanheng.simulation.learned.model import Additive, given_suitability
from tanheng.simulation.learned.sampling import draw_samples
from tanheng.simulation.measures import (
    Merit,
    contingency,
    disagreement,
    figure_of_merit,
    kappa,
    merit_by_transition,
)
from tanheng.simulation.validation import Trial, validated
from tanheng.simulation.workers import Here

SHAPE = (120, 160)


def planted(seed: int, strength: float) -> tuple[Landscape, np.ndarray]:
    """Land whose forest becomes built-up with odds exp(strength * truth); a second driver plays no role."""
    here = Landscape(
        land(seed, SHAPE), (driver("truth", smooth(seed, SHAPE)), driver("idle", smooth(seed + 50, SHAPE)))
    )
    return here, changed(here.land, seed, strength, seed)


def changed(before: np.ndarray, seed: int, strength: float, chance_seed: int) -> np.ndarray:
    """The next land by the rule that was planted with a seed."""
    chance = 1 / (1 + np.exp(-(strength * smooth(seed, SHAPE) - 2.5)))
    random = np.random.default_rng(chance_seed)
    return np.where((before == 0) & (random.random(SHAPE) < chance), 1, before).astype(np.uint8)


def test_a_planted_rule_is_learned_back_and_an_idle_driver_has_no_importance() -> None:
    here, after = planted(1, 1.5)
    features = feature_set(3, here.drivers, (3,))
    sample = draw_samples(here, after, features, [0])[0]
    model, appraisal = learned(features, sample)
    assert appraisal.skill > 0.05
    truth, idle, *rest = appraisal.importance
    assert truth > 0.05
    assert abs(idle) < 0.005
    assert np.abs(rest).max() < 0.01
    curve = next(item for item in response_curves(features, sample, model) if item.feature == 0)
    slope = np.polyfit(curve.values, curve.log_odds[:, 0], 1)[0]
    # The ridge and the shares of classes, which are smooth as well, take a part of it.
    assert 1.0 < slope < 1.7
    assert np.corrcoef(curve.values, curve.log_odds[:, 0])[0, 1] > 0.98


def test_chances_come_true_on_blocks_held_out() -> None:
    here, after = planted(2, 1.0)
    features = feature_set(3, here.drivers, (3,))
    _, appraisal = learned(features, draw_samples(here, after, features, [0])[0])
    table = appraisal.reliability[0]
    good = table[table[:, 2] > 100]
    # The highest group has some 120 cells, half of which changed: a standard error of 0.045.
    assert np.abs(good[:, 0] - good[:, 1]).max() < 0.1
    assert np.average(np.abs(good[:, 0] - good[:, 1]), weights=good[:, 2]) < 0.02


def test_random_change_is_predicted_no_better_than_its_null() -> None:
    here, after = planted(3, 0.0)
    features = feature_set(3, here.drivers)
    model, appraisal = learned(features, draw_samples(here, after, features, [0])[0])
    assert appraisal.skill < 0.01
    later = Landscape(after, here.drivers)
    random = np.random.default_rng(9)
    truth = np.where((after == 0) & (random.random(SHAPE) < 0.08), 1, after).astype(np.uint8)
    scores = validated(Trial(later, truth, 3), Allocator(features, {0: model}, "draw", 1, Here(), {}), 10)
    own, chance = (next(one for one in scores if one.model == name).merit for name in ("draw", "random"))
    for side in (1, 4, 16):
        assert own[side].figure_of_merit == pytest.approx(chance[side].figure_of_merit, rel=0.15)


def test_a_planted_rule_beats_both_nulls_in_a_period_it_had_not_seen() -> None:
    here, after = planted(4, 2.0)
    features = feature_set(3, here.drivers)
    model, _ = learned(features, draw_samples(here, after, features, [0])[0])
    later, truth = Landscape(after, here.drivers), changed(after, 4, 2.0, 44)
    allocator = Allocator(features, {0: model}, "draw", 1, Here(), {})
    scores = {one.model: one for one in validated(Trial(later, truth, 3), allocator, 5)}
    for side, merit in scores["draw"].merit.items():
        assert merit.figure_of_merit > scores["random"].merit[side].figure_of_merit
    assert scores["best"].merit[1].figure_of_merit > scores["draw"].merit[1].figure_of_merit
    assert scores["no change"].merit[1] == Merit(0.0, pytest.approx(float((later.land != truth).sum())), 0.0, 0.0)


def test_trees_learn_the_same_rule() -> None:
    here, after = planted(6, 1.5)
    features = feature_set(3, here.drivers, (3,))
    sample = draw_samples(here, after, features, [0])[0]
    model = boost(sample, 1)
    again = boost(sample, 1)
    assert model.text == again.text
    codes = np.ascontiguousarray(sample.codes.T)[:, None, :]
    scores = model.scores(codes, np.arange(sample.cells.size))[:, 0]
    truth = features.listed[0].values(sample.codes[:, 0])
    assert np.corrcoef(scores, truth)[0, 1] > 0.8


def test_a_gap_in_a_driver_leaves_no_hole() -> None:
    here, features = landscape(8, SHAPE, drivers=1)
    codes = here.drivers[0].codes.copy()
    codes[:, :40] = 4096
    effects = np.zeros((len(features.listed), 4097, 1), np.float32)
    effects[0, :2000] = -50.0
    holed = Landscape(here.land, (type(here.drivers[0])("d0", codes, here.drivers[0].levels),))
    wanted = np.zeros((1, 3, 3), np.int64)
    wanted[0, 0, 1] = 300
    after = allocate(
        holed, features, {0: Additive((1,), np.zeros(1), effects)}, wanted, Chance(1, 1, 0), noisy=True, work=Here()
    )
    changed = (after == 1) & (here.land == 0)
    assert changed[:, :40].any()
    assert (changed.sum()) == 300


def test_suitability_that_is_given_is_used_as_it_is() -> None:
    chance = np.clip(smooth(3, SHAPE) * 0.2 + 0.4, 0.01, 0.99)
    here = Landscape(land(9, SHAPE), (driver("chance", chance),))
    features = feature_set(3, here.drivers, ())
    given = given_suitability(features, {1: 0})
    cells = np.flatnonzero(here.land == 0)
    codes = here.drivers[0].codes.reshape(1, *SHAPE)
    codes = np.concatenate([codes, np.zeros((len(features.listed) - 1, *SHAPE), np.uint16)])
    scores = given[0].scores(codes, cells)[:, 0]
    # ln(p / (1 - p)) of the level that is nearest to each value.
    expected = np.log(chance / (1 - chance)).reshape(-1)[cells]
    np.testing.assert_allclose(scores, expected, atol=0.03)


def test_merit_by_hand() -> None:
    before = np.array([[0, 0, 0, 0, 1, 1]], np.uint8)
    observed = np.array([[1, 1, 2, 0, 1, 0]], np.uint8)
    simulated = np.array([[1, 0, 1, 2, 1, 1]], np.uint8)
    # Cell by cell: hit, miss, wrong hit, false alarm, stays, miss.
    assert figure_of_merit(before, observed, simulated, 3) == Merit(1.0, 2.0, 1.0, 1.0)
    # As one block: 0 to 1: min(2, 2) = 2 hits; 0 to 2: min(1, 1) = 1 hit; 1 to 0: min(1, 0), a miss.
    assert figure_of_merit(before, observed, simulated, 3, 8) == Merit(3.0, 1.0, 0.0, 0.0)
    assert merit_by_transition(before, observed, simulated, 3)[0, 1] == Merit(1.0, 1.0, 0.0, 1.0)


def test_disagreement_sums_to_the_share_of_cells_that_differ() -> None:
    one, other = land(1), land(2)
    parts = disagreement(one, other, 3)
    inside = (one < 3) & (other < 3)
    share = float((one != other)[inside].mean())
    assert parts.quantity + parts.exchange + parts.shift == pytest.approx(share)
    table = contingency(one, other, 3)
    agreed, chance = np.trace(table) / table.sum(), (table.sum(0) @ table.sum(1)) / table.sum() ** 2
    assert kappa(one, other, 3) == pytest.approx((agreed - chance) / (1 - chance))
