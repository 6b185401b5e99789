"""What charts show, said once: which figures of which table, by category and series, with their words and colours.

The page draws them as SVG and the workbook as native charts over formulas; both take their figures from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tanheng.language import mark, name_of, tr
from tanheng.report.style.palettes import SERIES, class_colours
from tanheng.report.words.amounts import mass_unit
from tanheng.report.words.cells import cell_words
from tanheng.report.words.periods import told_periods, told_years
from tanheng.tables.balance_columns import balance_columns, columns_in
from tanheng.tables.columns import column_of

Tables = Mapping[str, pd.DataFrame]

#: Rows of a table where columns have given values.
Where = tuple[tuple[str, object], ...]

#: Fuels and sectors that a chart shows one by one; the rest goes together.
_MOST_SERIES = 7

_KM2 = mark("km²")


@dataclass(frozen=True)
class Entry:
    """A category or a series: its key, its label, the rows it stands for, its colour, and its column where it has one of its own."""

    key: str
    label: str
    where: Where
    colour: str = ""
    column: str = ""


@dataclass(frozen=True)
class ChartFigures:
    """Figures of a chart.

    Attributes
    ----------
    table, column : str
        Table of the run and its column; the figure of a category and a series is the sum of the column over their rows.
    factor : float
        From the unit of the column to that of the chart.
    measure : str
        What the figures are per, where readers may choose between several.
    rest : str
        Label of one more series that holds what is left of each category; empty where nothing is left.
    """

    table: str
    column: str
    factor: float
    title: str
    units: str
    categories: tuple[Entry, ...]
    series: tuple[Entry, ...]
    rest: str = ""
    measure: str = ""

    #: Key of the series that holds the rest; nothing of the user's can be called so.
    REST = "\0rest"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every series, the rest last."""
        last = (Entry(self.REST, self.rest, (), SERIES[len(self.series) % len(SERIES)]),) if self.rest else ()
        return (*self.series, *last)

    def column_of(self, series: Entry) -> str:
        """Column that a series sums."""
        return series.column or self.column

    def values(self, tables: Tables) -> pd.DataFrame:
        """Figures; rows are series by key, columns are categories by key."""
        frame = tables[self.table]
        sums = [
            _sums(frame, self.column_of(one), [(*category.where, *one.where) for category in self.categories])
            for one in self.series
        ]
        keys = [category.key for category in self.categories]
        wide = pd.DataFrame(sums, index=[one.key for one in self.series], columns=keys) * self.factor
        if self.rest:
            whole = _sums(frame, self.column, [category.where for category in self.categories])
            wide.loc[self.REST] = np.array(whole) * self.factor - wide.sum().to_numpy()
        return wide


def _sums(frame: pd.DataFrame, column: str, places: Sequence[Where]) -> list[float]:
    """Sum of a column over the rows of each place; all places name the same columns."""
    names = [name for name, _ in places[0]]
    if not names:
        return [float(frame[column].sum())] * len(places)
    by_place = frame.groupby(names, sort=False, observed=True)[column].sum()
    keys = [tuple(value for _, value in place) if len(names) > 1 else place[0][1] for place in places]
    return [float(by_place.get(key, 0.0)) for key in keys]


def _years(frame: pd.DataFrame) -> tuple[Entry, ...]:
    return tuple(Entry(str(year), str(year), (("year", year),)) for year in dict.fromkeys(frame["year"]))


def _classes(frame: pd.DataFrame, column: str, words: str = "") -> tuple[Entry, ...]:
    names = [str(name) for name in dict.fromkeys(frame[column])]
    return tuple(
        Entry(name, tr(words, land_class=name_of(name)) if words else name_of(name), ((column, name),), colour)
        for name, colour in zip(names, class_colours(names), strict=True)
    )


def stock_figures(tables: Tables) -> Iterator[ChartFigures]:
    """Stored carbon and area of the land classes by year."""
    if "stock_by_class" not in tables:
        return
    frame = tables["stock_by_class"]
    years, classes = _years(frame), _classes(frame, "land_class")
    title = tr("Stored carbon by land class: a stock, not a yearly flow")
    factor, units = mass_unit(float(frame.groupby("year")["stock_t_c"].sum().max()))
    yield ChartFigures("stock_by_class", "stock_t_c", factor, title, units, years, classes)
    title = tr("Area by land class")
    yield ChartFigures("stock_by_class", "area_km2", 1.0, title, tr(_KM2), years, classes)


def emission_figures(tables: Tables) -> Iterator[ChartFigures]:
    """Emissions by fuel and by sector: the largest of them, and the rest together."""
    if "emissions" not in tables:
        return
    frame = tables["emissions"]
    for column, title, rest in (
        ("fuel", _fuel_title(frame), tr("all others")),
        ("sector", tr("Emissions by sector"), tr("other sectors")),
    ):
        if column not in frame or len(set(frame[column].astype(str))) < 2:
            continue
        by_year = frame.pivot_table(index=column, columns="year", values="emissions_t_co2", aggfunc="sum").fillna(0.0)
        if (by_year < 0).any(axis=None):
            continue  # what is taken off has no place in a stack
        names = [str(name) for name in by_year.max(axis=1).sort_values(ascending=False, kind="stable").index]
        shown = tuple(
            Entry(name, cell_words(name, column) or tr("not named"), ((column, name),), SERIES[rank % len(SERIES)])
            for rank, name in enumerate(names[:_MOST_SERIES])
        )
        left = rest if len(names) > _MOST_SERIES else ""
        factor, units = mass_unit(float(by_year.sum().max()), "CO₂")
        yield ChartFigures("emissions", "emissions_t_co2", factor, title, units, _years(frame), shown, left)


