"""Stage: change of land and of stored carbon between years, on the land that both maps cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.change.transitions import (
    dynamic_degree,
    improved_and_worsened,
    transition_stock_change,
    transitions_from_shares,
)
from tanheng.accounting.stock import cell_stock_change
from tanheng.accounting.summaries import transition_table
from tanheng.accounting.value import net_present_value
from tanheng.choices import ESTIMATED, OVERLAID
from tanheng.land.cells import BAND_CELLS, bands
from tanheng.land.layers import variable
from tanheng.land.moved import Moved, joined, keep_conversions, moved_land
from tanheng.land.series import LandSeries
from tanheng.land.work import all_finished, layers_of
from tanheng.language import mark_name, tr
from tanheng.schema import stamp
from tanheng.stages.found import Found, SelfCheck
from tanheng.stages.land.conversions import conversion_variables
from tanheng.stages.land.stock import Land, class_areas
from tanheng.study import Value
from tanheng.units import HA_PER_KM2

AT_MEANS = mark_name(
    "pixel overlay, at the mean density of each class; pools that a map gives for all classes stay with the place"
)


@dataclass(frozen=True)
class LandChange:
    """Change of land between two years, on the land that both maps cover.

    Attributes
    ----------
    first, last : int
        Years.
    area : xarray.DataArray, shape (from_class, to_class), ha
    stock_change : xarray.DataArray, shape (y, x), t C yr-1
    by_transition : xarray.DataArray, shape (from_class, to_class), t C
    by_class : xarray.DataArray, shape (land_class, carbon_pool), t C
        What each class holds in the last year minus what it held in the first.
    method : str
        How the transitions are known.
    common_km2 : float
        Area that both maps cover.
    """

    first: int
    last: int
    area: xr.DataArray
    stock_change: xr.DataArray
    by_transition: xr.DataArray
    by_class: xr.DataArray
    method: str
    common_km2: float

    @property
    def years(self) -> int:
        """Length of the period."""
        return self.last - self.first

    @property
    def total(self) -> float:
        """Change of stored carbon over the period, t C."""
        return float(self.by_transition.sum())


@dataclass(frozen=True)
class Changes:
    """Changes of a land series, by pair of years."""

    items: tuple[LandChange, ...]
    found: Found

    def of(self, first: int, last: int) -> LandChange:
        """Change between two years."""
        return next(item for item in self.items if (item.first, item.last) == (first, last))


def account_change(series: LandSeries, land: Land, pairs: tuple[tuple[int, int], ...]) -> Changes:
    """Transitions and the carbon that they move, between pairs of years of a series."""
    items = tuple(_changes(series, land, pairs))
    if not items:
        return Changes((), Found())
    rows = [transition_table(item.first, item.last, item.area, item.by_transition, item.method) for item in items]
    tables = {
        "transitions": pd.concat(rows, ignore_index=True),
        "land_change": pd.concat([_degrees(item) for item in items], ignore_index=True),
        "stock_change_by_class": pd.concat([_by_pool(item) for item in items], ignore_index=True),
    }
    variables = _mapped(items, land)
    return Changes(
        items,
        Found(tables, variables, (*_left_out(items, land), *_of_tables(items, land)), tuple(_checks(items, land))),
    )


def _changes(series: LandSeries, land: Land, pairs: tuple[tuple[int, int], ...]) -> Iterator[LandChange]:
    cell_area = land.grid.cell_area_ha
    moves = {pair: series.moved[pair] if pair in series.moved else estimated_moves(series, *pair) for pair in pairs}
    keep = [layers_of(partial(_keep_change, land, moves[pair], *pair), "stock_change", _label(*pair)) for pair in pairs]
    all_finished(land.cells, keep)
    for first, last in pairs:
        moved, method = moves[first, last], OVERLAID
        if (first, last) not in series.moved:
            method = ESTIMATED
        elif not land.densities.are_uniform:
            method = AT_MEANS
        before, after = (
            common_density(land, moved, year, shares) for year, shares in ((first, moved.first), (last, moved.last))
        )
        area = _by_classes(moved.total * cell_area, series.classes)
        yield LandChange(
            first,
            last,
            area,
            stamp(
                variable(land.cells, "stock_change", period=[_label(first, last)]).isel(period=0, drop=True),
                "stock_change",
            ),
            transition_stock_change(area, before, after),
            _change_by_pool(land, moved, (first, last), area),
            method,
            float(area.sum()) / HA_PER_KM2,
        )


def _label(first: int, last: int) -> str:
    """Label of the period between two years."""
    return f"{first}-{last}"


def common_density(land: Land, moved: Moved, year: int, shares: NDArray[np.float64]) -> xr.DataArray:
    """Density of each class as a conversion has it, over the land that both maps of a pair cover, shape (land_class,), t C ha-1.

    Parameters
    ----------
    moved : Moved
    year : int
        The first or the last one.
    shares : numpy.ndarray, shape (n, classes), 1
        Common land of the cells of which the two years don't cover the same land, in that year.
    """
    if land.densities.are_uniform:
        return land.density.sel(year=year, drop=True).sum("carbon_pool")
    place = list(land.densities.pools_of_place)
    others = [pool for pool in land.density["carbon_pool"].values if pool not in place]
    area, left = class_areas(land, year).values, np.zeros((0, len(land.classes)))
    if len(moved.cells):
        left = shares_at(land, year, moved.cells) - shares
    area_left = area - left.sum(axis=0) * land.grid.cell_area_ha
    stock = _common_stock(land, moved, year, others, left, area)
    there = area_left > 1e-9 * land.grid.cell_area_ha
    usual = land.density.sel(year=year, carbon_pool=others, drop=True).sum("carbon_pool")
    values = np.where(there, stock / np.where(there, area_left, 1.0), usual.values)
    if place:
        values = values + _common_stock(land, moved, year, place, left, area).sum() / area_left.sum()
    return usual.copy(data=values)


def _common_stock(
    land: Land, moved: Moved, year: int, pools: list[str], left: NDArray[np.float64], area: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What some pools of each class hold on the common land, t C; `left` is the land of the moved cells that is not common."""
    density = land.density.sel(year=year, carbon_pool=pools, drop=True).sum("carbon_pool").values
    stock = area * density
    if len(moved.cells):
        own = densities_at(land, year, moved.cells, pools)
        stock = stock - (left * own).sum(axis=0) * land.grid.cell_area_ha  # (1) * (t C/ha) * (ha) = t C
    return np.asarray(stock)


