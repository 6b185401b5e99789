"""Laws between the tables of a workbook, as formulas that a spreadsheet works out anew whenever a figure changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tanheng.language import tr
from tanheng.report.words.cells import cell_words
from tanheng.report.workbook.formulas import (
    Difference,
    Figure,
    LargestGap,
    Number,
    PlacedTable,
    ProductSum,
    RowGaps,
    Sum,
)
from tanheng.tables.balance_columns import columns_in
from tanheng.units import CO2_PER_C, HA_PER_KM2

#: How far two figures of one law may be apart, as a share of their size: sums of the same numbers of 16 digits in another order differ by
#: about the number of cells times 1e-16; a figure that was changed differs by more.
LIMIT = 1e-9

Placed = Mapping[str, PlacedTable]

#: Classes in one formula; a spreadsheet takes no formula longer than 8,192 characters.
_CLASSES = 12


@dataclass(frozen=True)
class Check:
    """A law: what it says, of what, its two figures, and the size that their difference is measured by."""

    law: str
    of: str
    one: Figure
    other: Figure
    size: Figure

    @cached_property
    def figures(self) -> tuple[float, float]:
        """The two figures today."""
        return self.one.value(), self.other.value()

    @cached_property
    def difference(self) -> float:
        """Difference of the figures today, as a share of their size."""
        one, other = self.figures
        return abs(one - other) / max(abs(one), abs(other), abs(self.size.value()), 1e-300)

    @property
    def holds(self) -> bool:
        """Whether the law holds today."""
        return self.difference <= LIMIT


def crosschecks(tables: Placed) -> list[Check]:
    """Laws that the given tables must meet.

    Parameters
    ----------
    tables : mapping of str to PlacedTable
        Tables that stand in the workbook whole; laws of others are left out.
    """
    laws = (_stocks, _areas, _balances, _zones, _emissions, _uncertainty, _transitions, _changes, _shares, _plans)
    return [check for law in laws for check in law(tables)]


def _years(table: PlacedTable) -> list[int]:
    return [int(year) for year in dict.fromkeys(table.frame["year"])]


def _supply(table: PlacedTable) -> str:
    return columns_in(table.frame).supply


def _stocks(tables: Placed) -> Iterator[Check]:
    """Pools sum to stocks, and stocks are the supply of the balance."""
    if "stock_by_class" not in tables:
        return
    classes = tables["stock_by_class"]
    pools = tuple(
        name
        for name in classes.frame
        if name.endswith("_t_c") and name != "stock_t_c" and not name.startswith("stock_change")
    )
    for year in _years(classes):
        stock = Sum(classes, ("stock_t_c",), (("year", year),))
        if pools:
            yield Check(
                tr("Carbon of all pools is the stored carbon"),
                str(year),
                Sum(classes, pools, (("year", year),)),
                stock,
                stock,
            )
        if "balance" in tables and "supply_t_c" in tables["balance"].frame:
            supply = Sum(tables["balance"], ("supply_t_c",), (("year", year),))
            yield Check(
                tr("Stored carbon of all classes is the supply of the balance"), str(year), stock, supply, stock
            )


def _areas(tables: Placed) -> Iterator[Check]:
    """Classes fill the land that has data, which is the region but for what is missing."""
    if "coverage" not in tables or "stock_by_class" not in tables:
        return
    coverage = tables["coverage"]
    for year in _years(coverage):
        where = (("year", year),)
        region = Sum(coverage, ("region_km2",), where)
        yield Check(
            tr("Areas of all classes sum to the land with data"),
            str(year),
            Sum(tables["stock_by_class"], ("area_km2",), where),
            Sum(coverage, ("with_data_km2",), where),
            region,
        )
        both = Sum(coverage, ("with_data_km2", "missing_km2"), where)
        yield Check(tr("Land with and without data sums to the region"), str(year), both, region, region)


def _balances(tables: Placed) -> Iterator[Check]:
    """Balance is supply minus demand, and density times area is the stock, in every row."""
    for name in ("balance", "balance_by_zone"):
        if name in tables:
            table = tables[name]
            supply = _supply(table)
            minus = (columns_in(table.frame).demand, columns_in(table.frame).balance)
            size = Sum(table, (supply, "demand_t_c_per_yr"))
            gaps = RowGaps(table, (supply,), minus)
            yield Check(tr("Balance is supply minus demand, in every row"), table.sheet, gaps, Number(0.0), size)
    if "stock_by_zone" in tables:
        zones = tables["stock_by_zone"]
        stock = Sum(zones, ("stock_t_c",))
        held = ProductSum(zones, ("density_t_c_per_ha", "area_km2"), HA_PER_KM2)
        yield Check(tr("Carbon density times area is the stored carbon"), zones.sheet, held, stock, stock)


def _zones(tables: Placed) -> Iterator[Check]:
    """Zones of each layer, with what lies outside of them, sum to the region."""
    if "stock_by_zone" in tables and "stock_by_class" in tables:
        for year, layer, told in _layers(tables["stock_by_zone"]):
            for column, law in (
                ("stock_t_c", tr("Stored carbon of the zones sums to that of the classes")),
                ("area_km2", tr("Areas of the zones sum to those of the classes")),
            ):
                whole = Sum(tables["stock_by_class"], (column,), (("year", year),))
                zones = Sum(tables["stock_by_zone"], (column,), (("year", year), ("zone_layer", layer)))
                yield Check(law, told, zones, whole, whole)
    if "balance_by_zone" not in tables or "balance" not in tables:
        return
    by_zone, balance = tables["balance_by_zone"], tables["balance"]
    supply = _supply(balance)
    for year, layer, told in _layers(by_zone):
        size = Sum(balance, (supply, "demand_t_c_per_yr"), (("year", year),))
        for column, law in (
            (supply, tr("Supply of the zones sums to that of the region")),
            ("demand_t_c_per_yr", tr("Demand of the zones sums to that of the region")),
        ):
            zones = Sum(by_zone, (column,), (("year", year), ("zone_layer", layer)))
            yield Check(law, told, zones, Sum(balance, (column,), (("year", year),)), size)


def _layers(table: PlacedTable) -> Iterator[tuple[int, str, str]]:
    """Year and layer of each part of a table by zone, and words for them."""
    for layer, year in dict.fromkeys(zip(table.frame["zone_layer"], table.frame["year"], strict=True)):
        yield int(year), str(layer), f"{cell_words(layer, 'zone_layer')} {year}"


def _emissions(tables: Placed) -> Iterator[Check]:
    """Emissions by fuel and sector sum to those of the balance, and demand is what was spread of them."""
    if "emissions" not in tables:
        return
    emissions = tables["emissions"]
    whole = Sum(emissions, ("emissions_t_co2",))
    carbon = Sum(emissions, ("emissions_t_c",), factor=CO2_PER_C)
    yield Check(tr("Carbon dioxide is 44/12 of carbon"), emissions.sheet, carbon, whole, whole)
    if "balance" not in tables:
        return
    for year in _years(tables["balance"]):
        where = (("year", year),)
        total = Sum(tables["balance"], ("emissions_t_c",), where)
        emitted = Sum(emissions, ("emissions_t_c",), where)
        yield Check(
            tr("Emissions by fuel and sector sum to those in the carbon balance"), str(year), emitted, total, total
        )
        if "demand_allocation" in tables:
            spread = Sum(tables["demand_allocation"], ("emissions_t_c",), where)
            yield Check(tr("Emissions that were spread are all emissions"), str(year), spread, total, total)
            demand = Sum(tables["balance"], ("demand_t_c_per_yr",), where)
            yield Check(tr("Demand of all cells equals total emissions"), str(year), demand, total, total)


def _uncertainty(tables: Placed) -> Iterator[Check]:
    """Totals, sectors and fuels of the table of uncertainty are those of the account."""
    if "emission_uncertainty" in tables and "emissions" in tables:
        table = tables["emission_uncertainty"]
        for year in _years(table):
            whole = Sum(tables["emissions"], ("emissions_t_co2",), (("year", year),))
            for kind, law in (
                ("total", tr("The total with its interval is that of the emissions")),
                ("sector", tr("Sectors with their intervals sum to the emissions")),
                ("fuel", tr("Fuels with their intervals sum to the emissions")),
            ):
                if kind in set(table.frame["of"]):  # totals have no fuels
                    stated = Sum(table, ("emissions_t_co2",), (("year", year), ("of", kind)))
                    yield Check(law, str(year), stated, whole, whole)


def _transitions(tables: Placed) -> Iterator[Check]:
    """Transitions from and to each class sum to its area at both ends of the period."""
    if "transitions" not in tables or "land_change" not in tables:
        return
    moved, ends = tables["transitions"], tables["land_change"]
    for first, last in _periods(moved):
        period = (("from_year", first), ("to_year", last))
        whole = Sum(moved, ("area_km2",), period)
        classes = list(dict.fromkeys(moved.frame["from_class"]))
        for column, end, law in (
            ("from_class", "area_first_km2", tr("Transitions from each class sum to its area at the start")),
            ("to_class", "area_last_km2", tr("Transitions to each class sum to its area at the end")),
        ):
            for some in _in_parts(classes):
                pairs = [
                    (
                        Sum(moved, ("area_km2",), (*period, (column, name))),
                        Sum(ends, (end,), (*period, ("land_class", name))),
                    )
                    for name in some
                ]
                yield Check(law, f"{first}–{last}", LargestGap(pairs), Number(0.0), whole)
        yield from _covered_ends(tables, (first, last), classes, whole)


def _covered_ends(tables: Placed, years: tuple[int, int], classes: list[str], whole: Sum) -> Iterator[Check]:
    """Transitions meet the stock table in those years of a period whose land both maps know."""
    if "stock_by_class" not in tables or "coverage" not in tables:
        return
    known = tables["coverage"].frame.set_index("year")["with_data_km2"]
    common = whole.value()
    for year, column in zip(years, ("from_class", "to_class"), strict=True):
        if abs(float(known[year]) - common) > LIMIT * common:
            continue
        for some in _in_parts(classes):
            pairs = [
                (
                    Sum(whole.table, ("area_km2",), (*whole.where, (column, name))),
                    Sum(tables["stock_by_class"], ("area_km2",), (("year", year), ("land_class", name))),
                )
                for name in some
            ]
            law = tr("Transitions of each class sum to its area in {year}", year=year)
            yield Check(law, f"{years[0]}–{years[1]}", LargestGap(pairs), Number(0.0), whole)


def _in_parts(classes: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(classes), _CLASSES):
        yield classes[start : start + _CLASSES]


def _periods(table: PlacedTable) -> list[tuple[int, int]]:
    pairs = dict.fromkeys(zip(table.frame["from_year"], table.frame["to_year"], strict=True))
    return [(int(first), int(last)) for first, last in pairs]


def _changes(tables: Placed) -> Iterator[Check]:
    """Changes are the differences of their ends, and transitions sum to the change of the stock."""
    if "land_change" in tables:
        table = tables["land_change"]
        gaps = RowGaps(table, ("area_last_km2",), ("area_first_km2", "change_km2"))
        size = Sum(table, ("area_first_km2",))
        yield Check(tr("Change of area is the end minus the start, in every row"), table.sheet, gaps, Number(0.0), size)
    if "change" not in tables or "transitions" not in tables or "stock_by_class" not in tables:
        return
    for first, last in _periods(tables["change"]):
        period = (("from_year", first), ("to_year", last))
        stated = Sum(tables["change"], ("stock_change_t_c",), period)
        stock = Sum(tables["stock_by_class"], ("stock_t_c",), (("year", first),))
        moved = Sum(tables["transitions"], ("stock_change_t_c",), period)
        law = tr("Transitions sum to the change of the stored carbon; size: the stock")
        yield Check(law, f"{first}–{last}", moved, stated, stock)
        area = Sum(tables["change"], ("common_area_km2",), period)
        land = Sum(tables["transitions"], ("area_km2",), period)
        yield Check(tr("Transitions cover the land that both maps know"), f"{first}–{last}", land, area, area)


def _shares(tables: Placed) -> Iterator[Check]:
    """Shares of one whole sum to one."""
    wholes = (
        ("mismatch", "year", ("area_share", "supply_share", "demand_share"), tr("Shares of the quadrants sum to 1")),
        ("coupling_coordination", "year", ("area_share",), tr("Shares of the levels of coordination sum to 1")),
        ("supply_demand_clusters", "year", ("cell_share",), tr("Shares of the clusters sum to 1")),
        ("balance_hot_spots", "period", ("area_share",), tr("Shares of hot spots, cold spots and the rest sum to 1")),
        ("uncertainty_causes", "year", ("share_of_variance",), tr("Shares of the variance sum to 1")),
    )
    for name, by, columns, law in wholes:
        if name not in tables:
            continue
        for value in dict.fromkeys(tables[name].frame[by]):
            rows = tables[name].frame[tables[name].frame[by] == value]
            # No supply, demand or variance at all has no shares.
            known = tuple(column for column in columns if rows[column].notna().all() and rows[column].any())
            if known:
                shares = Sum(tables[name], known, ((by, value),))
                yield Check(law, str(value), shares, Number(float(len(known))), Number(1.0))


def _plans(tables: Placed) -> Iterator[Check]:
    """A plan keeps the land, and its conversions sum to what it gains."""
    if "plan_areas" not in tables:
        return
    areas = tables["plan_areas"]
    today = Sum(areas, ("area_today_km2",))
    yield Check(tr("The plan keeps the area of the land"), areas.sheet, Sum(areas, ("area_after_km2",)), today, today)
    if "plan_transitions" in tables and len(tables["plan_transitions"].frame):
        moved = tables["plan_transitions"]
        gain = Difference(areas, "stock_after_t_c", "stock_today_t_c")
        law = tr("Conversions sum to the stored carbon gained; size: the stock")
        yield Check(law, moved.sheet, Sum(moved, ("gain_t_c",)), gain, Sum(areas, ("stock_today_t_c",)))
