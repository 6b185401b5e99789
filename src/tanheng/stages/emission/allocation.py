"""Stage: emissions of zones and of the region allocated to their cells, sector by sector, with every total kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.demand import allocated
from tanheng.errors import InputError
from tanheng.inputs.emission.emissions import canonical_sector
from tanheng.inputs.extent import LEAST_INSIDE, emitting_elsewhere
from tanheng.land.cells import CellStore
from tanheng.language import listed, name_of, tr
from tanheng.stages.emission.weights import SectorWeights
from tanheng.stages.land.stock import Land
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.units import M2_PER_KM2

Layer = NDArray[np.float64]
Row = dict[str, object]

#: Name of the matrices of what groups of emissions put into cells.
_GROUPS = "demand_groups"


@dataclass(frozen=True)
class EmissionZones:
    """Zones with emissions of their own: the part of each cell's area that lies in each of them and in the region."""

    layer: ZoneLayer
    inside: sparse.csr_matrix
    notes: tuple[str, ...]


def emission_zones(layer: ZoneLayer | None, table: pd.DataFrame, land: Land) -> EmissionZones | None:
    """Zones with emissions of their own, as far as they lie in the region; none where emissions are known for it alone."""
    named = set(table.loc[table["zone"] != "", "zone"])
    if layer is None or not named:
        return None
    fraction = np.asarray(land.fraction.values, float)
    inside = (layer.of_zones @ sparse.diags(fraction.ravel())).tocsr()
    whole = shapely.area(layer.shapes) / M2_PER_KM2
    held = layer.in_region * land.grid.cell_area_km2
    emitting = set(table.loc[table["emissions_t_c"] > 0, "zone"])
    outside = [
        name
        for zone, name, area, own in zip(layer.ids, layer.names, held, whole, strict=True)
        if zone in emitting and area <= LEAST_INSIDE * own
    ]
    if outside:
        raise InputError(emitting_elsewhere(layer.label, outside))
    notes = [
        tr(
            "{name}: only {percent:.1f} % of this zone lies in the region; all of its emissions are allocated to that part",
            name=name,
            percent=100 * held[unit] / whole[unit],
        )
        for unit, (zone, name) in enumerate(zip(layer.ids, layer.names, strict=True))
        if zone in named and held[unit] < 0.98 * whole[unit]
    ]
    silent = [name for zone, name in zip(layer.ids, layer.names, strict=True) if zone not in named]
    if silent:
        notes.append(
            tr(
                "{count} zone(s) of '{layer}' have no emissions of their own: {names}",
                count=len(silent),
                layer=layer.label,
                names=listed(silent[:5]),
            )
        )
    return EmissionZones(layer, inside, tuple(notes))


@dataclass(frozen=True)
class Groups:
    """Demand of one year by groups: emissions that share a weight and a unit lie in the same proportions over the same cells.

    Attributes
    ----------
    year : int
    cells : CellStore
        Keeps what each group emits in each cell.
    totals : numpy.ndarray, shape (groups,), t C
    zones : tuple of str
        Zone of each group; empty for what is known for the region.
    of_row : numpy.ndarray, shape (rows,)
        Group of each row of the year's emissions; -1 for one without emissions.
    """

    year: int
    cells: CellStore
    totals: NDArray[np.float64]
    zones: tuple[str, ...]
    of_row: NDArray[np.int64]

    @property
    def amounts(self) -> sparse.csr_matrix:
        """What each group emits in each cell, shape (groups, cells), t C."""
        return self.cells.matrix(_GROUPS, self.year)

    def as_data(self) -> dict[str, Any]:
        """Groups, as JSON holds them; their amounts are kept already."""
        return {"year": self.year, "totals": self.totals, "zones": self.zones, "of_row": self.of_row}

    @staticmethod
    def of_data(cells: CellStore, data: Mapping[str, Any]) -> Groups:
        """Groups from what JSON holds."""
        totals, of_row = np.array(data["totals"], np.float64), np.array(data["of_row"], np.int64)
        return Groups(data["year"], cells, totals, tuple(data["zones"]), of_row)


@dataclass(frozen=True)
class Allocated:
    """Demand of one year.

    Attributes
    ----------
    by_zone, of_region : numpy.ndarray, shape (rows, columns), t C
        What zones have of their own, and what is known for the region.
    own : numpy.ndarray, shape (zones,), t C
        Emissions of zones of their own.
    amounts : scipy.sparse.csr_matrix, shape (groups, cells), t C
        Demand by what shares a weight and a unit.
    zones : tuple of str
        Zone of each group; empty for what is known for the region.
    of_row : numpy.ndarray, shape (rows,)
        Group of each row of the year's emissions; -1 for one without emissions.
    placements : tuple of dict
        Rows: emissions, what was placed, and by what, by sector and unit.
    notes : tuple of str
    """

    by_zone: Layer
    of_region: Layer
    own: Layer
    amounts: sparse.csr_matrix
    zones: tuple[str, ...]
    of_row: NDArray[np.int64]
    placements: tuple[Row, ...]
    notes: tuple[str, ...]


