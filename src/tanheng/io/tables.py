"""Tables of figures: emissions, activity, values by zone and by class; and CSV files that Excel opens right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from tanheng.errors import InputError, StudyError, UnitError
from tanheng.factors import fuels, read_table
from tanheng.factors.catalogue import read_named
from tanheng.factors.flows import flows
from tanheng.factors.gases import processes
from tanheng.factors.headings import refuse_two_units, unit_in_heading
from tanheng.factors.legends import whole_number
from tanheng.factors.reading import raw_rows
from tanheng.factors.table import Place, Table, parse_number
from tanheng.io.energy.yearbook import PARTIAL_SUMS, SUMS, long_table
from tanheng.io.rows import inert, write_csv_text
from tanheng.language import listed, name_of, tr
from tanheng.tables.input_tables import INPUT_TABLES, required_columns
from tanheng.units import carbon_factor, same_dimension, tonnes_of_carbon

Row = dict[str, str]
Item = dict[str, object]


def _read_rows(table: Table, rows: Sequence[tuple[int, Row]], read: Callable[[Row, Place], Item]) -> list[Item]:
    """What `read` makes of each row and its place; every row that is wrong is told at once."""
    found, problems = [], []
    for line, row in rows:
        place = table.line(line)
        try:
            found.append(read(row, place))
        except UnitError as error:
            problems.append(tr("{place}: {error}", place=table.at(place, "unit"), error=error))
        except InputError as error:
            # A cell that can't be read names its place already, as all messages name files.
            named = str(error).startswith(tr("{name}: line {line}", name=table.name, line=line))
            problems.append(str(error) if named else tr("{place}: {error}", place=place, error=error))
    if problems:
        raise StudyError(problems)
    return found


def _asked(
    kind: str, path: Path, headings: Mapping[str, str] | None, unit: str | None = None, *, unit_example: str = ""
) -> Table:
    """Table of a kind whose headings, and unit where there is an example of it, the study may name; one that lacks a column is refused."""
    table = read_table(path, headings, unit, INPUT_TABLES[kind].names)
    needed = required_columns(kind)
    table.require(needed, headings_hint([name for name in needed if name not in table.header], unit_example))
    return table


def headings_hint(missing: Sequence[str], unit_example: str = "") -> str:
    """End of a message on columns that are missing: what the study may say in their place.

    Examples
    --------
    >>> headings_hint(["emissions", "unit"], "t CO2")
    '; or name them in the study, beside the table: columns = { emissions = "HEADING" }, unit = "t CO2"'
    """
    named = [name for name in missing if name != "unit" or not unit_example]
    settings = [f'columns = {{ {named[0]} = "HEADING" }}'] if named else []
    if unit_example and "unit" in missing:
        settings.append(f'unit = "{unit_example}"')
    return (
        tr("; or name them in the study, beside the table: {settings}", settings=", ".join(settings))
        if settings
        else ""
    )


def _year(table: Table, row: Row, place: Place) -> int:
    return whole_number(row["year"], table.at(place, "year"))


def read_totals(path: Path, headings: Mapping[str, str] | None = None, unit: str | None = None) -> pd.DataFrame:
    """Emission totals in t C: columns ``year, zone, sector, emissions_t_c``.

    The file has the columns ``year, emissions, unit`` (t CO2, 10^4 t CO2, t C, Gg C ...) and, if wanted, ``zone`` and
    ``sector``.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = _asked("totals", path, headings, unit, unit_example="10^4 t CO2")

    def read(row: Row, place: Place) -> Item:
        value = parse_number(row["emissions"], table.at(place, "emissions"))
        return {
            "year": _year(table, row, place),
            "zone": row.get("zone", ""),
            "sector": row.get("sector", ""),
            "emissions_t_c": tonnes_of_carbon(value, row["unit"]),
        }

    frame = pd.DataFrame(_read_rows(table, table.rows, read))
    _refuse_twice(table, frame, ["year", "zone", "sector"])
    return frame


def read_activity(path: Path, headings: Mapping[str, str] | None = None, unit: str | None = None) -> pd.DataFrame:
    """Activity data: columns ``year, zone, sector, fuel, quantity, unit``; fuels by their canonical names.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = _asked("activity", path, headings, unit, unit_example="10^4 t")

    def read(row: Row, place: Place) -> Item:
        return {
            "year": _year(table, row, place),
            "zone": row.get("zone", ""),
            "sector": row.get("sector", ""),
            "fuel": fuels().find(row["fuel"]),
            "quantity": parse_number(row["quantity"], table.at(place, "quantity")),
            "unit": row["unit"],
        }

    frame = pd.DataFrame(_read_rows(table, table.rows, read))
    _refuse_twice(table, frame, ["year", "zone", "sector", "fuel"])
    return frame


def read_processes(path: Path) -> pd.DataFrame:
    """Activity of processes, agriculture and waste: columns ``year, zone, sector, fuel, quantity, unit``.

    The file has ``year, activity, quantity, unit`` and, if wanted, ``zone``; the sector is the activity's group, and the column
    ``fuel`` holds the activity, so that rows stand beside those of fuel.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = read_table(path)
    table.require(required_columns("processes"))

    def read(row: Row, place: Place) -> Item:
        name = processes().find(row["activity"])
        factor = processes().factors[name]
        _refuse_unit(row["unit"], factor.unit, tr("{name}: {words}", name=place, words=name_of(name)))
        return {
            "year": _year(table, row, place),
            "zone": row.get("zone", ""),
            "sector": factor.group,
            "fuel": name,
            "quantity": parse_number(row["quantity"], table.at(place, "quantity")),
            "unit": row["unit"],
        }

    frame = pd.DataFrame(_read_rows(table, table.rows, read))
    _refuse_twice(table, frame, ["year", "zone", "fuel"])
    return frame


