"""Change of land use between two years: transfer matrix, dynamic degree, and the carbon that each transition moves."""

from __future__ import annotations

import numpy as np
import xarray as xr


def transitions_from_shares(first: xr.DataArray, last: xr.DataArray) -> xr.DataArray:
    r"""Estimate of the transitions in each cell where only the shares of two years are known.

    What a class has in both years stays; the losses are spread over the gains in proportion. Rows sum to the first
    year's shares, columns to the last year's.

    .. math:: n_{kl} = \min(a_k, b_k)\,\delta_{kl} + (a_k - b_k)^+ (b_l - a_l)^+ / \sum_m (b_m - a_m)^+

    Parameters
    ----------
    first, last : xarray.DataArray, shape (land_class, y, x), 1
        Shares; where the sums differ both are scaled to the smaller one.

    Returns
    -------
    xarray.DataArray, shape (from_class, to_class, y, x), 1

    Examples
    --------
    >>> form = {"dims": ("land_class", "y", "x"), "coords": {"land_class": ["c", "f", "b"]}}
    >>> a = xr.DataArray([[[0.6]], [[0.4]], [[0.0]]], **form)
    >>> b = xr.DataArray([[[0.3]], [[0.5]], [[0.2]]], **form)
    >>> transitions_from_shares(a, b).squeeze().values.round(3).tolist()
    [[0.3, 0.1, 0.2], [0.0, 0.4, 0.0], [0.0, 0.0, 0.0]]
    """
    with xr.set_options(arithmetic_join="exact"):
        sums = first.sum("land_class"), last.sum("land_class")
        both = np.minimum(*sums)
        first, last = (
            item * xr.where(total > 0, both / total.where(total > 0, 1.0), 0.0)
            for item, total in zip((first, last), sums, strict=True)
        )
        loss = (first - last).clip(min=0).rename(land_class="from_class")
        gain = (last - first).clip(min=0).rename(land_class="to_class")
        total = gain.sum("to_class")
        moved = loss * gain / total.where(total > 0, 1.0)
        stays: xr.DataArray = xr.apply_ufunc(np.minimum, first, last)
        same = xr.DataArray(
            np.eye(first.sizes["land_class"]),
            dims=("from_class", "to_class"),
            coords={"from_class": first["land_class"].values, "to_class": first["land_class"].values},
        )
        kept = stays.rename(land_class="from_class") * same
    result: xr.DataArray = (moved + kept).transpose("from_class", "to_class", "y", "x")
    return result


def transition_stock_change(
    area: xr.DataArray, density_first: xr.DataArray, density_last: xr.DataArray
) -> xr.DataArray:
    r"""Change of stored carbon by transition, t C; it sums to the change of the stock on the same land.

    .. math:: \Delta C_{kl} = n_{kl} (c_l - c_k)

    Parameters
    ----------
    area : xarray.DataArray, shape (from_class, to_class), ha
    density_first, density_last : xarray.DataArray, shape (land_class,), t C ha-1
        Sum over the pools, in the first and the last year.
    """
    with xr.set_options(arithmetic_join="exact"):
        step = density_last.rename(land_class="to_class") - density_first.rename(land_class="from_class")
        result = area * step  # (ha) * (t C/ha) = t C
    result.attrs = {"units": "t C"}
    return result


def dynamic_degree(area_first: xr.DataArray, area_last: xr.DataArray, years: float) -> xr.DataArray:
    r"""Single land-use dynamic degree of each class, a fraction a year.

    .. math:: K = (U_b - U_a) / U_a / T

    NaN where the class had no area in the first year.

    Examples
    --------
    >>> a = xr.DataArray([200.0, 0.0], dims="land_class")
    >>> b = xr.DataArray([180.0, 5.0], dims="land_class")
    >>> dynamic_degree(a, b, 10).values.tolist()
    [-0.01, nan]
    """
    with xr.set_options(arithmetic_join="exact"):
        result = (area_last - area_first) / area_first.where(area_first > 0) / years
    result.attrs = {"units": "yr-1"}
    return result


def improved_and_worsened(change: xr.DataArray, area: xr.DataArray) -> tuple[float, float, float]:
    """Fractions of the area where a quantity rose, fell and stayed.

    Parameters
    ----------
    change : xarray.DataArray, shape (y, x)
        NaN where unknown. Changes below 1e-12 of the largest count as none.
    area : xarray.DataArray, shape (y, x)
        Area in the region.

    Examples
    --------
    >>> change = xr.DataArray([[1.0, -2.0, 0.0, np.nan]], dims=("y", "x"))
    >>> [round(part, 3) for part in improved_and_worsened(change, xr.ones_like(change))]
    [0.333, 0.333, 0.333]
    """
    known = area.where(change.notnull(), 0.0)
    total = float(known.sum())
    if total == 0:
        return float("nan"), float("nan"), float("nan")
    least = 1e-12 * float(abs(change).max())
    risen = float(known.where(change > least, 0.0).sum()) / total
    fallen = float(known.where(change < -least, 0.0).sum()) / total
    return risen, fallen, max(0.0, 1.0 - risen - fallen)
