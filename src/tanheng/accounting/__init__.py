"""Accounting: stocks, emissions, demand, balance, value. Pure functions on labelled arrays."""

from tanheng.accounting.balance import balance, normalised_difference, supply_demand_ratio, supply_per_demand
from tanheng.accounting.change.transitions import (
    dynamic_degree,
    improved_and_worsened,
    transition_stock_change,
    transitions_from_shares,
)
from tanheng.accounting.demand import allocate, per_person
from tanheng.accounting.emission.emissions import emissions
from tanheng.accounting.stock import carbon_stock, common_stock_change, sink, stock_by_class
from tanheng.accounting.value import net_present_value

__all__ = [
    "allocate",
    "balance",
    "carbon_stock",
    "common_stock_change",
    "dynamic_degree",
    "emissions",
    "improved_and_worsened",
    "net_present_value",
    "normalised_difference",
    "per_person",
    "sink",
    "stock_by_class",
    "supply_demand_ratio",
    "supply_per_demand",
    "transition_stock_change",
    "transitions_from_shares",
]
