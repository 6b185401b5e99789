"""Stage: intervals of the stock of future years, from densities, from where change takes place, and from how much is demanded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.stages.simulation.demand_spread import LandDemandErrors
from tanheng.stages.simulation.ensemble import Ensemble


def with_zone_intervals(
    table: pd.DataFrame,
    ids: Mapping[str, Sequence[str]],
    ensemble: Ensemble,
    errors: LandDemandErrors | None,
    density: NDArray[np.float64],
) -> pd.DataFrame:
    """Stock by zone with what each source makes of its interval alone, and all together.

    Parameters
    ----------
    ids : mapping of str to sequence of str
        Of the zones of each layer, in the order of the layer.
    errors : LandDemandErrors, optional
        Without them demand has no interval.
    density : array, shape (classes,), t C ha-1
    """
    draws, demand = (pd.Series(np.nan, index=table.index) for _ in range(2))
    for (scenario, year, label), rows in table.groupby(["scenario", "year", "zone_layer"], sort=False):
        layer, key = str(label), (str(scenario), int(year))
        zones = rows["zone_id"].astype(str)
        if ensemble.draws > 1:
            spread = ensemble.zone_half_width(layer, key, density)
            draws[rows.index] = zones.map(dict(zip(ids[layer], spread, strict=False))).to_numpy(float)
        if errors is not None:
            spread = errors.zone_half_width(*key, ensemble.moved[layer, *key], density)
            demand[rows.index] = zones.map(dict(zip(ids[layer], spread, strict=False))).to_numpy(float)
    parts = {}
    if ensemble.draws > 1:
        parts["stock_half_width_draws_t_c"] = draws
    if errors is not None:
        parts["stock_half_width_demand_t_c"] = demand
    if "stock_half_width_t_c" not in table:
        return table.assign(**parts)
    alone = table["stock_half_width_t_c"]
    whole = np.sqrt(sum(part.fillna(0.0) ** 2 for part in (alone, *parts.values()))).where(alone.notna())
    return table.assign(stock_half_width_densities_t_c=alone, stock_half_width_t_c=whole, **parts)


def with_region_intervals(
    table: pd.DataFrame, ensemble: Ensemble, errors: LandDemandErrors | None, density: NDArray[np.float64]
) -> pd.DataFrame:
    """Intervals of the stock and its change with what draws and demand make of them, alone and together with the rest.

    Parameters
    ----------
    density : array, shape (classes,), t C ha-1
    """
    keys = [(str(row.scenario), tuple(dict.fromkeys((row.from_year, row.to_year)))) for row in table.itertuples()]
    parts = {}
    if ensemble.draws > 1:
        parts["half_width_draws_t_c"] = [ensemble.region_half_width(*key, density) for key in keys]
    if errors is not None:
        parts["half_width_demand_t_c"] = [errors.half_width(*key, density) for key in keys]
    whole = np.sqrt(table["half_width_t_c"] ** 2 + sum(np.square(part) for part in parts.values()))
    return table.assign(half_width_t_c=whole, **parts)
