"""Pareto front, stability, trend, zoning and compensation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.errors import InputError, StudyError
from tanheng.planning.compensation import compensation_flows, shared_surplus
from tanheng.planning.pareto import front
from tanheng.planning.problem import Held, Limit, PlanProblem, Term, changed, stock_gain
from tanheng.planning.solve import best_plan
from tanheng.planning.stability import stability
from tanheng.planning.trend import markov_areas, transition_probability
from tanheng.planning.zoning import QUESTIONS, Rule, check_rules, zones_of


def problem(**options: object) -> PlanProblem:
    area = np.zeros((30, 3))
    area[:20, 0] = 100.0
    area[20:, 1] = 100.0
    gain = (Term(stock_gain([60.0, 150.0, 70.0])),)
    return replace(PlanProblem(("crop", "wood", "grass"), area, gain, np.ones((3, 3), bool)), **options)


def held(*density: float) -> Held:
    """Densities that are the same in all 30 cells."""
    return Held(np.array([density]), np.zeros(30, np.int64))


def crops(factor: np.ndarray | None = None) -> Limit:
    per_ha = np.zeros((3, 3))
    per_ha[:, 0] = 6.0
    return Limit("crop output", Term(per_ha, factor), units="t")


def test_the_front_falls_and_is_never_beaten() -> None:
    fertile = np.random.default_rng(1).uniform(0.4, 1.6, 30)
    points = front(problem(), crops(fertile), 11)
    other, gain = (np.array([getattr(point, name) for point in points]) for name in ("other", "gain"))
    assert (np.diff(other) > 0).all()
    assert (np.diff(gain) < 0).all()
    # The front of a linear program is concave: each step costs more than the one before.
    assert (np.diff(np.diff(gain) / np.diff(other)) < 1e-6).all()
    assert max(point.gap for point in points) < 1.0
    assert gain[0] == pytest.approx(best_plan(problem()).gain)


def test_points_of_the_front_are_not_beaten_in_the_other_goal() -> None:
    """Half of the land is as good and dearer: the plan with the largest gain takes the cheap half."""
    dear = np.where(np.arange(30) < 10, 50.0, 1.0)
    cost = Limit("cost", Term(changed(3), dear), upper=0.0, units="yuan")
    crop = np.zeros((3, 3))
    crop[:, 0] = 1.0
    limits = (Limit("area of crop", Term(crop), lower=1000.0),)
    points = front(problem(limits=limits), cost, 4)
    assert points[0].other == pytest.approx(1000.0)
    assert points[0].gain == pytest.approx(90_000.0)


def test_the_front_against_a_cost() -> None:
    cost = Limit("cost", Term(300.0 * changed(3)), upper=0.0, units="yuan")
    points = front(problem(), cost, 5)
    assert [round(point.other) for point in points] == [600_000, 450_000, 300_000, 150_000, 0]
    assert [round(point.gain) for point in points] == [180_000, 135_000, 90_000, 45_000, 0]


def test_a_plan_is_stable_where_classes_are_far_apart() -> None:
    density = held(60.0, 150.0, 70.0)
    plan = best_plan(problem())
    sure = stability(problem(), plan.flows, density, 0.05, draws=30)
    assert sure.kept.min() == 1.0
    close = held(60.0, 75.0, 70.0)
    near = problem(gain=(Term(np.zeros((3, 3)), held=close),))
    shaky = stability(near, best_plan(near).flows, close, 0.3, draws=60)
    assert 0.2 < shaky.kept.mean() < 0.95
    assert sure.gain.mean() == pytest.approx(plan.gain, rel=0.1)
    with pytest.raises(InputError, match="can't be negative"):
        stability(problem(), plan.flows, density, -0.1)


def test_draws_without_spread_change_nothing() -> None:
    plan = best_plan(problem())
    found = stability(problem(), plan.flows, held(60.0, 150.0, 70.0), 0.0, draws=3)
    assert found.gain == pytest.approx(np.full(3, plan.gain))


@given(st.integers(0, 1000), st.floats(0.5, 40))
def test_the_trend_keeps_all_land(seed: int, horizon: float) -> None:
    rng = np.random.default_rng(seed)
    transitions = rng.uniform(0, 9, (4, 4)) + 50 * np.eye(4)
    today = transitions.sum(axis=0)
    after = markov_areas(today, transitions, 10, horizon)
    assert after.sum() == pytest.approx(today.sum())
    assert (after >= 0).all()
    assert markov_areas(today, transitions, 10, 10) == pytest.approx(today @ transition_probability(transitions))


def test_a_trend_without_years_is_refused() -> None:
    with pytest.raises(InputError, match="must be positive"):
        markov_areas(np.ones(2), np.eye(2), 10, 0)
    with pytest.raises(InputError, match="not negative"):
        markov_areas(np.ones(2), -np.eye(2), 10, 5)


def test_every_unit_gets_the_first_zone_that_fits() -> None:
    rules = [
        Rule("protection", {"supply": ("high",), "demand": ("low",)}),
        Rule("coordinated", {"supply": ("high",)}),
        Rule("restoration", {"demand": ("low",)}),
        Rule("low carbon", {}),
    ]
    supply = np.array(["high", "high", "low", "low"])
    demand = np.array(["low", "high", "low", "high"])
    assert zones_of(rules, {"supply": supply, "demand": demand}).tolist() == [0, 1, 2, 3]


def test_rules_with_holes_or_unknown_answers_are_refused() -> None:
    with pytest.raises(StudyError) as caught:
        check_rules([Rule("a", {"suply": ("high",), "demand": ("middle",)})], ["supply", "demand"])
    assert "did you mean 'supply'" in str(caught.value)
    assert "can't be 'middle'; write one of high, low" in str(caught.value)
    with pytest.raises(StudyError, match="no rule fits supply low, demand high; add one"):
        check_rules([Rule("a", {"supply": ("high",)}), Rule("b", {"demand": ("low",)})], ["supply", "demand"])
    assert set(QUESTIONS) == {"supply", "demand", "balance", "esc", "ecc"}


@given(st.integers(0, 1000), st.integers(2, 9))
def test_compensation_meets_what_it_can(seed: int, units: int) -> None:
    rng = np.random.default_rng(seed)
    surplus = rng.normal(size=units) * 1e5
    at = rng.random((units, 2))
    distance = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    flows = compensation_flows(surplus, distance)
    served = (
        min(surplus[surplus > 0].sum(), -surplus[surplus < 0].sum())
        if (surplus > 0).any() and (surplus < 0).any()
        else 0
    )
    assert flows.sum() == pytest.approx(served, rel=1e-9, abs=1e-3)
    assert (flows.sum(axis=1) <= np.maximum(surplus, 0) * (1 + 1e-9) + 1e-3).all()
    assert (flows.sum(axis=0) <= np.maximum(-surplus, 0) * (1 + 1e-9) + 1e-3).all()


def test_shares_balance_out() -> None:
    rng = np.random.default_rng(1)
    surplus = shared_surplus(rng.random(20), rng.random(20))
    assert surplus.sum() == pytest.approx(0, abs=1e-12)
    with pytest.raises(InputError, match="from zero up"):
        shared_surplus(np.array([-1.0, 2.0]), np.ones(2))
    with pytest.raises(InputError, match="finite surpluses"):
        compensation_flows(np.array([1.0, math.nan]), np.zeros((2, 2)))
