"""Stage: everything that a study's [analysis] asks for, with its progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import xarray as xr
from scipy import sparse

from tanheng.inputs.study_inputs import Inputs
from tanheng.stages.balance import Balance
from tanheng.stages.demand import DriverOnGrid
from tanheng.stages.land import Land
from tanheng.stages.statistics.clusters import account_clusters
from tanheng.stages.statistics.correlation import correlation_rows, correlation_table, worst_identity_gap
from tanheng.stages.statistics.findings import Findings
from tanheng.stages.statistics.geodetector import Detector
from tanheng.stages.statistics.hot_spots import account_hot_spots
from tanheng.stages.statistics.mismatch import account_mismatch
from tanheng.stages.statistics.steps import Progress, Steps
from tanheng.stages.statistics.variables import drivers_of, variables


@dataclass
class Analysed:
    """What the stage found; `identity_gap` is that of correlations, where there are any."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    variables: dict[str, xr.DataArray] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    identity_gap: float | None = None


def analyse_drivers(
    inputs: Inputs,
    land: Land,
    given: xr.DataArray,
    compared: Balance | None,
    drivers: list[DriverOnGrid],
    progress: Progress,
) -> Analysed:
    """Correlation and geographical detector of every year."""
    asked, found = inputs.study.analysis, Analysed()
    years = [int(year) for year in given["year"].values]
    number = 3 if compared is not None else 1
    pairs = len(years) * number * len(drivers) * bool(asked.correlation)
    step = Steps(pairs + len(years) * number * asked.geodetector, progress)
    rows: list[dict[str, object]] = []
    detector = Detector(asked, step)
    gaps = []
    for year in years:
        looked_at = variables(inputs, land, given, compared, year)
        beside = drivers_of(drivers, year)
        if asked.correlation:
            cell = inputs.grid.resolution / 1000.0
            rows += correlation_rows(year, looked_at, beside, asked.correlation, asked.controls, cell, step)
        if compared is not None:
            gaps.append(worst_identity_gap(looked_at, beside))
        if asked.geodetector:
            detector.year(year, looked_at, beside)
    found.tables = ({"correlation": correlation_table(rows)} if rows else {}) | detector.found.tables()
    found.notes = detector.found.notes
    found.identity_gap = max(gaps, default=None)
    return found


def analyse_balance(
    inputs: Inputs, land: Land, compared: Balance, covers: Mapping[str, sparse.csr_matrix], progress: Progress
) -> Analysed:
    """Mismatch, autocorrelation and hot spots, as far as they are asked for."""
    asked, found = inputs.study.analysis, Findings()
    years = compared.supply.sizes["year"]
    step = Steps(asked.mismatch + years * asked.autocorrelation + (years - 1) * asked.hot_spots, progress)
    if asked.mismatch:
        account_mismatch(found, land, compared, inputs.grid.cell_area_km2, inputs.study.balance.mode)
        step()
    if asked.autocorrelation:
        account_clusters(found, inputs, land, compared, covers, step)
    if asked.hot_spots:
        account_hot_spots(found, inputs, land, compared, covers, step)
    return Analysed(found.tables(), found.variables(inputs.grid), list(dict.fromkeys(found.notes)))
