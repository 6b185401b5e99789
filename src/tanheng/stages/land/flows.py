"""Stage: yearly flows of land: the store as soil and trees respond to conversions, and land accounting by the categories of the IPCC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.flows.categories import CONVERTED, REMAINING, Conversions, category_area, category_emissions
from tanheng.accounting.flows.store import Part, conversion_parts, store_by_year, with_departures
from tanheng.inputs.flows import FlowInputs
from tanheng.language import tr
from tanheng.stages.found import Found, SelfCheck
from tanheng.stages.land.change import Changes, LandChange
from tanheng.stages.land.stock import Land
from tanheng.units import CO2_PER_C, HA_PER_KM2

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """Conversions between two neighbouring years, and the densities of both.

    Attributes
    ----------
    first, last : int
    area : xarray.DataArray, shape (from_class, to_class), ha
    densities : two numpy.ndarray, shape (classes, pools), t C ha-1
    """

    first: int
    last: int
    area: xr.DataArray
    densities: tuple[Values, Values]

    @property
    def years(self) -> int:
        """Length of the period."""
        return self.last - self.first


def account_flows(given: FlowInputs, land: Land, changes: Changes, earlier: tuple[Step, ...] = ()) -> Found:
    """Store by year, settled and as it responds; areas and flows by category of the IPCC; and both ways to account side by side.

    Parameters
    ----------
    earlier : tuple of Step
        Conversions before the first year of the land, in the order of their years: what still follows from them is counted.
    """
    own = [_step(land, changes.of(first, last)) for first, last in pairwise(land.years)]
    steps = [*earlier, *own]
    parts: list[Part] = []
    for step in steps:
        span = (step.first, step.last)
        parts = list(with_departures(parts, land.classes, step.area.values, span, given.responses))
        parts += _parts(given, land, step)
    by_class = land.tables["stock_by_class"]
    today = float(by_class.loc[by_class["year"] == land.years[0], "stock_t_c"].sum())
    start = today - sum(part.settled for part in parts if part.span[1] <= land.years[0])
    times = store_by_year(parts, start, steps[0].first, steps[-1].last)
    accounting = _accounting(given, land, steps, parts)
    totals = pd.DataFrame([_totals(given, step, parts, times) for step in steps])
    checks, more = _closing(
        land, changes, own, parts, float(times["settled_t_c"].iloc[-1] - times["stock_t_c"].iloc[-1])
    )
    notes = (
        tr(
            "flows: the land on the first map ({year}) is assumed to be at steady state, so delayed effects of earlier "
            "conversions are ignored, and land converted in the preceding {window:g} years counts as remaining",
            year=steps[0].first,
            window=given.settings.window_years,
        ),
        *more,
    )
    return Found(
        {"stock_over_time": times, "land_accounting": accounting, "land_accounting_totals": totals},
        notes=notes,
        checks=checks,
    )


def _closing(
    land: Land, changes: Changes, own: list[Step], parts: list[Part], left: float
) -> tuple[tuple[SelfCheck, ...], tuple[str, ...]]:
    """Whether all that responds ends at the settled store, and that at the change of the maps; and notes on what they leave out."""
    stock = float(land.tables["stock_by_class"].groupby("year")["stock_t_c"].sum().max()) or 1.0
    items = [changes.of(step.first, step.last) for step in own]
    moved = sum(part.settled for part in parts if part.span[0] >= own[0].first)
    known = land.tables["coverage"].set_index("year")["with_data_km2"]
    whole = all(
        abs(float(known[year]) - item.common_km2) < 1e-6 * item.common_km2
        for item in items
        for year in (item.first, item.last)
    )
    gap = abs(left) / stock
    if whole:
        gap = max(gap, abs(moved - sum(item.total for item in items)) / stock)
    checks = (
        SelfCheck("flows", tr("responses end at the change of the stock that the maps show, relative"), gap, 1e-9),
    )
    notes = []
    if not whole:
        notes.append(
            tr(
                "flows: they follow the land that both maps of a period cover; land without data in one of them stays as it was"
            )
        )
    if land.densities.maps and len(land.densities.pools_of_place) == 0:
        notes.append(
            tr(
                "flows: where a map gives the density of some classes, conversions are valued at the means of the classes, so the split "
                "between categories is less sure than their sum"
            )
        )
    return checks, tuple(notes)


def _step(land: Land, item: LandChange) -> Step:
    before, after = (
        land.density_of_conversion.sel(year=year, drop=True).transpose("land_class", "carbon_pool").values
        for year in (item.first, item.last)
    )
    return Step(item.first, item.last, item.area, (before, after))


def observed_steps(table: pd.DataFrame, land: Land) -> tuple[Step, ...]:
    """Conversions between neighbouring years of a table of transitions, at the densities of the first year of the land.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``from_year, to_year, from_class, to_class, area_km2``.
    """
    density = (
        land.density_of_conversion.sel(year=land.years[0], drop=True).transpose("land_class", "carbon_pool").values
    )
    years = sorted({*table["from_year"], *table["to_year"]})
    steps = []
    for first, last in pairwise(years):
        rows = table[(table["from_year"] == first) & (table["to_year"] == last)]
        wide = rows.pivot_table(index="from_class", columns="to_class", values="area_km2", aggfunc="sum")
        area = wide.reindex(index=list(land.classes), columns=list(land.classes)).fillna(0.0).to_numpy() * HA_PER_KM2
        labels = {"from_class": list(land.classes), "to_class": list(land.classes)}
        steps.append(
            Step(int(first), int(last), xr.DataArray(area, dims=tuple(labels), coords=labels), (density, density))
        )
    return tuple(steps)


def _parts(given: FlowInputs, land: Land, step: Step) -> Iterator[Part]:
    """What the conversions of a period gain and lose."""
    span, place = (step.first, step.last), land.densities.pools_of_place
    return conversion_parts(land.classes, step.area.values, step.densities, span, given.responses, place)


def _accounting(given: FlowInputs, land: Land, steps: list[Step], parts: list[Part]) -> pd.DataFrame:
    """Area and emissions of each category, remaining and converted, by year; emissions are positive, removals negative."""
    window = given.settings.window_years
    periods = [Conversions((step.first, step.last), step.area.values) for step in steps]
    rows = []
    for year in range(steps[0].first + 1, steps[-1].last + 1):
        for category in dict.fromkeys(given.categories.values()):
            inside = np.array([given.categories[name] == category for name in land.classes])
            whole, converted = category_area(periods, inside, year, window)
            flows = category_emissions(parts, given.categories, category, year, window)
            own = _given(given, category, year)
            for status, area in ((REMAINING, whole - converted), (CONVERTED, converted)):
                amounts = {group: flows.get((status, group), 0.0) for group in ("biomass", "dead", "soil")}
                other = own if status == REMAINING else 0.0
                row: dict[str, object] = {
                    "year": year,
                    "category": category,
                    "status": status,
                    "area_km2": area / HA_PER_KM2,
                }
                row |= {f"{group}_t_co2_per_yr": amount for group, amount in amounts.items()}
                rows.append(row | {"given_t_co2_per_yr": other, "total_t_co2_per_yr": sum(amounts.values()) + other})
    return pd.DataFrame(rows)


def _given(given: FlowInputs, category: str, year: int) -> float:
    """Losses less gains that are given for the classes of a category in a year, t CO2."""
    if given.given is None:
        return 0.0
    of_category = given.given["land_class"].map(given.categories) == category
    rows = given.given[(given.given["year"] == year) & of_category]
    return float((rows["loss_t_c"] - rows["gain_t_c"]).sum()) * CO2_PER_C


def _totals(given: FlowInputs, item: Step, parts: list[Part], times: pd.DataFrame) -> dict[str, object]:
    """Yearly emissions of a period by the stock difference, as soil and trees respond, and with what is given."""
    settled = sum(part.settled for part in parts if part.span == (item.first, item.last)) / item.years
    store = times.set_index("year")["stock_t_c"]
    taken = float(store[item.last] - store[item.first]) / item.years
    own = sum(_given(given, category, year) for category in dict.fromkeys(given.categories.values())
              for year in range(item.first + 1, item.last + 1)) / item.years  # fmt: skip
    return {
        "from_year": item.first,
        "to_year": item.last,
        "stock_difference_t_co2_per_yr": -settled * CO2_PER_C,
        "responding_t_co2_per_yr": -taken * CO2_PER_C,
        "given_t_co2_per_yr": own,
        "accounted_t_co2_per_yr": -taken * CO2_PER_C + own,
        "owed_t_c": float(times.set_index("year")["owed_t_c"][item.last]),
    }
