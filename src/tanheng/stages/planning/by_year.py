"""Stage: what a plan gains by year: biomass that is cleared is lost at once, soil and what grows follow; and what that is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tanheng.accounting.flows.store import Responses, parts_of_amounts, store_by_year
from tanheng.planning.problem import Flows
from tanheng.stages.planning.problem import PlanLand
from tanheng.study import Plan


def gain_by_year(settings: Plan, land: PlanLand, flows: Flows, responses: Responses) -> pd.DataFrame:
    """Gain of a plan by year until all has taken place, its conversions spread evenly over the horizon.

    Returns
    -------
    pandas.DataFrame
        Columns ``year, settled_gain_t_c, gain_t_c, flow_t_c_per_yr``, what is lost and what is taken up in the year, and where a
        price is given ``price_per_t_c, value, value_so_far``, discounted to the year of the plan.
    """
    span = (land.year, land.year + max(1, round(settings.horizon_years)))
    parts = list(parts_of_amounts(land.classes, land.densities.amounts(flows), span, responses))
    times = store_by_year(parts, 0.0, *span)
    years = times["year"].tolist()
    lost = sum((part.course(years) for part in parts if part.amount < 0), np.zeros(len(years)))
    table = pd.DataFrame(
        {
            "year": years,
            "settled_gain_t_c": times["settled_t_c"],
            "gain_t_c": times["stock_t_c"],
            "flow_t_c_per_yr": times["flow_t_c_per_yr"],
            "lost_t_c_per_yr": -np.diff(lost, prepend=np.nan),
        }
    )
    table["taken_up_t_c_per_yr"] = table["flow_t_c_per_yr"] + table["lost_t_c_per_yr"]
    return _with_value(table, settings, land.year)


def _with_value(table: pd.DataFrame, settings: Plan, start: int) -> pd.DataFrame:
    """The same with the worth of each year's flow, discounted to the year of the plan; as it is where no price is given."""
    prices = np.array([settings.price_of(year) for year in table["year"]])
    if not prices.any():
        return table
    factors = (1.0 + settings.discount_rate_percent / 100.0) ** -(table["year"].to_numpy(float) - start)
    worth = table["flow_t_c_per_yr"] * prices * factors  # (t C/yr) * (currency/t C) = currency/yr
    return table.assign(price_per_t_c=prices, value=worth, value_so_far=worth.fillna(0.0).cumsum())