def _fuel_title(frame: pd.DataFrame) -> str:
    """Processes are named only where some are counted."""
    counted = "factor_set" in frame and (frame["factor_set"] == "process_factors").any()
    return tr("Emissions by fuel and process") if counted else tr("Emissions by fuel (combustion only)")


def zone_figures(tables: Tables) -> Iterator[tuple[ChartFigures, ...]]:
    """Balance of the zones of each layer in the last year, the largest first: per hectare, per person, and in all."""
    if "balance_by_zone" not in tables:
        return
    frame = tables["balance_by_zone"]
    year = int(frame["year"].max())
    for layer, rows in frame[frame["year"] == year].groupby("zone_layer", sort=False):
        figures = tuple(
            one
            for column, measure, title in _zone_measures(frame)
            if (one := _of_zones(rows, column, measure, tr(title, year=year, layer=name_of(layer)))) is not None
        )
        if figures:
            yield figures


def _zone_measures(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Column, name and title of each measure of the balance of zones."""
    columns = columns_in(frame)
    if columns == balance_columns("stock"):
        titles = (
            mark("Stored carbon minus one year of emissions per hectare, {year}, by zone of the layer {layer}"),
            mark("Stored carbon minus one year of emissions per person, {year}, by zone of the layer {layer}"),
            mark(
                "Stored carbon minus one year of emissions, {year}, by zone of the layer {layer}: large zones hold more"
            ),
        )
    else:
        titles = (
            mark("Balance per hectare of {year} by zone of the layer {layer}"),
            mark("Balance per person of {year} by zone of the layer {layer}"),
            mark("Balance of {year} by zone of the layer {layer}"),
        )
    names = (columns.balance_per_ha, columns.balance_per_person, columns.balance)
    measures = (tr("per hectare"), tr("per person"), tr("in all"))
    return [found for found in zip(names, measures, titles, strict=True) if found[0] in frame]


def _of_zones(rows: pd.DataFrame, column: str, measure: str, title: str) -> ChartFigures | None:
    """Bars of one column of the zones of a layer; none where no zone knows it."""
    ordered = rows[np.isfinite(rows[column])].sort_values(column, ascending=False)
    if ordered.empty:
        return None
    of_layer: Where = tuple((name, ordered[name].iloc[0]) for name in ("year", "zone_layer"))
    zones = tuple(
        Entry(
            f"{row.zone_layer}|{row.zone_id}",
            cell_words(row.zone_name, "zone_name"),
            (*of_layer, ("zone_id", row.zone_id)),
        )
        for row in ordered.itertuples()
    )
    factor, units = 1.0, column_of(column).unit
    if column == columns_in(rows).balance:
        factor, units = mass_unit(float(ordered[column].abs().max()))
        units = units if column == balance_columns("stock").balance else tr("{units} a year", units=units)
    return ChartFigures(
        "balance_by_zone", column, factor, title, units, zones, (Entry("balance", tr("balance"), ()),), measure=measure
    )


def transition_figures(tables: Tables) -> Iterator[ChartFigures]:
    """Land that changed over each period, from class to class; what stayed is left out."""
    if "transitions" not in tables:
        return
    frame = tables["transitions"]
    froms, tos = _classes(frame, "from_class"), _classes(frame, "to_class", mark("to {land_class}"))
    for first, last in sorted(told_periods(zip(frame["from_year"], frame["to_year"], strict=True))):
        period: Where = (("from_year", first), ("to_year", last))
        rows = tuple(Entry(one.key, one.label, (*period, *one.where), one.colour) for one in froms)
        title = tr("Land that changed from {first} to {last}; what stayed is left out", first=first, last=last)
        yield ChartFigures("transitions", "area_km2", 1.0, title, tr(_KM2), rows, tos)


@dataclass(frozen=True)
class CurveFigures:
    """Lorenz curves of the years of a table, with the words of their axes."""

    table: str
    across: str
    up: str
    title: str
    across_words: str
    up_words: str
    even_words: str
    curves: tuple[Entry, ...]


def lorenz_figures(tables: Tables) -> Iterator[CurveFigures]:
    """Share of demand up to each share of supply, one curve a year."""
    if "lorenz" not in tables or tables["lorenz"].empty:
        return
    of_years = told_years(tables["lorenz"]["year"])
    years = [one for one in _years(tables["lorenz"]) if dict(one.where)["year"] in of_years]
    yield CurveFigures(
        "lorenz",
        "supply_share",
        "demand_share",
        tr("Lorenz curve of demand over supply; on the straight line both would be spread alike"),
        tr("share of supply"),
        tr("share of demand"),
        tr("alike everywhere"),
        tuple(Entry(one.key, one.label, one.where, SERIES[n % len(SERIES)]) for n, one in enumerate(years)),
    )
