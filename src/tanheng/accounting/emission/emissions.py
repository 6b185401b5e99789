"""Emissions of fossil carbon from the use of energy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.units import CO2_PER_C, conversion_factor


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


def dioxide(rows: pd.DataFrame, factors: Mapping[str, tuple[float, str]]) -> pd.DataFrame:
    r"""Carbon dioxide of purchased energy or of processes, t C and t CO2, from one factor for each.

    .. math:: E = AD \cdot EF

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``fuel`` (energy carrier or process), ``quantity`` and ``unit``, and any others.
    factors : mapping of str to (float, str)
        t CO2 per unit of activity, and that unit, by ``fuel``.

    Returns
    -------
    pandas.DataFrame
        The rows with the columns ``carbon_per_unit_t_c, emissions_t_co2, emissions_t_c`` added.

    References
    ----------
    IPCC 2006, Vol. 3, Ch. 2, Eq. 2.1 for processes; WRI and WBCSD, GHG Protocol Scope 2 Guidance (2015), for purchased energy.

    Examples
    --------
    Electricity of 36 GJ is 10 MWh; at 0.6 t CO2/MWh it stands for 6 t CO2.

    >>> rows = pd.DataFrame({"fuel": ["electricity"], "quantity": [36.0], "unit": ["GJ"]})
    >>> dioxide(rows, {"electricity": (0.6, "MWh")})["emissions_t_co2"].round(9).tolist()
    [6.0]
    """
    result = rows.copy()
    per_unit = np.array(
        [
            conversion_factor(unit, factors[name][1]) * factors[name][0]
            for name, unit in zip(rows["fuel"], rows["unit"], strict=True)
        ]
    )
    result["carbon_per_unit_t_c"] = per_unit / CO2_PER_C
    result["emissions_t_co2"] = result["quantity"] * per_unit  # (unit) * (t CO2/unit) = t CO2
    result["emissions_t_c"] = result["emissions_t_co2"] / CO2_PER_C
    return result


def reference_approach(supplied: pd.DataFrame, burnt: pd.DataFrame) -> pd.DataFrame:
    """Emissions of fuel supplied beside those of fuel burnt, by year, and their relative difference.

    Parameters
    ----------
    supplied, burnt : pandas.DataFrame
        Columns ``year`` and ``emissions_t_co2``.

    References
    ----------
    IPCC 2006, Vol. 2, Ch. 6.

    Examples
    --------
    >>> supplied = pd.DataFrame({"year": [2010, 2010], "emissions_t_co2": [60.0, 50.0]})
    >>> reference_approach(supplied, pd.DataFrame({"year": [2010], "emissions_t_co2": [100.0]}))["difference"].tolist()
    [0.1]
    """
    rows = []
    for year, part in supplied.groupby("year"):
        sectoral = float(burnt.loc[burnt["year"] == year, "emissions_t_co2"].sum())
        top = float(part["emissions_t_co2"].sum())
        difference = (top - sectoral) / sectoral if sectoral else np.nan
        rows.append({"year": int(year), "sectoral_t_co2": sectoral, "reference_t_co2": top, "difference": difference})
    return pd.DataFrame(rows)
