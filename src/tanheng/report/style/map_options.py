"""How a study wants its maps for print: formats, class breaks, names, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tanheng.report.style.breaks import BreakChoice

T = TypeVar("T")

FORMATS = ("png", "svg", "pdf")


@dataclass(frozen=True)
class MapOptions:
    """How a study wants its maps for print.

    Attributes
    ----------
    formats : tuple of str
        Of png, svg and pdf; png is always made, since the report shows it.
    breaks : str, sequence or mapping
        Method of the class breaks, or by the name of a theme a method or breaks by hand.
    labels : str, optional
        Zone layer whose names are written on single maps.
    panels : bool
        Whether the years of a theme are also drawn side by side.
    worked_out : mapping of str to sequence of float
        Breaks by the name of a theme, where they are known already: maps and page share them.
    years : tuple of int
        Years that are drawn on a map of their own; empty for all.
    most_panels : int
        Years that are drawn side by side at most; of more, as many as fit, evenly spaced.
    note, approval : str
        Printed under each map: what readers must know of the data, and the number under which the map was approved.
    """

    formats: tuple[str, ...] = ("png",)
    dpi: int = 300
    breaks: BreakChoice | Mapping[str, BreakChoice] = "auto"
    classes: int = 7
    labels: str | None = None
    panels: bool = True
    worked_out: Mapping[str, Sequence[float]] = field(default_factory=dict)
    years: tuple[int, ...] = ()
    most_panels: int = 12
    note: str = ""
    approval: str = ""

    @property
    def endings(self) -> tuple[str, ...]:
        """Formats, png first."""
        return ("png", *(ending for ending in FORMATS[1:] if ending in self.formats))

    def draws(self, label: object) -> bool:
        """Whether a year, or a period by its last year, is drawn on a map of its own.

        Examples
        --------
        >>> MapOptions(years=(2000, 2020)).draws("2015-2020"), MapOptions(years=(2000, 2020)).draws(2010)
        (True, False)
        """
        return not self.years or int(str(label).split("-")[-1]) in self.years

    def beside(self, labels: Sequence[T]) -> list[T]:
        """Years or periods that are drawn side by side.

        Examples
        --------
        >>> MapOptions(most_panels=3).beside([1990, 1995, 2000, 2005, 2010])
        [1990, 2000, 2010]
        """
        if len(labels) <= self.most_panels:
            return list(labels)
        step = (len(labels) - 1) / (self.most_panels - 1)
        return [labels[round(number * step)] for number in range(self.most_panels)]