def _change_by_pool(land: Land, moved: Moved, pair: tuple[int, int], area: xr.DataArray) -> xr.DataArray:
    """What each class holds on the common land in the last year minus what it held in the first, by pool, t C."""
    pools = [str(pool) for pool in land.density["carbon_pool"].values]
    held = []
    for year, shares, other in ((pair[0], moved.first, "to_class"), (pair[1], moved.last, "from_class")):
        if land.densities.are_uniform:
            density = land.density.sel(year=year, drop=True).transpose("land_class", "carbon_pool").values
            held.append(area.sum(other).values[:, None] * density)  # (ha) * (t C/ha) = t C
            continue
        left = np.zeros((0, len(land.classes)))
        if len(moved.cells):
            left = shares_at(land, year, moved.cells) - shares
        of_year = class_areas(land, year).values
        held.append(np.stack([_common_stock(land, moved, year, [pool], left, of_year) for pool in pools], axis=1))
    coords = {"land_class": list(land.classes), "carbon_pool": pools}
    return xr.DataArray(held[1] - held[0], dims=tuple(coords), coords=coords, attrs={"units": "t C"})


def shares_at(land: Land, year: int, cells: NDArray[np.int64]) -> NDArray[np.float64]:
    """Part of some cells, by their numbers in reading order, that is each class, shape (n, classes)."""
    shares = [land.share.sel(year=year, land_class=name).values.reshape(-1)[cells] for name in land.classes]
    return np.stack(shares, axis=1)


def densities_at(
    land: Land, year: int, cells: NDArray[np.int64], pools: list[str] | None = None
) -> NDArray[np.float64]:
    """Density of each class over all pools, or some, in some cells, by their numbers in reading order, shape (n, classes), t C ha-1."""
    found, columns = np.empty((len(cells), len(land.classes))), land.grid.columns
    for rows in land.densities.bands():
        here = (cells >= rows.start * columns) & (cells < rows.stop * columns)
        if here.any():
            here_all = land.densities.of(year, rows)
            chosen = here_all if pools is None else here_all.sel(carbon_pool=pools)
            values = chosen.sum("carbon_pool").transpose("land_class", "y", "x").values
            found[here] = values.reshape(len(land.classes), -1)[:, cells[here] - rows.start * columns].T
    return found


