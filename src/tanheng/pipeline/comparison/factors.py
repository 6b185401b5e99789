"""The same activity under every set of emission factors, side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tanheng.accounting.emission.energy_balance import fuel_burnt, sum_gaps
from tanheng.errors import InputError, TanhengError
from tanheng.factors import emission_factors_from, names
from tanheng.factors.flows import CARRIERS, MADE_OF
from tanheng.factors.reading import raw_rows, read_table
from tanheng.inputs.emission.energy_balance import flow_rules
from tanheng.io.energy.yearbook import long_table
from tanheng.io.tables import read_activity, read_energy_balance
from tanheng.language import listed, tr
from tanheng.stages.emission.emissions import burnt_table

#: Fuels without a factor of carbon in any set.
_NO_CARBON = ("other_energy",)


def compare_factors(path: Path, sets: tuple[str, ...] = ()) -> tuple[pd.DataFrame, list[str]]:
    """Emissions by year and fuel under several sets, Mt CO2, and notes.

    Parameters
    ----------
    path : Path
        Activity (``year, fuel, quantity, unit``) or an energy balance (with ``flow``).
    sets : tuple of str
        Names or files; every built-in set where empty.

    Returns
    -------
    pandas.DataFrame
        Columns ``year, fuel`` and one a set; a blank where a set can't count a fuel.

    Raises
    ------
    StudyError
        Cells of the table are wrong.
    InputError
        No set can count anything.
    """
    activity, notes = _activity(path)
    activity = activity[~activity["fuel"].isin(CARRIERS)]
    columns = {}
    for name in sets or names("emission_factors"):
        factors = emission_factors_from(name, Path())
        values = np.full(len(activity), np.nan)
        for row in range(len(activity)):
            try:
                part = burnt_table(activity.iloc[row : row + 1], factors)
                values[row] = float(part["emissions_t_co2"].iloc[0]) / 1e6
            except TanhengError as error:
                notes.append(f"{factors.name}: {error}")
        columns[factors.name] = values
    if all(np.isnan(values).all() for values in columns.values()):
        raise InputError(
            tr("{path}: no factor set covers any of its rows: ", path=path) + "; ".join(dict.fromkeys(notes))
        )
    table = activity[["year", "fuel"]].assign(**columns)
    grouped = table.groupby(["year", "fuel"], as_index=False, sort=False).sum(min_count=1)
    countable = grouped[~grouped["fuel"].isin(_NO_CARBON)]
    totals = countable.drop(columns="fuel").groupby("year", as_index=False).sum()
    # A set that leaves a fuel out has no total to be set beside the others.
    whole = countable.drop(columns="fuel").set_index("year").notna().groupby("year").all().reset_index()
    for name in columns:
        short = ~whole[name].to_numpy(bool)
        if short.any():
            years = listed(totals.loc[short, "year"])
            notes.append(
                tr("{name} has no total for {years}, because it has no factors for some fuels", name=name, years=years)
            )
            totals.loc[short, name] = np.nan
    totals.insert(1, "fuel", "total")
    return pd.concat([grouped, totals], ignore_index=True).sort_values("year", kind="stable"), list(
        dict.fromkeys(notes)
    )


def _activity(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Activity as it is given, or as a balance gives it."""
    if long_table(raw_rows(path), str(path)) is None and "flow" not in read_table(path).header:
        return read_activity(path), []
    balance, totals = read_energy_balance(path)
    burnt = fuel_burnt(balance, flow_rules(), CARRIERS, MADE_OF)
    notes = [*burnt.notes]
    for name, rows in totals.groupby("fuel"):
        notes += sum_gaps(balance, rows, str(name).title())
    return burnt.activity, notes
