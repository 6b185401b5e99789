"""Stage: compensation between units in deficit and in surplus."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tanheng.grid import project
from tanheng.inputs.plan import PlanInputs
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import tr
from tanheng.planning.compensation import compensation_flows, shared_surplus
from tanheng.stages.planning.beside import Beside
from tanheng.units import CO2_PER_C

Layer = NDArray[np.float64]


def tell_compensation(
    found: Beside, inputs: Inputs, opened: PlanInputs, balance: pd.DataFrame | None, year: int
) -> None:
    """Flows between units in deficit and in surplus: bookkeeping, since carbon dioxide mixes well."""
    layer = opened.plan.compensation
    if layer is None:
        return
    if balance is None:
        found.notes.append(tr("compensation is left out: the study has no balance"))
        return
    if inputs.study.balance.mode == "stock":
        found.notes.append(
            tr(
                "compensation: in mode 'stock' a unit's surplus is the emissions that its share of the stored carbon would allot to it, "
                "less its own; it is no yearly uptake, and nothing is absorbed there by this run"
            )
        )
    rows = balance[(balance["zone_layer"] == layer) & (balance["year"] == year) & (balance["zone_id"] != "-")]
    if len(rows) < 2:
        found.notes.append(
            tr("compensation is left out: no two zones of '{layer}' have a balance in {year}", layer=layer, year=year)
        )
        return
    polygons = inputs.zones[layer]
    order = [polygons.ids.index(str(code)) for code in rows["zone_id"]]
    demand = rows["demand_t_c_per_yr"].to_numpy(float)
    stock_mode = inputs.study.balance.mode == "stock"
    surplus = (
        shared_surplus(rows["supply_t_c"].to_numpy(float), demand)
        if stock_mode
        else rows["balance_t_c_per_yr"].to_numpy(float)
    )
    shapes = project(polygons.geometries, polygons.crs, inputs.grid.crs)
    at = shapely.get_coordinates(shapely.centroid(np.array([shapes[item] for item in order], dtype=object))) / 1000.0
    distance = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    flows = compensation_flows(surplus, distance)
    names = rows["zone_name"].tolist()
    gives, takes = np.nonzero(flows > 1e-9 * max(float(np.abs(surplus).max()), 1e-300))
    metres = 1000.0 * at
    found.arrows = [
        (
            float(metres[one, 0]),
            float(metres[one, 1]),
            float(metres[other, 0]),
            float(metres[other, 1]),
            float(flows[one, other]),
        )
        for one, other in zip(gives, takes, strict=True)
    ]
    found.tables["compensation"] = pd.DataFrame(
        {
            "from_zone": [names[item] for item in gives],
            "to_zone": [names[item] for item in takes],
            "t_c_per_yr": flows[gives, takes],
            "distance_km": distance[gives, takes],
            "payment": flows[gives, takes]
            * opened.plan.price
            * (CO2_PER_C if opened.plan.price_per == "t CO2" else 1.0),
            "price_unit": f"{opened.plan.currency} per {opened.plan.price_per}",
            "currency": opened.plan.currency,
        }
    )
    found.tables["compensation_units"] = pd.DataFrame(
        {
            "zone": names,
            "basis": "share of the store against share of emissions" if stock_mode else "yearly balance",
            "surplus_t_c_per_yr": surplus,
            "given_t_c_per_yr": flows.sum(axis=1),
            "received_t_c_per_yr": flows.sum(axis=0),
            "unmet_t_c_per_yr": np.maximum(-surplus, 0) - flows.sum(axis=0),
        }
    )
