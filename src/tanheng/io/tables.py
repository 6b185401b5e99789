"""Tables of figures: emissions, activity, values by zone and by class; and CSV files that Excel opens right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tanheng.errors import InputError, StudyError, UnitError
from tanheng.factors import fuels, read_table
from tanheng.factors.catalogue import Table, parse_number
from tanheng.factors.legends import whole_number
from tanheng.io.rows import write_csv_text
from tanheng.units import tonnes_of_carbon


def read_totals(path: Path) -> pd.DataFrame:
    """Emission totals in t C: columns ``year, zone, sector, emissions_t_c``.

    The file has the columns ``year, emissions, unit`` (t CO2, 10^4 t CO2, t C, Gg C ...) and, if wanted, ``zone`` and
    ``sector``.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = read_table(path)
    table.require(["year", "emissions", "unit"])
    rows, problems = [], []
    for line, row in table.rows:
        place = f"{table.name}: line {line}"
        try:
            value = parse_number(row["emissions"], f"{place}, column 'emissions'")
            rows.append(
                {
                    "year": whole_number(row["year"], f"{place}, column 'year'"),
                    "zone": row.get("zone", ""),
                    "sector": row.get("sector", ""),
                    "emissions_t_c": tonnes_of_carbon(value, row["unit"]),
                }
            )
        except UnitError as error:
            problems.append(f"{place}, column 'unit': {error}")
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise StudyError(problems)
    frame = pd.DataFrame(rows)
    _refuse_twice(table, frame, ["year", "zone", "sector"])
    return frame


def read_activity(path: Path) -> pd.DataFrame:
    """Activity data: columns ``year, zone, sector, fuel, quantity, unit``; fuels by their canonical names.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = read_table(path)
    table.require(["year", "fuel", "quantity", "unit"])
    rows, problems = [], []
    for line, row in table.rows:
        place = f"{table.name}: line {line}"
        try:
            rows.append(
                {
                    "year": whole_number(row["year"], f"{place}, column 'year'"),
                    "zone": row.get("zone", ""),
                    "sector": row.get("sector", ""),
                    "fuel": fuels().find(row["fuel"]),
                    "quantity": parse_number(row["quantity"], f"{place}, column 'quantity'"),
                    "unit": row["unit"],
                }
            )
        except InputError as error:
            problems.append(str(error) if str(error).startswith(table.name) else f"{place}: {error}")
    if problems:
        raise StudyError(problems)
    frame = pd.DataFrame(rows)
    _refuse_twice(table, frame, ["year", "zone", "sector", "fuel"])
    return frame


def _refuse_twice(table: Table, frame: pd.DataFrame, columns: Sequence[str]) -> None:
    twice = frame.duplicated(list(columns))
    if twice.any():
        at = int(twice.to_numpy().argmax())
        line = table.rows[at][0]
        what = ", ".join(f"{column} {frame.iloc[at][column]}" for column in columns if str(frame.iloc[at][column]))
        raise InputError(f"{table.name}: line {line}: {what} stands there twice; add the rows up, or tell them apart")


def read_zone_values(path: Path, units: str) -> pd.DataFrame:
    """Values by zone: columns ``zone, year, value``; year is 0 where the file has none.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = read_table(path)
    table.require(["zone", "value"])
    rows, problems = [], []
    for line, row in table.rows:
        place = f"{table.name}: line {line}"
        try:
            year = whole_number(row["year"], f"{place}, column 'year'") if row.get("year") else 0
            value = parse_number(row["value"], f"{place}, column 'value' ({units})", positive=False)
            rows.append({"zone": row["zone"], "year": year, "value": value})
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise StudyError(problems)
    frame = pd.DataFrame(rows)
    _refuse_twice(table, frame, ["zone", "year"])
    return frame


def read_uptake(path: Path) -> dict[str, float]:
    """Yearly carbon uptake by land class, t C ha-1 yr-1: columns ``class, uptake``; negative is a source."""
    table = read_table(path)
    table.require(["class", "uptake"])
    found: dict[str, float] = {}
    for line, row in table.rows:
        if row["class"] in found:
            raise InputError(f"{table.name}: line {line}: '{row['class']}' stands there twice")
        found[row["class"]] = parse_number(row["uptake"], f"{table.name}: line {line}, column 'uptake'", positive=False)
    return found


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as CSV in UTF-8, with a byte-order mark where it holds more than ASCII, so that Excel shows Chinese.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    write_csv_text(path, frame.to_csv(index=False, lineterminator="\n"))
