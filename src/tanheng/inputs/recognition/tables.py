"""Tables recognised by their headings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tanheng.errors import InputError
from tanheng.factors.headings import column_of
from tanheng.factors.reading import raw_rows, read_table
from tanheng.factors.table import Table
from tanheng.inputs.recognition.recognised import YEAR, OwnHeadings, Recognised, Use, entry_name, year_in
from tanheng.io.energy.yearbook import is_printed
from tanheng.language import listed, tr
from tanheng.spreadsheets import is_spreadsheet
from tanheng.tables.input_tables import INPUT_TABLES, InputTable


def recognised_table(path: Path, file: str) -> Recognised:
    """What a table seems to be, by its headings; of an Excel file one sheet is looked at.

    Raises
    ------
    InputError
        It can't be read.
    """
    if is_printed(raw_rows(path)):
        use = Use(tr("Energy balance"), _entries(("emissions", "balance"), file), likely=True)
        return Recognised(file, "table", tr("Energy balance as a yearbook prints it"), (), year_in(path.name), (use,))
    table = read_table(path)
    kinds = fitting_tables(table.header)
    known = {name for kind in kinds for name in kind.names}
    figures = [(tr("rows"), f"{len(table.rows):,}"), (tr("columns"), str(listed(table.header)))]
    header = [table.own(column) for column in table.header]
    if "lucode" in table.header and not _POOLS_OF_INVEST.isdisjoint(table.header):
        title = tr("Carbon pools by map code (InVEST)")
        entries = ((("carbon_density", "table"), file), (("land_cover", "legend"), file))
        return Recognised(file, "table", title, figures, None, (Use(title, entries, likely=True),), header=header)
    if not kinds and _is_of_classes(table):
        use = Use(tr("Values by land class"), _entries(("plan", "values"), file), likely=True)
        return Recognised(file, "table", use.title, figures, year_in(path.name), (use,), header=header)
    if kinds and not _may_be_of_the_past(kinds, table.header):
        # Columns that nothing is known of may be what another use, or an optional column, needs.
        more = _OF_OWN_HEADINGS if set(table.header) - known else ()
        uses = [*_uses(path, file, kinds), *(_own_use(INPUT_TABLES[name], table, path, file) for name in more)]
        return Recognised(file, "table", tr(kinds[0].title), figures, year_in(path.name), uses, header=header)
    if kinds:
        uses = [
            *(_own_use(INPUT_TABLES[name], table, path, file) for name in _OF_OWN_HEADINGS),
            *_uses(path, file, kinds, likely=False),
        ]
        summary = tr("Table by year; choose its use")
        return Recognised(file, "table", summary, figures, year_in(path.name), uses, header=header)
    summary = tr("Table with headings of its own; choose what it is for, and say what they mean")
    uses = [_own_use(INPUT_TABLES[name], table, path, file) for name in _OF_OWN_HEADINGS]
    return Recognised(file, "table", summary, figures, year_in(path.name), uses, header=header)


def _may_be_of_the_past(kinds: Sequence[InputTable], header: Sequence[str]) -> bool:
    """Whether a table that could be of years to come does not say so: population and emissions have the same headings in all years."""
    return [kind.name for kind in kinds] == ["outlook"] and "scenario" not in {column_of(name) for name in header}


def _is_of_classes(table: Table) -> bool:
    """Whether each row is a land class with numbers of the user's own: none that another table is known by."""
    own = [name for name in table.header if name != "class"]
    if not own or len(own) == len(table.header) or any(column_of(name) in _KNOWN for name in own):
        return False
    cells = [row[name] for _, row in table.rows for name in own if row[name].strip()]
    return bool(cells) and all(_is_number(cell) for cell in cells)


#: Columns that tables of a study are known by.
_KNOWN = {name for kind in INPUT_TABLES.values() for name in kind.names}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


#: Columns by which InVEST's table of carbon pools is known, beside its map codes.
_POOLS_OF_INVEST = {"c_above", "c_below", "c_soil", "c_dead"}

