"""What a simulation shows: maps for print, charts, workbook, and the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from tanheng.grid import Grid, equal_area_crs, grid_over, is_equal_area, transformer
from tanheng.inputs.simulation.demand import ONLY, Scenario
from tanheng.inputs.simulation.land import LandOfDates
from tanheng.language import tr
from tanheng.pipeline.simulation.result import Simulation
from tanheng.report.cartography.backdrop import Outline
from tanheng.report.style.map_options import MapOptions
from tanheng.simulation.landscape import OUTSIDE

#: Cells along the longer side of a picture.
_LONGEST = 1000


def picture_grid(land: LandOfDates) -> Grid:
    """Equal-area grid over the land, as fine as its cells or as a picture shows."""
    degrees = land.pixels.bounds_in(pyproj.CRS(4326))
    crs = land.pixels.crs if is_equal_area(land.pixels.crs, degrees) else equal_area_crs(degrees)
    west, south, east, north = land.pixels.bounds_in(crs)
    finest = max(land.cell_km2**0.5 * 1000.0, max(east - west, north - south) / _LONGEST)
    return grid_over((west, south, east, north), crs, finest, (west, north))


class Sampler:
    """Cells of a landscape that the middles of a picture's cells fall into."""

    def __init__(self, land: LandOfDates, grid: Grid) -> None:
        x, y = np.meshgrid(grid.x, grid.y)
        if grid.crs != land.pixels.crs:
            x, y = transformer(grid.crs, land.pixels.crs).transform(x, y)
        columns, rows = land.pixels.positions(x, y)
        inside = np.isfinite(columns) & np.isfinite(rows)
        self.column = np.floor(np.where(inside, columns, -1)).astype(np.int64)
        self.row = np.floor(np.where(inside, rows, -1)).astype(np.int64)
        self.inside = (
            inside
            & (self.column >= 0)
            & (self.row >= 0)
            & (self.column < land.pixels.width)
            & (self.row < land.pixels.height)
        )

    def of(self, layer: NDArray[Any]) -> NDArray[Any]:
        """Values of a layer at the picture's cells; that of the first cell where there is none."""
        return layer[np.where(self.inside, self.row, 0), np.where(self.inside, self.column, 0)]

    def kinds(self, layer: NDArray[np.uint8]) -> NDArray[np.int16]:
        """Kinds of cells, -1 outside."""
        sampled = self.of(layer).astype(np.int16)
        return np.where(self.inside & (sampled != OUTSIDE), sampled, -1).astype(np.int16)


def draw_simulation(
    folder: Path,
    simulation: Simulation,
    record: Mapping[str, Any],
    outlines: Mapping[str, Outline] | None = None,
    options: MapOptions | None = None,
    page: str = "report.html",
    back: str = "",
) -> None:
    """Draw maps and charts, and write workbook and page.

    Parameters
    ----------
    back : str
        Address of the report of the observed years, where there is one.

    Raises
    ------
    OutputError
        A file can't be written.
    """
    from tanheng.report.cartography.backdrop import backdrop
    from tanheng.report.cartography.drawing.press import press
    from tanheng.report.cartography.sheet import Desk, Imprint
    from tanheng.report.cartography.simulation_maps import draw_chance, draw_hits, draw_land
    from tanheng.report.charts.simulation_charts import simulation_charts
    from tanheng.report.page.simulation_page import Frame, write_simulation_page
    from tanheng.report.style.palettes import class_colours
    from tanheng.report.workbook.workbook import write_workbook

    options = options or MapOptions()
    inputs, ensemble = simulation.inputs, simulation.ensemble
    classes, years = inputs.land.classes, inputs.land.years
    colours = dict(zip(classes, class_colours(classes), strict=True))
    grid = picture_grid(inputs.land)
    sampler = Sampler(inputs.land, grid)
    observed = [sampler.kinds(land) for land in inputs.land.lands]
    write_workbook(folder / "tables.xlsx", simulation.tables, record, checked=False)
    frames = [Frame("", year, kinds) for year, kinds in zip(years, observed, strict=True)]
    maps: list[tuple[str, Path]] = []
    (folder / "maps").mkdir(exist_ok=True)
    with press(folder / "maps", options.endings) as printer:
        desk = Desk(
            backdrop(grid, dict(outlines or {}), options.labels), Imprint(options.note, options.approval), options.dpi
        )
        for number, scenario in enumerate(inputs.scenarios, start=1):
            layers = [(str(years[-1]), observed[-1])]
            for year in inputs.settings.to:
                kinds = sampler.kinds(ensemble.first[scenario.name, year])
                layers.append((str(year), kinds))
                frames.append(Frame(scenario.name, year, kinds))
            title = tr("Land use of {first}, and simulated", first=years[-1])
            title = _in_scenario(title, scenario)
            name = "land_use" if len(inputs.scenarios) == 1 else f"land_use_{number}"
            path = draw_land(printer, desk, name, layers, classes, list(colours.values()), title)
            maps.append((title, path))
            key = (scenario.name, inputs.settings.to[-1])
            if key in ensemble.times:
                chance = sampler.of(ensemble.change_chance(key))
                chance = np.where(sampler.inside, chance, np.nan)
                title = tr(
                    "Probability of change from {first} to {last}, by {draws} draws",
                    first=years[-1],
                    last=key[1],
                    draws=ensemble.draws,
                )
                title = _in_scenario(title, scenario)
                maps.append((title, draw_chance(printer, desk, f"chance_{number}", chance, title)))
        title = tr(
            "Simulated against observed change, {first} to {last}",
            first=simulation.trial.first,
            last=simulation.trial.last,
        )
        maps.append((title, draw_hits(printer, desk, sampler.kinds(simulation.trial.hits), title)))
    shown = {**record, "observed_km2": observed_areas(inputs.land), "back": back}
    charts = simulation_charts(simulation.tables, colours, shown)
    write_simulation_page(folder / page, simulation.tables, shown, frames, colours, maps, charts)


def _in_scenario(title: str, scenario: Scenario) -> str:
    """Title with the name of the scenario, where there are several."""
    return title if scenario.name == ONLY else tr("{title}: {scenario}", title=title, scenario=scenario.label)


def observed_areas(land: LandOfDates) -> dict[str, list[float]]:
    """Area of each class on each map, km2."""
    counts = [np.bincount(one.reshape(-1), minlength=256) for one in land.lands]
    return {name: [float(count[k]) * land.cell_km2 for count in counts] for k, name in enumerate(land.classes)}
