"""Every variable of the dataset: dimensions, units, meaning, sign.

::

    land_share          year land_class y x   1          part of a cell that is one class, has data and is in the region
    region_fraction     y x                   1          part of a cell in the region
    carbon_density      year land_class carbon_pool      t C ha-1
    carbon_stock        year y x              t C        store of carbon in a cell
    stock_change        period y x            t C yr-1   positive where carbon is gained
    land_changed        period y x            1          part of the cell's land that changed class
    land_transition     period y x            kinds: the ten largest conversions of the region
    population          year y x              person
    demand              year y x              t C yr-1   emissions allocated to a cell, positive
    supply              year y x              t C or t C yr-1, by the balance mode
    balance             year y x              t C or t C yr-1; supply minus demand, positive is surplus
    supply_demand_ratio year y x              1
    supply_per_demand, normalised_difference  year y x
    supply_half_width, demand_half_width, balance_half_width, ratio_half_width  year y x   of 95 % intervals
    demand_difference   year y x              t C yr-1   demand by another weight, minus demand
    mismatch_quadrant, supply_demand_cluster  year y x   kinds, numbered in flag_meanings
    balance_hot_spot    period y x            kinds of change of the balance
    coupling_coordination year y x            1          degree, 0 to 1
    driver_NAME         [year] y x            as the study says
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import xarray as xr

from tanheng.errors import AlignmentError, UnitError, nearest
from tanheng.language import tr
from tanheng.units import conversion_factor, same_dimension


@dataclass(frozen=True)
class Variable:
    """What a variable is."""

    name: str
    dims: tuple[str, ...]
    units: str
    long_name: str
    cell_methods: str = ""
    comment: str = ""


_CELLS = ("y", "x")
_YEARLY = ("year", "y", "x")

_ALL = (
    Variable("region_fraction", _CELLS, "1", "fraction of the cell inside the region", "area: mean"),
    Variable("cell_area", (), "ha", "area of a cell"),
    Variable(
        "land_share",
        ("year", "land_class", "y", "x"),
        "1",
        "fraction of the cell that is the land class, has data and lies in the region",
        "area: mean",
    ),
    Variable("carbon_density", ("year", "land_class", "carbon_pool"), "t C ha-1", "carbon density"),
    Variable("carbon_stock", _YEARLY, "t C", "carbon stored in the cell", "area: sum", "a stock, not a yearly flow"),
    Variable(
        "stock_change",
        ("period", "y", "x"),
        "t C yr-1",
        "yearly change of carbon stored, by stock difference",
        "area: sum",
        "positive where carbon is gained; on land that both maps cover",
    ),
    Variable(
        "land_changed",
        ("period", "y", "x"),
        "1",
        "part of the land of the cell whose land class differs between the two years",
        "area: mean",
        "of the land in the region that both maps cover",
    ),
    Variable(
        "land_transition",
        ("period", "y", "x"),
        "1",
        "largest conversion of the cell among the ten largest of the region, where at least 5 % of its land changed",
    ),
    Variable("sink", _YEARLY, "t C yr-1", "yearly carbon uptake of the cell", "area: sum", "positive is uptake"),
    Variable("population", _YEARLY, "person", "persons in the cell", "area: sum"),
    Variable("population_density", _YEARLY, "person km-2", "population density", "area: mean"),
    Variable(
        "demand",
        _YEARLY,
        "t C yr-1",
        "fossil carbon emissions allocated to the cell",
        "area: sum",
        "shows who is responsible by the weight used, not where smoke leaves",
    ),
    Variable(
        "demand_difference", _YEARLY, "t C yr-1", "demand by the weight to compare with, minus demand", "area: sum"
    ),
    Variable(
        "demand_half_width", _YEARLY, "t C yr-1", "half of the 95 % interval of demand, from activity and factors"
    ),
    Variable("ratio_half_width", _YEARLY, "1", "half of the 95 % interval of the supply-demand ratio"),
    Variable(
        "coupling_coordination",
        _YEARLY,
        "1",
        "coupling coordination degree of supply and demand, 0 to 1, on the range of all years",
    ),
    Variable(
        "mismatch_quadrant",
        _YEARLY,
        "1",
        "quadrant of supply and demand: first letter supply, second demand, high or low against the mean of the year",
    ),
    Variable(
        "supply_demand_cluster",
        _YEARLY,
        "1",
        "bivariate local Moran's I: supply of the cell, then demand of its neighbours, against their means",
    ),
    Variable(
        "balance_hot_spot",
        ("period", "y", "x"),
        "1",
        "where change of the balance gathers, against the mean change (Getis-Ord Gi*)",
    ),
)

_SUPPLY = {
    "stock": ("t C", "carbon stored in the cell (a stock, not a yearly flow)"),
    "stock_change": ("t C yr-1", "yearly change of carbon stored in the cell"),
    "sink": ("t C yr-1", "yearly carbon uptake of the cell"),
}

_BALANCE = {
    "stock": ("t C", "carbon stored minus one year of emissions (a stock minus a flow: no carbon budget)"),
    "stock_change": ("t C yr-1", "yearly change of stored carbon minus yearly emissions"),
    "sink": ("t C yr-1", "yearly carbon uptake minus yearly emissions"),
}

_QUOTIENT = {
    "stock": ("yr", "carbon stored divided by yearly emissions: years of emissions that the store equals"),
    "stock_change": ("1", "yearly change of stored carbon divided by yearly emissions"),
    "sink": ("1", "yearly carbon uptake divided by yearly emissions"),
}


def _modes() -> list[Variable]:
    variables = []
    for mode, (units, text) in _SUPPLY.items():
        variables.append(Variable(f"supply_{mode}", _YEARLY, units, text, "area: sum"))
    for mode, (units, text) in _BALANCE.items():
        variables.append(Variable(f"balance_{mode}", _YEARLY, units, text, "area: sum", "positive is surplus"))
        label = f"supply-demand ratio, (supply - demand) / ((max supply + max demand) / 2); {text}"
        variables.append(Variable(f"supply_demand_ratio_{mode}", _YEARLY, "1", label))
        variables.append(
            Variable(
                f"normalised_difference_{mode}",
                _YEARLY,
                "1",
                f"(supply - demand) / (supply + demand); {text}",
            )
        )
        half = f"half of the 95 % interval of the balance: {text}"
        variables.append(Variable(f"balance_half_width_{mode}", _YEARLY, units, half))
    for mode, (units, text) in _SUPPLY.items():
        source = "rates or production" if mode == "sink" else "densities"
        half = f"half of the 95 % interval of supply, from the {source}: {text}"
        variables.append(Variable(f"supply_half_width_{mode}", _YEARLY, units, half))
    for mode, (units, text) in _QUOTIENT.items():
        variables.append(
            Variable(f"supply_per_demand_{mode}", _YEARLY, units, text, "", "undefined where demand is zero")
        )
    return variables


#: By name. Variables whose meaning depends on the balance mode appear once a mode, as `balance_stock`.
VARIABLES: dict[str, Variable] = {variable.name: variable for variable in (*_ALL, *_modes())}

#: Names of the variables that depend on the balance mode, as they stand in the dataset.
BY_MODE = (
    "supply",
    "balance",
    "supply_demand_ratio",
    "supply_per_demand",
    "normalised_difference",
    "supply_half_width",
    "balance_half_width",
)

#: Start of the names of drivers, whose units and meaning the study gives.
DRIVER = "driver_"


def declare(variable: Variable) -> None:
    """Add a variable from outside.

    Raises
    ------
    AlignmentError
        There is one of that name with another meaning.
    """
    refuse_taken(variable)
    VARIABLES[variable.name] = variable


def refuse_taken(variable: Variable) -> None:
    """Refuse a variable whose name another one has.

    Raises
    ------
    AlignmentError
        There is one of that name with another meaning.
    """
    known = VARIABLES.get(variable.name)
    if (known is not None and known != variable) or variable.name in BY_MODE:
        raise AlignmentError(tr("'{name}' is a variable already; give yours another name", name=variable.name))


def refuse_unknown(names: Iterable[str]) -> None:
    """Refuse variables that nothing here says the meaning of.

    Raises
    ------
    AlignmentError
        A name is none of `VARIABLES`, of `BY_MODE`, or of a driver.

    Examples
    --------
    >>> refuse_unknown(["demand", "balance", "driver_elevation"])
    >>> refuse_unknown(["demnd"])
    Traceback (most recent call last):
    tanheng.errors.AlignmentError: 'demnd' is not a variable of the dataset; did you mean 'demand'?
    """
    known = {*VARIABLES, *BY_MODE}
    for name in names:
        if name not in known and not name.startswith(DRIVER):
            raise AlignmentError(
                tr("'{name}' is not a variable of the dataset{nearest}", name=name, nearest=nearest(name, known))
            )


def require(array: xr.DataArray, name: str) -> xr.DataArray:
    """Array, checked to have the dimensions and the units of a variable.

    Raises
    ------
    UnitError
        The units are absent or others.
    AlignmentError
        A dimension is missing.

    Examples
    --------
    >>> require(xr.DataArray([[1.0]], dims=("y", "x"), attrs={"units": "1"}), "region_fraction").shape
    (1, 1)
    """
    variable = VARIABLES[name]
    units = array.attrs.get("units")
    if units != variable.units and not (
        units and same_dimension(units, variable.units) and conversion_factor(units, variable.units) == 1
    ):
        raise UnitError(
            tr(
                "'{name}' must be in '{expected}', got '{units}'; convert it where it is read",
                name=name,
                expected=variable.units,
                units=units,
            )
        )
    missing = [dim for dim in variable.dims if dim not in array.dims and dim not in ("year", "period")]
    if missing:
        raise AlignmentError(
            tr(
                "'{name}' must have the dimensions {expected}, got {dims}",
                name=name,
                expected=variable.dims,
                dims=array.dims,
            )
        )
    return array


def stamp(array: xr.DataArray, name: str, mode: str = "") -> xr.DataArray:
    """Array with the name, units and meaning of a variable; its former attributes are dropped.

    Examples
    --------
    >>> stamp(xr.DataArray([1.0], dims="year"), "balance", "stock").attrs["units"]
    't C'
    """
    key = f"{name}_{mode}" if mode else name
    refuse_unknown([key])
    variable = VARIABLES[key]
    stamped = array.copy(deep=False)
    stamped.name = name
    stamped.attrs = {"units": variable.units, "long_name": variable.long_name}
    if variable.cell_methods:
        stamped.attrs["cell_methods"] = variable.cell_methods
    if variable.comment:
        stamped.attrs["comment"] = variable.comment
    if mode:
        stamped.attrs["balance_mode"] = mode
    return stamped
