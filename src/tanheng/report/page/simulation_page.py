"""The page of a simulation: verdict, maps with a time slider, scores, and what was learned."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from tanheng.language import name_of
from tanheng.report.page.html import embedded, picture_address, write_page
from tanheng.report.page.html_tables import html_table
from tanheng.report.page.scripts import joined_script
from tanheng.report.style.chart import Chart, of_theme
from tanheng.report.words.simulation_sentences import band_meaning, sentences, verdict
from tanheng.report.words.titles import run_title
from tanheng.tables.titles import table_meaning, table_title


@dataclass(frozen=True)
class Frame:
    """Land of one year in one scenario, for the slider; an empty scenario is an observed map."""

    scenario: str
    year: int
    kinds: NDArray[np.int16]


def write_simulation_page(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    record: Mapping[str, Any],
    frames: Sequence[Frame],
    colours: Mapping[str, str],
    maps: Sequence[tuple[str, Path]],
    charts: Sequence[Chart],
) -> None:
    """Write the page of a simulation.

    Parameters
    ----------
    frames : sequence of Frame
        In the order of their years; observed ones first.
    colours : mapping of str to str
        Colour of each class.
    maps : sequence of (str, Path)
        Caption and PNG.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    scenarios = list(dict.fromkeys(frame.scenario for frame in frames if frame.scenario))
    pictures = [
        {"scenario": frame.scenario, "year": frame.year, "image": _address(frame.kinds, list(colours.values()))}
        for frame in frames
    ]
    write_page(
        path,
        "simulation.html.jinja",
        record=record,
        title=run_title(record),
        verdict=verdict(record, tables),
        sentences=[text for text in sentences(record, tables) if text != verdict(record, tables)],
        scenarios=[(name, name_of(name)) for name in scenarios],
        frames=embedded(pictures),
        first_frame=pictures[-1]["image"],
        last_observed=pictures[len([f for f in frames if not f.scenario]) - 1]["image"],
        legend=[(name_of(name), colour) for name, colour in colours.items()],
        band_meaning=band_meaning(tables),
        maps=[(caption, picture_address(item)) for caption, item in maps],
        charts={theme: of_theme(charts, theme) for theme in ("validation", "learning", "land", "carbon")},
        tables=[(table_title(name), table_meaning(name), html_table(table, name)) for name, table in tables.items()],
        script=Markup(joined_script("simulation")),  # noqa: S704  packaged with tanheng
    )


def _address(kinds: NDArray[np.int16], colours: Sequence[str]) -> str:
    """Land as a picture with a palette, one pixel a cell; what is outside is clear."""
    image = Image.fromarray(np.where(kinds < 0, len(colours), kinds).astype(np.uint8), mode="P")
    palette = [int(colour[at : at + 2], 16) for colour in (*colours, "#ffffff") for at in (1, 3, 5)]
    image.putpalette(palette)
    out = io.BytesIO()
    image.save(out, "PNG", transparency=len(colours), optimize=True)
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode('ascii')}"
