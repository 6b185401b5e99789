"""Stage: zones beside each other: amounts per head and per hectare, economic contribution, and how unequal their shares are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from scipy import sparse

from tanheng.accounting.summaries import zone_sums
from tanheng.analysis import dissimilarity, gini, lorenz
from tanheng.errors import InputError
from tanheng.inputs.study_inputs import Inputs
from tanheng.stages.balance import supply_column
from tanheng.units import HA_PER_KM2


def with_rates(
    inputs: Inputs, label: str, table: pd.DataFrame, weights: sparse.csr_matrix, population: xr.DataArray
) -> pd.DataFrame:
    """Zone table with people, amounts per head and per hectare, and the economic contribution coefficient where GDP is known."""
    frames = []
    for year, rows in table.groupby("year", sort=False):
        frame = rows.copy()
        people = zone_sums(weights, population.sel(year=year).values)[: len(frame)]
        hectares = frame["area_km2"].to_numpy(float) * HA_PER_KM2
        demand = frame["demand_t_c_per_yr"].to_numpy(float)
        supply = supply_column(inputs.study.balance.mode)
        frame["population"] = people
        frame["demand_t_c_per_person_yr"] = _over(demand, people)
        frame[supply.replace("supply_t_c", "supply_t_c_per_ha")] = _over(frame[supply].to_numpy(float), hectares)
        frame["demand_t_c_per_ha_yr"] = _over(demand, hectares)
        output = _output(inputs, label, frame, int(year))
        if output is not None:
            known = np.isfinite(output)
            part = _over(demand, np.full(len(demand), demand[known].sum()))
            frame["economic_contribution_coefficient"] = _over(output / output[known].sum(), part)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _over(amount: np.ndarray, by: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(amount, by, out=np.full(len(amount), np.nan), where=by > 0))


def _output(inputs: Inputs, label: str, frame: pd.DataFrame, year: int) -> np.ndarray | None:
    """Economic output of each zone; none where it is not known for the layer."""
    asked = inputs.study.economy
    if asked is None or inputs.study.drivers[asked.driver].zones != label:
        return None
    table = inputs.driver_tables[asked.driver]
    rows = table[table["year"].isin([year, 0])].sort_values("year").drop_duplicates("zone", keep="last")
    values = rows.set_index("zone")["value"].reindex(frame["zone_id"].astype(str)).to_numpy(float)
    values = values * frame["area_km2"].to_numpy(float) if asked.kind == "density" else values
    return values if np.isfinite(values).any() and np.nansum(values) > 0 else None


def inequality_tables(balance: pd.DataFrame | None, mode: str) -> dict[str, pd.DataFrame]:
    """Gini, dissimilarity and Lorenz curve of demand over supply, by layer and year; none where supply is negative."""
    if balance is None:
        return {}
    rows, curves = [], []
    supply = supply_column(mode)
    for (layer, year), part in balance.groupby(["zone_layer", "year"], sort=False):
        given, asked = part[supply].to_numpy(float), part["demand_t_c_per_yr"].to_numpy(float)
        try:
            across, up = lorenz(given, asked)
            rows.append(
                {
                    "zone_layer": layer,
                    "year": year,
                    "zones": len(part),
                    "gini": gini(given, asked),
                    "dissimilarity": dissimilarity(given, asked),
                }
            )
        except InputError:
            continue
        curves += [
            {"zone_layer": layer, "year": year, "supply_share": float(x), "demand_share": float(y)}
            for x, y in zip(across, up, strict=True)
        ]
    return {"zone_inequality": pd.DataFrame(rows), "zone_lorenz": pd.DataFrame(curves)} if rows else {}
