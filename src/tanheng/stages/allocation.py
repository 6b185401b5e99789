"""Stage: emissions of zones and of the region spread over their cells, sector by sector, with every total kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.demand import allocated
from tanheng.accounting.summaries import zone_weights
from tanheng.errors import InputError
from tanheng.grid import Grid, coverage, project
from tanheng.inputs.emissions import canonical_sector
from tanheng.inputs.study_inputs import Inputs
from tanheng.io.vectors import Polygons
from tanheng.language import listed, name_of, tr
from tanheng.stages.allocation_weights import SectorWeights
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


@dataclass(frozen=True)
class Groups:
    """Demand of one year by groups: emissions that share a weight and a unit lie in the same proportions over the same cells.

    Attributes
    ----------
    amounts : scipy.sparse.csr_matrix, shape (groups, cells), t C
    zones : tuple of str
        Zone of each group; empty for what is known for the region.
    of_row : numpy.ndarray, shape (rows,)
        Group of each row of the year's emissions; -1 for one without emissions.
    """

    amounts: sparse.csr_matrix
    zones: tuple[str, ...]
    of_row: NDArray[np.int64]


@dataclass
class Spread:
    """Demand of one year.

    Attributes
    ----------
    by_zone, of_region : numpy.ndarray, shape (rows, columns), t C
        What zones have of their own, and what is known for the region.
    own : numpy.ndarray, shape (zones,), t C
    groups : Groups
        Demand by what shares a weight and a unit.
    rows : list of dict
        Emissions, what was placed, and by what, by sector and unit.
    notes : list of str
    """

    by_zone: Layer
    of_region: Layer
    own: Layer
    groups: Groups
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
    keyed = rows.assign(key=[weights.key(str(sector)) for sector in rows["sector"]])
    placed = _points_of_year(points, year, weights, zones, inputs.grid, fraction)
    region = sparse.csr_matrix(fraction.ravel())
    notes: list[str] = []
    placements: list[dict[str, object]] = []
    amounts: dict[tuple[str, str], sparse.csr_matrix] = {}
    for key, part in keyed.groupby("key", sort=False):
        weight = weights.weight(str(key), year)
        here = placed[placed["key"] == key] if len(placed) else placed
        label = _Label(year, str(key), weights.label(str(key)), weights.words(str(key)))
        units = [_Units(region, ("",), ("the region",))]
        units += [_Units(zones.inside, zones.polygons.ids, zones.polygons.names)] if zones else []
        for unit in units:
            held = part[(part["zone"] != "") == unit.are_zones].groupby("zone")["emissions_t_c"].sum()
            totals = np.array([float(held.get(zone, 0.0)) for zone in unit.ids])
            points_here = here[(here["zone"] != "") == unit.are_zones]
            one = _unit_by_unit(inputs, label, totals, weight, unit, points_here, notes, placements)
            amounts |= {(str(key), zone): one[number] for number, zone in enumerate(unit.ids) if totals[number]}
    return _gathered(keyed, amounts, zones, fraction.shape, placements, notes)


def _gathered(
    keyed: pd.DataFrame,
    amounts: Mapping[tuple[str, str], sparse.csr_matrix],
    zones: ZoneCover | None,
    shape: tuple[int, ...],
    placements: list[dict[str, object]],
    notes: list[str],
) -> Spread:
    """Demand of a year from what each group of emissions puts into each cell."""
    cells = int(np.prod(shape))
    known = sorted(set(amounts))
    number = {group: place for place, group in enumerate(known)}
    stacked = sparse.vstack([amounts[group] for group in known]).tocsr() if known else sparse.csr_matrix((0, cells))
    of_region = np.array([zone == "" for _, zone in known], bool)
    ids = list(zones.polygons.ids) if zones else []
    own = keyed[keyed["zone"] != ""].groupby("zone")["emissions_t_c"].sum()
    rows = [number.get((str(key), str(zone)), -1) for key, zone in zip(keyed["key"], keyed["zone"], strict=True)]
    return Spread(
        np.asarray(stacked[~of_region].sum(axis=0)).reshape(shape),
        np.asarray(stacked[of_region].sum(axis=0)).reshape(shape),
        np.array([float(own.get(zone, 0.0)) for zone in ids]),
        Groups(stacked, tuple(zone for _, zone in known), np.array(rows, np.int64)),
        placements,
        notes,
    )


@dataclass(frozen=True)
class _Units:
    """Units that emissions are known for: the part of each cell in each, their identifiers and names."""

    cover: sparse.csr_matrix
    ids: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def are_zones(self) -> bool:
        """Whether they are zones, not the region."""
        return self.ids != ("",)


@dataclass(frozen=True)
class _Label:
    """A weight in a year: its key, what tables say of it, and what messages say."""

    year: int
    key: str
    spread_by: str
    words: str


def _unit_by_unit(
    inputs: Inputs,
    label: _Label,
    totals: Layer,
    weight: Layer,
    units: _Units,
    points: pd.DataFrame,
    notes: list[str],
    placements: list[dict[str, object]],
) -> sparse.csr_matrix:
    """Demand of each unit in its cells, shape (units, cells); notes and rows on how it was placed are added."""
    told = units.names if units.are_zones else tuple(map(name_of, units.names))
    at_points = np.zeros(len(totals))
    places = [units.ids.index(zone) for zone in points["zone"]]
    np.add.at(at_points, places, points["emissions_t_c"].to_numpy(float))
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
    demand, by_area = allocated(totals - at_points, weight.ravel(), units.cover)
    if len(points):
        where = (places, points["cell"].to_numpy(int))
        demand = demand + sparse.csr_matrix((points["emissions_t_c"].to_numpy(float), where), shape=demand.shape)
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
        notes.append(tr("{text}: spread evenly by area", text=text))
    placements += _placements(label, totals, at_points, by_area, units.names, float(demand.sum()))
    return demand.tocsr()


def _placements(
    label: _Label, totals: Layer, at_points: Layer, by_area: list[int], names: tuple[str, ...], placed: float
) -> list[dict[str, object]]:
    """Rows on how emissions were placed; the last one says how what was placed in all units compares with their emissions."""
    rows: list[dict[str, object]] = [
        {
            "year": label.year,
            "sectors": "all others" if label.key == "*" else label.key,
            "unit": names[unit],
            "spread_by": "area" if unit in by_area else label.spread_by,
            "emissions_t_c": float(totals[unit]),
            "at_points_t_c": float(at_points[unit]),
        }
        for unit in np.flatnonzero(totals != 0)
    ]
    whole = float(totals.sum())
    if whole:
        rows[-1]["closure_of_all_units"] = placed / whole
    return rows


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
