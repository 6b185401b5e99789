"""Charts of the report, each made from a table of the run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from tanheng.language import name_of, tr
from tanheng.report.charts.bars import bars_around_zero, half_widths, stacked_columns
from tanheng.report.charts.heatmap import correlation_squares
from tanheng.report.charts.intensity import intensity_bars
from tanheng.report.charts.lines import Axes, Line, lines
from tanheng.report.charts.lorenz import lorenz_curves
from tanheng.report.charts.sankey import conversions
from tanheng.report.style.chart import Chart
from tanheng.report.words.cells import cell_words
from tanheng.report.words.change.decomposition import REGION
from tanheng.report.words.chart_figures import (
    ChartFigures,
    emission_figures,
    lorenz_figures,
    stock_figures,
    transition_figures,
    zone_figures,
)
from tanheng.report.words.periods import told_periods, told_years

Tables = Mapping[str, pd.DataFrame]

#: Classes between which a diagram of conversions can be read.
_MOST_CLASSES = 8


def run_charts(tables: Tables, *, stars: bool = True) -> list[Chart]:
    """Every chart that the tables allow, in the order of the report.

    Parameters
    ----------
    stars : bool
        Whether correlations bear the stars of their test; none where land or people are reconstructed.
    """
    makers = (
        _stock,
        _conversions,
        _intensity,
        _store_by_year,
        _emissions,
        _uncertainty,
        _decomposition,
        _zones,
        _lorenz,
    )
    return [*(chart for make in makers for chart in make(tables)), *_correlation(tables, stars=stars)]


def _stock(tables: Tables) -> Iterator[Chart]:
    for figures in stock_figures(tables):
        yield Chart("land", figures.title, _stacked(figures, tables))


def _stacked(figures: ChartFigures, tables: Tables) -> str:
    """Figures as columns stacked by series."""
    colours = {one.key: one.colour for one in figures.entries}
    labels = {one.key: one.label for one in figures.entries}
    return stacked_columns(figures.values(tables), colours, labels, figures.title, figures.units)


def _conversions(tables: Tables) -> Iterator[Chart]:
    for figures in transition_figures(tables):
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
        yield Chart("land", caption, conversions(moved, colours, labels, caption, figures.units))


def _intensity(tables: Tables) -> Iterator[Chart]:
    """Gain and loss of each class against the land as a whole, over each period between neighbouring years."""
    if "intensity_interval" not in tables:
        return
    table = tables["intensity_category"]
    intervals = tables["intensity_interval"]
    told = told_periods(zip(intervals["from_year"], intervals["to_year"], strict=True))
    for interval in intervals.itertuples():
        if (interval.from_year, interval.to_year) not in told:
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
        yield Chart("land", caption, intensity_bars(bars, interval.intensity_per_yr, caption))


def _store_by_year(tables: Tables) -> Iterator[Chart]:
    """Store once settled, and as soil and trees respond."""
    if "stock_over_time" not in tables:
        return
    table = tables["stock_over_time"]
    caption = tr("Stored carbon by year: once settled, and as soil and trees respond")
    series = [
        Line(label, colour, list(zip(table["year"], table[column] / 1e6, strict=True)), dashed=column == "settled_t_c")
        for column, label, colour in (
            ("settled_t_c", tr("once settled"), "#7f7f7f"),
            ("stock_t_c", tr("as soil and trees respond"), "#2f7d4a"),
        )
    ]
    yield Chart("land", caption, lines(series, Axes(tr("year"), "Mt C"), caption))


def _or_zero(value: float) -> float:
    """An intensity; none where the class had no land that could change."""
    return value if math.isfinite(value) else 0.0


def _largest_conversions(moved: pd.DataFrame, most: int = _MOST_CLASSES) -> pd.DataFrame:
    """Conversions between the classes that changed most; a legend of thirty classes can't be read off a diagram."""
    turnover = moved.groupby("from_class")["area"].sum().add(moved.groupby("to_class")["area"].sum(), fill_value=0.0)
    kept = set(turnover.sort_values(ascending=False).index[:most])
    return moved[moved["from_class"].isin(kept) & moved["to_class"].isin(kept)]


def _emissions(tables: Tables) -> Iterator[Chart]:
    for figures in emission_figures(tables):
        yield Chart("emissions", figures.title, _stacked(figures, tables))


def _uncertainty(tables: Tables) -> Iterator[Chart]:
    if "uncertainty_causes" not in tables:
        return
    table = tables["uncertainty_causes"]
    year = int(table["year"].max())
    rows = table[(table["year"] == year) & (table["half_width_t_co2"] > 0)]
    rows = rows.sort_values("half_width_t_co2", ascending=False).head(10)
    if rows.empty:
        return
    caption = tr("What makes the emissions of {year} uncertain: half of the 95 % interval by each alone", year=year)
    causes = [(cell_words(row.cause, "cause"), row.half_width_t_co2 / 1e6) for row in rows.itertuples()]
    yield Chart("emissions", caption, half_widths(causes, caption, "Mt CO₂"))