#: Tables whose headings a study may explain.
_OF_OWN_HEADINGS = ("totals", "activity", "energy_balance", "zone_values", "economy")


#: Units that tables of emissions often have.
_UNITS = {"totals": "10^4 t CO2", "activity": "10^4 t", "energy_balance": "10^4 tce"}


def _own_use(kind: InputTable, table: Table, path: Path, file: str) -> Use:
    """Use of a table once the study says what its headings mean."""
    entry = _entry(kind, path)
    # The unit of amounts of emissions may be named in the study, in place of a column.
    by_study = entry[0] == "emissions" and "unit" not in table.header
    lacking = [
        (column.name, tr(column.meaning), column.required)
        for column in kind.columns
        if column.name not in table.header and not (column.name == "unit" and by_study)
    ]
    unit_place, example = ((entry[0], "unit"), _UNITS[kind.name]) if by_study else ((), "")
    own = OwnHeadings(lacking, (*entry[:-1], "columns"), unit_place, example)
    # Where only the unit is lacking, there is no heading to explain.
    title = (
        tr(kind.title)
        if not any(needed for _, _, needed in lacking)
        else tr("{title}, headings explained", title=tr(kind.title))
    )
    return Use(title, _entries(entry, file), own=own)


def fitting_tables(header: Sequence[str]) -> list[InputTable]:
    """Tables of a study whose required columns are all there, those that leave the fewest columns over first.

    Examples
    --------
    >>> [table.name for table in fitting_tables(["年份", "能源品种", "消费量", "单位"])]
    ['activity']
    """
    columns = {column_of(heading) for heading in header}
    fit = [
        table
        for table in INPUT_TABLES.values()
        if set(table.required) <= columns and columns & (set(table.names) - _IN_MANY)
    ]
    return sorted(fit, key=lambda table: (-len(table.required), len(columns - set(table.names))))


#: Columns that many tables have, and by which none is known.
_IN_MANY = {"year", "unit", "zone", "sector", "scenario"}


def _uses(path: Path, file: str, kinds: Sequence[InputTable], *, likely: bool = True) -> list[Use]:
    return [
        Use(tr(table.title), _entries(_entry(table, path), file), likely=likely and number == 0)
        for number, table in enumerate(kinds)
        if _entry(table, path)
    ]


#: Tables of emissions, of which a study has one, and what may be said of its headings.
_ONE_OF = ("totals", "activity", "balance")


def _entries(entry: tuple[str, ...], file: str) -> tuple[tuple[tuple[str, ...], object], ...]:
    """Entries that name a file; of emissions, in place of another table and of what was said of its headings."""
    if entry[0] != "emissions" or entry[1] not in _ONE_OF:
        return ((entry, file),)
    others = [name for name in _ONE_OF if name != entry[1]]
    return ((entry, file), *((("emissions", name), None) for name in (*others, "columns", "unit")))


def _entry(table: InputTable, path: Path) -> tuple[str, ...]:
    """Entry of the study that names such a table; none where it is named in several places."""
    if table.name == "change_errors":
        return ()
    book, _, sheet = path.name.partition("#")
    own_name = entry_name(f"{Path(book).stem} {sheet}")
    parts = [own_name if part == "NAME" else part for part in table.place.split(".")]
    return (*parts, YEAR) if table.name in _BY_YEAR else tuple(parts)


#: Tables that a study names by year.
_BY_YEAR = {"map_errors", "map_accuracies"}


def sheets(path: Path) -> list[str]:
    """Names of the sheets of an Excel file; none of other files.

    Raises
    ------
    InputError
        The file can't be read.
    """
    if not is_spreadsheet(path):
        return []
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True)
    except Exception as error:
        raise InputError(
            tr("{path}: can't be read as an Excel file ({reason})", path=path.name, reason=error)
        ) from error
    names = list(book.sheetnames)
    book.close()
    return names