def _refuse_unit(unit: str, expected: str, place: object) -> None:
    if not same_dimension(unit, expected):
        raise InputError(
            tr("{place} is counted in {expected}; '{unit}' does not fit", place=place, expected=expected, unit=unit)
        )


def _refuse_place(longitude: float, latitude: float, place: object) -> None:
    if not (-180 <= longitude <= 360 and -90 <= latitude <= 90):
        raise InputError(
            tr(
                "{place}: {longitude:g}, {latitude:g} is not a longitude and latitude in degrees",
                place=place,
                longitude=longitude,
                latitude=latitude,
            )
        )


def read_points(path: Path) -> pd.DataFrame:
    """Point sources: columns ``year, sector, longitude, latitude, emissions_t_c``.

    The file has ``year, sector, longitude, latitude, emissions, unit``; what it names is part of what the sector emits.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = read_table(path)
    table.require(required_columns("points"))

    def read(row: Row, place: Place) -> Item:
        longitude, latitude = (
            parse_number(row[name], table.at(place, name), positive=False) for name in ("longitude", "latitude")
        )
        _refuse_place(longitude, latitude, place)
        value = parse_number(row["emissions"], table.at(place, "emissions"))
        return {
            "year": _year(table, row, place),
            "sector": row["sector"],
            "longitude": longitude,
            "latitude": latitude,
            "emissions_t_c": tonnes_of_carbon(value, row["unit"]),
        }

    return pd.DataFrame(_read_rows(table, table.rows, read))


def read_energy_balance(
    path: Path, headings: Mapping[str, str] | None = None, unit: str | None = None, year: int | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Energy balance: fuels by flow, and the rows that give totals of all fuels; columns ``year, fuel, flow, quantity, unit``.

    Parameters
    ----------
    path : Path
        A table with a row a flow and fuel, or as yearbooks print it, with a column a fuel (`tanheng.io.energy.yearbook`).
    headings : mapping of str to str, optional
        Headings of the file by the column that they mean; of a table as printed, by the fuel.
    unit : str, optional
        Of all amounts, where the table names none.
    year : int, optional
        That a table as printed is of; of a table with years of its own only this one is taken.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = long_table(raw_rows(path), str(path), year, unit, headings) or _asked(
        "energy_balance", path, headings, unit, unit_example="10^4 tce"
    )

    def read(row: Row, place: Place) -> Item:
        key = row["fuel"].lower()
        return {
            "year": _year(table, row, place),
            "fuel": key if key in SUMS else fuels().find(row["fuel"]),
            "flow": flows().find(row["flow"]),
            "quantity": parse_number(row["quantity"], table.at(place, "quantity"), positive=False),
            "unit": row["unit"],
        }

    kept = [(line, row) for line, row in table.rows if row["fuel"].lower() not in PARTIAL_SUMS]
    items = _read_rows(table, kept, read)
    columns = ["year", "fuel", "flow", "quantity", "unit"]
    frame = pd.DataFrame([item for item in items if item["fuel"] not in SUMS], columns=columns)
    if frame.empty:
        raise InputError(tr("{name}: has no row of a fuel", name=table.name))
    _refuse_twice(table, frame, ["year", "fuel", "flow"], numbered=False)
    totals = pd.DataFrame([item for item in items if item["fuel"] in SUMS], columns=columns)
    if year is None:
        return frame, totals
    if not (frame["year"] == year).any():
        raise InputError(
            tr(
                "{name}: the study names it for {year}, and it has rows of {years} alone",
                name=table.name,
                year=year,
                years=listed(map(str, sorted(set(frame["year"])))),
            )
        )
    of_year, sums = (part[part["year"] == year].reset_index(drop=True) for part in (frame, totals))
    return of_year, sums


def _refuse_twice(table: Table, frame: pd.DataFrame, columns: Sequence[str], *, numbered: bool = True) -> None:
    twice = frame.duplicated(list(columns))
    if twice.any():
        at = int(twice.to_numpy().argmax())
        place = tr("{name}: line {rows}", name=table.name, rows=table.rows[at][0]) if numbered else table.name
        what = listed(
            f"{table.own(column)} {frame.iloc[at][column]}" for column in columns if str(frame.iloc[at][column])
        )
        raise InputError(
            tr("{place}: {what} appears twice; add the rows up, or tell them apart", place=place, what=what)
        )


def read_zone_values(path: Path, units: str, headings: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Values by zone: columns ``zone, year, value``; year is 0 where the file has none.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = _asked("zone_values", path, headings)

    def read(row: Row, place: Place) -> Item:
        return {
            "zone": row["zone"],
            "year": _year(table, row, place) if row.get("year") else 0,
            "value": parse_number(
                row["value"], tr("{place} ({units})", place=table.at(place, "value"), units=units), positive=False
            ),
        }

    frame = pd.DataFrame(_read_rows(table, table.rows, read))
    _refuse_twice(table, frame, ["zone", "year"])
    return frame


def read_economy(path: Path, headings: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Economic output and population: columns ``year, zone, gdp, population``; population is NaN where it is not given.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = _asked("economy", path, headings)

    def positive(row: Row, place: Place, column: str) -> float:
        value = parse_number(row[column], table.at(place, column))
        if value <= 0:
            raise InputError(
                tr("{place} is {text}; write an amount above zero", place=table.at(place, column), text=row[column])
            )
        return value

    def read(row: Row, place: Place) -> Item:
        return {
            "year": _year(table, row, place),
            "zone": row.get("zone", ""),
            "gdp": positive(row, place, "gdp"),
            "population": positive(row, place, "population") if row.get("population") else float("nan"),
        }

    frame = pd.DataFrame(_read_rows(table, table.rows, read))
    _refuse_twice(table, frame, ["year", "zone"])
    return frame


def read_growth(path: Path) -> dict[str, tuple[tuple[float, ...], tuple[float, ...]]]:
    """Growth curves by land class: ages and shares, in the order of the ages.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = read_table(path)
    table.require(required_columns("growth"))

    def read(row: Row, place: Place) -> Item:
        return {
            "class": row["class"],
            "age": parse_number(row["age"], table.at(place, "age")),
            "share": parse_number(row["share"], table.at(place, "share")),
        }

    frame = pd.DataFrame(_read_rows(table, table.rows, read))
    _refuse_twice(table, frame, ["class", "age"])
    curves = {}
    for name, rows in frame.groupby("class", sort=False):
        ordered = rows.sort_values("age")
        curves[str(name)] = (tuple(ordered["age"].tolist()), tuple(ordered["share"].tolist()))
    return curves


