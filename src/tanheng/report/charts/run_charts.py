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
from tanheng.report.charts.lorenz import lorenz_curves
from tanheng.report.charts.sankey import conversions
from tanheng.report.charts.svg import SERIES
from tanheng.report.style.chart import Chart
from tanheng.report.style.palettes import class_colours
from tanheng.report.words.cells import cell_words

Tables = Mapping[str, pd.DataFrame]

#: Series of a stacked chart that are told apart; the rest is one more.
_MOST_SERIES = 7

#: Key of that one more; no fuel or sector can be called so.
_OTHERS = "\0others"


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
        _emissions,
        _uncertainty,
        _zones,
        _lorenz,
    )
    return [*(chart for make in makers for chart in make(tables)), *_correlation(tables, stars=stars)]


def _stock(tables: Tables) -> Iterator[Chart]:
    table = tables["stock_by_class"]
    order = list(dict.fromkeys(table["land_class"]))
    colours = dict(zip(order, class_colours(order), strict=True))
    labels = {name: name_of(name) for name in order}
    wide = table.pivot_table(index="land_class", columns="year", values="stock_t_c", aggfunc="sum").loc[order] / 1e6
    caption = tr("Stored carbon by land class: a stock, not a yearly flow")
    yield Chart("land", caption, stacked_columns(wide, colours, labels, caption, "Mt C"))
    area = table.pivot_table(index="land_class", columns="year", values="area_km2", aggfunc="sum").loc[order]
    caption = tr("Area by land class")
    yield Chart("land", caption, stacked_columns(area, colours, labels, caption, "km²"))


def _conversions(tables: Tables) -> Iterator[Chart]:
    if "transitions" not in tables:
        return
    table = tables["transitions"]
    order = list(dict.fromkeys(table["from_class"]))
    colours = dict(zip(order, class_colours(order), strict=True))
    labels = {name: name_of(name) for name in order}
    for (first, last), rows in table.groupby(["from_year", "to_year"], sort=True):
        moved = rows[(rows["from_class"] != rows["to_class"]) & (rows["area_km2"] > 0)]
        moved = _largest_conversions(moved.rename(columns={"area_km2": "area"}))
        if moved.empty:
            continue
        caption = tr("Land that changed from {first} to {last}; what stayed is left out", first=first, last=last)
        if len(set(rows["from_class"])) > 8:
            caption = tr(
                "Land that changed from {first} to {last}, between the eight classes that changed most",
                first=first,
                last=last,
            )
        yield Chart("land", caption, conversions(moved, colours, labels, caption, "km²"))


def _intensity(tables: Tables) -> Iterator[Chart]:
    """Gain and loss of each class against the land as a whole, over each period between neighbouring years."""
    if "intensity_interval" not in tables:
        return
    table = tables["intensity_category"]
    for interval in tables["intensity_interval"].itertuples():
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


def _or_zero(value: float) -> float:
    """An intensity; none where the class had no land that could change."""
    return value if math.isfinite(value) else 0.0


def _largest_conversions(moved: pd.DataFrame, most: int = 8) -> pd.DataFrame:
    """Conversions between the classes that changed most; a legend of thirty classes can't be read off a diagram."""
    turnover = moved.groupby("from_class")["area"].sum().add(moved.groupby("to_class")["area"].sum(), fill_value=0.0)
    kept = set(turnover.sort_values(ascending=False).index[:most])
    return moved[moved["from_class"].isin(kept) & moved["to_class"].isin(kept)]


def _emissions(tables: Tables) -> Iterator[Chart]:
    if "emissions" not in tables:
        return
    table = tables["emissions"]
    for column, caption, others in (
        ("fuel", _fuel_caption(table), tr("all others")),
        ("sector", tr("Emissions by sector"), tr("other sectors")),
    ):
        if column in table and len(set(table[column].astype(str))) > 1:
            wide = _largest(table, column)
            if (wide < 0).any(axis=None):
                continue  # what is taken off has no place in a stack
            colours = {name: SERIES[rank % len(SERIES)] for rank, name in enumerate(wide.index)}
            labels = {name: name_of(name) for name in wide.index} | {_OTHERS: others}
            yield Chart("emissions", caption, stacked_columns(wide, colours, labels, caption, "Mt CO₂"))


def _fuel_caption(table: pd.DataFrame) -> str:
    """Processes are named only where some are counted."""
    counted = "factor_set" in table and (table["factor_set"] == "process_factors").any()
    return tr("Emissions by fuel and process") if counted else tr("Emissions by fuel (combustion only)")


def _largest(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Emissions in Mt CO2 by year of the largest fuels or sectors; the others are summed."""
    wide = table.pivot_table(index=column, columns="year", values="emissions_t_co2", aggfunc="sum").fillna(0.0) / 1e6
    order = wide.max(axis=1).sort_values(ascending=False).index
    kept, rest = order[:_MOST_SERIES], order[_MOST_SERIES:]
    found = wide.loc[kept]
    if len(rest):
        found.loc[_OTHERS] = wide.loc[rest].sum()
    return found


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


def _zones(tables: Tables) -> Iterator[Chart]:
    if "balance_by_zone" not in tables:
        return
    table = tables["balance_by_zone"]
    column = next(name for name in table.columns if name.startswith("balance_t_c"))
    units = "10⁴ t C" if column == "balance_t_c" else tr("10⁴ t C a year")
    year = int(table["year"].max())
    for layer, rows in table[table["year"] == year].groupby("zone_layer", sort=False):
        ordered = rows.dropna(subset=[column]).sort_values(column, ascending=False)
        named = [
            (f"{layer}|{row.zone_id}", cell_words(row.zone_name, "zone_name"), float(getattr(row, column)) / 1e4)
            for row in ordered.itertuples()
        ]
        if named:
            figures = {"year": year, "layer": name_of(layer)}
            caption = (
                tr(
                    "Stored carbon minus one year of emissions, {year}, by zone of the layer {layer}: large zones hold more",
                    **figures,
                )
                if column == "balance_t_c"
                else tr("Balance of {year} by zone of the layer {layer}", **figures)
            )
            yield Chart("balance", caption, bars_around_zero(named, caption, units), tall=len(named) > 24)


def _lorenz(tables: Tables) -> Iterator[Chart]:
    if "lorenz" not in tables:
        return
    caption = tr("Lorenz curve of demand over supply; on the straight line both would be spread alike")
    told = "; ".join(
        f"{row.year}: Gini {row.gini:.2f}" for row in tables["mismatch_indices"].itertuples() if np.isfinite(row.gini)
    )
    yield Chart("balance", caption, lorenz_curves(tables["lorenz"], caption, told))


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
    columns = [(name, year) for name in variables for year in sorted(set(rows["year"]))]
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
