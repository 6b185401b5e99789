"""Maps for print: land use, supply, demand, balance and their patterns, year by year and side by side."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from tanheng.grid import Grid
from tanheng.report.backdrop import Outlines, backdrop
from tanheng.report.pictures import pictures
from tanheng.report.printing import Printing, press
from tanheng.report.sheet import Desk, Imprint


def draw_maps(
    folder: Path, dataset: xr.Dataset, grid: Grid, outlines: Outlines, printing: Printing | None = None
) -> list[Path]:
    """Draw every theme and year as ``THEME_YEAR.png``, and its years side by side as ``THEME_years.png``.

    Parameters
    ----------
    dataset : xarray.Dataset
        As a run makes it.
    outlines : mapping
        Polygons and their CRS by layer; the first one is drawn boldest.
    printing : Printing, optional
        Formats, class breaks, names of zones and what is printed under each map.

    Returns
    -------
    list of Path
        Maps of one year or period as PNG; other formats and the panels of years stand beside them.
    """
    printing = printing or Printing()
    written = []
    with press(folder, printing.endings) as printer:
        desk = Desk(backdrop(grid, outlines, printing.labels), Imprint(printing.note, printing.approval), printing.dpi)
        for picture in pictures(dataset, grid.cell_area_ha, printing):
            path = printer.write(desk.sheet(picture), picture.name)
            if len(picture.layers) == 1:
                written.append(path)
    return written
