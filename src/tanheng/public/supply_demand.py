"""Demand spread over cells, and supply against demand, on maps of one's own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from scipy import sparse

from tanheng.accounting.demand import allocate
from tanheng.errors import InputError, UnitError
from tanheng.language import listed, tr
from tanheng.public.maps import Map, MapLike, as_map, same_cells
from tanheng.units import conversion_factor

_STOCK, _FLOW = "t C", "t C yr-1"


def demand(
    emissions: float | Mapping[int, float], weight: MapLike, *, zones: MapLike | None = None, units: str = "t C yr-1"
) -> xr.DataArray:
    r"""Known emissions of a region, or of its zones, spread over cells by a weight such as population.

    .. math:: D_i = E_u \frac{w_i}{\sum_{j \in u} w_j}

    Whom emissions are allotted to by this rule, and not where smoke leaves.

    Parameters
    ----------
    emissions : float, or mapping of zone to float
        In `units`; carbon dioxide is not taken for carbon: convert it with 12/44 and say ``t C yr-1``.
    weight : array, shape (rows, columns)
        Not negative; NaN takes nothing.
    zones : array of int, shape (rows, columns), optional
        Zone of each cell; needed where emissions are given by zone.
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
        raise InputError(tr("weight: {count} values are negative", count=int((place.values < 0).sum())))
    factor = conversion_factor(units, _FLOW)
    if isinstance(emissions, Mapping):
        if zones is None:
            raise InputError(tr("emissions are given by zone: say which zone each cell is in (zones=)"))
        spread = _by_zone(emissions, place, as_map(zones, "zones"), factor)
    else:
        member = sparse.csr_matrix(place.known.ravel()[None, :].astype(float))
        spread = _spread(np.array([float(emissions) * factor]), place, member, ["the region"])
    values = np.where(place.known, spread.reshape(place.values.shape), np.nan)
    return place.like(values, "demand", _FLOW, "carbon emissions allotted to cells")


def _by_zone(emissions: Mapping[int, float], weight: Map, zones: Map, factor: float) -> np.ndarray:
    same_cells(weight, zones)
    missing = [zone for zone in emissions if not (zones.values == zone).any()]
    if missing:
        raise InputError(tr("emissions: no cell lies in zone {names}", names=listed(missing[:12])))
    member = sparse.csr_matrix(np.array([((zones.values == zone) & weight.known).ravel() for zone in emissions], float))
    totals = np.array([float(value) for value in emissions.values()]) * factor
    return _spread(totals, weight, member, [str(zone) for zone in emissions])


def _spread(totals: np.ndarray, weight: Map, member: sparse.csr_matrix, names: list[str]) -> np.ndarray:
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
    given = _units(first, supply_units)
    is_flow = _measures(given, _FLOW)
    units = _FLOW if is_flow else _STOCK
    stored = first.values * conversion_factor(given, units)
    emitted = second.values * conversion_factor(_units(second, demand_units), _FLOW)
    what = "balance of yearly carbon supply and demand" if is_flow else "stored carbon minus one year of emissions"
    found = first.like(stored - emitted, "balance", units, what)
    found.attrs["balance_mode"] = "sink" if is_flow else "stock"
    return found


def _measures(units: str, target: str) -> bool:
    try:
        conversion_factor(units, target)
    except UnitError:
        return False
    return True


def _units(item: Map, asked: str | None) -> str:
    units = asked or item.frame.attrs.get("units")
    if not units:
        raise InputError(
            tr(
                "{name} has no units: give {name}_units, such as 't C' for a stock or 't C yr-1' for a flow",
                name=item.name,
            )
        )
    return str(units)