def keep_groups(allocated: Allocated, year: int, cells: CellStore) -> Groups:
    """Groups of the demand of a year, with their amounts kept."""
    cells.put_matrix(allocated.amounts, _GROUPS, year)
    totals = np.asarray(allocated.amounts.sum(axis=1)).ravel()
    return Groups(year, cells, totals, allocated.zones, allocated.of_row)


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

    @property
    def words(self) -> tuple[str, ...]:
        """Names for a reader."""
        return self.names if self.are_zones else tuple(map(name_of, self.names))


@dataclass(frozen=True)
class _Label:
    """A weight in a year: its key, how tables name it, and how messages do."""

    year: int
    key: str
    allocated_by: str
    words: str


@dataclass(frozen=True)
class _Placed:
    """Emissions that share a weight, in the cells of their units, shape (units, cells); how they were placed, and notes."""

    amounts: sparse.csr_matrix
    placements: list[Row]
    notes: list[str]


def allocate_year(
    rows: pd.DataFrame,
    weights: SectorWeights,
    land: Land,
    zones: EmissionZones | None,
    points: pd.DataFrame | None,
    *,
    refuse_gaps: bool,
) -> Allocated:
    """Emissions of a year in cells: point sources where they are, the rest of each sector by its weight.

    Parameters
    ----------
    rows : pandas.DataFrame
        Emissions of the year by zone and sector.
    points : pandas.DataFrame, optional
        Point sources of all years with their cells.
    refuse_gaps : bool
        Whether a unit with emissions and no weight is an error; else its emissions are allocated by area.

    Raises
    ------
    InputError
        Point sources emit more than their sector and unit, or a unit has emissions and no weight where that is an error.
    """
    year = int(rows["year"].iloc[0])
    keyed = rows.assign(key=[weights.key(str(sector)) for sector in rows["sector"]])
    at_points = _points_of_year(points, keyed, weights, zones, land)
    units = [_Units(sparse.csr_matrix(np.asarray(land.fraction.values, float).ravel()), ("",), ("the region",))]
    units += [_Units(zones.inside, zones.layer.ids, zones.layer.names)] if zones else []
    placements: list[Row] = []
    notes: list[str] = []
    amounts: dict[tuple[str, str], sparse.csr_matrix] = {}
    for key, part in keyed.groupby("key", sort=False):
        weight = weights.weight(str(key), year)
        here = at_points[at_points["key"] == key] if len(at_points) else at_points
        label = _Label(year, str(key), weights.label(str(key)), weights.words(str(key)))
        for unit in units:
            held = part[(part["zone"] != "") == unit.are_zones].groupby("zone")["emissions_t_c"].sum()
            totals = np.array([float(held.get(zone, 0.0)) for zone in unit.ids])
            points_here = here[(here["zone"] != "") == unit.are_zones]
            placed = _place(label, totals, weight, unit, points_here, refuse_gaps=refuse_gaps)
            placements += placed.placements
            notes += placed.notes
            amounts |= {
                (str(key), zone): placed.amounts[number] for number, zone in enumerate(unit.ids) if totals[number]
            }
    return _gathered(keyed, amounts, zones, land, placements, notes)


def _gathered(
    keyed: pd.DataFrame,
    amounts: Mapping[tuple[str, str], sparse.csr_matrix],
    zones: EmissionZones | None,
    land: Land,
    placements: list[Row],
    notes: list[str],
) -> Allocated:
    """Demand of a year from what each group of emissions puts into each cell."""
    shape = land.grid.shape
    cells = int(np.prod(shape))
    known = sorted(set(amounts))
    number = {group: place for place, group in enumerate(known)}
    stacked = sparse.vstack([amounts[group] for group in known]).tocsr() if known else sparse.csr_matrix((0, cells))
    of_region = np.array([zone == "" for _, zone in known], bool)
    ids = zones.layer.ids if zones else ()
    own = keyed[keyed["zone"] != ""].groupby("zone")["emissions_t_c"].sum()
    rows = [number.get((str(key), str(zone)), -1) for key, zone in zip(keyed["key"], keyed["zone"], strict=True)]
    return Allocated(
        np.asarray(stacked[~of_region].sum(axis=0)).reshape(shape),
        np.asarray(stacked[of_region].sum(axis=0)).reshape(shape),
        np.array([float(own.get(zone, 0.0)) for zone in ids]),
        stacked,
        tuple(zone for _, zone in known),
        np.array(rows, np.int64),
        tuple(placements),
        tuple(notes),
    )


