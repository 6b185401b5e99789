"""What a plan needs beside the results of the run, opened and checked: all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, Problem, nearest
from tanheng.factors import read_table
from tanheng.factors.catalogue import read_named
from tanheng.factors.legends import class_hint
from tanheng.factors.table import Table
from tanheng.inputs.carbon.density_maps import pools_of_place
from tanheng.inputs.plan.layers import (
    cells_inside,
    cells_that_may_become,
    class_number,
    costs_of_conversions,
    factor_of_cost,
    values_by_class,
)
from tanheng.inputs.plan.limits import limits_that_conflict
from tanheng.inputs.plan.questions import empty_mask, plan_questions
from tanheng.inputs.problems import Problems
from tanheng.inputs.study_inputs import Inputs, open_inputs
from tanheng.inputs.zone_names import zone_hint
from tanheng.io.rasters import locate, open_only
from tanheng.io.vectors import VECTORS, read_polygons
from tanheng.language import language, listed, name_of, tr
from tanheng.planning.zoning import Rule, check_rules
from tanheng.study import Plan, PlanCarbon, PlanLimit, Study

Z = TypeVar("Z", PlanLimit, PlanCarbon)

Layer = NDArray[np.float64]
Mask = NDArray[np.bool_]


class ClassRange(NamedTuple):
    """Range of a class as multiples of its area today or of where the trend leads it; none where an end is open."""

    land_class: str
    least: float | None
    least_of: str
    most: float | None
    most_of: str


@dataclass(frozen=True)
class Scenario:
    """A scenario: ranges of classes as multiples of today's area or of the trend's."""

    name: str
    name_zh: str
    ranges: tuple[ClassRange, ...]

    @property
    def follows_trend(self) -> bool:
        """Whether a range is a multiple of where the trend leads."""
        return any("trend" in (row.least_of, row.most_of) for row in self.ranges)


@dataclass(frozen=True)
class PlanInputs:
    """Opened inputs of a plan; layers have the shape of the grid."""

    plan: Plan
    may_change: Mask
    may_become: Mapping[str, Mask]
    cost: NDArray[np.float64] | None
    cost_factor: Layer | None
    values: Mapping[str, Mapping[str, float]]
    scenarios: tuple[Scenario, ...]
    cell_rules: tuple[Rule, ...]
    unit_rules: tuple[Rule, ...]
    notes: tuple[str, ...]


def open_plan(inputs: Inputs) -> PlanInputs:
    """Inputs of the plan of a study.

    Raises
    ------
    StudyError
        All problems at once.
    """
    plan = inputs.study.plan
    if plan is None:
        raise InputError(tr("the study has no [plan]; see docs/planning.md for what it may say"))
    problems = Problems()
    problems.add(*_unknown_classes(plan, inputs))
    with problems.at("plan.limits"):
        problems.add(*_zones_named(plan, inputs))
        problems.add(*limits_that_conflict(plan, inputs.classes))
    with problems.at("plan.demand_zones"):
        problems.add(*_demand_named(plan, inputs))
    with problems.at("plan.protected"):
        may_change, unprotected = _outside_protected(plan, inputs, problems)
    with problems.at("plan.fit"):
        may_become, unfit = problems.attempt(cells_that_may_become, plan, inputs) or ({}, [])
    with problems.at("plan.costs"):
        costs = problems.attempt(costs_of_conversions, inputs.base / plan.costs, inputs.classes) if plan.costs else None
    with problems.at("plan.cost_map"):
        factor = problems.attempt(factor_of_cost, plan.cost_map, inputs) if plan.cost_map else None
    with problems.at("plan.values"):
        values = problems.attempt(values_by_class, inputs.base / plan.values, inputs.classes) if plan.values else {}
        problems.add(*_values_named(plan, values or {}))
    with problems.at("plan.scenarios"):
        scenarios = problems.attempt(_scenarios, plan, inputs) or ()
    with problems.at("plan.zoning_rules"):
        cell_rules = problems.attempt(
            _rules, plan.zoning_rules or "zones-by-cell", ("supply", "demand", "balance"), inputs
        )
    with problems.at("plan.unit_rules"):
        unit_rules = problems.attempt(_rules, plan.unit_rules or "zones-by-unit", ("esc", "ecc"), inputs)
    problems.stop_if_any()
    notes = [
        *plan_questions(plan, plan.year or inputs.study.years[-1]),
        *unprotected,
        *unfit,
        *_silent_defaults(plan, inputs),
        *_free(plan, costs, inputs.classes),
        *_means_alone(inputs),
    ]
    return PlanInputs(
        _by_zone_id(plan, inputs),
        may_change,
        may_become,
        costs,
        factor,
        values or {},
        scenarios,
        cell_rules or (),
        unit_rules or (),
        tuple(notes),
    )


def check_inputs(study: Study, base: Path, *, every_pixel: bool = True) -> Inputs:
    """Inputs of a study and of its plan; the notes on the plan are among the warnings.

    Raises
    ------
    StudyError
        All problems at once, those of the plan as well.
    """
    problems = Problems()
    inputs = problems.attempt(open_inputs, study, base, every_pixel=every_pixel)
    if study.plan is not None and inputs is not None:
        opened = problems.attempt(open_plan, inputs)
        notes = opened.notes if opened is not None else ()
        inputs = replace(inputs, warnings=(*inputs.warnings, *notes))
    elif study.plan is not None:
        problems.add(*_file_problems(study.plan, base))
    problems.stop_if_any()
    assert inputs is not None  # noqa: S101  the line above stops where they are
    return inputs


def _file_problems(plan: Plan, base: Path) -> tuple[Problem, ...]:
    """What is wrong with the files of a plan by themselves, where classes and grid are not known."""
    problems = Problems()
    for key in ("costs", "values"):
        name = getattr(plan, key)
        with problems.at(f"plan.{key}"):
            if name:
                problems.attempt(read_table, base / name)
    for key in ("zoning_rules", "unit_rules", "scenarios"):
        rules = getattr(plan, key)
        with problems.at(f"plan.{key}"):
            if isinstance(rules, str):
                problems.attempt(read_named, "plans", rules, base)
    maps = [item.file for items in (plan.protected, plan.reserved) for item in items]
    maps += [*(item.file for item in plan.fit), plan.cost_map or ""]
    with problems.at("plan"):
        for file in dict.fromkeys(filter(None, maps)):
            if (base / file).suffix.lower() in VECTORS:
                problems.attempt(read_polygons, base / file)
            else:
                problems.attempt(open_only, locate(file, base))
    return problems.errors


def _classes_named(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    return [
        ("limits", tuple(item.land_class for item in plan.limits)),
        ("forbidden", tuple(name for pair in plan.forbidden for name in pair)),
        ("reserved", tuple(item.land_class or "" for item in plan.reserved)),
        ("fit", tuple(item.land_class for item in plan.fit)),
        *((key, getattr(plan, key)) for key in ("fixed", "no_new") if key in plan.model_fields_set),
    ]


def _unknown_classes(plan: Plan, inputs: Inputs) -> list[Problem]:
    """Classes that a plan names and the study does not have."""
    return [
        Problem(
            tr(
                "plan.{place}: there is no class '{name}'{nearest}",
                place=key,
                name=name,
                nearest=class_hint(name, inputs.classes),
            ),
            f"plan.{key}",
        )
        for key, names in _classes_named(plan)
        for name in names
        if name not in inputs.classes
    ]


def _outside_protected(plan: Plan, inputs: Inputs, problems: Problems) -> tuple[Mask, list[str]]:
    """Cells outside protected land, and questions about protected land that covers no cell."""
    may_change, notes = np.ones(inputs.grid.shape, bool), list[str]()
    for land in plan.protected:
        inside = problems.attempt(cells_inside, land.file, inputs)
        if inside is not None:
            may_change &= ~inside
            notes += empty_mask("protected", land.file, inside)
    return may_change, notes


def _silent_defaults(plan: Plan, inputs: Inputs) -> list[str]:
    """What must be said where a default names classes by names that this legend does not have."""
    notes = [
        tr(
            "[plan] {key} names by default {names}, and no class of this study is called so: it holds nothing; name your "
            "own classes ({classes})",
            key=key,
            names=listed(getattr(plan, key)),
            classes=listed(inputs.classes),
        )
        for key in ("fixed", "no_new")
        if key not in plan.model_fields_set and not set(getattr(plan, key)) & set(inputs.classes)
    ]
    if plan.scenarios is True:
        rows = read_named("plans", "scenarios", inputs.base).rows
        lost = sorted({row["land_class"] for _, row in rows} - {"*", *inputs.classes})
        if lost:
            notes.append(
                tr(
                    "the built-in scenarios speak of {names}, which this study does not have; those rows are left out. Write your "
                    "own (tanheng factors scenarios shows the form)",
                    names=listed(lost),
                )
            )
    return notes


def _means_alone(inputs: Inputs) -> list[str]:
    """What must be said where a class holds more in one place than in another, and the plan takes its mean."""
    of_place = pools_of_place(inputs.densities.maps, inputs.classes)
    by_class = any(set(item.settings.pools) - set(of_place) for item in inputs.densities.maps)
    if not by_class:
        return []
    return [
        tr(
            "the plan takes the mean density of each class over the region where maps give densities by class: where a class holds more or less "
            "than its mean, a conversion gains another amount, even a loss for a gain; plan by zone with a table that has a column 'zone'"
        )
    ]


def _free(plan: Plan, costs: NDArray[np.float64] | None, classes: tuple[str, ...]) -> list[str]:
    """Conversions that the plan may use and that the table of costs does not name."""
    if costs is None:
        return []
    free = [
        tr("{one} to {other}", one=name_of(one), other=name_of(other))
        for start, one in enumerate(classes)
        for end, other in enumerate(classes)
        if start != end and costs[start, end] == 0 and one not in plan.fixed and other not in plan.no_new
    ]
    return (
        [tr("{costs}: conversions without a cost are free: {names}", costs=plan.costs, names=listed(free))]
        if free
        else []
    )


def _demand_named(plan: Plan, inputs: Inputs) -> list[str]:
    """What hinders weighing carbon by the demand of units: no demand, or no such layer."""
    if plan.demand_zones is None:
        return []
    faults = []
    if inputs.demand is None:
        faults.append(
            tr("plan.demand_weight: the study has no demand; name emissions and a population map, or leave it out")
        )
    if plan.demand_zones not in inputs.zones:
        hint = nearest(plan.demand_zones, inputs.zones)
        faults.append(
            tr("plan.demand_zones: there is no zone layer '{layer}'{hint}", layer=plan.demand_zones, hint=hint)
        )
    return faults


def _by_zone_id(plan: Plan, inputs: Inputs) -> Plan:
    """Plan whose limits name zones by their identifiers."""

    def known(item: Z) -> Z:
        if item.zone is None or item.zones is None or item.zones not in inputs.zones:
            return item
        layer = inputs.zones[item.zones]
        return item.model_copy(update={"zone": layer.ids[layer.numbers()[item.zone]]})

    return plan.model_copy(update={"limits": tuple(map(known, plan.limits)), "carbon": tuple(map(known, plan.carbon))})


def _zones_named(plan: Plan, inputs: Inputs) -> list[str]:
    faults = []
    for place, items in (("limits", plan.limits), ("carbon", plan.carbon)):
        for item in items:
            if item.zones in inputs.zones and item.zone is not None:
                layer = inputs.zones[item.zones or ""]
                if item.zone not in layer.numbers():
                    faults.append(
                        tr(
                            "plan.{place}: there is no zone '{zone}' in '{zones}'{nearest}",
                            place=place,
                            zone=item.zone,
                            zones=item.zones,
                            nearest=zone_hint(item.zone, layer),
                        )
                    )
    return faults


def _values_named(plan: Plan, values: Mapping[str, object]) -> list[str]:
    places = [("weights", name) for name in plan.weights if name not in {"carbon", "cost"}]
    places += [("pareto", plan.pareto)] if plan.pareto not in {None, "cost"} else []
    return [
        tr(
            "plan.{place}: {table} has no column '{name}'{nearest}",
            place=place,
            table=plan.values,
            name=name,
            nearest=nearest(name or "", values),
        )
        for place, name in places
        if values and name not in values
    ]


def _scenarios(plan: Plan, inputs: Inputs) -> tuple[Scenario, ...]:
    if plan.scenarios is False:
        return ()
    table = read_named("plans", "scenarios" if plan.scenarios is True else str(plan.scenarios), inputs.base)
    table.require(["scenario", "land_class", "at_least", "at_least_of", "at_most", "at_most_of"])
    rows: dict[str, list[ClassRange]] = {}
    names: dict[str, str] = {}
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        low, high = (_multiple(table, line, row, end, place) for end in ("at_least", "at_most"))
        which = row["land_class"]
        # A built-in row about a class that this study does not have says nothing; one of the user's own is a slip.
        if which != "*" and which not in inputs.classes:
            if plan.scenarios is not True:
                class_number(which, inputs.classes, table.at(place, "land_class"))
            continue
        wanted = inputs.classes if which == "*" else (which,)
        rows.setdefault(row["scenario"], []).extend(ClassRange(name, *low, *high) for name in wanted)
        names[row["scenario"]] = names.get(row["scenario"]) or row.get("name_zh", "")
    return tuple(Scenario(name, names[name], tuple(found)) for name, found in rows.items())


def _multiple(table: Table, line: int, row: Mapping[str, str], end: str, place: str) -> tuple[float | None, str]:
    if not row[end].strip():
        return None, ""
    of = row[f"{end}_of"]
    if of not in {"today", "trend"}:
        raise InputError(tr("{place} is '{of}'; write today or trend", place=table.at(place, f"{end}_of"), of=of))
    return table.number(line, end), of


def _rules(name: str, questions: tuple[str, ...], inputs: Inputs) -> tuple[Rule, ...]:
    table = read_named("plans", name, inputs.base)
    table.require(["zone", *questions])
    rules = []
    for _, row in table.rows:
        answers = {
            question: tuple(part.strip() for part in row[question].split("|"))
            for question in questions
            if row[question].strip()
        }
        label, advice = row["zone"], row.get("advice", "")
        label, advice = row.get(f"name_{language()}") or label, row.get(f"advice_{language()}") or advice
        rules.append(Rule(label, answers, advice))
    check_rules(rules, questions)
    return tuple(rules)
