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
from tanheng.report.words.cells import cell_words
from tanheng.report.words.periods import told_periods, told_years
from tanheng.tables.balance_columns import balance_columns, columns_in

Tables = Mapping[str, pd.DataFrame]

#: Rows of a table where columns have given values.
Where = tuple[tuple[str, object], ...]

#: Fuels and sectors that a chart shows one by one; the rest goes together.
_MOST_SERIES = 7

_MT_C, _MT_CO2, _KM2 = mark("Mt C"), mark("Mt CO₂"), mark("km²")


@dataclass(frozen=True)
class Entry:
    """A category or a series: its key, its label, the rows it stands for, and its colour."""

    key: str
    label: str
    where: Where
    colour: str = ""


@dataclass(frozen=True)
class ChartFigures:
    """Figures of a chart.

    Attributes
    ----------
    table, column : str
        Table of the run and its column; the figure of a category and a series is the sum of the column over their rows.
    factor : float
        From the unit of the column to that of the chart.
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

    #: Key of the series that holds the rest; nothing of the user's can be called so.
    REST = "\0rest"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every series, the rest last."""
        last = (Entry(self.REST, self.rest, (), SERIES[len(self.series) % len(SERIES)]),) if self.rest else ()
        return (*self.series, *last)

    def values(self, tables: Tables) -> pd.DataFrame:
        """Figures; rows are series by key, columns are categories by key."""
        frame = tables[self.table]
        places = [(*category.where, *one.where) for category in self.categories for one in self.series]
        sums = np.reshape(_sums(frame, self.column, places), (len(self.categories), len(self.series))).T
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
    yield ChartFigures("stock_by_class", "stock_t_c", 1e-6, title, tr(_MT_C), years, classes)
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
        yield ChartFigures("emissions", "emissions_t_co2", 1e-6, title, tr(_MT_CO2), _years(frame), shown, left)


def _fuel_title(frame: pd.DataFrame) -> str:
    """Processes are named only where some are counted."""
    counted = "factor_set" in frame and (frame["factor_set"] == "process_factors").any()
    return tr("Emissions by fuel and process") if counted else tr("Emissions by fuel (combustion only)")


def zone_figures(tables: Tables) -> Iterator[ChartFigures]:
    """Balance of the zones of each layer in the last year, the largest first."""
    if "balance_by_zone" not in tables:
        return
    frame = tables["balance_by_zone"]
    column = columns_in(frame).balance
    is_stock = column == balance_columns("stock").balance
    units = tr("10⁴ t C") if is_stock else tr("10⁴ t C a year")
    year = int(frame["year"].max())
    for layer, rows in frame[frame["year"] == year].groupby("zone_layer", sort=False):
        ordered = rows.dropna(subset=[column]).sort_values(column, ascending=False)
        if ordered.empty:
            continue
        of_layer: Where = (("year", year), ("zone_layer", layer))
        zones = tuple(
            Entry(
                f"{layer}|{row.zone_id}", cell_words(row.zone_name, "zone_name"), (*of_layer, ("zone_id", row.zone_id))
            )
            for row in ordered.itertuples()
        )
        series = (Entry("balance", tr("balance"), ()),)
        yield ChartFigures("balance_by_zone", column, 1e-4, _zone_title(year, layer, is_stock), units, zones, series)


def _zone_title(year: int, layer: object, is_stock: bool) -> str:
    figures = {"year": year, "layer": name_of(layer)}
    if is_stock:
        return tr(
            "Stored carbon minus one year of emissions, {year}, by zone of the layer {layer}: large zones hold more",
            **figures,
        )
    return tr("Balance of {year} by zone of the layer {layer}", **figures)


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
    told = told_years(tables["lorenz"]["year"])
    years = [one for one in _years(tables["lorenz"]) if dict(one.where)["year"] in told]
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
