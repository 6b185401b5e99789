"""Charts of the report, each made from a table of the run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from tanheng.language import name_of, tr
from tanheng.report.charts.bars import bars_around_zero, half_widths, stacked_columns
from tanheng.report.charts.change_charts import change_charts
from tanheng.report.charts.detector import detector_charts
from tanheng.report.charts.heatmap import correlation_squares
from tanheng.report.charts.lorenz import lorenz_curves
from tanheng.report.style.chart import Chart, Choice
from tanheng.report.words.cells import cell_words
from tanheng.report.words.change.decomposition import REGION
from tanheng.report.words.chart_figures import (
    ChartFigures,
    emission_figures,
    lorenz_figures,
    stock_figures,
    zone_figures,
)
from tanheng.report.words.periods import told_periods, told_years

Tables = Mapping[str, pd.DataFrame]


def run_charts(tables: Tables, *, stars: bool = True) -> list[Chart]:
    """Every chart that the tables allow, in the order of the report.

    Parameters
    ----------
    stars : bool
        Whether correlations bear the stars of their test; none where land or people are reconstructed.
    """
    makers = (
        _stock,
        change_charts,
        _emissions,
        _uncertainty,
        _decomposition,
        _zones,
        _lorenz,
        detector_charts,
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
    for measures in zone_figures(tables):
        pictures = []
        for figures in measures:
            values = figures.values(tables).iloc[0]
            bars = [(zone.key, zone.label, float(values[zone.key])) for zone in figures.categories]
            drawn = bars_around_zero(bars, figures.title, figures.units)
            pictures.append(Choice(figures.measure, figures.title, drawn))
        tall = len(measures[0].categories) > 24
        yield Chart("balance", pictures[0].caption, pictures[0].picture, tall=tall, choices=tuple(pictures))


def _lorenz(tables: Tables) -> Iterator[Chart]:
    for figures in lorenz_figures(tables):
        summary = "; ".join(
            f"{row.year}: Gini {row.gini:.2f}"
            for row in tables["mismatch_indices"].itertuples()
            if np.isfinite(row.gini)
        )
        yield Chart("balance", figures.title, lorenz_curves(figures, tables[figures.table], summary))


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
