"""Where land may change in a plan, what conversions cost, and what hectares are worth: maps, polygons and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.factors import read_table
from tanheng.factors.headings import unit_in_heading
from tanheng.factors.legends import class_hint, class_named
from tanheng.factors.table import Table, parse_number
from tanheng.grid import coverage, project
from tanheng.inputs.extent import region_fraction
from tanheng.inputs.plan.questions import empty_fit, empty_mask
from tanheng.inputs.study_inputs import Inputs
from tanheng.io.rasters import Raster, locate, open_only
from tanheng.io.vectors import VECTORS, read_polygons
from tanheng.land.values.on_grid import on_grid
from tanheng.language import listed, tr
from tanheng.study import Plan, PlanMask
from tanheng.tables.input_tables import required_columns

Layer = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Part of a cell in a polygon from which on the polygon's rule holds for the cell.
_HALF = 0.5


def cells_inside(file: str, inputs: Inputs) -> Mask:
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


def cells_that_may_become(plan: Plan, inputs: Inputs) -> tuple[dict[str, Mask], list[str]]:
    """Cells that each class may spread to, classes without a rule are absent; and questions about rules that no cell meets."""
    masks: dict[str, Mask] = {}
    notes: list[str] = []
    for item in plan.fit:
        fits, asked = _fit(item, inputs)
        notes += asked
        masks[item.land_class] = masks.get(item.land_class, np.ones(inputs.grid.shape, bool)) & fits
    for land in plan.reserved:
        inside = cells_inside(land.file, inputs)
        notes += empty_mask("reserved", land.file, inside)
        for name in inputs.classes:
            if name != land.land_class:
                masks[name] = masks.get(name, np.ones(inputs.grid.shape, bool)) & ~inside
    return masks, notes


def _fit(item: PlanMask, inputs: Inputs) -> tuple[Mask, list[str]]:
    """Cells that are fit for a class, and a question where there is none."""
    path = inputs.base / item.file
    if path.suffix.lower() in VECTORS:
        if item.at_least is not None or item.at_most is not None:
            raise InputError(
                tr(
                    "plan.fit: {file} holds polygons, which have no value; 'at_least' and 'at_most' are for rasters",
                    file=item.file,
                )
            )
        inside = cells_inside(item.file, inputs)
        return inside, empty_mask("fit", item.file, inside)
    if item.at_least is None and item.at_most is None:
        raise InputError(tr("plan.fit: {file} is a raster, so 'at_least' or 'at_most' is needed", file=item.file))
    mean = on_grid(open_only(locate(item.file, inputs.base)), inputs.grid).mean
    low = -np.inf if item.at_least is None else item.at_least
    high = np.inf if item.at_most is None else item.at_most
    fits = np.isfinite(mean) & (mean >= low) & (mean <= high)
    return fits, empty_fit(item, mean, fits)


def costs_of_conversions(path: Path, classes: tuple[str, ...]) -> NDArray[np.float64]:
    """Cost per ha of each conversion, turned from the area that the heading names; conversions without a row cost nothing.

    Raises
    ------
    InputError
        A class is not known, a conversion is given twice, a cost is not a number, or the unit in the heading is not a currency per area.
    """
    table = read_table(path)
    table.require(required_columns("costs"))
    per_ha = _per_hectare(table)
    costs = np.zeros((len(classes), len(classes)))
    seen: set[tuple[int, int]] = set()
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        at = [class_number(row[column], classes, table.at(place, column)) for column in ("from", "to")]
        if (at[0], at[1]) in seen:
            raise InputError(tr("{place}: {from_} to {to} appears twice", place=place, from_=row["from"], to=row["to"]))
        seen.add((at[0], at[1]))
        costs[at[0], at[1]] = per_ha * parse_number(row["cost"], table.at(place, "cost"))
    np.fill_diagonal(costs, 0.0)
    return costs


#: Multiples of a currency, which the budget is not in.
_MANY = re.compile(r"[万亿千百\d]|million|billion|thousand|mln|bn", re.IGNORECASE)

#: Areas that a cost may be by, in hectares.
_AREAS = {
    "ha": 1.0,
    "公顷": 1.0,
    "km2": 100.0,
    "km^2": 100.0,
    "km²": 100.0,
    "平方公里": 100.0,
    "mu": 1.0 / 15.0,
    "亩": 1.0 / 15.0,
}


def _per_hectare(table: Table) -> float:
    """Factor from costs as the heading names their unit, as cost (CNY/km2), to costs per ha.

    Raises
    ------
    InputError
        It names another area or none, or multiples of a currency.
    """
    unit = unit_in_heading(table, "cost")
    if not unit:
        return 1.0
    money, slash, area = unit.replace("per ", "/").rpartition("/")
    area = area.strip().lower()
    if not slash or area not in _AREAS or _MANY.search(money):
        raise InputError(
            tr(
                "{name}: column {column}: '{unit}' is not the currency of the budget by an area; write it as (CNY/ha), (CNY/km2) or (CNY/mu)",
                name=table.name,
                column=table.heading("cost"),
                unit=unit,
            )
        )
    return 1.0 / _AREAS[area]


def class_number(name: str, classes: tuple[str, ...], place: object) -> int:
    """Number of a class by any of its names.

    Raises
    ------
    InputError
        There is no such class.
    """
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


def factor_of_cost(name: str, inputs: Inputs) -> Layer:
    """Factor of the costs in each cell, NaN where the raster has no data.

    Raises
    ------
    InputError
        It is negative somewhere, or has gaps in a region whose boundary is known.
    """
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


def values_by_class(path: Path, classes: tuple[str, ...]) -> dict[str, dict[str, float]]:
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
    by_column: dict[str, dict[str, float]] = {name: {} for name in columns}
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        known = classes[class_number(row["class"], classes, table.at(place, "class"))]
        for name, column in columns.items():
            by_column[name][known] = parse_number(row[column], table.at(place, column), positive=False)
    missing = [name for name in classes if any(name not in rows for rows in by_column.values())]
    if missing:
        raise InputError(tr("{name}: no row for class {names}", name=table.name, names=listed(map(repr, missing))))
    return by_column
