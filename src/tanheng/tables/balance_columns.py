"""Names of the columns of supply and balance: a stock and a flow differ in their unit, so they bear other names."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass


@dataclass(frozen=True)
class BalanceColumns:
    """Columns of a balance mode.

    With a stock as supply, supply over demand has the unit years, and the coefficient compares shares of the store, which the
    ecological support coefficient of the literature does not: both then bear other names.
    """

    supply: str
    balance: str
    balance_change: str
    ratio_norm: str
    supply_per_ha: str
    supply_per_demand: str
    support_coefficient: str
    supply_half_width: str
    balance_half_width: str
    mean_supply: str
    balance_per_ha: str
    balance_per_person: str
    demand: str = "demand_t_c_per_yr"
    demand_half_width: str = "demand_half_width_t_c_per_yr"
    mean_demand: str = "mean_demand_t_c_per_yr"


_STOCK = BalanceColumns(
    supply="supply_t_c",
    balance="balance_t_c",
    balance_change="balance_change_t_c",
    ratio_norm="ratio_norm_t_c",
    supply_per_ha="supply_t_c_per_ha",
    supply_per_demand="supply_per_demand_yr",
    support_coefficient="storage_support_coefficient",
    supply_half_width="supply_half_width_t_c",
    balance_half_width="balance_half_width_t_c",
    mean_supply="mean_supply_t_c",
    balance_per_ha="balance_t_c_per_ha",
    balance_per_person="balance_t_c_per_person",
)
_FLOW = BalanceColumns(
    supply="supply_t_c_per_yr",
    balance="balance_t_c_per_yr",
    balance_change="balance_change_t_c_per_yr",
    ratio_norm="ratio_norm_t_c_per_yr",
    supply_per_ha="supply_t_c_per_ha_per_yr",
    supply_per_demand="supply_per_demand",
    support_coefficient="ecological_support_coefficient",
    supply_half_width="supply_half_width_t_c_per_yr",
    balance_half_width="balance_half_width_t_c_per_yr",
    mean_supply="mean_supply_t_c_per_yr",
    balance_per_ha="balance_t_c_per_ha_yr",
    balance_per_person="balance_t_c_per_person_yr",
)


def balance_columns(mode: str) -> BalanceColumns:
    """Columns of a balance mode.

    Examples
    --------
    >>> balance_columns("stock").supply, balance_columns("sink").supply
    ('supply_t_c', 'supply_t_c_per_yr')
    """
    return _STOCK if mode == "stock" else _FLOW


def columns_in(table: Container[str]) -> BalanceColumns:
    """Columns of a table that was made in whichever mode.

    Examples
    --------
    >>> columns_in(["year", "supply_t_c"]).balance, columns_in(["year", "balance_t_c_per_yr"]).supply
    ('balance_t_c', 'supply_t_c_per_yr')
    """
    return _STOCK if _STOCK.supply in table or _STOCK.balance in table else _FLOW
