"""Choices that a study offers and that other rooms act on: each list stands here once."""

from __future__ import annotations

from typing import Literal, get_args

from tanheng.language import mark_name

#: Modes of the balance.
Mode = Literal["stock", "stock_change", "sink"]

#: Norms of the supply-demand ratio.
Norm = Literal["year", "pooled", "p99"]

#: Ways to cut a map into classes of colour.
MapBreaks = Literal["auto", "tail", "quantile", "natural"]

#: Ways to cut a driver into strata.
DriverBreaks = Literal["equal", "natural", "quantile", "geometric", "sd"]

#: Themes of maps whose breaks may be chosen.
ThemeName = Literal[
    "supply",
    "stock_change",
    "land_changed",
    "demand",
    "balance",
    "supply_demand_ratio",
    "balance_half_width",
    "demand_difference",
]

MAP_BREAKS: tuple[str, ...] = get_args(MapBreaks)
DRIVER_BREAKS: tuple[DriverBreaks, ...] = get_args(DriverBreaks)

#: The carbon pools of InVEST, in its order.
POOLS = ("above", "below", "soil", "dead")

#: How transitions of a period were found.
OVERLAID = mark_name("pixel overlay")
ESTIMATED = mark_name("estimated from shares of cells: the pixels of the two maps do not coincide")

#: Land-use categories of national inventories (IPCC 2006, Vol. 4, Ch. 3).
LandCategory = Literal["forest land", "cropland", "grassland", "wetlands", "settlements", "other land"]

#: Settings of a plan that may be changed by hand; all else is as the study says.
BY_HAND = ("limits", "weights", "budget", "max_change", "demand_weight", "whole_cells")
