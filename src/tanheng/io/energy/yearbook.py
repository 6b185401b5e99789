"""Energy balances as yearbooks print them: a column a fuel, a row a flow, units under the headings or beside the title.

Such a table becomes one with a row a flow and fuel, which is read as any other. Numbering before the flows, words in brackets, English
under Chinese, sums of fuels and rows of titles are taken as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tanheng.errors import InputError, StudyError, UnitError, nearest
from tanheng.factors import fuels
from tanheng.factors.catalogue import Table, parse_number
from tanheng.factors.flows import flows
from tanheng.language import tr
from tanheng.units import conversion_factor

Rows = Sequence[tuple[int, list[str]]]

#: Columns that sum up others: of all energy, which checks the rest, and of a kind of fuel, which is passed over.
SUMS = {"total energy", "能源合计", "合计"}
PARTIAL_SUMS = {"total coal", "coal total", "total petroleum", "petroleum total", "煤合计", "油品合计", "煤品合计"}

#: Fuels that a row must name to be the header of such a table, and rows among which it is sought.
_LEAST, _HEAD = 3, 20

#: Numbering and marks before the name of a flow.
_NUMBERING = re.compile(
    r"^\s*([#＃*·]|其中[:：]?|[一二三四五六七八九十]+\s*[、.．]|[（(]?\d+[)）]?\s*[、.．)）]?|[IVX]+\.)\s*"
)

#: Signs behind the name of a flow, as in 出口量（-）.
_SIGN = re.compile(r"[（(]\s*[-+－＋—]\s*[)）]\s*$")

_BRACKETS = re.compile(r"[（(\[]([^（）()\[\]]*)[)）\]]")
_LATIN = re.compile(r"[A-Za-z]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")

#: Headings of a column of years.
_YEARS = frozenset({"year", "年份", "年", "年度"})

#: What every unit of an energy balance can be turned into.
_MEASURES = ("t", "m3", "TJ")


def long_table(rows: Rows, name: str, year: int | None = None, unit: str | None = None) -> Table | None:
    """Table with the columns ``year, flow, fuel, quantity, unit`` of a balance with a column a fuel; none where it is no such table.

    Parameters
    ----------
    rows : sequence of (int, list of str)
        Rows of the file with their numbers.
    year : int, optional
        That the balance is of; by default the one that a column or the title names.
    unit : str, optional
        Of all columns; by default those that the table names.

    Raises
    ------
    InputError
        The year or a unit is not named, or a flow, a fuel or a number can't be read; every such place.

    Examples
    --------
    >>> rows = [(1, ["Energy balance 2015"]), (2, ["item", "Raw coal", "Coke", "Diesel"]), (3, ["", "10^4 t", "10^4 t", "10^4 t"]),
    ...         (4, ["1. Industry", "120", "30", ""])]
    >>> [row for _, row in long_table(rows, "balance.csv").rows][0]["quantity"]
    '120'
    """
    head = next((at for at, (_, cells) in enumerate(rows[:_HEAD]) if _fuels_in(cells) >= _LEAST), None)
    if head is None:
        return None
    layout = _layout(rows, head, name, year, unit)
    problems: list[str] = []
    found = list(_long_rows(rows[layout.first :], layout, name, problems))
    if problems:
        raise StudyError(problems)
    header = ("year", "flow", "fuel", "quantity", "unit")
    return Table(name, header, tuple(found), (), {column: column for column in header})


def title_year(rows: Rows) -> int | None:
    """Year that a table as printed is of by its title alone; none where it has a column of years, or is no such table."""
    head = next((at for at, (_, cells) in enumerate(rows[:_HEAD]) if _fuels_in(cells) >= _LEAST), None)
    return None if head is None or _year_column(rows[head][1]) is not None else _year_of_title(rows, head)


def _year_column(cells: Sequence[str]) -> int | None:
    """Column of years before the fuels."""
    first = next(at for at, cell in enumerate(cells) if _fuel(cell))
    return next((at for at in range(first) if cells[at].strip().lower() in _YEARS), None)


@dataclass(frozen=True)
class _Layout:
    """Where things stand: columns of fuels with their headings and units, of flows and of years, and the first row of figures."""

    fuels: dict[int, tuple[str, str, str]]
    flow: int
    year_column: int | None
    year: int | None
    first: int


def _fuels_in(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if _fuel(cell))


def _fuel(cell: str) -> str:
    """Fuel, or sum of fuels, that a heading names; empty where it names none."""
    for text in _readings(cell):
        key = text.lower()
        if key in SUMS or key in PARTIAL_SUMS:
            return key
        try:
            return fuels().find(text)
        except InputError:
            continue
    return ""


def _readings(cell: str) -> list[str]:
    """A cell as it is, without brackets, line by line, and its Chinese and its English alone."""
    plain = _BRACKETS.sub(" ", cell)
    lines = [line.strip() for line in cell.splitlines()]
    chinese = "".join(letter for letter in plain if ord(letter) > 0x2E80)
    english = " ".join("".join(letter if ord(letter) < 0x2E80 else " " for letter in plain).split())
    return [text for text in dict.fromkeys([cell.strip(), plain.strip(), *lines, chinese, english]) if text]


def _layout(rows: Rows, head: int, name: str, year: int | None, unit: str | None) -> _Layout:
    cells = rows[head][1]
    columns = {at: fuel for at, cell in enumerate(cells) if (fuel := _fuel(cell))}
    first_fuel = min(columns)
    year_column = _year_column(cells)
    flow = next((at for at in range(first_fuel) if at != year_column), None)
    if flow is None:
        raise InputError(
            tr("{name}: line {line}: no column before the fuels names the flows", name=name, line=rows[head][0])
        )
    units, first = _units(rows, head, columns, unit)
    known = year if year is not None else _year_of_title(rows, head)
    if year_column is None and known is None:
        raise InputError(
            tr('{name}: its year is named nowhere; write balance = {{ YEAR = "{name}" }} in [emissions]', name=name)
        )
    lacking = [cells[at].strip() for at, fuel in columns.items() if not units.get(at) and fuel not in PARTIAL_SUMS]
    if lacking:
        raise InputError(
            tr(
                "{name}: line {line}: no unit is named for '{heading}'; write it under the heading, or unit = \"...\" in [emissions]",
                name=name,
                line=rows[head][0],
                heading=lacking[0],
            )
        )
    held = {
        at: (fuel, cells[at].strip(), units.get(at, "")) for at, fuel in columns.items() if fuel not in PARTIAL_SUMS
    }
    _refuse_strangers(cells, columns, {flow, year_column}, name, rows[head][0])
    return _Layout(held, flow, year_column, known, first)


def _refuse_strangers(
    cells: Sequence[str], columns: dict[int, str], others: set[int | None], name: str, line: int
) -> None:
    """Refuse headings behind the first fuel that name none: a fuel that is passed over would be missing from the account."""
    strange = [
        cell
        for at, cell in enumerate(cells)
        if cell.strip() and at > min(columns) and at not in columns and at not in others
    ]
    if strange:
        raise StudyError(
            [
                tr(
                    "{name}: line {line}: '{heading}' names no fuel that is known{nearest}",
                    name=name,
                    line=line,
                    heading=" ".join(cell.split()),
                    nearest=nearest(cell.strip().lower(), fuels().canonical),
                )
                for cell in strange
            ]
        )


def _units(rows: Rows, head: int, columns: dict[int, str], unit: str | None) -> tuple[dict[int, str], int]:
    """Unit of each column, and the first row of figures: as given, under the headings, in their brackets, or beside the title."""
    first = head + 1
    under: dict[int, str] = {}
    while first < len(rows) and not _flow(rows[first][1][0] if rows[first][1] else ""):
        cells = rows[first][1]
        found = {at: known for at in columns if at < len(cells) and (known := _unit(cells[at]))}
        if not found and any(_number(cells[at]) for at in columns if at < len(cells)):
            break
        under |= found
        first += 1
    if unit is not None:
        return dict.fromkeys(columns, unit), first
    cells = rows[head][1]
    bracketed = {at: known for at in columns if (known := _bracketed_unit(cells[at]))}
    title = next((known for _, line in rows[:head] for cell in line if (known := _title_unit(cell))), "")
    return {at: under.get(at) or bracketed.get(at) or title for at in columns}, first


def _unit(text: str) -> str:
    """Unit of mass, volume or energy that a text is; empty where it is none."""
    inner = _BRACKETS.search(text)
    for part in dict.fromkeys([*_readings(inner.group(1) if inner and inner.group(1) else text), text.strip()]):
        for measure in _MEASURES:
            try:
                conversion_factor(part, measure)
            except UnitError:
                continue
            return part
    return ""


def _bracketed_unit(cell: str) -> str:
    return next((known for inner in _BRACKETS.findall(cell) if (known := _unit(inner))), "")


def _title_unit(cell: str) -> str:
    """Unit behind a word for it: 单位：万吨标准煤."""
    _, mark, text = cell.replace(":", "：").partition("：")
    return _unit(text) if mark and ("单位" in cell or "unit" in cell.lower()) else ""


def _number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[\d,]*\.?\d+", text.strip()))


def _year_of_title(rows: Rows, head: int) -> int | None:
    """The one year that the rows over the header name."""
    years = {int(found) for _, cells in rows[:head] for cell in cells for found in _YEAR.findall(cell)}
    return years.pop() if len(years) == 1 else None


def _flow(cell: str) -> str:
    """Flow that a row is of; empty where it names none."""
    for text in _readings(_SIGN.sub("", cell)):
        plain = text
        while (shorter := _NUMBERING.sub("", plain)) != plain:
            plain = shorter
        for attempt in (plain, _SIGN.sub("", plain), _BRACKETS.sub("", plain)):
            try:
                return flows().find(attempt.strip())
            except InputError:
                continue
    return ""


def _long_rows(rows: Rows, layout: _Layout, name: str, problems: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """A row a flow and fuel; flows that are named again and count as nothing are passed over, as 回收能 in transformation."""
    seen: set[tuple[str, str]] = set()
    for line, cells in rows:
        words = cells[layout.flow] if layout.flow < len(cells) else ""
        held = {
            at: cells[at].strip()
            for at in layout.fuels
            if at < len(cells) and cells[at].strip() not in {"", "-", "—", "–"}
        }
        if not words.strip() or not held:
            continue
        flow = _flow(words)
        if not flow:
            problems.append(_unknown_flow(name, line, words))
            continue
        year = cells[layout.year_column].strip() if layout.year_column is not None else str(layout.year)
        if (year, flow) in seen and flows().flows[flow].counts == 0:
            continue
        seen.add((year, flow))
        for at, text in held.items():
            fuel, heading, unit = layout.fuels[at]
            place = tr(
                "{name}: line {line}, column '{heading}'", name=name, line=line, heading=" ".join(heading.split())
            )
            try:
                parse_number(text, place, positive=False)
            except InputError as error:
                problems.append(str(error))
                continue
            yield line, {"year": year, "flow": flow, "fuel": fuel, "quantity": text, "unit": unit}


def _unknown_flow(name: str, line: int, words: str) -> str:
    plain = _NUMBERING.sub("", words.strip())
    return tr(
        "{name}: line {line}: '{words}' names no flow that is known{nearest}",
        name=name,
        line=line,
        words=" ".join(words.split()),
        nearest=nearest(plain.lower(), flows().canonical),
    )
