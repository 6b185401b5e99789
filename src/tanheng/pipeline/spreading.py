"""Stage: emissions of zones and of the region spread over their cells, sector by sector, with every total kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting import allocate
from tanheng.accounting.summaries import zone_weights
from tanheng.errors import InputError
from tanheng.grid import Grid, coverage, project
from tanheng.io.vectors import Polygons
from tanheng.language import listed, name_of, tr
from tanheng.pipeline.emission_inputs import canonical_sector
from tanheng.pipeline.inputs import Inputs
from tanheng.pipeline.weights import SectorWeights
from tanheng.units import M2_PER_KM2

Layer = NDArray[np.float64]


def zone_cover(inputs: Inputs, polygons: Polygons) -> sparse.csr_matrix:
    """Part of each cell in each zone of a layer, shape (zones, cells)."""
    return coverage(inputs.grid, project(polygons.geometries, polygons.crs, inputs.grid.crs))


@dataclass(frozen=True)
class ZoneCover:
    """Zones with emissions of their own: the part of each cell's area that lies in each of them and in the region."""

    polygons: Polygons
    inside: sparse.csr_matrix
    notes: list[str]


def emission_zones(inputs: Inputs, table: pd.DataFrame, fraction: NDArray[np.float64]) -> ZoneCover | None:
    """Zones with emissions of their own, as far as they lie in the region; none where emissions are known for it alone."""
    layer = inputs.study.emissions.zones if inputs.study.emissions else None
    named = set(table.loc[table["zone"] != "", "zone"])
    if layer is None or not named:
        return None
    polygons = inputs.zones[layer]
    cover = zone_cover(inputs, polygons)
    inside = (zone_weights(cover, fraction)[:-1] @ sparse.diags(fraction.ravel())).tocsr()
    whole = (
        np.array([shapely.area(item) for item in project(polygons.geometries, polygons.crs, inputs.grid.crs)])
        / M2_PER_KM2
    )
    held = np.asarray(inside.sum(axis=1)).ravel() * inputs.grid.cell_area_km2
    notes = [
        tr(
            "{name}: only {percent:.1f} % of this zone lies in the region, and all of its emissions are placed there",
            name=name,
            percent=100 * held[unit] / whole[unit],
        )
        for unit, (zone, name) in enumerate(zip(polygons.ids, polygons.names, strict=True))
        if zone in named and held[unit] < 0.98 * whole[unit]
    ]
    silent = [name for zone, name in zip(polygons.ids, polygons.names, strict=True) if zone not in named]
    if silent:
        notes.append(
            tr(
                "{count} zone(s) of '{layer}' have no emissions of their own: {names}",
                count=len(silent),
                layer=layer,
                names=listed(silent[:5]),
            )
        )
    return ZoneCover(polygons, inside, notes)


