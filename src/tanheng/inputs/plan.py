"""Stage: what a plan needs beside the results of the run: masks, costs, values, rules; all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from tanheng.errors import InputError, Problem, nearest
from tanheng.factors import read_table
from tanheng.factors.catalogue import read_named
from tanheng.factors.legends import class_hint, class_named
from tanheng.factors.table import Table, parse_number
from tanheng.grid import coverage, project
from tanheng.inputs.checks.plan_limits import limits_that_conflict
from tanheng.inputs.extent import region_fraction
from tanheng.inputs.problems import Problems
from tanheng.inputs.study_inputs import Inputs, open_inputs
from tanheng.inputs.zone_names import zone_hint
from tanheng.io.rasters import Raster, locate, open_only
from tanheng.io.vectors import VECTORS, read_polygons
from tanheng.land.values.on_grid import on_grid
from tanheng.language import language, listed, name_of, tr
from tanheng.planning.zoning import Rule, check_rules
from tanheng.study import Plan, PlanCarbon, PlanLimit, PlanMask, Study
from tanheng.tables.input_tables import required_columns

Z = TypeVar("Z", PlanLimit, PlanCarbon)

Layer = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Part of a cell in a polygon from which on the polygon's rule holds for the cell.
_HALF = 0.5


@dataclass(frozen=True)
class Scenario:
    """A scenario: ranges of classes as multiples of today's area or of the trend's."""

    name: str
    name_zh: str
    rows: tuple[tuple[str, float | None, str, float | None, str], ...]


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
    for key, names in _classes_named(plan):
        for name in names:
            if name not in inputs.classes:
                text = tr(
                    "plan.{place}: there is no class '{name}'{nearest}",
                    place=key,
                    name=name,
                    nearest=class_hint(name, inputs.classes),
                )
                problems.add(Problem(text, f"plan.{key}"))
    with problems.at("plan.limits"):
        problems.add(*_zones_named(plan, inputs))
        problems.add(*limits_that_conflict(plan, inputs.classes))
    zoned = inputs.densities.settings.zones is not None
    with problems.at("plan.carbon"):
        if zoned and any(item.zones is not None for item in plan.carbon):
            problems.add(
                tr(
                    "plan.carbon: densities differ by zone in this study and a plan takes the mean of each class, so that a least store by zone "
                    "can't be kept; plan for each zone in a study of its own"
                )
            )
    with problems.at("plan.demand_zones"):
        problems.add(*_demand_named(plan, inputs))
    may_change = np.ones(inputs.grid.shape, bool)
    with problems.at("plan.protected"):
        for land in plan.protected:
            inside = problems.attempt(_inside, land.file, inputs)
            may_change &= ~inside if inside is not None else True
    with problems.at("plan.fit"):
        may_become = problems.attempt(_may_become, plan, inputs) or {}
    with problems.at("plan.costs"):
        costs = problems.attempt(_costs, inputs.base / plan.costs, inputs.classes) if plan.costs else None
    with problems.at("plan.cost_map"):
        factor = problems.attempt(_factor, plan.cost_map, inputs) if plan.cost_map else None
    with problems.at("plan.values"):
        values = problems.attempt(_values, inputs.base / plan.values, inputs.classes) if plan.values else {}
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
    notes = [*_silent_defaults(plan, inputs), *_free(plan, costs, inputs.classes), *_means_alone(inputs, zoned=zoned)]
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


def _silent_defaults(plan: Plan, inputs: Inputs) -> list[str]:
    """What must be said where a default names classes by names that this legend does not have."""
    found = [
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
            found.append(
                tr(
                    "the built-in scenarios speak of {names}, which this study does not have; those rows are left out. Write your "
                    "own (tanheng factors scenarios shows the form)",
                    names=listed(lost),
                )
            )
    return found


def _means_alone(inputs: Inputs, *, zoned: bool) -> list[str]:
    """What must be said where a class holds more in one place than in another, and the plan takes its mean."""
    by_class = [item for item in inputs.densities.maps if item.settings.classes is not None]
    if not zoned and not by_class:
        return []
    return [
        tr(
            "the plan takes the mean density of each class over the region, and densities differ from place to place in this study: where a class "
            "holds more or less than its mean, a conversion gains another amount, even a loss for a gain; plan for each zone in a study of its own"
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
    found = []
    if inputs.demand is None:
        found.append(
            tr("plan.demand_weight: the study has no demand; name emissions and a population map, or leave it out")
        )
    if plan.demand_zones not in inputs.zones:
        hint = nearest(plan.demand_zones, inputs.zones)
        found.append(
            tr("plan.demand_zones: there is no zone layer '{layer}'{hint}", layer=plan.demand_zones, hint=hint)
        )
    return found


def _by_zone_id(plan: Plan, inputs: Inputs) -> Plan:
    """Plan whose limits name zones by their identifiers."""

    def known(item: Z) -> Z:
        if item.zone is None or item.zones is None or item.zones not in inputs.zones:
            return item
        layer = inputs.zones[item.zones]
        return item.model_copy(update={"zone": layer.ids[layer.numbers()[item.zone]]})

    return plan.model_copy(update={"limits": tuple(map(known, plan.limits)), "carbon": tuple(map(known, plan.carbon))})


def _zones_named(plan: Plan, inputs: Inputs) -> list[str]:
    found = []
    for place, items in (("limits", plan.limits), ("carbon", plan.carbon)):
        for item in items:
            if item.zones in inputs.zones and item.zone is not None:
                layer = inputs.zones[item.zones or ""]
                if item.zone not in layer.numbers():
                    found.append(
                        tr(
                            "plan.{place}: there is no zone '{zone}' in '{zones}'{nearest}",
                            place=place,
                            zone=item.zone,
                            zones=item.zones,
                            nearest=zone_hint(item.zone, layer),
                        )
                    )
    return found


def _values_named(plan: Plan, values: Mapping[str, object]) -> list[str]:
    asked = [("weights", name) for name in plan.weights if name not in {"carbon", "cost"}]
    asked += [("pareto", plan.pareto)] if plan.pareto not in {None, "cost"} else []
    return [
        tr(
            "plan.{place}: {table} has no column '{name}'{nearest}",
            place=place,
            table=plan.values,
            name=name,
            nearest=nearest(name or "", values),
        )
        for place, name in asked
        if values and name not in values
    ]


def _inside(file: str, inputs: Inputs) -> Mask:
    """Cells that lie at least half in polygons, or where a raster is not zero."""
    path = inputs.base / file
    if path.suffix.lower() in VECTORS:
        polygons = read_polygons(path)
        whole = shapely.union_all(project(polygons.geometries, polygons.crs, inputs.grid.crs))
        part = np.asarray(coverage(inputs.grid, [whole]).toarray(), float).reshape(inputs.grid.shape)
    else:
        part = np.nan_to_num(on_grid(_NotZero(open_only(locate(file, inputs.base))), inputs.grid).mean)
    region = (
        np.ones(inputs.grid.shape)
        if inputs.land.boundary is None
        else region_fraction(inputs.grid, inputs.land.boundary)
    )
    # Of a cell that the region's border cuts, only the part inside counts.
    return np.asarray(part >= _HALF * np.where(region > 0, region, 1.0))


@dataclass(frozen=True)
class _NotZero:
    """A raster read as one where it is not zero, so that its mean is a share of the cell."""

    raster: Raster

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever a raster has
        return getattr(self.raster, name)

    def read_values(self, row: int, column: int, height: int, width: int) -> Layer:
        """Ones and zeros of a window, NaN where there are no data."""
        values = self.raster.read_values(row, column, height, width)
        return np.where(np.isfinite(values), (values != 0).astype(float), np.nan)


def _may_become(plan: Plan, inputs: Inputs) -> dict[str, Mask]:
    """Cells that each class may spread to; classes without a rule are absent."""
    found: dict[str, Mask] = {}
    for item in plan.fit:
        found[item.land_class] = found.get(item.land_class, np.ones(inputs.grid.shape, bool)) & _fit(item, inputs)
    for land in plan.reserved:
        inside = _inside(land.file, inputs)
        for name in inputs.classes:
            if name != land.land_class:
                found[name] = found.get(name, np.ones(inputs.grid.shape, bool)) & ~inside
    return found


def _fit(item: PlanMask, inputs: Inputs) -> Mask:
    path = inputs.base / item.file
    if path.suffix.lower() in VECTORS:
        if item.at_least is not None or item.at_most is not None:
            raise InputError(
                tr(
                    "plan.fit: {file} holds polygons, which have no value; 'at_least' and 'at_most' are for rasters",
                    file=item.file,
                )
            )
        return _inside(item.file, inputs)
    if item.at_least is None and item.at_most is None:
        raise InputError(tr("plan.fit: {file} is a raster, so 'at_least' or 'at_most' is needed", file=item.file))
    mean = on_grid(open_only(locate(item.file, inputs.base)), inputs.grid).mean
    low = -np.inf if item.at_least is None else item.at_least
    high = np.inf if item.at_most is None else item.at_most
    return np.isfinite(mean) & (mean >= low) & (mean <= high)


def _costs(path: Path, classes: tuple[str, ...]) -> NDArray[np.float64]:
    """Cost per ha of each conversion; conversions without a row cost nothing."""
    table = read_table(path)
    table.require(required_columns("costs"))
    found = np.zeros((len(classes), len(classes)))
    seen: set[tuple[int, int]] = set()
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        at = [_class(row[column], classes, table.at(place, column)) for column in ("from", "to")]
        if (at[0], at[1]) in seen:
            raise InputError(tr("{place}: {from_} to {to} appears twice", place=place, from_=row["from"], to=row["to"]))
        seen.add((at[0], at[1]))
        found[at[0], at[1]] = parse_number(row["cost"], table.at(place, "cost"))
    np.fill_diagonal(found, 0.0)
    return found


def _class(name: str, classes: tuple[str, ...], place: object) -> int:
    known = class_named(name, classes)
    if known is None:
        raise InputError(
            tr(
                "{place}: there is no class '{name}'{nearest}",
                place=place,
                name=name,
                nearest=class_hint(name, classes),
            )
        )
    return classes.index(known)


def _factor(name: str, inputs: Inputs) -> Layer:
    mean = on_grid(open_only(locate(name, inputs.base)), inputs.grid).mean
    if np.nanmin(mean, initial=0.0) < 0:
        raise InputError(tr("{name}: has negative values; a factor of cost is from zero up", name=name))
    region = (
        np.ones(inputs.grid.shape)
        if inputs.land.boundary is None
        else region_fraction(inputs.grid, inputs.land.boundary)
    )
    gaps = int((np.isnan(mean) & (region > 0)).sum()) if inputs.land.boundary is not None else 0
    if gaps:
        raise InputError(
            tr(
                "{name}: has no data in {gaps:,} cells of the region; fill them, a factor of cost is needed everywhere",
                name=name,
                gaps=gaps,
            )
        )
    if not np.isfinite(mean).any():
        raise InputError(tr("{name}: has no data in the region; a factor of cost is needed everywhere", name=name))
    return np.asarray(mean)


def _values(path: Path, classes: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Values per ha by name and class."""
    table = read_table(path)
    table.require(["class"])
    # Values bear the names that the user gave them, also where a name is that of a column elsewhere.
    columns = {table.own(name): name for name in table.header if name not in {"class", "source", "unit"}}
    reserved = [name for name in columns if name in {"carbon", "cost", "gain", "gap"}]
    if reserved:
        raise InputError(
            tr(
                "{name}: '{reserved}' has a meaning of its own in a plan; give the column another name",
                name=table.name,
                reserved=reserved[0],
            )
        )
    found: dict[str, dict[str, float]] = {name: {} for name in columns}
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        known = classes[_class(row["class"], classes, table.at(place, "class"))]
        for name, column in columns.items():
            found[name][known] = parse_number(row[column], table.at(place, column), positive=False)
    missing = [name for name in classes if any(name not in rows for rows in found.values())]
    if missing:
        raise InputError(tr("{name}: no row for class {names}", name=table.name, names=listed(map(repr, missing))))
    return found


