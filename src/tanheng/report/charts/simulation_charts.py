"""Charts of a simulation: scores against resolution, calibration, drivers, and paths of land and carbon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from tanheng.language import name_of, tr
from tanheng.report.charts.bars import bars_around_zero
from tanheng.report.charts.lines import Axes, Line, lines
from tanheng.report.charts.sankey import conversions
from tanheng.report.style.chart import Chart
from tanheng.report.style.palettes import SERIES
from tanheng.report.words.simulation_sentences import driver_words, model_words

_MODEL_COLOURS = {
    "best": "#0072b2",
    "draw": "#d55e00",
    "patches": "#009e73",
    "random": "#777777",
    "no change": "#b0b0b0",
}
#: Most transitions and drivers that are drawn.
_MOST, _MOST_DRIVERS = 4, 6


def simulation_charts(
    tables: Mapping[str, pd.DataFrame], colours: Mapping[str, str], record: Mapping[str, object]
) -> list[Chart]:
    """All charts that the tables of a simulation give."""
    charts = [*_merit(tables), *_operating(tables), *_reliability(tables), *_importance(tables), *_responses(tables)]
    years: Sequence[int] = record["years"]  # type: ignore[assignment]
    carbon = _stock_to_come(tables, years[-1]) if "change" in tables else _carbon(tables)
    return [*charts, *_land(tables, colours, record), *carbon, *_emissions_to_come(tables), *_moved(tables, colours)]


def _merit(tables: Mapping[str, pd.DataFrame]) -> list[Chart]:
    table = tables["validation"]
    table = table[table["figure_of_merit"].notna()]
    series = [
        Line(
            model_words(str(model)),
            _MODEL_COLOURS.get(str(model), "#444444"),
            list(zip(rows["resolution_cells"].astype(float), rows["figure_of_merit"].astype(float), strict=True)),
            dashed=model in {"random", "no change"},
        )
        for model, rows in table.groupby("model", sort=False)
    ]
    title = tr("Figure of merit against the size of the blocks that are compared")
    drawn = lines(series, Axes(tr("side of the blocks, cells"), tr("figure of merit"), doubling=True, low=0.0), title)
    return [Chart("validation", title, drawn)] if drawn else []


def _pairs(table: pd.DataFrame, weight: str) -> list[tuple[str, str]]:
    sums = table.groupby(["from_class", "to_class"], sort=False)[weight].max().sort_values(ascending=False)
    return [(str(one), str(other)) for one, other in sums.index[:_MOST]]


def _to(one: str, other: str) -> str:
    return tr("{one} to {other}", one=name_of(one), other=name_of(other))


def _operating(tables: Mapping[str, pd.DataFrame]) -> list[Chart]:
    if "operating_curve" not in tables:
        return []
    table, series = tables["operating_curve"], []
    for (one, other), colour in zip(_pairs(table, "changed_above"), SERIES, strict=False):
        rows = table[(table["from_class"] == one) & (table["to_class"] == other)]
        cells, changed = float(rows["cells_above"].max()), float(rows["changed_above"].max())
        points = [
            (100 * x / cells, 100 * y / max(changed, 1.0))
            for x, y in zip(rows["cells_above"], rows["changed_above"], strict=True)
        ]
        series.append(Line(f"{_to(one, other)} ({changed:,.0f})", colour, points[:: max(1, len(points) // 11)]))
    title = tr("Total operating characteristic: how much of the observed change lies in the highest-ranked land")
    axes = Axes(tr("land ranked highest, % of the class"), tr("% of its change"), even=True, low=0.0)
    drawn = lines(series, axes, title)
    return [Chart("validation", title, drawn)] if drawn else []


def _reliability(tables: Mapping[str, pd.DataFrame]) -> list[Chart]:
    if "reliability" not in tables:
        return []
    table, series = tables["reliability"], []
    weighted = table.assign(changed=table["observed"] * table["cells"])
    for (one, other), colour in zip(_pairs(weighted, "changed"), SERIES, strict=False):
        rows = table[(table["from_class"] == one) & (table["to_class"] == other)]
        points = list(zip(100 * rows["predicted"], 100 * rows["observed"], strict=True))
        series.append(Line(_to(one, other), colour, sorted(points), dots=True))
    title = tr("Reliability on held-out blocks: on the dashed line, predicted probability equals observed frequency")
    drawn = lines(series, Axes(tr("predicted probability, %"), tr("observed share, %"), even=True, low=0.0), title)
    return [Chart("learning", title, drawn)] if drawn else []


def _importance(tables: Mapping[str, pd.DataFrame]) -> list[Chart]:
    if "drivers" not in tables:
        return []
    charts = []
    models = tables["models"].groupby("from_class", sort=False)["changed_cells"].sum().sort_values(ascending=False)
    for origin in models.index[:2]:
        rows = tables["drivers"][tables["drivers"]["from_class"] == origin].dropna(subset=["importance"])
        rows = rows.sort_values("importance", ascending=False).head(12)
        rows = rows[rows["importance"] != 0]
        if rows.empty:
            continue
        bars = [(str(n), driver_words(row), 100 * float(row.importance)) for n, row in enumerate(rows.itertuples())]
        title = tr(
            "What predicts change of {name}: loss of skill where a driver's values are exchanged", name=name_of(origin)
        )
        charts.append(
            Chart(
                "learning",
                title,
                bars_around_zero(bars, title, tr("% of the log loss of a constant probability"), key="driver"),
            )
        )
    return charts


def _responses(tables: Mapping[str, pd.DataFrame]) -> list[Chart]:
    if "responses" not in tables or "drivers" not in tables:
        return []
    charts = []
    table = tables["responses"]
    models = tables["models"].sort_values("changed_cells", ascending=False)
    for row in models.head(1).itertuples():
        ranked = tables["drivers"][tables["drivers"]["from_class"] == row.from_class].sort_values(
            "importance", ascending=False
        )
        for feature in ranked.head(_MOST_DRIVERS).itertuples():
            rows = table[
                (table["from_class"] == row.from_class)
                & (table["to_class"] == row.to_class)
                & (table["driver"] == feature.driver)
                & (table["of_class"] == feature.of_class)
                & (table["window_cells"] == feature.window_cells)
            ]
            if len(rows) < 2:
                continue
            words = driver_words(feature)
            title = tr("{conversion}: response to {driver}", conversion=_to(row.from_class, row.to_class), driver=words)
            points = list(zip(rows["value"].astype(float), rows["log_odds"].astype(float), strict=True))
            drawn = lines(
                [Line(words, SERIES[0], points)], Axes(words, tr("log-odds against the mean")), title, 420.0, 170.0
            )
            charts.append(Chart("learning", title, drawn))
    return charts


def _scenarios(table: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(table["scenario"])) if "scenario" in table else [""]


def _of(table: pd.DataFrame, scenario: str) -> pd.DataFrame:
    return table[table["scenario"] == scenario] if scenario else table


def _land(tables: Mapping[str, pd.DataFrame], colours: Mapping[str, str], record: Mapping[str, object]) -> list[Chart]:
    """Area of each class by year: observed, then simulated."""
    observed, table, found = record.get("observed_km2"), tables["demand"], []
    ranges = tables.get("demand_interval")
    years: Sequence[int] = record["years"]  # type: ignore[assignment]
    for scenario in _scenarios(table):
        rows = _of(table, scenario)
        series = []
        for name in dict.fromkeys(rows["class"]):
            own = rows[rows["class"] == name]
            before = (
                [(float(y), float(observed[name][n])) for n, y in enumerate(years)]
                if isinstance(observed, dict)
                else []
            )
            after = list(zip(own["year"].astype(float), own["simulated_km2"].astype(float), strict=True))
            band = (
                [*((value, value) for _, value in before), *_range_of(ranges, scenario, name)]
                if ranges is not None
                else []
            )
            series.append(Line(name_of(name), colours[name], [*before, *after], band, dots=True))
        marks = [float(year) for year in [*years, *dict.fromkeys(rows["year"])]]
        title = tr("Area of the classes, observed to {year} and simulated after it", year=years[-1])
        title = tr("{title}: {scenario}", title=title, scenario=name_of(scenario)) if scenario else title
        found.append(Chart("land", title, lines(series, Axes(tr("year"), tr("km²"), low=0.0, marks=marks), title)))
    return found


def _range_of(ranges: pd.DataFrame, scenario: str, name: str) -> list[tuple[float, float]]:
    """Range of the area of a class by year."""
    rows = _of(ranges, scenario)
    rows = rows[rows["class"] == name]
    return list(zip(rows["low_km2"].astype(float), rows["high_km2"].astype(float), strict=True))


def _stock_to_come(tables: Mapping[str, pd.DataFrame], first: int) -> list[Chart]:
    """Change of the store of a study since its last year, with its interval: of all that is known to err, or of land demand alone."""
    table, series = tables["change"], []
    table = table[table["from_year"] == first]
    halves = _half_widths(tables, first)
    for scenario, colour in zip(_scenarios(table), SERIES, strict=False):
        rows = _of(table, scenario)
        points = [(float(first), 0.0), *((float(row.to_year), row.stock_change_t_c / 1e6) for row in rows.itertuples())]
        band: list[tuple[float, float]] = []
        if halves is not None:
            own = _of(halves, scenario).set_index("year")["half_width_t_c"] / 1e6
            band = [(y - float(own.get(int(x), 0.0)), y + float(own.get(int(x), 0.0))) for x, y in points]
        series.append(Line(name_of(scenario), colour, points, band))
    title = tr("Carbon stored, against the last map (a stock)")
    marks = [float(first), *(float(year) for year in dict.fromkeys(table["to_year"]))]
    return [
        Chart("carbon", title, lines(series, Axes(tr("year"), tr("change of the stock, Mt C"), marks=marks), title))
    ]


def _half_widths(tables: Mapping[str, pd.DataFrame], first: int) -> pd.DataFrame | None:
    """Half-width of the change of the store since the last map, by scenario and year."""
    if "stock_uncertainty" in tables:
        table = tables["stock_uncertainty"]
        table = table[(table["of"] == "change") & (table["from_year"] == first)]
        return table.rename(columns={"to_year": "year"})[["scenario", "year", "half_width_t_c"]]
    if "carbon_interval" in tables:
        return tables["carbon_interval"].rename(columns={"half_width_demand_t_c": "half_width_t_c"})
    return None


def _emissions_to_come(tables: Mapping[str, pd.DataFrame]) -> list[Chart]:
    if "paths" not in tables:
        return []
    table, series = tables["paths"], []
    for scenario, colour in zip(_scenarios(table), SERIES, strict=False):
        rows = _of(table, scenario)
        emitted = list(zip(rows["year"].astype(float), rows["emissions_t_c"] / 1e6, strict=True))
        uptake = list(zip(rows["year"].astype(float), rows["land_uptake_t_c_per_yr"] / 1e6, strict=True))
        series.append(Line(tr("{scenario}: emissions", scenario=name_of(scenario)), colour, emitted))
        series.append(
            Line(tr("{scenario}: uptake of the land", scenario=name_of(scenario)), colour, uptake, dashed=True)
        )
    title = tr("Emissions and uptake of the land, by the assumptions of the study")
    return [Chart("carbon", title, lines(series, Axes(tr("year"), tr("Mt C a year")), title))]


def _carbon(tables: Mapping[str, pd.DataFrame]) -> list[Chart]:
    if "carbon" not in tables:
        return []
    table, series = tables["carbon"], []
    for scenario, colour in zip(_scenarios(table), SERIES, strict=False):
        rows = _of(table, scenario).groupby("year")["stock_change_t_c"].sum() / 1e6
        points = [(float(year), float(value)) for year, value in rows.items()]
        band: list[tuple[float, float]] = []
        if "carbon_interval" in tables:
            halves = _of(tables["carbon_interval"], scenario)["half_width_demand_t_c"] / 1e6
            band = [(y - h, y + h) for (_, y), h in zip(points, halves, strict=True)]
        series.append(Line(name_of(scenario) if scenario else tr("simulated"), colour, points, band))
    title = tr("Carbon stored, against the last map (a stock)")
    marks = [float(year) for year in dict.fromkeys(table["year"])]
    return [
        Chart("carbon", title, lines(series, Axes(tr("year"), tr("change of the stock, Mt C"), marks=marks), title))
    ]


def _moved(tables: Mapping[str, pd.DataFrame], colours: Mapping[str, str]) -> list[Chart]:
    """Conversions of all steps together."""
    table, found = tables["conversions"], []
    table = table[table["from_class"] != table["to_class"]]
    for scenario in _scenarios(table):
        rows = _of(table, scenario)
        if rows.empty:
            continue
        moved = rows.groupby(["from_class", "to_class"], sort=False)["area_km2"].sum().reset_index(name="area")
        title = tr(
            "Conversions from {first} to {last}",
            first=f"{rows['from_year'].min():g}",
            last=f"{rows['to_year'].max():g}",
        )
        title = tr("{title}: {scenario}", title=title, scenario=name_of(scenario)) if scenario else title
        labels = {name: name_of(name) for name in colours}
        found.append(Chart("land", title, conversions(moved[moved["area"] > 0], colours, labels, title, tr("km²"))))
    return found