#: Colours of effects that raise and that lower emissions.
_RAISES, _LOWERS = "#d73027", "#4575b4"


def _decomposition(tables: Tables) -> Iterator[Chart]:
    """Effects on the emissions of the region over each period."""
    if "emission_decomposition" not in tables:
        return
    table = tables["emission_decomposition"]
    table = table[table["zone"] == REGION]
    for first, last in told_periods(zip(table["from_year"], table["to_year"], strict=True)):
        rows = table[(table["from_year"] == first) & (table["to_year"] == last)]
        bars = [(str(row.effect), name_of(row.effect), row.effect_t_co2 / 1e6) for row in rows.itertuples()]
        bars.append(("change", tr("change in all"), float(rows["effect_t_co2"].sum()) / 1e6))
        caption = tr("What drives the change of emissions, {first} to {last} (LMDI)", first=first, last=last)
        yield Chart("emissions", caption, bars_around_zero(bars, caption, "Mt CO₂", (_RAISES, _LOWERS), key="effect"))


def _zones(tables: Tables) -> Iterator[Chart]:
    for figures in zone_figures(tables):
        values = figures.values(tables).iloc[0]
        bars = [(zone.key, zone.label, float(values[zone.key])) for zone in figures.categories]
        yield Chart("balance", figures.title, bars_around_zero(bars, figures.title, figures.units), tall=len(bars) > 24)


def _lorenz(tables: Tables) -> Iterator[Chart]:
    for figures in lorenz_figures(tables):
        told = "; ".join(
            f"{row.year}: Gini {row.gini:.2f}"
            for row in tables["mismatch_indices"].itertuples()
            if np.isfinite(row.gini)
        )
        yield Chart("balance", figures.title, lorenz_curves(figures, tables[figures.table], told))


def _correlation(tables: Tables, *, stars: bool) -> Iterator[Chart]:
    if "correlation" not in tables:
        return
    table = tables["correlation"]
    for method, rows in table.groupby("method", sort=False):
        yield _matrix(str(method), rows, stars=stars)


def _matrix(method: str, rows: pd.DataFrame, *, stars: bool) -> Chart:
    """Drivers down, variables and years across: r on the support of the coarser map, which is the one that its stars are of."""
    rows = rows.assign(r=rows["r_support"].where(rows["r_support"].notna(), rows["r"]))
    variables = [name for name in ("supply", "demand", "supply_demand_ratio") if name in set(rows["variable"])]
    variables += [name for name in dict.fromkeys(rows["variable"]) if name not in variables]
    columns = [(name, year) for name in variables for year in told_years(rows["year"])]
    drivers = list(dict.fromkeys(rows["driver"]))
    keyed = rows.set_index(["driver", "variable", "year"])
    known = [[(driver, *column) in keyed.index for column in columns] for driver in drivers]
    r = np.array(
        [
            [
                float(keyed.loc[(driver, *column), "r"]) if there else math.nan
                for column, there in zip(columns, line, strict=True)
            ]
            for driver, line in zip(drivers, known, strict=True)
        ]
    )
    words = [
        [starred(value, float(keyed.loc[(driver, *column), "p"]) if stars else 1.0) if np.isfinite(value) else "–"
         for column, value in zip(columns, line, strict=True)]
        for driver, line in zip(drivers, r, strict=True)
    ]  # fmt: skip
    support = rows.groupby("driver")["support_km"].max()
    labels = [f"{name_of(driver)} ({support[driver]:.1f} km)" for driver in drivers]
    heads = [(cell_words(name, "variable"), str(year)) for name, year in columns]
    caption = tr("Correlation with drivers, {method}", method=_methods()[method])
    return Chart("drivers", caption, correlation_squares(r, words, labels, heads, caption, _strongest(rows)))


def _methods() -> dict[str, str]:
    return {
        "pearson": "Pearson",
        "spearman": tr("Spearman (ranks)"),
        "partial": tr("partial: the other drivers held fixed"),
    }


def _strongest(rows: pd.DataFrame) -> str:
    best = rows.loc[rows["r"].abs().sort_values(ascending=False).index].head(3)
    return "; ".join(
        f"{cell_words(row.variable, 'variable')} {row.year}, {name_of(row.driver)}: r = {row.r:.2f}"
        for row in best.itertuples()
    )


def starred(r: float, p: float) -> str:
    """Correlation with its stars.

    Examples
    --------
    >>> starred(-0.4567, 0.003), starred(0.2, 0.2)
    ('−0.457**', '0.200')
    """
    stars = "**" if p < 0.01 else "*" if p < 0.05 else ""
    return f"{r:.3f}".replace("-", "−") + stars
