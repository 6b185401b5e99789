"""Stage: compensation between units in deficit and in surplus."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tanheng.language import tr
from tanheng.planning.compensation import compensation_flows, shared_surplus
from tanheng.stages.planning.findings import PlanFindings, noted
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.study import Plan

Layer = NDArray[np.float64]


#: Share of the largest surplus below which a flow is rounding.
_LEAST = 1e-9


def compensation(
    plan: Plan, layers: Mapping[str, ZoneLayer], balance: pd.DataFrame | None, year: int, mode: str
) -> PlanFindings:
    """Flows between units in deficit and in surplus: bookkeeping, since carbon dioxide mixes well."""
    layer = plan.compensation
    if layer is None:
        return PlanFindings()
    if balance is None:
        return noted(tr("compensation is left out: the study has no balance"))
    is_stock = mode == "stock"
    basis = noted(_stock_note()) if is_stock else PlanFindings()
    rows = balance[(balance["zone_layer"] == layer) & (balance["year"] == year) & (balance["zone_id"] != "-")]
    if len(rows) < 2:
        text = tr(
            "compensation is left out: no two zones of '{layer}' have a balance in {year}", layer=layer, year=year
        )
        return basis + noted(text)
    surplus, at = _surplus(rows, is_stock=is_stock), _centres(layers[layer], rows)
    distance = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) / 1000.0
    flows = compensation_flows(surplus, distance)
    gives, takes = np.nonzero(flows > _LEAST * max(float(np.abs(surplus).max()), 1e-300))
    amounts = flows[gives, takes]
    names = rows["zone_name"].to_numpy(object)
    tables = {
        "compensation": pd.DataFrame(
            {
                "from_zone": names[gives],
                "to_zone": names[takes],
                "t_c_per_yr": amounts,
                "distance_km": distance[gives, takes],
                **_payment(plan, amounts, year),
            }
        ),
        "compensation_units": pd.DataFrame(
            {
                "zone": names,
                "basis": "share of the store against share of emissions" if is_stock else "yearly balance",
                "surplus_t_c_per_yr": surplus,
                "given_t_c_per_yr": flows.sum(axis=1),
                "received_t_c_per_yr": flows.sum(axis=0),
                "unmet_t_c_per_yr": np.maximum(-surplus, 0) - flows.sum(axis=0),
            }
        ),
    }
    arrows = zip(*at[gives].T.tolist(), *at[takes].T.tolist(), amounts.tolist(), strict=True)
    return basis + PlanFindings(tables, arrows=tuple(arrows))


def _stock_note() -> str:
    return tr(
        "compensation: in mode 'stock', the surplus of a zone is the emissions allowed by its share of the carbon stock minus "
        "its own emissions; it is not a yearly uptake, and this run does not calculate any uptake"
    )


def _surplus(rows: pd.DataFrame, *, is_stock: bool) -> Layer:
    """Surplus of each unit, t C yr-1."""
    if not is_stock:
        return np.asarray(rows["balance_t_c_per_yr"], np.float64)
    return shared_surplus(rows["supply_t_c"].to_numpy(float), rows["demand_t_c_per_yr"].to_numpy(float))


def _centres(layer: ZoneLayer, rows: pd.DataFrame) -> Layer:
    """Centre of each unit on the grid, shape (units, 2), m."""
    number = {zone: unit for unit, zone in enumerate(layer.ids)}
    shapes = layer.shapes[[number[str(code)] for code in rows["zone_id"]]]
    return np.asarray(shapely.get_coordinates(shapely.centroid(shapes)))


def _payment(plan: Plan, flows: Layer, year: int) -> dict[str, object]:
    """What flows cost at the price that the plan has in their year."""
    return {
        "payment": flows * plan.price_of(year),
        "price_unit": f"{plan.currency} per {plan.price_per}",
        "currency": plan.currency,
    }
