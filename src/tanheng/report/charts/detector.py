"""Charts of the geographical detector: what each driver tells of a variable, and what pairs of drivers tell together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from tanheng.language import mark, name_of, tr
from tanheng.report.charts.bars import bars_around_zero
from tanheng.report.charts.heatmap import interaction_squares
from tanheng.report.style.chart import Chart, Choice
from tanheng.report.words.cells import cell_words

Tables = Mapping[str, pd.DataFrame]

#: Marks of interactions that tell more than either driver: more than the larger one, and more than both together.
_MARKS = {"enhanced, bivariate": " +", "enhanced, nonlinear": " ++", "independent": " ="}

_BARS = mark("Geographical detector, {year}: share of the variance of {variable} between the strata of each driver (q)")
_PAIRS = mark("Interaction of drivers, {year}: q of {variable} by the strata of both; on the diagonal, by one alone")


def detector_charts(tables: Tables) -> Iterator[Chart]:
    """Bars of q by driver, and the matrix of interactions, for each variable of the last year."""
    if "geodetector" not in tables:
        return
    rows = tables["geodetector"]
    rows = rows[rows["year"] == rows["year"].max()]
    year = int(rows["year"].iloc[0])
    bars = [_bars(str(name), part, year) for name, part in rows.groupby("variable", sort=False)]
    yield Chart("detector", bars[0].caption, bars[0].picture, choices=tuple(bars))
    if "geodetector_interaction" not in tables:
        return
    pairs = tables["geodetector_interaction"]
    pairs = pairs[pairs["year"] == year]
    single = rows.set_index(["variable", "driver"])["q"]
    squares = [_squares(str(name), part, single[name], year) for name, part in pairs.groupby("variable", sort=False)]
    if squares:
        yield Chart("detector", squares[0].caption, squares[0].picture, choices=tuple(squares))


def _bars(variable: str, rows: pd.DataFrame, year: int) -> Choice:
    words = cell_words(variable, "variable")
    title = tr(_BARS, year=year, variable=words)
    ordered = rows.sort_values("q", ascending=False, kind="stable")
    bars = [(str(row.driver), _with_chance(row.driver, row.p), float(row.q)) for row in ordered.itertuples()]
    return Choice(words, title, bars_around_zero(bars, title, "q", key="driver"))


def _with_chance(driver: object, p: float) -> str:
    """Driver with the p-value of its q against random maps, where that was asked for."""
    name = name_of(str(driver))
    return tr("{driver} (p = {p:.2g})", driver=name, p=p) if np.isfinite(p) else name


def _squares(variable: str, pairs: pd.DataFrame, single: pd.Series[float], year: int) -> Choice:
    words = cell_words(variable, "variable")
    title = tr(_PAIRS, year=year, variable=words)
    drivers = [str(name) for name in single.sort_values(ascending=False, kind="stable").index]
    values = np.full((len(drivers), len(drivers)), np.nan)
    figures = [["" for _ in drivers] for _ in drivers]
    for place, name in enumerate(drivers):
        values[place, place] = single[name]
        figures[place][place] = f"{single[name]:.2f}"
    for row in pairs.itertuples():
        first, last = sorted((drivers.index(str(row.driver_1)), drivers.index(str(row.driver_2))))
        values[last, first] = row.q_both
        figures[last][first] = f"{row.q_both:.2f}{_MARKS.get(str(row.interaction), '')}"
    note = tr("+ more than the larger of the two alone; ++ more than both added; = as much as both added")
    best = pairs.sort_values("q_both", ascending=False).head(3)
    summary = "; ".join(f"{name_of(r.driver_1)}, {name_of(r.driver_2)}: {r.q_both:.2f}" for r in best.itertuples())
    return Choice(
        words, title, interaction_squares(values, figures, [name_of(name) for name in drivers], note, title, summary)
    )
