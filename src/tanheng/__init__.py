"""tanheng (碳衡): carbon supply, demand and balance of a region, cell by cell and year by year.

A study file, from land-use maps to report:

    tanheng.run("study.toml")               Results: .dataset, .tables, .report
    tanheng.plan("study.toml")              land use that stores most under the study's limits; also on a map
    tanheng.simulate("study.toml")          future land use, with scores on a change that was held out; also from maps alone

Maps of your own (xarray, numpy or lists, NaN where there are no data):

    tanheng.carbon_stock(land_cover, densities)     carbon stored per hectare
    tanheng.transitions(first, last)                pixels by class on two maps
    tanheng.demand(emissions, weight)               emissions spread over cells
    tanheng.balance(supply, demand)                 supply minus demand
    tanheng.correlation(first, second)              r, with its effective sample size
    tanheng.local_moran(values, of_neighbours)      clusters (LISA), univariate or bivariate
    tanheng.hot_spots(values)                       Getis-Ord Gi*
    tanheng.geodetector(values, drivers)            q of each driver

A statistic of cells of your own, in every run:

    tanheng.register_statistic(extension)           see docs/architecture.md

The formulas themselves are pure functions in `tanheng.accounting`, `tanheng.analysis`, `tanheng.planning` and
`tanheng.simulation`.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

__all__ = [
    "balance",
    "carbon_stock",
    "correlation",
    "demand",
    "geodetector",
    "hot_spots",
    "local_moran",
    "plan",
    "register_statistic",
    "run",
    "simulate",
    "transitions",
]

# Loaded when asked for: the command line starts without pandas and xarray.
_ROOMS = {
    "extension": ("register_statistic",),
    "land": ("carbon_stock", "transitions"),
    "statistics": ("correlation", "geodetector", "hot_spots", "local_moran"),
    "planning": ("plan",),
    "simulation": ("simulate",),
    "studies": ("run",),
    "supply_demand": ("balance", "demand"),
}


def __getattr__(name: str) -> object:
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"tanheng.public.{room}"), name)
    raise AttributeError(name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