def _scenarios(plan: Plan, inputs: Inputs) -> tuple[Scenario, ...]:
    if plan.scenarios is False:
        return ()
    table = read_named("plans", "scenarios" if plan.scenarios is True else str(plan.scenarios), inputs.base)
    table.require(["scenario", "land_class", "at_least", "at_least_of", "at_most", "at_most_of"])
    rows: dict[str, list[tuple[str, float | None, str, float | None, str]]] = {}
    names: dict[str, str] = {}
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        low, high = (_multiple(table, line, row, end, place) for end in ("at_least", "at_most"))
        which = row["land_class"]
        # A built-in row about a class that this study does not have says nothing; one of the user's own is a slip.
        if which != "*" and which not in inputs.classes:
            if plan.scenarios is not True:
                _class(which, inputs.classes, table.at(place, "land_class"))
            continue
        wanted = inputs.classes if which == "*" else (which,)
        rows.setdefault(row["scenario"], []).extend((name, *low, *high) for name in wanted)
        names[row["scenario"]] = row.get("name_zh", "")
    return tuple(Scenario(name, names[name], tuple(found)) for name, found in rows.items())


def _multiple(table: Table, line: int, row: Mapping[str, str], end: str, place: str) -> tuple[float | None, str]:
    if not row[end].strip():
        return None, ""
    of = row[f"{end}_of"]
    if of not in {"today", "trend"}:
        raise InputError(tr("{place} is '{of}'; write today or trend", place=table.at(place, f"{end}_of"), of=of))
    return table.number(line, end), of


def _rules(name: str, asked: tuple[str, ...], inputs: Inputs) -> tuple[Rule, ...]:
    table = read_named("plans", name, inputs.base)
    table.require(["zone", *asked])
    rules = []
    for _, row in table.rows:
        answers = {
            question: tuple(part.strip() for part in row[question].split("|"))
            for question in asked
            if row[question].strip()
        }
        label, advice = row["zone"], row.get("advice", "")
        label, advice = row.get(f"name_{language()}") or label, row.get(f"advice_{language()}") or advice
        rules.append(Rule(label, answers, advice))
    check_rules(rules, asked)
    return tuple(rules)
