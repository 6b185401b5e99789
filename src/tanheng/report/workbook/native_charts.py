"""Charts of the workbook: native ones, over wide tables that are formulas on the other sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import pandas as pd

from tanheng.language import mark, tr
from tanheng.report.style.palettes import SERIES
from tanheng.report.words.change.figures import conversion_figures, stock_change_figures
from tanheng.report.words.chart_figures import (
    ChartFigures,
    CurveFigures,
    Where,
    emission_figures,
    lorenz_figures,
    stock_figures,
    transition_figures,
    zone_figures,
)
from tanheng.report.workbook.formulas import Cell, Figure, Number, PlacedTable, Sum, Total
from tanheng.report.workbook.table_sheets import Styles
from tanheng.tables.balance_columns import balance_columns, columns_in
from tanheng.tables.columns import column_of

#: Zones that a chart shows.
_MOST_ZONES = 40

_MT_C = mark("Mt C")


@dataclass(frozen=True)
class Chart:
    """A chart and its wide table: a row a category, a column a series."""

    title: str
    axis: str
    kind: Mapping[str, str]
    rows: Sequence[str | float]
    columns: Sequence[str]
    cells: Sequence[Sequence[Figure | None]]
    colours: Sequence[str] = field(default=())
    across: str = ""


def charts_of(tables: Mapping[str, PlacedTable]) -> list[Chart]:
    """Charts that the tables have figures for."""
    frames = {name: table.frame for name, table in tables.items()}
    return [
        *(_stacked(tables, figures) for figures in islice(stock_figures(frames), 1)),
        *_change(tables, frames),
        *_balance(tables),
        *(_stacked(tables, figures) for figures in emission_figures(frames)),
        *_zones(tables, frames),
        *_transitions(tables, frames),
        *(_curves(tables, figures) for figures in lorenz_figures(frames)),
    ]


def _sum(
    tables: Mapping[str, PlacedTable], figures: ChartFigures, where: Where, sign: float = 1.0, column: str = ""
) -> Sum:
    return Sum(tables[figures.table], (column or figures.column,), where, sign * figures.factor)


def _change(tables: Mapping[str, PlacedTable], frames: Mapping[str, pd.DataFrame]) -> Iterator[Chart]:
    """Change of stored carbon over the whole span, by class and pool, and by conversion."""
    for figures in (*islice(stock_change_figures(frames), 1), *islice(conversion_figures(frames), 1)):
        cells = [
            [_sum(tables, figures, (*row.where, *one.where), 1.0, figures.column_of(one)) for one in figures.series]
            for row in figures.categories
        ]
        colours = [one.colour for one in figures.series if one.colour] or SERIES[:1]
        kind = {"type": "bar", "subtype": "stacked"} if len(figures.series) > 1 else {"type": "bar"}
        labels = [row.label for row in figures.categories]
        yield Chart(figures.title, figures.units, kind, labels, [one.label for one in figures.series], cells, colours)


def _stacked(tables: Mapping[str, PlacedTable], figures: ChartFigures) -> Chart:
    """Columns stacked by series; the rest is the total of the category less what is shown."""
    cells: list[list[Figure | None]] = []
    for category in figures.categories:
        parts = [(*category.where, *one.where) for one in figures.series]
        rest = Total([_sum(tables, figures, category.where), *(_sum(tables, figures, part, -1.0) for part in parts)])
        cells.append([*(_sum(tables, figures, part) for part in parts), *([rest] if figures.rest else [])])
    return Chart(
        figures.title,
        figures.units,
        {"type": "column", "subtype": "stacked"},
        [category.label for category in figures.categories],
        [one.label for one in figures.entries],
        cells,
        [one.colour for one in figures.entries],
    )


def _balance(tables: Mapping[str, PlacedTable]) -> Iterator[Chart]:
    if "balance" not in tables:
        return
    table = tables["balance"]
    names = columns_in(table.frame)
    is_stock = names == balance_columns("stock")
    columns = (names.supply, names.demand, names.balance)
    years = list(dict.fromkeys(table.frame["year"]))
    cells = [[Sum(table, (name,), (("year", year),), 1e-6) for name in columns] for year in years]
    title = tr("Supply (a stock), one year of demand, and balance") if is_stock else tr("Supply, demand and balance")
    words = [column_of(name, "balance").title for name in columns]
    axis = tr(_MT_C) if is_stock else tr("Mt C/yr")
    yield Chart(title, axis, {"type": "column"}, [str(year) for year in years], words, cells, SERIES[:3])


def _zones(tables: Mapping[str, PlacedTable], frames: Mapping[str, pd.DataFrame]) -> Iterator[Chart]:
    """Balance of the zones of the coarsest layer: of many zones the largest and the smallest."""
    layers = [measures[0] for measures in zone_figures(frames)]
    if not layers:
        return
    figures = min(layers, key=lambda one: len(one.categories))
    zones, title = figures.categories, figures.title
    if len(zones) > _MOST_ZONES:
        zones = (*zones[: _MOST_ZONES // 2], *zones[-_MOST_ZONES // 2 :])
        title = tr("{title}; the {count} with the most and the least", title=title, count=_MOST_ZONES)
    cells = [[_sum(tables, figures, zone.where)] for zone in zones]
    kind = {"type": "bar"}
    yield Chart(
        title, figures.units, kind, [zone.label for zone in zones], [figures.series[0].label], cells, SERIES[:1]
    )


def _transitions(tables: Mapping[str, PlacedTable], frames: Mapping[str, pd.DataFrame]) -> Iterator[Chart]:
    """What each class lost to the others over the longest period."""
    periods = list(transition_figures(frames))
    if not periods:
        return

    def length(figures: ChartFigures) -> tuple[int, int]:
        (_, first), (_, last) = figures.categories[0].where[:2]
        return int(str(last)) - int(str(first)), int(str(last))

    figures = max(periods, key=length)
    cells: list[list[Figure | None]] = [
        [
            None if one.key == other.key else _sum(tables, figures, (*one.where, *other.where))
            for other in figures.series
        ]
        for one in figures.categories
    ]
    yield Chart(
        figures.title,
        figures.units,
        {"type": "bar", "subtype": "stacked"},
        [one.label for one in figures.categories],
        [other.label for other in figures.series],
        cells,
        [other.colour for other in figures.series],
    )


def _curves(tables: Mapping[str, PlacedTable], figures: CurveFigures) -> Chart:
    """Curves of all years, at the same shares of supply."""
    table = tables[figures.table]
    by_year = [
        [int(row) for row in (table.frame[name] == value).to_numpy().nonzero()[0]]
        for curve in figures.curves
        for name, value in curve.where
    ]
    cells: list[list[Figure | None]] = []
    shares: list[float] = []
    for number, row in enumerate(by_year[0]):
        shares.append(float(table.frame[figures.across].iloc[row]))
        here = [rows[number] if number < len(rows) else None for rows in by_year]
        points = [None if row is None else Cell(table, figures.up, row) for row in here]
        cells.append([Number(shares[-1]), *points])
    return Chart(
        figures.title,
        figures.up_words,
        {"type": "scatter", "subtype": "straight"},
        shares,
        [figures.even_words, *(curve.label for curve in figures.curves)],
        cells,
        ("#9a9a9a", *(curve.colour for curve in figures.curves)),
        figures.across_words,
    )


def write_chart_data(book: Any, styles: Styles, name: str, charts: Sequence[Chart], contents: str) -> None:  # noqa: ANN401
    """Write the wide tables that the charts are drawn from."""
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 40, 14)
    sheet.write_string(0, 0, tr("Data of the charts: formulas over the other sheets"), styles.title)
    sheet.write_url(1, 0, f"internal:'{contents}'!A1", styles.link, string=contents)
    figure = styles.of(num_format="#,##0.00")
    for chart, top in zip(charts, _tops(charts), strict=True):
        sheet.write_string(top, 0, f"{chart.title}, {chart.axis}", styles.of(bold=True))
        sheet.write_string(top + 1, 0, chart.across, styles.head)
        for column, title in enumerate(chart.columns, start=1):
            sheet.write_string(top + 1, column, title, styles.head)
        for row, (label, figures) in enumerate(zip(chart.rows, chart.cells, strict=True), start=top + 2):
            write_label = sheet.write_number if isinstance(label, float) else sheet.write_string
            write_label(row, 0, label)
            for column, told in enumerate(figures, start=1):
                if told is not None:
                    sheet.write_formula(row, column, f"={told.text()}", figure, told.value())


def _tops(charts: Sequence[Chart]) -> list[int]:
    """First row of each chart's wide table."""
    tops, row = [], 3
    for chart in charts:
        tops.append(row)
        row += len(chart.rows) + 4
    return tops


