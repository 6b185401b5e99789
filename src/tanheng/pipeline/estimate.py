"""What a run will take: memory, disk and time, from a stated model of its grid, years and maps; see docs/scale.md."""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from tanheng.errors import StudyError
from tanheng.inputs.study_inputs import Inputs
from tanheng.land.engine import LandMap
from tanheng.language import tr
from tanheng.stages.statistics.geodetector import random_threads
from tanheng.study import Study

#: Memory of Python with the libraries and one report, bytes; of the tables and charts of a year; and by cell of the grid: some layers of
#: 8 bytes.
_BASE_BYTES, _YEAR_BYTES, _CELL_BYTES, _RANDOM_BYTES = 650e6, 9e6, 250.0, 90.0

#: More of it where densities come from maps: a layer or two of the map at hand.
_MAP_BYTES = 30.0

#: Part of a layer's 32 bits that is left on disk after packing.
_PACKED = 0.6

#: Seconds on two cores of a start, a report and a workbook; of a year in tables and charts; of a cell and year; of 10^9 pixels of a map;
#: of a cell in a random map.
_START_S, _YEAR_S, _CELL_S, _PIXELS_S, _RANDOM_S = 16.0, 1.2, 6.5e-6, 4.0, 3.5e-8

#: Scenarios of a simulation that names none.
_SCENARIOS = 3
#: Of a simulation, which learns twice where land changes, for the scores and for the years to come: seconds of learning and more by pixel; of
#: the page; by pixel, of a map of a step, of one that is scored, and of the files of a year.
_LEARNING_S, _LEARNED_S, _FUTURE_PAGE_S, _PLACED_S, _SCORED_S, _FILES_S = 4.5, 5e-7, 5.0, 2e-8, 4e-8, 2e-7
#: Bytes of a simulation's sample; and by pixel, of a date, of zones or a driver, and of the map that is worked on.
_SAMPLE_BYTES, _DATE_BYTES, _CODES_BYTES, _WORK_BYTES = 2.5e8, 1.0, 2.0, 24.0


@dataclass(frozen=True)
class Estimate:
    """What a run is expected to take.

    Attributes
    ----------
    memory, disk : float
        Bytes; of the disk most while the run goes on, beside its results.
    seconds : float
        On two cores.
    """

    memory: float
    disk: float
    seconds: float

    def problems(self, output: Path) -> list[str]:
        """What the machine lacks for it, and what to do."""
        lacking = []
        free = psutil.virtual_memory().available
        if self.memory > free:
            lacking.append(
                tr(
                    "grid.resolution: the run needs about {memory:,.1f} GB of memory, and {free:,.1f} GB are free; take larger cells, "
                    "a smaller region, or a machine with more memory",
                    memory=self.memory / 1e9,
                    free=free / 1e9,
                )
            )
        place = next(folder for folder in (output, *output.absolute().parents) if folder.is_dir())
        room = shutil.disk_usage(place).free
        if self.disk > room:
            lacking.append(
                tr(
                    "outputs.folder: the run needs about {disk:,.1f} GB of disk, and {room:,.1f} GB are free in {place}; make room, or "
                    "write the results to another disk",
                    disk=self.disk / 1e9,
                    room=room / 1e9,
                    place=place,
                )
            )
        return lacking


def estimate(inputs: Inputs) -> Estimate:
    r"""What a run of these inputs is expected to take.

    .. math:: M = 650\,\mathrm{MB} + 9\,\mathrm{MB}\,y + (250 + 30\,m + 90\,t)\,n, \qquad D = (8 L + 2 \cdot 4 \cdot 0.6 R)\, n

    with y years, n cells of the grid's rectangle, m = 1 where densities come from maps, else 0, t threads that draw random maps
    for the geographical detector (none without it), L layers that are kept while the run goes on, and R
    layers of the results. A simulation takes more, by the pixels of the land map and its steps, scenarios and draws.
    """
    study, cells = inputs.study, inputs.grid.size
    kept, written = layers(study, len(inputs.classes))
    pixels = sum(map(_pixels, inputs.land.maps))
    random = study.analysis.random_maps if study.analysis.geodetector and inputs.drivers else 0
    by_year = _YEAR_S + _CELL_S * cells + _RANDOM_S * cells * random * 3
    seconds = _START_S + by_year * len(study.years) + _PIXELS_S * pixels / 1e9
    memory = (
        _BASE_BYTES
        + _YEAR_BYTES * len(study.years)
        + (_CELL_BYTES + (_MAP_BYTES if study.carbon_density.maps else 0.0)) * cells
        + (_RANDOM_BYTES * random_threads() * cells if random else 0.0)
    )
    held, more = _of_simulation(study, _simulated_pixels(inputs))
    return Estimate(memory + held, (8 * kept + 2 * 4 * _PACKED * written) * cells, seconds + more)


def _pixels(item: LandMap) -> int:
    return item.source.pixels.width * item.source.pixels.height


def _simulated_pixels(inputs: Inputs) -> int:
    """Pixels of the map that is simulated: of the land map, or of the parts of the cells."""
    if inputs.study.simulate is not None and inputs.study.simulate.resolution == "cells":
        from tanheng.pipeline.simulation.cells import parts_along

        return inputs.grid.size * parts_along(inputs.grid) ** 2
    return max(map(_pixels, inputs.land.maps), default=0)


def _of_simulation(study: Study, pixels: int) -> tuple[float, float]:
    """Memory and seconds of a simulation, by the pixels of the land map; none where the study asks for none."""
    settings, years = study.simulate, study.years
    if settings is None or len(years) < 2:
        return 0.0, 0.0
    longest = settings.step_years or (years[-1] - years[0 if settings.period == "all" else -2])
    steps = max(len(settings.to), math.ceil((settings.to[-1] - years[-1]) / longest))
    scenarios = _SCENARIOS if settings.scenarios and settings.demand == "markov" else 1
    # Draws of the model and of chance, the most likely map, and that of no change.
    scored = 2 * settings.scored_draws + 2
    drawn = steps * scenarios * settings.draws
    by_pixel = 2 * _LEARNED_S + _SCORED_S * scored + _PLACED_S * drawn + _FILES_S * len(settings.to) * scenarios
    memory = _DATE_BYTES * len(years) + _CODES_BYTES * (2 + len(study.drivers)) + _WORK_BYTES
    return _SAMPLE_BYTES + memory * pixels, 2 * _LEARNING_S + _FUTURE_PAGE_S + by_pixel * pixels


def layers(study: Study, classes: int) -> tuple[int, int]:
    """Layers that a run keeps while it goes on, and those that its results have."""
    years, has_demand = len(study.years), study.emissions is not None
    errors = study.carbon_density.uncertainty is not None
    kept = (classes + 2 + 6 * has_demand + (1 + 2 * has_demand) * errors) * years + 2 * (years - 1)
    kept += sum(len(item.classes or range(classes)) * years + 1 for item in study.carbon_density.maps)
    written = (classes + 1 + 9 * has_demand + (1 + 3 * has_demand) * errors) * years + 2 * (years - 1)
    return kept + len(study.drivers), written + len(study.drivers)


def refuse_too_large(inputs: Inputs) -> None:
    """Refuse a run that memory or disk can't do.

    Raises
    ------
    StudyError
        What is lacking.
    """
    problems = estimate(inputs).problems(inputs.output)
    if problems:
        raise StudyError(problems)
