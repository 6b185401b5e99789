"""Demand spread over cells, and supply against demand, on maps of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.demand import allocate
from tanheng.errors import InputError, UnitError
from tanheng.language import listed, tr
from tanheng.public.maps import Map, MapLike, as_map, same_cells
from tanheng.units import conversion_factor

_STOCK, _FLOW = "t C", "t C yr-1"


def demand(
    emissions: float | Mapping[int, float] | pd.Series,
    weight: MapLike,
    *,
    zones: MapLike | None = None,
    units: str = "t C yr-1",
) -> xr.DataArray:
    r"""Known emissions of a region, or of its zones, spread over cells by a weight such as population.

    .. math:: D_i = E_u \frac{w_i}{\sum_{j \in u} w_j}

    Whom emissions are allotted to by this rule, and not where smoke leaves.

    Parameters
    ----------
    emissions : float, or mapping (or pandas.Series) of zone to float
        In `units`; carbon dioxide is not taken for carbon: convert it with 12/44 and say ``t C yr-1``.
    weight : array, shape (rows, columns)
        Not negative; NaN takes nothing.
    zones : array of int, shape (rows, columns), optional
        Zone of each cell; needed where emissions are given by zone. Cells of other zones have no demand known: NaN.
    units : str
        Of the emissions, as ``10^4 t C yr-1``.

    Returns
    -------
    xarray.DataArray, shape (rows, columns), t C yr-1
        Its sum is what was given.

    Raises
    ------
    InputError
        A zone with emissions has no cell or no weight; weights are negative.
    UnitError
        Units are no mass of carbon a year.

    Examples
    --------
    >>> demand(90.0, [[1, 2], [np.nan, 0]]).values.tolist()
    [[30.0, 60.0], [nan, 0.0]]
    """
    place = as_map(weight, "weight")
    if (place.values[place.known] < 0).any():
        raise InputError(
            tr("{name}: {count} values are negative", name=place.name, count=int((place.values < 0).sum()))
        )
    factor = conversion_factor(units, _FLOW)
    if isinstance(emissions, (Mapping, pd.Series)):
        if zones is None:
            raise InputError(tr("emissions are given by zone: say which zone each cell is in (zones=)"))
        spread, member = _by_zone(emissions, place, as_map(zones, "zones"), factor)
        known = place.known & member
    elif zones is not None:
        raise InputError(tr("zones are given: give emissions by zone, as a mapping of zones to figures"))
    else:
        known = place.known
        units_of_cells = sparse.csr_matrix(known.ravel()[None, :].astype(float))
        spread = _spread([emissions], factor, place, units_of_cells, [tr("the region")])
    values = np.where(known, spread.reshape(place.values.shape), np.nan)
    return place.like(values, "demand", _FLOW, "carbon emissions allotted to cells")


def _by_zone(
    emissions: Mapping[Any, Any] | pd.Series, weight: Map, zones: Map, factor: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Emissions of cells, and which cells lie in a zone that has some."""
    same_cells(weight, zones)
    names = list(emissions.keys())
    order = {zone: number for number, zone in enumerate(names)}
    number = pd.Series(zones.values.ravel()).map(order)
    missing = [zone for zone in names if order[zone] not in set(number.dropna())]
    if missing or not names:
        raise InputError(tr("emissions: no cell lies in zone {names}", names=listed(missing[:12]) or "-"))
    cells = np.flatnonzero(number.notna().to_numpy() & weight.known.ravel())
    rows = number.to_numpy()[cells].astype(np.int64)
    member = sparse.csr_matrix((np.ones(len(cells)), (rows, cells)), shape=(len(names), number.size))
    spread = _spread([value for _, value in emissions.items()], factor, weight, member, [str(name) for name in names])
    return spread, number.notna().to_numpy().reshape(weight.values.shape)


def _spread(
    given: Sequence[object], factor: float, weight: Map, member: sparse.csr_matrix, names: Sequence[str]
) -> NDArray[np.float64]:
    try:
        totals = np.array([float(value) for value in given]) * factor  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InputError(tr("emissions must be numbers, not negative")) from error
    if not np.isfinite(totals).all() or (totals < 0).any():
        raise InputError(tr("emissions must be numbers, not negative"))
    sums = member @ np.nan_to_num(weight.values.ravel())
    empty = [name for name, total, held in zip(names, totals, sums, strict=True) if total > 0 and held <= 0]
    if empty:
        raise InputError(tr("weight: nothing to spread by in {names}", names=listed(empty[:12])))
    spread, _ = allocate(totals, weight.values.ravel(), member)
    return spread


def balance(
    supply: MapLike, demand: MapLike, *, supply_units: str | None = None, demand_units: str | None = None
) -> xr.DataArray:
    r"""Supply minus demand in each cell; positive is surplus.

    .. math:: CB_i = S_i - D_i

    A supply in t C is a stock: the balance is then what is stored minus one year's emissions, and no flux. A supply in t C a year is a flow.

    Parameters
    ----------
    supply : array, shape (rows, columns)
        Amount of each cell: t C, or t C yr-1.
    demand : array, shape (rows, columns)
        Amount of each cell and year.
    supply_units, demand_units : str, optional
        Where the arrays have no attribute ``units``.

    Returns
    -------
    xarray.DataArray, shape (rows, columns), t C or t C yr-1

    Raises
    ------
    InputError
        A unit is missing, or maps differ in their cells.
    UnitError
        Units are not those of carbon.

    Examples
    --------
    >>> found = balance([[100.0, 20.0]], [[30.0, 50.0]], supply_units="t C", demand_units="t C yr-1")
    >>> found.values.tolist(), found.attrs["units"]
    ([[70.0, -30.0]], 't C')
    """
    first, second = as_map(supply, "supply"), as_map(demand, "demand")
    same_cells(first, second)
    if (second.values < 0).any():
        raise InputError(
            tr("{name}: {count} values are negative", name=second.name, count=int((second.values < 0).sum()))
        )
    given = _units(first, supply_units)
    is_flow = _measures(given, _FLOW)
    units = _FLOW if is_flow else _STOCK
    stored = first.values * conversion_factor(given, units)
    emitted = second.values * conversion_factor(_units(second, demand_units), _FLOW)
    what = "balance of yearly carbon supply and demand" if is_flow else "stored carbon minus one year of emissions"
    difference = first.like(stored - emitted, "balance", units, what)
    difference.attrs["balance_mode"] = "sink" if is_flow else "stock"
    return difference


def _measures(units: str, target: str) -> bool:
    try:
        conversion_factor(units, target)
    except UnitError:
        return False
    return True


def _units(item: Map, stated: str | None) -> str:
    own = item.frame.attrs.get("units")
    units = stated or own
    if not units:
        raise InputError(
            tr(
                "{name} has no units: give {name}_units, such as 't C' for a stock or 't C yr-1' for a flow",
                name=item.name,
            )
        )
    if own and stated and not (_measures(str(own), stated) and conversion_factor(str(own), stated) == 1.0):
        raise InputError(
            tr(
                "{name} says that its unit is '{own}', and {name}_units '{asked}'; which is it?",
                name=item.name,
                own=own,
                asked=stated,
            )
        )
    if any(_measures(str(units), per_area) for per_area in ("t C ha-1", "t C ha-1 yr-1")):
        raise InputError(
            tr(
                "{name} is in '{units}', an amount per area; multiply it by the area of a cell first",
                name=item.name,
                units=units,
            )
        )
    return str(units)
