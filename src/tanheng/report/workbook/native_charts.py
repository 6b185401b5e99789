"""Charts of the workbook: native ones, over wide tables that are formulas on the other sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from tanheng.language import mark, name_of, tr
from tanheng.report.style.palettes import class_colours
from tanheng.report.words.cells import cell_words
from tanheng.report.workbook.formulas import Cell, Figure, Number, PlacedTable, Sum, Total
from tanheng.report.workbook.table_sheets import Styles
from tanheng.tables.columns import column_of

#: Fuels, sectors and zones that a chart shows one by one; the rest of the fuels and sectors goes together.
_MOST_PARTS, _MOST_ZONES = 9, 40

_PALETTE = (
    "#2f7d4a",
    "#d95f02",
    "#4a90c8",
    "#8c6bb1",
    "#b9a892",
    "#c8453b",
    "#f3d36b",
    "#66c2a5",
    "#6b6b6b",
    "#e78ac3",
)
_MT_C, _MT_CO2, _KM2 = mark("Mt C"), mark("Mt CO₂"), mark("km²")


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
    makers = (_stock, _balance, _emissions, _zones, _transitions, _lorenz)
    return [chart for maker in makers for chart in maker(tables)]


def _once(table: PlacedTable, column: str) -> list[Any]:
    return list(dict.fromkeys(table.frame[column]))


def _stock(tables: Mapping[str, PlacedTable]) -> Iterator[Chart]:
    if "stock_by_class" not in tables:
        return
    table = tables["stock_by_class"]
    years, classes = _once(table, "year"), [str(name) for name in _once(table, "land_class")]
    cells = [
        [Sum(table, ("stock_t_c",), (("year", year), ("land_class", name)), 1e-6) for name in classes] for year in years
    ]
    kind = {"type": "column", "subtype": "stacked"}
    names = [name_of(name) for name in classes]
    title = tr("Stored carbon by land class")
    yield Chart(title, tr(_MT_C), kind, [str(year) for year in years], names, cells, class_colours(classes))


def _balance(tables: Mapping[str, PlacedTable]) -> Iterator[Chart]:
    if "balance" not in tables:
        return
    table = tables["balance"]
    supply = next(name for name in ("supply_t_c", "supply_t_c_per_yr") if name in table.frame)
    columns = (supply, "demand_t_c_per_yr", supply.replace("supply", "balance"))
    years = _once(table, "year")
    cells = [[Sum(table, (name,), (("year", year),), 1e-6) for name in columns] for year in years]
    stock = supply == "supply_t_c"
    title = tr("Supply (a stock), one year of demand, and balance") if stock else tr("Supply, demand and balance")
    names = [column_of(name, "balance").title for name in columns]
    axis = tr(_MT_C) if stock else tr("Mt C/yr")
    yield Chart(title, axis, {"type": "column"}, [str(year) for year in years], names, cells, _PALETTE[:3])


def _emissions(tables: Mapping[str, PlacedTable]) -> Iterator[Chart]:
    if "emissions" not in tables:
        return
    table = tables["emissions"]
    for column, title in (("fuel", tr("Emissions by fuel")), ("sector", tr("Emissions by sector"))):
        if column not in table.frame or table.frame[column].eq("").all():
            continue
        parts = table.frame.groupby(column)["emissions_t_co2"].sum().sort_values(ascending=False, kind="stable")
        names = [str(name) for name in parts.index]
        shown, rest = (names, []) if len(names) <= _MOST_PARTS + 1 else (names[:_MOST_PARTS], names[_MOST_PARTS:])
        years = _once(table, "year")
        cells: list[list[Figure | None]] = []
        for year in years:
            figures: list[Figure | None] = [_emitted(table, column, name, year) for name in shown]
            # Others are what is left of the total: one formula for many fuels would be longer than a spreadsheet takes.
            left = [_emitted(table, column, name, year, -1e-6) for name in shown]
            others = Total([Sum(table, ("emissions_t_co2",), (("year", year),), 1e-6), *left])
            cells.append([*figures, *([others] if rest else [])])
        words = [cell_words(name, column) or tr("not named") for name in shown] + ([tr("others")] if rest else [])
        kind = {"type": "column", "subtype": "stacked"}
        yield Chart(title, tr(_MT_CO2), kind, [str(year) for year in years], words, cells, _PALETTE)


def _emitted(table: PlacedTable, column: str, name: str, year: object, factor: float = 1e-6) -> Sum:
    return Sum(table, ("emissions_t_co2",), (("year", year), (column, name)), factor)


def _zones(tables: Mapping[str, PlacedTable]) -> Iterator[Chart]:
    """Balance of the zones of the coarsest layer in the last year, the largest first."""
    if "balance_by_zone" not in tables:
        return
    table = tables["balance_by_zone"]
    column = next(name for name in ("balance_t_c", "balance_t_c_per_yr") if name in table.frame)
    year = table.frame["year"].max()
    rows = table.frame[(table.frame["year"] == year) & (table.frame["zone_id"] != "-")]
    layer = rows["zone_layer"].value_counts(sort=False).idxmin()
    rows = rows[rows["zone_layer"] == layer]
    kept = rows.loc[rows[column].abs().sort_values(ascending=False).index[:_MOST_ZONES]].sort_values(column)
    cells = [
        [Sum(table, (column,), (("year", year), ("zone_layer", layer), ("zone_id", zone)), 1e-6)]
        for zone in kept["zone_id"]
    ]
    title = tr("Balance by zone, {year}", year=year)
    if len(kept) < len(rows):
        title = tr("Balance of the {count} zones with the largest, {year}", count=len(kept), year=year)
    axis = tr(_MT_C) if column == "balance_t_c" else tr("Mt C/yr")
    names = [str(name) for name in kept["zone_name"]]
    yield Chart(title, axis, {"type": "bar"}, names, [column_of(column).title], cells, _PALETTE[2:3])


def _transitions(tables: Mapping[str, PlacedTable]) -> Iterator[Chart]:
    """What each class lost to the others over the longest period."""
    if "transitions" not in tables or tables["transitions"].frame.empty:
        return
    table = tables["transitions"]
    pairs = dict.fromkeys(zip(table.frame["from_year"], table.frame["to_year"], strict=True))
    first, last = max(pairs, key=lambda pair: (pair[1] - pair[0], pair[1]))
    classes = [str(name) for name in _once(table, "from_class")]
    period = (("from_year", first), ("to_year", last))
    cells: list[list[Figure | None]] = [
        [
            None if one == other else Sum(table, ("area_km2",), (*period, ("from_class", one), ("to_class", other)))
            for other in classes
        ]
        for one in classes
    ]
    names = [name_of(name) for name in classes]
    to = [tr("to {land_class}", land_class=name) for name in names]
    title = tr("Land that left each class, {first}–{last}", first=first, last=last)
    kind = {"type": "bar", "subtype": "stacked"}
    yield Chart(title, tr(_KM2), kind, names, to, cells, class_colours(classes))


def _lorenz(tables: Mapping[str, PlacedTable]) -> Iterator[Chart]:
    """Lorenz curves of all years, at the same shares of supply."""
    if "lorenz" not in tables or tables["lorenz"].frame.empty:
        return
    table = tables["lorenz"]
    years = _once(table, "year")
    by_year = [[int(row) for row in (table.frame["year"] == year).to_numpy().nonzero()[0]] for year in years]
    cells: list[list[Figure | None]] = []
    shares: list[float] = []
    for number, row in enumerate(by_year[0]):
        shares.append(float(table.frame["supply_share"].iloc[row]))
        here = [rows[number] if number < len(rows) else None for rows in by_year]
        told = [None if row is None else Cell(table, "demand_share", row) for row in here]
        cells.append([Number(shares[-1]), *told])
    kind = {"type": "scatter", "subtype": "straight"}
    columns = [tr("alike everywhere"), *(str(year) for year in years)]
    title, up = tr("Lorenz curve of demand over supply"), tr("share of demand")
    yield Chart(title, up, kind, shares, columns, cells, ("#9a9a9a", *_PALETTE), tr("share of supply"))


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
            sheet.write(row, 0, label)
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
    for number, (_, colour) in enumerate(zip(chart.columns, cycle(chart.colours or _PALETTE)), start=1):
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
