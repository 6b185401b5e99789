"""Progress and totals of the quick command, in plain text: nothing heavy is loaded for them."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tanheng.pipeline.quick import QuickStock


class BlockLine:
    """One line that tells blocks, pixels a second and time left; silent where there is no terminal."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.start = time.perf_counter()

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
            left = seconds / done * (total - done)
            speed = pixels / 1e6 / seconds
            sys.stderr.write(
                f"\r\x1b[K{done}/{total} blocks, {pixels / 1e6:,.0f} M pixels, {speed:,.0f} M/s, {left:.0f} s left"
            )
            sys.stderr.flush()

    def warn(self, text: str) -> None:
        """Show a warning."""
        sys.stderr.write(f"warning: {text}\n")


def print_quick(found: QuickStock, folder: Path) -> None:
    """Print stocks by class and year, and where the results lie."""
    for text in found.warnings:
        sys.stderr.write(f"warning: {text}\n")
    years = list(dict.fromkeys(row["year"] for row in found.stock))
    classes = list(dict.fromkeys(str(row["land_class"]) for row in found.stock))
    values = {(row["year"], row["land_class"]): float(str(row["stock_t_c"])) for row in found.stock}
    wide = max(30, *(len(name) for name in classes))
    lines = ["carbon stored, t C (a stock)".ljust(wide) + "".join(f"{year!s:>20}" for year in years)]
    lines += [name.ljust(wide) + "".join(f"{values[year, name]:>20,.1f}" for year in years) for name in classes]
    totals = [sum(values[year, name] for name in classes) for year in years]
    lines += ["total".ljust(wide) + "".join(f"{total:>20,.1f}" for total in totals), f"results in {folder}"]
    sys.stdout.write("\n".join(lines) + "\n")