@dataclass
class Spread:
    """Demand of one year.

    Attributes
    ----------
    by_zone, of_region : numpy.ndarray, shape (rows, columns), t C
        What zones have of their own, and what is known for the region.
    own : numpy.ndarray, shape (zones,), t C
    rows : list of dict
        Emissions, what was placed, and by what, by sector and unit.
    notes : list of str
    """

    by_zone: Layer
    of_region: Layer
    own: Layer
    rows: list[dict[str, object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def spread(
    inputs: Inputs,
    rows: pd.DataFrame,
    weights: SectorWeights,
    fraction: Layer,
    zones: ZoneCover | None,
    points: pd.DataFrame | None,
) -> Spread:
    """Emissions of a year over cells: point sources where they are, the rest of each sector by its weight.

    Raises
    ------
    InputError
        Point sources emit more than their sector and unit, or a unit has emissions and no weight where that is an error.
    """
    year = int(rows["year"].iloc[0])
    number = len(zones.polygons.ids) if zones else 0
    found = Spread(np.zeros(fraction.shape), np.zeros(fraction.shape), np.zeros(number))
    keyed = rows.assign(key=[weights.key(str(sector)) for sector in rows["sector"]])
    placed = _points_of_year(points, year, weights, zones, inputs.grid, fraction)
    for key, part in keyed.groupby("key", sort=False):
        weight = weights.weight(str(key), year)
        here = placed[placed["key"] == key] if len(placed) else placed
        whole = float(part.loc[part["zone"] == "", "emissions_t_c"].sum())
        region = sparse.csr_matrix(fraction.ravel())
        label = _Label(year, str(key), weights.label(str(key)), weights.words(str(key)))
        found.of_region += _unit_by_unit(
            inputs,
            found,
            label,
            np.array([whole]),
            weight,
            region,
            ("the region",),
            here[here["zone"] == ""],
        ).reshape(fraction.shape)
        if zones is None:
            continue
        named = part.loc[part["zone"] != ""].groupby("zone")["emissions_t_c"].sum()
        own = np.array([float(named.get(zone, 0.0)) for zone in zones.polygons.ids])
        found.own += own
        found.by_zone += _unit_by_unit(
            inputs, found, label, own, weight, zones.inside, zones.polygons.names, here[here["zone"] != ""],
            zones.polygons.ids,
        ).reshape(fraction.shape)  # fmt: skip
    return found


@dataclass(frozen=True)
class _Label:
    """A weight in a year: its key, what tables say of it, and what messages say."""

    year: int
    key: str
    spread_by: str
    words: str


def _unit_by_unit(
    inputs: Inputs,
    found: Spread,
    label: _Label,
    totals: Layer,
    weight: Layer,
    units: sparse.csr_matrix,
    names: tuple[str, ...],
    points: pd.DataFrame,
    ids: tuple[str, ...] = ("",),
) -> Layer:
    """Demand of the cells of some units of one weight; notes and rows go to what is found."""
    told = names if any(ids) else tuple(map(name_of, names))
    at_points = np.zeros(len(totals))
    demand = np.zeros(units.shape[1])
    for row in points.itertuples():
        at_points[ids.index(row.zone)] += row.emissions_t_c
        demand[row.cell] += row.emissions_t_c
    over = np.flatnonzero(at_points > totals * (1 + 1e-9) + 1e-9)
    if len(over):
        unit = int(over[0])
        raise InputError(
            tr(
                "demand.points: point sources of {year} emit {at_points:,.6g} t C in {names}, sectors spread by {words} there "
                "only {totals:,.6g}: are both for the same sectors, and in the same unit?",
                year=label.year,
                at_points=at_points[unit],
                names=told[unit],
                words=label.words,
                totals=totals[unit],
            )
        )
    spread_out, by_area = allocate(totals - at_points, weight.ravel(), units)
    demand += spread_out
    if by_area:
        lost = listed(
            tr("{name} ({carbon:,.0f} t C)", name=told[unit], carbon=float(totals[unit])) for unit in by_area[:5]
        )
        text = tr(
            "{words} of {year} is zero or missing everywhere in {lost}, which has emissions",
            words=label.words,
            year=label.year,
            lost=lost,
        )
        if inputs.study.demand.without_weight == "error":
            raise InputError(
                tr(
                    "{text}; check the map's place, unit and nodata, or the zone of the emissions; to spread them evenly "
                    'all the same, write without_weight = "area" in [demand]',
                    text=text,
                )
            )
        found.notes.append(tr("{text}: spread evenly by area", text=text))
    _tell(found, label, totals, at_points, by_area, names, demand)
    return demand


def _tell(
    found: Spread,
    label: _Label,
    totals: Layer,
    at_points: Layer,
    by_area: list[int],
    names: tuple[str, ...],
    demand: Layer,
) -> None:
    """Rows on how emissions were placed; with one unit, or units apart, the demand in it is what was placed there."""
    for unit in np.flatnonzero(totals != 0):
        found.rows.append(
            {
                "year": label.year,
                "sectors": "all others" if label.key == "*" else label.key,
                "unit": names[unit],
                "spread_by": "area" if unit in by_area else label.spread_by,
                "emissions_t_c": float(totals[unit]),
                "at_points_t_c": float(at_points[unit]),
            }
        )
    whole = float(totals.sum())
    if whole:
        found.rows[-1]["closure_of_all_units"] = float(demand.sum()) / whole


def _points_of_year(
    points: pd.DataFrame | None, year: int, weights: SectorWeights, zones: ZoneCover | None, grid: Grid, fraction: Layer
) -> pd.DataFrame:
    """Point sources of a year with the cell, the unit and the weight of the sector that each belongs to."""
    columns = ["cell", "zone", "key", "emissions_t_c"]
    if points is None:
        return pd.DataFrame(columns=columns)
    rows = points[points["year"] == year].copy()
    outside = fraction.ravel()[rows["cell"].to_numpy(int)] <= 0
    if outside.any():
        first = rows[outside].iloc[0]
        raise InputError(
            tr(
                "demand.points: {count} point(s) of {year} lie where the region has no land, the first at {longitude:g}, "
                "{latitude:g} ({sector})",
                count=int(outside.sum()),
                year=year,
                longitude=first.longitude,
                latitude=first.latitude,
                sector=first.sector,
            )
        )
    rows["key"] = [weights.key(str(sector)) for sector in rows["sector"]]
    if zones is None:
        rows["zone"] = ""
        return rows[columns]
    by_cell = zones.inside.tocsc()
    by_zone = set(weights.sectors_by_zone.get(year, set()))
    shapes = project(zones.polygons.geometries, zones.polygons.crs, grid.crs)
    held, at = shapely.STRtree(shapes).query(
        shapely.points(rows["x"].to_numpy(float), rows["y"].to_numpy(float)), "within"
    )
    inside = dict(zip(held.tolist(), at.tolist(), strict=True))
    rows["zone"] = [
        (zones.polygons.ids[inside[number]] if number in inside else _zone_at(by_cell, int(cell), zones.polygons.ids))
        if canonical_sector(str(sector)) in by_zone
        else ""
        for number, (cell, sector) in enumerate(zip(rows["cell"], rows["sector"], strict=True))
    ]
    return rows[columns]


def _zone_at(by_cell: sparse.csc_matrix, cell: int, ids: tuple[str, ...]) -> str:
    held = slice(by_cell.indptr[cell], by_cell.indptr[cell + 1])
    if held.start == held.stop:
        return ""
    return ids[int(by_cell.indices[held][np.argmax(by_cell.data[held])])]


def sectors_by_zone(table: pd.DataFrame) -> Mapping[int, set[str]]:
    """Sectors whose emissions are given by zone, in lower case, by year."""
    rows = table[table["zone"] != ""]
    return {int(year): {canonical_sector(str(item)) for item in part["sector"]} for year, part in rows.groupby("year")}
