"""Emissions of fossil carbon from the use of energy."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.units import CO2_PER_C


def emissions(activity: pd.DataFrame, carbon_per_unit: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    r"""Emissions of each row of activity, t C and t CO2.

    .. math:: E = AD \cdot NCV \cdot CC \cdot O \cdot 44/12

    Parameters
    ----------
    activity : pandas.DataFrame
        Columns ``year, zone, sector, fuel, quantity, unit``; zone is blank for the whole region.
    carbon_per_unit : mapping
        t C emitted per unit of activity, by fuel and unit: NCV times carbon content times oxidised fraction.

    Returns
    -------
    pandas.DataFrame
        The rows of activity with the columns ``carbon_per_unit_t_c, emissions_t_c, emissions_t_co2`` added.

    Raises
    ------
    InputError
        A fuel has no factor for the unit it is given in.

    References
    ----------
    IPCC 2006, Vol. 2, Ch. 2, Eq. 2.2.

    Examples
    --------
    100 t of raw coal by the Chinese table: 100 * 20.908e-3 TJ/t * 26.37 t C/TJ * 0.94 = 51.83 t C, 190.03 t CO2.

    >>> rows = pd.DataFrame(
    ...     {"year": [2015], "zone": [""], "sector": [""], "fuel": ["raw_coal"], "quantity": [100.0], "unit": ["t"]}
    ... )
    >>> emissions(rows, {("raw_coal", "t"): 20.908e-3 * 26.37 * 0.94})["emissions_t_co2"].round(2).tolist()
    [190.03]
    """
    result = activity.copy()
    keys = list(zip(result["fuel"], result["unit"], strict=True))
    missing = [key for key in keys if key not in carbon_per_unit]
    if missing:
        raise InputError(tr("no emission factor for {fuel} in '{unit}'", fuel=missing[0][0], unit=missing[0][1]))
    result["carbon_per_unit_t_c"] = [carbon_per_unit[key] for key in keys]
    result["emissions_t_c"] = result["quantity"] * result["carbon_per_unit_t_c"]  # (unit) * (t C/unit) = t C
    result["emissions_t_co2"] = result["emissions_t_c"] * CO2_PER_C
    return result
