"""Progress and totals of the quick command, in plain text: nothing heavy is loaded for them."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tanheng.cli.pace import Pace, time_left
from tanheng.language import listed, name_of, text_width, tr
from tanheng.pipeline.stock import StockTotals
from tanheng.units import HA_PER_KM2


class BlockLine:
    """One line that tells blocks, pixels a second and time left; silent where there is no terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.shown = sys.stderr.isatty() and not quiet
        self.start = time.perf_counter()
        self.pace = Pace()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")

    def blocks(self, done: int, total: int, pixels: int) -> None:
        """Show how many blocks are counted."""
        if self.shown:
            seconds = max(time.perf_counter() - self.start, 1e-9)
            left = self.pace.left(done, total)
            speed = pixels / 1e6 / seconds
            line = tr(
                "{done}/{total} blocks, {millions:,.0f} M pixels, {speed:,.0f} M/s",
                done=done,
                total=total,
                millions=pixels / 1e6,
                speed=speed,
            )
            after = [] if left is None else [time_left(left)]
            sys.stderr.write("\r\x1b[K" + listed([line, *after]))
            sys.stderr.flush()

    def warn(self, text: str) -> None:
        """Show a warning."""
        if not self.quiet:
            sys.stderr.write(tr("warning: {text}", text=text) + "\n")


def print_stock(stock_totals: StockTotals, folder: Path) -> None:
    """Print stocks by class and year, and where the results lie."""
    for text in stock_totals.warnings:
        sys.stderr.write(tr("warning: {text}", text=text) + "\n")
    years = list(dict.fromkeys(row["year"] for row in stock_totals.stock))
    classes = list(dict.fromkeys(str(row["land_class"]) for row in stock_totals.stock))
    values = {(row["year"], row["land_class"]): float(str(row["stock_t_c"])) for row in stock_totals.stock}
    areas = {row["land_class"]: float(str(row["area_km2"])) for row in stock_totals.stock if row["year"] == years[-1]}
    dense = {name: _per_hectare(values[years[-1], name], areas[name]) for name in classes}
    mean = _per_hectare(sum(values[years[-1], name] for name in classes), sum(areas.values()))
    names = {name: name_of(name) for name in classes}
    head, foot = tr("carbon stored, t C (a stock)"), tr("total")
    wide = max(30, *(text_width(name) for name in (*names.values(), head)))
    last = tr("t C/ha, {year}", year=years[-1])
    lines = [_padded(head, wide) + "".join(f"{year!s:>20}" for year in years) + f"{last:>16}"]
    lines += [
        _padded(names[name], wide) + "".join(f"{values[year, name]:>20,.1f}" for year in years) + f"{dense[name]:>16}"
        for name in classes
    ]
    totals = [sum(values[year, name] for name in classes) for year in years]
    lines += [
        _padded(foot, wide) + "".join(f"{total:>20,.1f}" for total in totals) + f"{mean:>16}",
        tr("results in {folder}", folder=folder),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _per_hectare(stock: float, area_km2: float) -> str:
    """Mean carbon density, t C/ha; a dash for a class without land."""
    return f"{stock / (area_km2 * HA_PER_KM2):,.1f}" if area_km2 > 0 else "–"


def _padded(text: str, wide: int) -> str:
    return text + " " * (wide - text_width(text))
