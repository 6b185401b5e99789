"""Stage: everything that a study's [analysis] asks for, with its progress."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial, reduce
from operator import add
from typing import Any

import xarray as xr

from tanheng.land.cells import plain_data
from tanheng.land.work import Work, all_finished
from tanheng.language import tr
from tanheng.stages.balance import Balance
from tanheng.stages.drivers import DriverOnGrid
from tanheng.stages.emission.demand import CellDemand
from tanheng.stages.found import Found, SelfCheck
from tanheng.stages.land.stock import Land
from tanheng.stages.statistics.clusters import CLUSTERING
from tanheng.stages.statistics.correlation import (
    Request,
    YearlyCorrelation,
    correlation_table,
    worst_identity_gap,
)
from tanheng.stages.statistics.extension import statistics_from_outside
from tanheng.stages.statistics.findings import Findings, together
from tanheng.stages.statistics.geodetector import Detector
from tanheng.stages.statistics.hot_spots import HOT_SPOTS
from tanheng.stages.statistics.mismatch import MISMATCH
from tanheng.stages.statistics.statistic import Subject
from tanheng.stages.statistics.steps import Progress, Steps
from tanheng.stages.statistics.variables import drivers_of, variables
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.study import Analysis

#: Rows of correlation, findings of the geographical detector, and how far the correlations are from their identity.
_Year = tuple[list[dict[str, object]], Findings, float | None]

#: Statistics of cells that come with the program, in the order in which they are computed.
STATISTICS = (MISMATCH, CLUSTERING, HOT_SPOTS)


def analyse_drivers(
    settings: Analysis,
    land: Land,
    supply: xr.DataArray,
    compared: Balance | None,
    demands: CellDemand | None,
    drivers: list[DriverOnGrid],
    progress: Progress,
) -> Found:
    """Correlation and geographical detector of every year; nothing without drivers."""
    if not drivers:
        return Found()
    years = [int(year) for year in supply["year"].values]
    number = 3 if compared is not None else 1
    pairs = len(years) * number * len(drivers) * bool(settings.correlation)
    step = Steps(pairs + len(years) * number * settings.geodetector, progress)
    request = Request(settings.correlation, settings.controls, land.grid.resolution / 1000.0)
    correlation = YearlyCorrelation(request, step)
    detector = Detector(settings, step)

    def of_year(year: int) -> _Year:
        on_cells = variables(land, supply, compared, demands, year)
        beside = drivers_of(drivers, year)
        rows = correlation.rows(year, on_cells, beside) if settings.correlation else []
        gap = worst_identity_gap(on_cells, beside) if compared is not None else None
        detected = detector.year(year, on_cells, beside) if settings.geodetector else Findings()
        return rows, detected.kept(land.cells), gap

    works = [Work(partial(of_year, year), _packed, _unpacked, "drivers", (year,)) for year in years]
    parts = all_finished(land.cells, works, partial(step.by, step.total // len(years)))
    rows = [row for part in parts for row in part[0]]
    gaps = [gap for _, _, gap in parts if gap is not None]
    correlated = Found({"correlation": correlation_table(rows)} if rows else {})
    detected = together(part[1] for part in parts).found(land.cells)
    return correlated + detected + Found(checks=tuple(map(_identity_check, gaps and [max(gaps)])))


def _packed(year: _Year) -> object:
    rows, detected, gap = year
    return plain_data([rows, detected.as_data(), gap])


def _unpacked(data: Any) -> _Year:  # noqa: ANN401  what JSON holds
    rows, detected, gap = data
    return rows, Findings.of_data(detected), gap


def _identity_check(gap: float) -> SelfCheck:
    """Correlation of the ratio follows from those of supply and demand."""
    meaning = tr("correlation of the ratio follows from those of supply and demand, largest gap")
    return SelfCheck("correlation_identity", meaning, gap, 1e-9)


def analyse_cells(
    settings: Analysis,
    land: Land,
    compared: Balance,
    layers: Mapping[str, ZoneLayer],
    progress: Progress,
) -> Found:
    """Statistics of cells, as far as they are asked for: those of the program, then those from outside."""
    wanted = [statistic for statistic in (*STATISTICS, *statistics_from_outside()) if statistic.wanted(settings)]
    step = Steps(sum(statistic.steps(len(compared.years)) for statistic in wanted), progress)
    subject = Subject(land, compared, layers, settings, step)
    return reduce(add, (statistic.found(subject) for statistic in wanted), Found())
