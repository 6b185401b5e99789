"""Maps for print: land use, supply, demand, balance and their patterns, year by year and side by side."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from tanheng.grid import Grid
from tanheng.report.cartography.backdrop import Outlines, backdrop
from tanheng.report.cartography.drawing.press import press
from tanheng.report.cartography.pictures import pictures
from tanheng.report.cartography.sheet import Desk, Imprint
from tanheng.report.style.map_options import MapOptions


def draw_maps(
    folder: Path,
    dataset: xr.Dataset,
    grid: Grid,
    outlines: Outlines,
    options: MapOptions | None = None,
    cell_area_ha: float | None = None,
) -> list[Path]:
    """Draw every theme and year as ``THEME_YEAR.png``, and its years side by side as ``THEME_years.png``.

    Parameters
    ----------
    dataset : xarray.Dataset
        As a run makes it.
    outlines : mapping
        Polygons and their CRS by layer; the first one is drawn boldest.
    options : MapOptions, optional
        Formats, class breaks, names of zones and what is printed under each map.
    cell_area_ha : float, optional
        Of the cells that amounts are of, where the grid is one of blocks of them.

    Returns
    -------
    list of Path
        Maps of one year or period as PNG; other formats and the panels of years stand beside them.
    """
    options = options or MapOptions()
    written = []
    with press(folder, options.endings) as printer:
        desk = Desk(backdrop(grid, outlines, options.labels), Imprint(options.note, options.approval), options.dpi)
        for picture in pictures(dataset, cell_area_ha or grid.cell_area_ha, options):
            path = printer.write(desk.sheet(picture), picture.name)
            if len(picture.layers) == 1:
                written.append(path)
    return written
