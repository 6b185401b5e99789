"""What charts of change show: stored carbon of the classes by pool, and the largest conversions with the carbon that they move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from tanheng.choices import POOLS
from tanheng.factors.densities import POOL_WORDS
from tanheng.language import name_of, tr
from tanheng.report.style.palettes import CONVERSION_COLOURS, POOL_COLOURS, class_colours
from tanheng.report.words.amounts import mass_unit
from tanheng.report.words.chart_figures import ChartFigures, Entry
from tanheng.report.words.periods import told_periods

Tables = Mapping[str, pd.DataFrame]

#: Conversions that a chart shows.
_MOST = len(CONVERSION_COLOURS)


def stock_change_figures(tables: Tables) -> Iterator[ChartFigures]:
    """Change of what each class stores, by carbon pool, over each period that is told, the whole span first."""
    if "stock_change_by_class" not in tables:
        return
    frame = tables["stock_change_by_class"]
    columns = [f"{pool}_t_c" for pool in POOLS if f"{pool}_t_c" in frame]
    pools = tuple(
        Entry(pool, tr(POOL_WORDS[pool]), (), POOL_COLOURS[pool], f"{pool}_t_c")
        for pool in POOLS
        if f"{pool}_t_c" in columns
    )
    classes = [str(name) for name in dict.fromkeys(frame["land_class"])]
    for first, last in _periods(frame):
        period = (("from_year", first), ("to_year", last))
        rows = tuple(
            Entry(name, name_of(name), (*period, ("land_class", name)), colour)
            for name, colour in zip(classes, class_colours(classes), strict=True)
        )
        title = tr("Change of stored carbon by land class and carbon pool, {first} to {last}", first=first, last=last)
        factor, units = mass_unit(float(frame[columns].abs().to_numpy().max()))
        yield ChartFigures("stock_change_by_class", "stock_change_t_c", factor, title, units, rows, pools)


def conversion_figures(tables: Tables) -> Iterator[ChartFigures]:
    """The largest conversions over each period that is told, with the stored carbon that they moved; the whole span first."""
    if "transitions" not in tables:
        return
    frame = tables["transitions"]
    moved = frame[frame["from_class"] != frame["to_class"]]
    for first, last in _periods(frame):
        rows = moved[(moved["from_year"] == first) & (moved["to_year"] == last) & (moved["area_km2"] > 0)]
        rows = rows.sort_values("area_km2", ascending=False, kind="stable").head(_MOST)
        if rows.empty:
            continue
        period = (("from_year", first), ("to_year", last))
        entries = tuple(
            Entry(
                f"{row.from_class} {row.to_class}",
                tr("{one} to {other}", one=name_of(str(row.from_class)), other=name_of(str(row.to_class))),
                (*period, ("from_class", row.from_class), ("to_class", row.to_class)),
            )
            for row in rows.itertuples()
        )
        title = tr("Stored carbon moved by the largest conversions, {first} to {last}", first=first, last=last)
        factor, units = mass_unit(float(rows["stock_change_t_c"].abs().max()))
        moves = (Entry("stock_change", tr("change of stored carbon"), ()),)
        yield ChartFigures("transitions", "stock_change_t_c", factor, title, units, entries, moves)


def _periods(frame: pd.DataFrame) -> list[tuple[int, int]]:
    """Periods that are told, the longest first."""
    periods = told_periods(zip(frame["from_year"], frame["to_year"], strict=True))
    return sorted(periods, key=lambda period: (period[0] - period[1], period[0]))
