"""Emissions of several gases, added up by their warming potentials."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from tanheng.errors import InputError
from tanheng.language import listed, tr


def with_equivalents(table: pd.DataFrame, potentials: Mapping[str, float], name: str) -> pd.DataFrame:
    r"""Emissions by gas with their carbon dioxide equivalents, t, and the set that they were calculated with.

    .. math:: E_{CO_2e} = \sum_g GWP_g\, E_g

    Parameters
    ----------
    table : pandas.DataFrame
        With the columns ``gas`` and ``emissions_t`` (mass of the gas), and ``biogenic`` where some of it is not fossil.
    potentials : mapping of str to float
        By gas; ``CH4 biogenic`` where the set has a value of its own for it.
    name : str
        Name of the set, which every row bears: equivalents of different sets can't be added.

    Raises
    ------
    InputError
        A gas has no potential in the set.

    Examples
    --------
    >>> rows = pd.DataFrame({"gas": ["CH4"], "emissions_t": [2.0]})
    >>> with_equivalents(rows, {"CH4": 28.0}, "AR5")[["gwp_set", "emissions_t_co2e"]].values.tolist()
    [['AR5', 56.0]]
    """
    biogenic = table["biogenic"] if "biogenic" in table else pd.Series(data=False, index=table.index)
    own = {gas: potentials[f"{gas} biogenic"] for gas in set(table["gas"]) if f"{gas} biogenic" in potentials}
    missing = sorted(set(table["gas"]) - set(potentials))
    if missing:
        raise InputError(tr("the warming potentials {name} have no {names}", name=name, names=listed(missing)))
    amounts = table.drop(columns="biogenic", errors="ignore").copy()
    amounts["gwp_set"] = name
    amounts["gwp"] = [
        own.get(gas, potentials[gas]) if living else potentials[gas]
        for gas, living in zip(table["gas"], biogenic, strict=True)
    ]
    amounts["emissions_t_co2e"] = amounts["emissions_t"] * amounts["gwp"]
    return amounts
