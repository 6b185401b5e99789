"""Plans: the hand check, the same optimum as the full program, a check that tampering fails, conflicts, edge cases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from tanheng.errors import InputError
from tanheng.planning import sifting
from tanheng.planning.problem import Flows, Limit, PlanProblem, Term, area_of, changed, stock_gain
from tanheng.planning.solve import InfeasibleError, Plan, best_plan
from tanheng.planning.spread import nearness
from tanheng.planning.verify import faults

CLASSES = ("cropland", "forest", "grassland", "water", "built-up", "unused")
DENSITY = (66.81, 149.95, 72.5, 62.1, 60.0, 53.3)
AREA_2015 = (106_630.74, 26_788.93, 9_328.28, 4_075.68, 18_666.67, 60.98)


def test_the_hand_check_from_tables_alone() -> None:
    """Cropland >= 98 % of 2015, others >= 2015, built-up <= 105 %: gain 17.73 Mt C, 104,498.12 and 28,921.55 km2."""
    area = np.diag(AREA_2015) * 100.0
    limits = tuple(
        Limit(
            f"area of {name}",
            Term(area_of(6, number)),
            lower=area[number, number] * (0.98 if number == 0 else 1.0),
            upper=area[number, number] * 1.05 if name == "built-up" else math.inf,
        )
        for number, name in enumerate(CLASSES)
    )
    problem = PlanProblem(CLASSES, area, (Term(stock_gain(DENSITY)),), np.ones((6, 6), bool), limits)
    plan = best_plan(problem)
    after = plan.flows.after(6, 6).sum(axis=0) / 100
    # 0.02 * 106,630.74 km2 * 100 ha * (149.95 - 66.81) t C/ha = 17.7305 Mt C
    assert plan.gain / 1e6 == pytest.approx(17.73, abs=0.005)
    assert after[:2] == pytest.approx([104_498.12, 28_921.55], abs=0.01)
    assert after[2:] == pytest.approx(AREA_2015[2:])
    prices = {price.words.split(" at ")[0]: price.worth for price in plan.prices}
    assert prices["area of cropland"] == pytest.approx(83.14, abs=1e-6)


def random_problem(seed: int, *, whole: bool = False, mixed: bool = False, cells: int = 12) -> PlanProblem:
    """A small problem that may or may not have a plan."""
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(2, 5))
    if mixed:
        area = rng.dirichlet(np.ones(classes), cells) * rng.choice([100.0, 60.0], cells)[:, None]
        area[rng.random(area.shape) < 0.3] = 0
        area[:, 0] += 1.0
    else:
        area = np.zeros((cells, classes))
        area[np.arange(cells), rng.integers(0, classes, cells)] = 100.0
    allowed = rng.random((classes, classes)) < 0.8
    factors = [rng.choice([0.5, 1.0, 1.5], cells), rng.uniform(0.2, 2.0, cells), None]
    zone = (rng.random(cells) < 0.5).astype(float)
    total = area.sum(axis=0)
    limits = []
    for number in range(classes):
        low, high = sorted(rng.uniform(0.4, 1.5, 2))
        limits.append(
            Limit(f"area of {number}", Term(area_of(classes, number)), total[number] * low, total[number] * high)
        )
    here = (area * zone[:, None]).sum(axis=0)
    limits.append(Limit("area of 0 in zone", Term(area_of(classes, 0), zone), here[0] * rng.uniform(0.3, 1.1)))
    cost = rng.uniform(0, 9, (classes, classes)) * changed(classes)
    limits.append(
        Limit("budget", Term(cost, factors[rng.integers(3)]), upper=rng.uniform(0, 1) * total.sum() * 3, units="yuan")
    )
    gain = Term(stock_gain(rng.uniform(20, 150, classes).round(2)), factors[rng.integers(3)])
    return PlanProblem(
        tuple(map(str, range(classes))), area, (gain,), allowed, tuple(limits),
        may_change=rng.random(cells) < 0.9, may_become=rng.random((cells, classes)) < 0.9,
        max_change=float(rng.choice([1.0, 0.4])) if mixed else 1.0, whole=whole,
    )  # fmt: skip


def full_program(problem: PlanProblem) -> float | None:
    """Best gain by the whole program, written down without any of the shortcuts; none where nothing keeps the limits."""
    cells, classes = problem.area.shape
    names = [(i, k, m) for i in range(cells) for k in range(classes) for m in range(classes)]
    c = np.zeros(len(names))
    most = np.zeros(len(names))
    for j, (i, k, m) in enumerate(names):
        c[j] = sum(term.per_ha[k, m] * (1 if term.factor is None else term.factor[i]) for term in problem.gain)
        free = problem.may_change[i] and problem.may_become[i, m] and problem.allowed[k, m]  # type: ignore[index]
        most[j] = problem.area[i, k] if k == m or free else 0.0
    rows, bounds = [], []
    for limit in problem.limits:
        row = [
            limit.term.per_ha[k, m] * (1 if limit.term.factor is None else limit.term.factor[i]) for i, k, m in names
        ]
        for sign, bound in ((1, limit.upper), (-1, limit.lower)):
            if np.isfinite(bound):
                rows.append(sign * np.array(row))
                bounds.append(sign * bound)
    for i in range(cells):
        rows.append(np.array([float(one == i and k != m) for one, k, m in names]))
        bounds.append(problem.max_change * problem.area[i].sum())
    parts = np.array([[float((one, k) == (i, g)) for one, k, _ in names] for i in range(cells) for g in range(classes)])
    if problem.whole:
        unit = 100.0
        found = milp(
            -c * unit, integrality=np.ones(len(names)), bounds=Bounds(0, most / unit),
            constraints=[
                LinearConstraint(np.array(rows) * unit, -np.inf, np.array(bounds) + 1e-7),
                LinearConstraint(parts, problem.area.ravel() / unit, problem.area.ravel() / unit),
            ], options={"mip_rel_gap": 1e-9},
        )  # fmt: skip
        return None if found.x is None else float(-found.fun)
    found = linprog(
        -c, A_ub=sparse.csr_array(np.array(rows)), b_ub=bounds, A_eq=sparse.csr_array(parts), b_eq=problem.area.ravel(),
        bounds=np.column_stack([np.zeros(len(names)), most]), method="highs",
    )  # fmt: skip
    return None if found.x is None else float(-found.fun)


def _attempt(problem: PlanProblem) -> Plan | None:
    try:
        return best_plan(problem)
    except InfeasibleError:
        return None


@settings(max_examples=60)
@given(st.integers(0, 100_000), st.booleans())
def test_the_same_optimum_as_the_full_program(seed: int, mixed: bool) -> None:
    problem = random_problem(seed, mixed=mixed)
    plan, expected = _attempt(problem), full_program(problem)
    assert (plan is None) == (expected is None)
    if plan is not None and expected is not None:
        assert plan.gain == pytest.approx(expected, rel=1e-7, abs=1e-4)
        assert plan.bound == pytest.approx(plan.gain, rel=1e-6, abs=1e-3)
        assert faults(problem, plan.flows) == []


@settings(max_examples=25)
@given(st.integers(0, 100_000))
def test_the_same_whole_cells_as_the_full_program(seed: int) -> None:
    problem = random_problem(seed, whole=True, cells=9)
    plan, expected = _attempt(problem), full_program(problem)
    assert (plan is None) == (expected is None)
    if plan is not None and expected is not None:
        assert plan.gain == pytest.approx(expected, rel=1e-6, abs=1e-3)
        assert plan.bound >= expected - 1e-6 * max(1.0, abs(expected))
        assert np.allclose(plan.flows.area, 100.0)


@settings(max_examples=25)
@given(st.integers(0, 100_000), st.booleans())
def test_sifting_finds_what_the_program_at_once_finds(seed: int, mixed: bool) -> None:
    problem = random_problem(seed, mixed=mixed, cells=60)
    at_once = _attempt(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sifting, "DIRECT", 0)
        patch.setattr(sifting, "SAMPLE", 10)
        patch.setattr(sifting, "CORE", 4)
        sifted = _attempt(problem)
    assert (at_once is None) == (sifted is None)
    if at_once is not None and sifted is not None:
        assert sifted.gain == pytest.approx(at_once.gain, rel=1e-7, abs=1e-4)
        assert sifted.gap <= 1e-6 * abs(sifted.gain) + 1e-3


def grid_problem(**options: Any) -> PlanProblem:
    """20 cells of cropland and 5 of forest, all worth the same."""
    area = np.zeros((25, 2))
    area[:20, 0] = 100.0
    area[20:, 1] = 100.0
    options.setdefault("limits", (Limit("area of cropland", Term(area_of(2, 0)), lower=1650.0),))
    return PlanProblem(
        ("cropland", "forest"), area, (Term(stock_gain([60.0, 150.0])),), np.ones((2, 2), bool), **options
    )


def test_cells_worth_the_same_are_one_group_and_the_preferred_go_first() -> None:
    preference = np.column_stack([np.zeros(25), np.arange(25.0)[::-1]])
    plan = best_plan(grid_problem(preference=preference))
    assert plan.groups == 2
    moved = plan.flows.start != plan.flows.end
    assert sorted(plan.flows.cell[moved].tolist()) == [16, 17, 18, 19]
    assert plan.flows.area[moved].sum() == pytest.approx(350.0)
    assert plan.gain == pytest.approx(350.0 * 90.0)


def test_whole_cells_stop_short_of_a_limit() -> None:
    plan = best_plan(grid_problem(whole=True))
    moved = plan.flows.start != plan.flows.end
    assert plan.flows.area[moved].tolist() == [100.0] * 3
    assert plan.gap < 1e-6 * plan.gain


def test_a_part_of_each_cell_at_most() -> None:
    plan = best_plan(grid_problem(max_change=0.1, limits=()))
    assert plan.gain == pytest.approx(20 * 10 * 90.0)
    assert faults(grid_problem(max_change=0.1, limits=()), plan.flows) == []
    assert faults(grid_problem(max_change=0.05, limits=()), plan.flows) == ["20 cells change by more than 5 %"]


def _changed(flows: Flows, **changes: np.ndarray) -> Flows:
    return Flows(**{name: changes.get(name, getattr(flows, name)) for name in ("cell", "start", "end", "area")})


def test_a_tampered_plan_fails_the_check() -> None:
    problem = grid_problem(may_change=np.arange(25) != 3, may_become=np.ones((25, 2), bool))
    flows = best_plan(problem).flows
    assert faults(problem, flows) == []
    more = flows.area.copy()
    more[0] *= 1.001
    assert "do not sum to today's land" in faults(problem, _changed(flows, area=more))[0]
    all_forest = _changed(flows, end=np.ones_like(flows.end))
    said = " ".join(faults(problem, all_forest))
    assert "area of cropland is 0 ha, at least 1,650 was asked for" in said
    assert "100 ha change in cells that are protected" in said
    forbidden = PlanProblem(problem.classes, problem.area, problem.gain, np.eye(2, dtype=bool), problem.limits)
    assert "which is forbidden" in faults(forbidden, flows)[0]
    assert "negative or missing" in faults(problem, _changed(flows, area=-flows.area))[0]
    whole = PlanProblem(problem.classes, problem.area, problem.gain, problem.allowed, problem.limits, whole=True)
    assert "change in part" in " ".join(faults(whole, flows))
    costly = Limit("budget", Term(changed(2)), upper=349.0, units="yuan")
    dear = PlanProblem(problem.classes, problem.area, problem.gain, problem.allowed, (costly,))
    assert faults(dear, flows) == ["budget is 350 yuan, at most 349 was allowed"]


def test_conflicting_limits_are_named_with_what_is_missing() -> None:
    limits = (
        Limit("area of cropland", Term(area_of(2, 0)), lower=1900.0),
        Limit("budget", Term(changed(2)), upper=1e9, units="yuan"),
        Limit("area of forest", Term(area_of(2, 1)), lower=700.0),
    )
    with pytest.raises(InfeasibleError) as caught:
        best_plan(grid_problem(limits=limits))
    message = str(caught.value)
    # 2,500 ha in all: 1,900 and 700 are 100 ha too many, whichever gives way.
    assert "these 2 limits can't all be kept" in message
    assert message.count("give way by 100 ha") == 2
    assert "budget" not in message


def test_one_limit_beyond_all_land() -> None:
    with pytest.raises(InfeasibleError, match=r"one limit can't be kept.*\n.*at least 9,000 ha.*give way by 6,500 ha"):
        best_plan(grid_problem(limits=(Limit("area of forest", Term(area_of(2, 1)), lower=9000.0),)))


@pytest.mark.parametrize("seed", range(12))
def test_a_conflict_is_irreducible(seed: int) -> None:
    from tanheng.planning.columns import columns_of
    from tanheng.planning.conflict import conflicts

    rng = np.random.default_rng(seed)
    problem = random_problem(int(rng.integers(100_000)))
    extra = (Limit("more 0", Term(area_of(len(problem.classes), 0)), lower=float(problem.area.sum() * 0.8)),)
    problem = PlanProblem(problem.classes, problem.area, problem.gain, problem.allowed, (*problem.limits, *extra),
                          problem.may_change, problem.may_become)  # fmt: skip
    columns = columns_of(problem)
    kept = conflicts(columns)
    one_sided = [
        Limit("x", problem.limits[columns.rows.limit[row]].term,
              *((-math.inf, problem.limits[columns.rows.limit[row]].upper) if columns.rows.sign[row] > 0
                else (problem.limits[columns.rows.limit[row]].lower, math.inf)))
        for row in kept
    ]  # fmt: skip

    def can(limits: list[Limit]) -> bool:
        return full_program(
            PlanProblem(problem.classes, problem.area, problem.gain, problem.allowed, tuple(limits),
                        problem.may_change, problem.may_become)
        ) is not None  # fmt: skip

    assert bool(kept) == (full_program(problem) is None)
    if kept:
        assert not can(one_sided)
        assert all(can([item for number, item in enumerate(one_sided) if number != left]) for left in range(len(kept)))


def test_nothing_to_do_is_a_plan() -> None:
    for problem in (
        grid_problem(limits=(Limit("budget", Term(changed(2)), upper=0.0, units="yuan"),)),
        grid_problem(may_change=np.zeros(25, bool)),
        PlanProblem(("a", "b"), np.full((3, 2), 50.0), (Term(stock_gain([70.0, 70.0])),), np.ones((2, 2), bool)),
        PlanProblem(("a",), np.full((3, 1), 50.0), (Term(stock_gain([70.0])),), np.ones((1, 1), bool)),
    ):
        plan = best_plan(problem)
        assert plan.gain == 0
        assert plan.gap < 0.01
        assert (plan.flows.start == plan.flows.end).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"area": np.zeros((3, 2))}, "no land to plan"),
        ({"area": np.array([[1.0, np.nan]])}, "finite and not negative"),
        ({"area": np.ones((3, 3))}, "areas of shape"),
        ({"max_change": 1.5}, "from 0 to 1"),
        ({"whole": True, "area": np.ones((3, 2))}, "some hold more than one class"),
        ({"allowed": np.ones((3, 2), bool)}, "'allowed' must have the shape"),
        ({"limits": (Limit("x", Term(np.eye(2)), 5.0, 4.0),)}, "at least 5 and at most 4 ha can't both hold"),
        ({"gain": (Term(np.full((2, 2), np.inf)),)}, "must be finite"),
    ],
)
def test_bad_problems_are_refused(change: dict[str, Any], message: str) -> None:
    given = {
        "classes": ("a", "b"),
        "area": np.full((3, 2), 50.0),
        "gain": (Term(np.zeros((2, 2))),),
        "allowed": np.ones((2, 2), bool),
    }
    with pytest.raises(InputError, match=message):
        PlanProblem(**(given | change))


def test_new_forest_grows_from_old_forest() -> None:
    """No speckle: on a grid of equal cells the new forest lies against the old."""
    codes = np.zeros((20, 20), int)
    codes[8:12, 8:12] = 1
    share = np.stack([codes == 0, codes == 1]).astype(float)
    mask = np.ones(codes.shape, bool)
    area = share.reshape(2, -1).T * 100.0
    limits = (Limit("area of cropland", Term(area_of(2, 0)), lower=float(area[:, 0].sum()) - 3200.0),)
    problem = PlanProblem(
        ("cropland", "forest"), area, (Term(stock_gain([60.0, 150.0])),), np.ones((2, 2), bool), limits, whole=True,
        preference=nearness(share, mask),
    )  # fmt: skip
    after = best_plan(problem).flows.after(400, 2)[:, 1].reshape(20, 20) > 0
    assert after.sum() == 48
    rows, columns = np.nonzero(after)
    assert rows.min() >= 6
    assert rows.max() <= 13
    assert columns.min() >= 6
    assert columns.max() <= 13