def read_gains_and_losses(path: Path) -> pd.DataFrame:
    """Gains and losses of carbon: columns ``year, land_class, gain_t_c, loss_t_c``.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = read_table(path)
    table.require(required_columns("gains_and_losses"))

    def read(row: Row, place: Place) -> Item:
        amounts = {
            f"{name}_t_c": tonnes_of_carbon(parse_number(row.get(name) or "0", table.at(place, name)), row["unit"])
            for name in ("gain", "loss")
        }
        return {"year": _year(table, row, place), "land_class": row["class"], **amounts}

    return pd.DataFrame(_read_rows(table, table.rows, read))


def read_uptake(name: str | Path, base: Path = Path(), *, column: str = "uptake") -> dict[str, float]:
    """Yearly carbon uptake by land class, t C ha-1 yr-1: a built-in table, or a file with the columns ``class, uptake``; negative is a source.

    Where there is a column ``unit``, or the heading of the rates names one in brackets, figures are turned from it.

    Parameters
    ----------
    column : str
        Column of the values: ``respiration`` in a table of heterotrophic respiration.
    """
    table = read_named("uptake", str(name), base)
    table.require(["class", column])
    of_heading = unit_in_heading(table, column)
    rates: dict[str, float] = {}
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        if row["class"] in rates:
            raise InputError(tr("{place}: '{name}' appears twice", place=place, name=row["class"]))
        value = parse_number(row[column], table.at(place, column), positive=column != "uptake")
        own = row.get("unit", "").strip()
        if own and of_heading:
            refuse_two_units(table.line(line), own, of_heading)
        unit = own or of_heading
        try:
            rates[row["class"]] = value * (carbon_factor(unit, "t C ha-1 yr-1") if unit else 1.0)
        except UnitError as error:
            where = table.at(place, "unit" if own else column)
            raise InputError(tr("{place}: {error}", place=where, error=error)) from error
    return rates


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as CSV in UTF-8, with a byte-order mark where it holds more than ASCII, so that Excel shows Chinese.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    words = [name for name in frame.columns if frame[name].dtype.kind not in "iufb"]
    safe = frame.assign(**{str(name): frame[name].map(inert) for name in words}) if words else frame
    write_csv_text(path, safe.to_csv(index=False, lineterminator="\n"))
