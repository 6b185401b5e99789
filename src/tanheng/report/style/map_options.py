"""How a study wants its maps for print: formats, class breaks, names, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tanheng.report.style.breaks import BreakChoice

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
    note, approval : str
        Printed under each map: what readers must know of the data, and the number under which the map was approved.
    """

    formats: tuple[str, ...] = ("png",)
    dpi: int = 300
    breaks: BreakChoice | Mapping[str, BreakChoice] = "tail"
    classes: int = 7
    labels: str | None = None
    panels: bool = True
    note: str = ""
    approval: str = ""

    @property
    def endings(self) -> tuple[str, ...]:
        """Formats, png first."""
        return ("png", *(ending for ending in FORMATS[1:] if ending in self.formats))