def _place(
    label: _Label, totals: Layer, weight: Layer, units: _Units, points: pd.DataFrame, *, refuse_gaps: bool
) -> _Placed:
    """Emissions of each unit in its cells."""
    at_points = np.zeros(len(totals))
    number = {zone: unit for unit, zone in enumerate(units.ids)}
    places = [number[zone] for zone in points["zone"]]
    np.add.at(at_points, places, points["emissions_t_c"].to_numpy(float))
    _refuse_overfull(label, totals, at_points, units)
    demand, by_area = allocated(totals - at_points, weight.ravel(), units.cover)
    if len(points):
        where = (places, points["cell"].to_numpy(int))
        demand = demand + sparse.csr_matrix((points["emissions_t_c"].to_numpy(float), where), shape=demand.shape)
    notes = [_gap_note(label, totals, by_area, units, refuse=refuse_gaps)] if by_area else []
    return _Placed(
        demand.tocsr(), _placements(label, totals, at_points, by_area, units.names, float(demand.sum())), notes
    )


def _refuse_overfull(label: _Label, totals: Layer, at_points: Layer, units: _Units) -> None:
    """Refuse point sources that emit more than their sector and unit."""
    over = np.flatnonzero(at_points > totals * (1 + 1e-9) + 1e-9)
    if len(over):
        unit = int(over[0])
        raise InputError(
            tr(
                "demand.points: point sources of {year} emit {at_points:,.6g} t C in {names}, sectors spread by {words} there "
                "only {totals:,.6g}: are both for the same sectors, and in the same unit?",
                year=label.year,
                at_points=at_points[unit],
                names=units.words[unit],
                words=label.words,
                totals=totals[unit],
            )
        )


def _gap_note(label: _Label, totals: Layer, by_area: list[int], units: _Units, *, refuse: bool) -> str:
    """Note on units that have emissions and no weight; an error where that is one."""
    lost = listed(
        tr("{name} ({carbon:,.0f} t C)", name=units.words[unit], carbon=float(totals[unit])) for unit in by_area[:5]
    )
    text = tr(
        "{words} of {year} is zero or missing everywhere in {lost}, which has emissions",
        words=label.words,
        year=label.year,
        lost=lost,
    )
    if refuse:
        raise InputError(
            tr(
                "{text}; check the map's place, unit and nodata, or the zone of the emissions; to spread them evenly "
                'all the same, write without_weight = "area" in [demand]',
                text=text,
            )
        )
    return tr("{text}: spread evenly by area", text=text)


def _placements(
    label: _Label, totals: Layer, at_points: Layer, by_area: list[int], names: tuple[str, ...], placed: float
) -> list[Row]:
    """Rows on how emissions were placed; the last one says how what was placed in all units compares with their emissions."""
    rows: list[Row] = [
        {
            "year": label.year,
            "sectors": "all others" if label.key == "*" else label.key,
            "unit": names[unit],
            "spread_by": "area" if unit in by_area else label.allocated_by,
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
    points: pd.DataFrame | None,
    keyed: pd.DataFrame,
    weights: SectorWeights,
    zones: EmissionZones | None,
    land: Land,
) -> pd.DataFrame:
    """Point sources of the year of some emissions, with the cell, the unit and the weight of the sector that each belongs to."""
    columns = ["cell", "zone", "key", "emissions_t_c"]
    if points is None:
        return pd.DataFrame(columns=columns)
    year = int(keyed["year"].iloc[0])
    rows = points[points["year"] == year].copy()
    outside = np.asarray(land.fraction.values, float).ravel()[rows["cell"].to_numpy(int)] <= 0
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
    by_zone = {canonical_sector(str(item)) for item in keyed.loc[keyed["zone"] != "", "sector"]}
    in_zones = np.array([canonical_sector(str(sector)) in by_zone for sector in rows["sector"]], bool)
    rows["zone"] = np.where(in_zones, _zones_of_points(rows, zones), "") if zones else ""
    return rows[columns]


def _zones_of_points(rows: pd.DataFrame, zones: EmissionZones) -> list[str]:
    """Zone that each point lies in; that with the largest part of its cell where it lies in none."""
    by_cell = zones.inside.tocsc()
    at = shapely.points(rows["x"].to_numpy(float), rows["y"].to_numpy(float))
    held, in_shape = shapely.STRtree(zones.layer.shapes).query(at, "within")
    inside = dict(zip(held.tolist(), in_shape.tolist(), strict=True))
    return [
        zones.layer.ids[inside[number]] if number in inside else _zone_at(by_cell, int(cell), zones.layer.ids)
        for number, cell in enumerate(rows["cell"])
    ]


def _zone_at(by_cell: sparse.csc_matrix, cell: int, ids: tuple[str, ...]) -> str:
    held = slice(by_cell.indptr[cell], by_cell.indptr[cell + 1])
    if held.start == held.stop:
        return ""
    return ids[int(by_cell.indices[held][np.argmax(by_cell.data[held])])]