def _keep_change(land: Land, moved: Moved, first: int, last: int) -> None:
    """Keep the yearly change of the stock of each cell between two years."""
    one, other = (land.stock.sel(year=year, drop=True) for year in (first, last))
    if land.densities.are_uniform:
        before, after = (land.density.sel(year=year).sum("carbon_pool").values for year in (first, last))
    else:
        before, after = (densities_at(land, year, moved.cells) for year in (first, last))
    area, shares = land.grid.cell_area_ha, (moved.first, moved.last)
    change = cell_stock_change((one, other), moved.cells, shares, (before, after), area, last - first)
    land.cells.put(change.values, "stock_change", _label(first, last))


def _by_classes(values: NDArray[np.float64], classes: tuple[str, ...]) -> xr.DataArray:
    labels = {"from_class": list(classes), "to_class": list(classes)}
    return xr.DataArray(values, dims=tuple(labels), coords=labels)


def estimated_moves(series: LandSeries, first: int, last: int) -> Moved:
    """Transitions of maps that don't share their pixels, estimated from the shares of cells."""
    parts = []
    for rows in bands(series.grid, BAND_CELLS // len(series.classes)):
        shares = series.share(first, rows), series.share(last, rows)
        ends = (
            xr.DataArray(share, dims=("land_class", "y", "x"), coords={"land_class": list(series.classes)})
            for share in shares
        )
        moved = transitions_from_shares(*ends).values
        keep_conversions(series.cells, moved, (first, last), rows.start)
        parts.append((moved_land(moved, *shares), rows.start, 0, series.grid.columns))
    return joined(parts, series.grid.columns)


def _mapped(items: tuple[LandChange, ...], land: Land) -> dict[str, xr.DataArray]:
    """Yearly stock change and conversions of each cell, shape (period, y, x): between neighbouring years, and over the whole span."""
    pairs = {(item.first, item.last): item for item in items}
    steps = [pair for pair in pairwise(land.years) if pair in pairs]
    if not steps:
        return {}
    whole = (land.years[0], land.years[-1])
    mapped = list(dict.fromkeys([*steps, *([whole] if whole in pairs else [])]))
    periods = {f"{first}-{last}": (first, last) for first, last in mapped}
    change = stamp(variable(land.cells, "stock_change", period=list(periods)), "stock_change")
    return {"stock_change": change} | conversion_variables(land, [pairs[step].area for step in steps], periods)


def _left_out(items: tuple[LandChange, ...], land: Land) -> Iterator[str]:
    """Notes on land that only one of two maps covers."""
    known = land.tables["coverage"].set_index("year")["with_data_km2"]
    for item in items:
        left = max(float(known[item.first]), float(known[item.last])) - item.common_km2
        if left > 1e-6 * item.common_km2:
            yield tr(
                "{first}-{last}: change is computed on the {common_km2:,.1f} km2 that both maps cover; {left:,.1f} km2 are left out",
                first=item.first,
                last=item.last,
                common_km2=item.common_km2,
                left=left,
            )


def _of_tables(items: tuple[LandChange, ...], land: Land) -> Iterator[str]:
    """Notes on change that comes of tables that differ by year, on land whose class stays."""
    table = land.densities.table
    for item in items:
        if np.array_equal(table.sel(year=item.first).values, table.sel(year=item.last).values):
            continue
        same = float(np.trace(item.by_transition.values))
        yield tr(
            "{first}-{last}: of the change of {total:+,.0f} t C, {same:+,.0f} t C are on land that stays in its class, because the densities "
            "of the two years differ; that part is only as reliable as the difference between the two tables",
            first=item.first,
            last=item.last,
            total=item.total,
            same=same,
        )


def _checks(items: tuple[LandChange, ...], land: Land) -> Iterator[SelfCheck]:
    """Transitions meet the change of the stock, and the class areas."""
    by_class, coverage = land.tables["stock_by_class"], land.tables["coverage"]
    stock = float(by_class.groupby("year")["stock_t_c"].sum().max()) or 1.0
    worst = max(
        max(abs(item.total - float(item.stock_change.sum()) * item.years), abs(item.total - float(item.by_class.sum())))
        for item in items
    )
    meaning = tr("transitions, and classes by pool, sum to the change of the stock, relative to the stock")
    yield SelfCheck("transitions", meaning, worst / stock, 1e-9)
    margins = max(_margin_gap(item, by_class, coverage) for item in items) / float(coverage["region_km2"].max())
    meaning = tr("transitions sum to the class areas of years that lose no land, relative")
    yield SelfCheck("transition_areas", meaning, margins, 1e-9)


def _margin_gap(item: LandChange, by_class: pd.DataFrame, coverage: pd.DataFrame) -> float:
    """Largest gap between a class's area and its transitions, km2, in the years that the change covers wholly."""
    known = coverage.set_index("year")["with_data_km2"]
    areas = by_class.set_index(["year", "land_class"])["area_km2"]
    worst = 0.0
    for year, other in ((item.first, "to_class"), (item.last, "from_class")):
        if abs(float(known[year]) - item.common_km2) <= 1e-9 * item.common_km2:
            sums = item.area.sum(other).values / HA_PER_KM2
            worst = max(worst, float(np.abs(sums - areas[year].to_numpy()).max()))
    return worst


def _degrees(item: LandChange) -> pd.DataFrame:
    """Area of each class at both ends of a period, and its dynamic degree."""
    first = item.area.sum("to_class").rename(from_class="land_class")
    last = item.area.sum("from_class").rename(to_class="land_class")
    return pd.DataFrame(
        {
            "from_year": item.first,
            "to_year": item.last,
            "land_class": [str(name) for name in first["land_class"].values],
            "area_first_km2": first.values / HA_PER_KM2,
            "area_last_km2": last.values / HA_PER_KM2,
            "change_km2": (last.values - first.values) / HA_PER_KM2,
            "dynamic_degree_per_yr": dynamic_degree(first, last, item.years).values,
        }
    )


def _by_pool(item: LandChange) -> pd.DataFrame:
    """Change of area and stored carbon of each class over a period, by pool."""
    pools = {f"{pool}_t_c": item.by_class.sel(carbon_pool=pool).values for pool in item.by_class["carbon_pool"].values}
    area = item.area.sum("from_class").values - item.area.sum("to_class").values
    return pd.DataFrame(
        {
            "from_year": item.first,
            "to_year": item.last,
            "land_class": [str(name) for name in item.by_class["land_class"].values],
            "change_km2": area / HA_PER_KM2,
            "stock_change_t_c": item.by_class.sum("carbon_pool").values,
            **pools,
        }
    )


def change_table(changes: Changes, land: Land, balance: xr.DataArray | None, value: Value | None) -> Found:
    """One row a period: change of the stock, its value, and where stock and balance rose and fell.

    Parameters
    ----------
    balance : xarray.DataArray, shape (year, y, x), optional
        Balance of the years that have one.
    value : Value, optional
        Price and discount rate, where the study values the change.
    """
    rows = [_period(item, land, balance) | _worth(item, value) for item in changes.items]
    return Found({"change": pd.DataFrame(rows)} if rows else {})


def _period(item: LandChange, land: Land, balance: xr.DataArray | None) -> dict[str, object]:
    risen, fallen, stayed = improved_and_worsened(item.stock_change, land.fraction)
    row: dict[str, object] = {
        "from_year": item.first,
        "to_year": item.last,
        "common_area_km2": item.common_km2,
        "stock_change_t_c": item.total,
        "stock_change_t_c_per_yr": item.total / item.years,
        "area_share_stock_rose": risen,
        "area_share_stock_fell": fallen,
        "area_share_stock_same": stayed,
    }
    if balance is None or not {item.first, item.last} <= {int(year) for year in balance["year"].values}:
        return row
    step = balance.sel(year=item.last, drop=True) - balance.sel(year=item.first, drop=True)
    improved, worsened, same = improved_and_worsened(step, land.fraction)
    return row | {
        "area_share_balance_improved": improved,
        "area_share_balance_worsened": worsened,
        "area_share_balance_same": same,
    }


def _worth(item: LandChange, value: Value | None) -> dict[str, object]:
    """Net present value of a period's change, as InVEST values it."""
    if value is None:
        return {}
    rates = value.discount_rate_percent / 100, value.price_change_percent / 100
    return {
        "net_present_value": net_present_value(item.total, item.years, value.price_per_t_c, *rates),
        "currency": value.currency,
        "price": value.price,
        "price_unit": value.price_unit,
    }