def write_charts(book: Any, styles: Styles, name: str, data: str, charts: Sequence[Chart], contents: str) -> None:  # noqa: ANN401
    """Write the sheet of the charts, two beside each other.

    Parameters
    ----------
    data : str
        Name of the sheet with the wide tables.
    contents : str
        Name of the sheet that the link at its head leads to.
    """
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.write_string(0, 0, tr("Charts"), styles.title)
    sheet.write_url(1, 0, f"internal:'{contents}'!A1", styles.link, string=contents)
    down = [3, 3]
    for number, (chart, top) in enumerate(zip(charts, _tops(charts), strict=True)):
        tall = max(380, 120 + 20 * len(chart.rows)) if chart.kind["type"] == "bar" else 380
        side = number % 2
        sheet.insert_chart(down[side], 11 * side, _drawn(book, chart, data, top, tall))
        down[side] += tall // 20 + 2


def _drawn(book: Any, chart: Chart, data: str, top: int, tall: int) -> Any:  # noqa: ANN401
    drawn = book.add_chart(dict(chart.kind))
    first, last = top + 2, top + 1 + len(chart.rows)
    line = chart.kind["type"] == "scatter"
    for number, (_, colour) in enumerate(zip(chart.columns, cycle(chart.colours or SERIES)), start=1):
        drawn.add_series(
            {
                "name": [data, top + 1, number],
                "categories": [data, first, 0, last, 0],
                "values": [data, first, number, last, number],
                "gap": 60,
                **({"line": {"color": colour, "width": 1.75}} if line else {"fill": {"color": colour}}),
            }
        )
    grid = {"major_gridlines": {"visible": True, "line": {"color": "#dddddd"}}}
    limits = {"min": 0, "max": 1} if line else {}
    lying = chart.kind["type"] == "bar"
    names = {"name": chart.across, "label_position": "low", "reverse": lying, "major_gridlines": {"visible": False}}
    names |= {"interval_unit": 1} if lying else {}
    values = {"name": chart.axis, "num_format": "0.0" if line else "#,##0", **grid}
    if lying:
        # The first row stands on top, so the axis of the amounts would go there as well.
        values |= {"label_position": "high"}
    drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
    drawn.set_x_axis({**(values if lying else names), **limits})
    drawn.set_y_axis({**(names if lying else values), **limits})
    drawn.set_legend({"position": "right"} if len(chart.columns) > 1 else {"none": True})
    drawn.set_size({"width": 680, "height": tall})
    return drawn
