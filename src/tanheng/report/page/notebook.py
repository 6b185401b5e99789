"""What a notebook shows of a run: its main figures, a map, and the way to the report."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

from PIL import Image

from tanheng.language import tr
from tanheng.report.words.key_figures import KeyFigure

#: Width of the map in a notebook, pixels.
_WIDTH = 900


def notebook_page(title: str, figures: Sequence[KeyFigure], picture: Path | None, report: Path) -> str:
    """Page of a run for a notebook, without anything from outside.

    Examples
    --------
    >>> page = notebook_page("County", [KeyFigure("12", "t C", "stored", "a stock")], None, Path("report.html"))
    >>> "<b>12 t C</b>" in page and "a stock" in page
    True
    """
    rows = "".join(
        f"<tr><td style='text-align:left'>{escape(item.name)}</td><td><b>{escape(f'{item.value} {item.units}'.strip())}</b></td>"
        f"<td>{escape(item.interval)}</td><td style='text-align:left'>{escape(item.note)}</td></tr>"
        for item in figures
    )
    shown = f"<img alt='' style='max-width:100%' src='{_embedded(picture)}'>" if picture is not None else ""
    link = f"<a href='{escape(report.resolve().as_uri())}'>{escape(tr('open the report'))}</a>"
    return f"<div><h3>{escape(title)}</h3><table>{rows}</table>{shown}<p>{link}: <code>{escape(str(report))}</code></p></div>"


def _embedded(picture: Path) -> str:
    """A map as text inside the page, in the size of a screen."""
    with Image.open(picture) as image:
        height = round(image.height * _WIDTH / image.width)
        small = image.convert("RGB").resize((_WIDTH, height), Image.Resampling.LANCZOS)
    packed = io.BytesIO()
    small.save(packed, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(packed.getvalue()).decode("ascii")
