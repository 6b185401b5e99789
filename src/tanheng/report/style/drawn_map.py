"""A map that is drawn, with its legend in words, as a page shows it beside the picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DrawnMap:
    """A picture, and its legend: a title, and for each entry its colour, what it means, and a figure."""

    path: Path
    legend: str
    entries: tuple[tuple[str, str, str], ...]
