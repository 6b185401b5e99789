"""Charts of change: stored carbon by class and pool, conversions and the carbon that they move, and their intensity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from tanheng.language import name_of, tr
from tanheng.report.charts.bars import bars_around_zero, stacked_around_zero
from tanheng.report.charts.intensity import intensity_bars
from tanheng.report.charts.lines import Axes, Line, lines
from tanheng.report.charts.sankey import conversions
from tanheng.report.style.chart import Chart, Choice
from tanheng.report.style.themes import period_of
from tanheng.report.words.change.figures import conversion_figures, stock_change_figures
from tanheng.report.words.chart_figures import ChartFigures, transition_figures
from tanheng.report.words.periods import told_periods

Tables = Mapping[str, pd.DataFrame]

#: Classes between which a diagram of conversions can be read.
_MOST_CLASSES = 8

#: Colours of conversions that store carbon, and of those that release it.
_GAIN, _LOSS = "#2f7d4a", "#b35806"


def change_charts(tables: Tables) -> Iterator[Chart]:
    """Charts of change that the tables allow, in the order of the report; of several periods the reader chooses one."""
    for make in (_conversions, _stock_change, _carbon_moved, _intensity):
        choices = tuple(make(tables))
        if choices:
            yield Chart("land", choices[0].caption, choices[0].picture, choices=choices)
    yield from _store_by_year(tables)


def _period(first: object, last: object) -> str:
    return period_of(f"{first}-{last}")


def _of_figures(figures: ChartFigures, picture: str) -> Choice:
    """Picture of figures of a period, which their categories name first."""
    (_, first), (_, last) = figures.categories[0].where[:2]
    return Choice(_period(first, last), figures.title, picture)


def _stock_change(tables: Tables) -> Iterator[Choice]:
    """Change of what each class stores, by pool."""
    for figures in stock_change_figures(tables):
        labels = {one.key: one.label for one in (*figures.categories, *figures.series)}
        colours = {one.key: one.colour for one in figures.series}
        drawn = stacked_around_zero(figures.values(tables), colours, labels, figures.title, figures.units)
        yield _of_figures(figures, drawn)


def _carbon_moved(tables: Tables) -> Iterator[Choice]:
    """Stored carbon that the largest conversions moved."""
    for figures in conversion_figures(tables):
        values = figures.values(tables).iloc[0]
        bars = [(one.key, one.label, float(values[one.key])) for one in figures.categories]
        drawn = bars_around_zero(bars, figures.title, figures.units, (_GAIN, _LOSS), key="conversion")
        yield _of_figures(figures, drawn)


def _conversions(tables: Tables) -> Iterator[Choice]:
    for figures in longest_first(transition_figures(tables)):
        wide = figures.values(tables)
        moved = wide.rename_axis(index="to_class", columns="from_class").T.stack().rename("area").reset_index()  # noqa: PD013
        moved = _largest_conversions(moved[(moved["from_class"] != moved["to_class"]) & (moved["area"] > 0)])
        if moved.empty:
            continue
        caption = figures.title
        if len(figures.categories) > _MOST_CLASSES:
            first, last = (value for _, value in figures.categories[0].where[:2])
            caption = tr(
                "Land that changed from {first} to {last}, between the eight classes that changed most",
                first=first,
                last=last,
            )
        colours = {one.key: one.colour for one in figures.categories}
        labels = {one.key: one.label for one in figures.categories}
        yield replace(
            _of_figures(figures, conversions(moved, colours, labels, caption, figures.units)), caption=caption
        )


def _intensity(tables: Tables) -> Iterator[Choice]:
    """Gain and loss of each class against the land as a whole, over each period between neighbouring years."""
    if "intensity_interval" not in tables:
        return
    table = tables["intensity_category"]
    intervals = tables["intensity_interval"]
    periods = told_periods(zip(intervals["from_year"], intervals["to_year"], strict=True))
    for interval in intervals.itertuples():
        if (interval.from_year, interval.to_year) not in periods:
            continue
        rows = table[(table["from_year"] == interval.from_year) & (table["to_year"] == interval.to_year)]
        rows = rows[(rows["gain_km2"] > 0) | (rows["loss_km2"] > 0)]
        if rows.empty:
            continue
        caption = tr(
            "Intensity of gain and loss by class, {first} to {last}", first=interval.from_year, last=interval.to_year
        )
        bars = [
            (name_of(row.land_class), _or_zero(row.gain_intensity_per_yr), _or_zero(row.loss_intensity_per_yr))
            for row in rows.itertuples()
        ]
        drawn = intensity_bars(bars, interval.intensity_per_yr, caption)
        yield Choice(_period(interval.from_year, interval.to_year), caption, drawn)


def _store_by_year(tables: Tables) -> Iterator[Chart]:
    """Store once settled, and as soil and trees respond."""
    if "stock_over_time" not in tables:
        return
    table = tables["stock_over_time"]
    caption = tr("Carbon stock by year: at steady state, and with the delayed response of soil and biomass")
    series = [
        Line(label, colour, list(zip(table["year"], table[column] / 1e6, strict=True)), dashed=column == "settled_t_c")
        for column, label, colour in (
            ("settled_t_c", tr("steady state"), "#7f7f7f"),
            ("stock_t_c", tr("as soil and trees respond"), "#2f7d4a"),
        )
    ]
    yield Chart("land", caption, lines(series, Axes(tr("year"), "Mt C"), caption))


def _or_zero(value: float) -> float:
    """An intensity; none where the class had no land that could change."""
    return value if math.isfinite(value) else 0.0


def longest_first(periods: Iterable[ChartFigures]) -> list[ChartFigures]:
    """Figures of periods, the longest period first."""

    def length(figures: ChartFigures) -> int:
        (_, first), (_, last) = figures.categories[0].where[:2]
        return int(str(first)) - int(str(last))

    return sorted(periods, key=length)


def _largest_conversions(moved: pd.DataFrame, most: int = _MOST_CLASSES) -> pd.DataFrame:
    """Conversions between the classes that changed most; a legend of thirty classes can't be read off a diagram."""
    turnover = moved.groupby("from_class")["area"].sum().add(moved.groupby("to_class")["area"].sum(), fill_value=0.0)
    kept = set(turnover.sort_values(ascending=False).index[:most])
    return moved[moved["from_class"].isin(kept) & moved["to_class"].isin(kept)]
