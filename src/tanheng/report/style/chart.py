"""A chart that is drawn, as a page takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One of the pictures of a chart between which readers choose: its name, its caption, and the picture."""

    name: str
    caption: str
    picture: str


@dataclass(frozen=True)
class Chart:
    """A chart with its caption; `theme` says which part of the report it belongs to, and `choices` what may be shown in its place."""

    theme: str
    caption: str
    picture: str
    tall: bool = False
    choices: tuple[Choice, ...] = ()


def of_theme(charts: Sequence[Chart], theme: str) -> list[Chart]:
    """Charts of one part of the report."""
    return [chart for chart in charts if chart.theme == theme]
