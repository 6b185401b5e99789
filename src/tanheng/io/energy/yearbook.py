"""Energy balances as yearbooks print them: a column a fuel, a row a flow, units under the headings or beside the title.

Such a table becomes one with a row a flow and fuel, which is read as any other. Numbering before the flows, words in brackets, English
under Chinese, sums of fuels and rows of titles are taken as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from tanheng.errors import InputError, StudyError, UnitError, nearest
from tanheng.factors import fuels
from tanheng.factors.flows import flows
from tanheng.factors.headings import refuse_two_units
from tanheng.factors.table import Table, parse_number
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

#: Headings of columns that number the rows.
_NUMBERS = frozenset({"编号", "序号", "代码", "行次", "code", "no.", "no", "number", "line"})

#: What tables print where there is nothing, or less than half of the last digit.
_NOTHING = frozenset({"", "-", "—", "–", "－", "…", "……", "..."})

_BRACKETS = re.compile(r"[（(\[]([^（）()\[\]]*)[)）\]]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")

#: Headings of a column of years.
_YEARS = frozenset({"year", "年份", "年", "年度"})

#: What every unit of an energy balance can be turned into.
_MEASURES = ("t", "m3", "TJ")


def long_table(
    rows: Rows,
    name: str,
    year: int | None = None,
    unit: str | None = None,
    headings: Mapping[str, str] | None = None,
) -> Table | None:
    """Table with the columns ``year, flow, fuel, quantity, unit`` of a balance with a column a fuel; none where it is no such table.

    Parameters
    ----------
    rows : sequence of (int, list of str)
        Rows of the file with their numbers.
    year : int, optional
        That the balance is of; by default the one that a column or the title names.
    unit : str, optional
        Of all columns for which the table names none.
    headings : mapping of str to str, optional
        Headings of fuels that are not known, by the fuel that they mean.

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
    rows = with_one_heading(rows)
    head = _head(rows)
    if head is None:
        return None
    rows = _with_fuels(rows, head, name, headings or {})
    layout = _layout(rows, head, name, year, unit)
    problems: list[str] = []
    long_rows = list(_long_rows(rows[layout.first :], layout, name, problems))
    if problems:
        raise StudyError(problems)
    header = ("year", "flow", "fuel", "quantity", "unit")
    return Table(name, header, tuple(long_rows), (), {column: column for column in header})


def is_printed(rows: Rows) -> bool:
    """Whether rows look like an energy balance as a yearbook prints it: a row of fuels over a column of flows.

    An inventory of emissions by fuel, with a row a year, has the fuels and no flows.
    """
    rows = with_one_heading(rows)
    head = _head(rows)
    if head is None:
        return False
    at = _flow_column(rows, head)
    return at is not None and any(_flow(cells[at]) for _, cells in rows[head + 1 :] if at < len(cells))


def of_one_year(rows: Rows) -> bool:
    """Whether a table is one as printed without a column of years."""
    rows = with_one_heading(rows)
    head = _head(rows)
    return head is not None and _year_column(rows[head][1]) is None


def title_year(rows: Rows) -> int | None:
    """Year that a table as printed is of by its title alone; none where it has a column of years, or is no such table."""
    rows = with_one_heading(rows)
    head = _head(rows)
    return _year_of_title(rows, head) if head is not None and of_one_year(rows) else None


def with_one_heading(rows: Rows) -> Rows:
    """Rows in which headings of two lines, a group of fuels over its fuels, are one.

    Examples
    --------
    >>> rows = [(1, ["item", "coal total", "", "", "natural gas"]), (2, ["", "", "raw coal", "coke", ""]), (3, ["industry", "", "5", "1", "2"])]
    >>> with_one_heading(rows)[0], len(with_one_heading(rows))
    ((1, ['item', 'coal total', 'raw coal', 'coke', 'natural gas']), 2)
    """
    for at, ((line, top), (_, below)) in enumerate(pairwise(rows[: _HEAD + 1])):
        width = max(len(top), len(below))
        over, under = ([*cells, *[""] * (width - len(cells))] for cells in (top, below))
        if any(one.strip() and other.strip() for one, other in zip(over, under, strict=True)):
            continue
        joined = [one if one.strip() else other for one, other in zip(over, under, strict=True)]
        if _fuels_in(over) and _fuels_in(under) and _fuels_in(joined) >= _LEAST:
            return [*rows[:at], (line, joined), *rows[at + 2 :]]
    return rows


def _head(rows: Rows) -> int | None:
    """Row of headings of fuels; none where there is none."""
    return next((at for at, (_, cells) in enumerate(rows[:_HEAD]) if _fuels_in(cells) >= _LEAST), None)


def _with_fuels(rows: Rows, head: int, name: str, headings: Mapping[str, str]) -> Rows:
    """Rows in which headings that the study explains are the fuels that they mean.

    Raises
    ------
    InputError
        A heading is not there, or what it is to mean is no fuel.
    """
    line, cells = rows[head]
    shown = [" ".join(cell.split()) for cell in cells]
    renamed = list(cells)
    for fuel, heading in headings.items():
        if " ".join(heading.split()) not in shown:
            raise InputError(
                tr(
                    "{name}: line {line}: there is no column '{heading}'{nearest}",
                    name=name,
                    line=line,
                    heading=heading,
                    nearest=nearest(heading, shown),
                )
            )
        at = shown.index(" ".join(heading.split()))
        unit = _bracketed_unit(cells[at])
        renamed[at] = f"{fuels().find(fuel)} ({unit})" if unit else fuels().find(fuel)
    return [*rows[:head], (line, renamed), *rows[head + 1 :]]


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
    columns, year_column = _fuel_columns(cells), _year_column(cells)
    flow = _flow_column(rows, head)
    if flow is None:
        raise InputError(
            tr("{name}: line {line}: no column before the fuels names the flows", name=name, line=rows[head][0])
        )
    units, first = _units(rows, head, columns, flow, unit, name)
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
    _refuse_strangers(rows, head, {*columns, flow, year_column}, name)
    return _Layout(held, flow, year_column, known, first)


def _fuel_columns(cells: Sequence[str]) -> dict[int, str]:
    return {at: fuel for at, cell in enumerate(cells) if (fuel := _fuel(cell))}


def _flow_column(rows: Rows, head: int) -> int | None:
    """Column before the fuels in which most rows name a flow, the first of several; none where no column is left for them."""
    cells = rows[head][1]
    year = _year_column(cells)

    def named(at: int) -> int:
        return sum(1 for _, row in rows[head + 1 :] if at < len(row) and _flow(row[at]))

    return max((at for at in range(min(_fuel_columns(cells))) if at != year), key=named, default=None)


def _refuse_strangers(rows: Rows, head: int, known: set[int | None], name: str) -> None:
    """Refuse columns of figures that name no fuel: a fuel that is passed over would be missing from the account.

    Raises
    ------
    StudyError
        Every such column.
    """
    line, cells = rows[head]
    first_fuel = next(at for at, cell in enumerate(cells) if _fuel(cell))
    strange = []
    for at in range(max(len(cells) for _, cells in rows[head:])):
        heading = cells[at].strip() if at < len(cells) else ""
        figures = any(_number(row[at]) for _, row in rows[head + 1 :] if at < len(row))
        numbering = at < first_fuel and (not heading or heading.lower() in _NUMBERS)
        if at not in known and not numbering and (figures or (heading and at > first_fuel)):
            strange.append((at, " ".join(heading.split())))
    if strange:
        raise StudyError([_strange_column(name, line, at, heading) for at, heading in strange])


def _strange_column(name: str, line: int, at: int, heading: str) -> str:
    if not heading:
        return tr(
            "{name}: line {line}: column {number} has figures and no heading; write the fuel that they are of over them",
            name=name,
            line=line,
            number=at + 1,
        )
    return tr(
        "{name}: line {line}: '{heading}' names no fuel that is known{nearest}; where it is one by another name, say so in [emissions]: "
        'columns = {{ FUEL = "{heading}" }}',
        name=name,
        line=line,
        heading=heading,
        nearest=_if_near(heading.lower(), fuels().canonical),
    )


def _if_near(name: str, known: Iterable[str]) -> str:
    """Hint at the nearest name; empty where none is near, for there are too many to list."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return nearest(name, close) if close else ""


def _units(
    rows: Rows, head: int, columns: dict[int, str], flow: int, unit: str | None, name: str
) -> tuple[dict[int, str], int]:
    """Unit of each column, and the first row of figures: under the headings, in their brackets, beside the title, or as given."""
    first = head + 1
    under: dict[int, str] = {}
    while first < len(rows):
        cells = rows[first][1]
        if flow < len(cells) and _flow(cells[flow]):
            break
        units = {at: known for at in columns if at < len(cells) and (known := _unit(cells[at]))}
        if not units and any(_number(cells[at]) for at in columns if at < len(cells)):
            break
        under |= units
        first += 1
    cells = rows[head][1]
    bracketed = {at: known for at in columns if (known := _bracketed_unit(cells[at]))}
    title = next((known for _, line in rows[:head] for cell in line if (known := _title_unit(cell))), "")
    named = {at: under.get(at) or bracketed.get(at) or title for at in columns}
    for at, own in named.items():
        if own and unit is not None:
            place = tr(
                "{name}: line {line}, column '{heading}'", name=name, line=rows[head][0], heading=cells[at].strip()
            )
            refuse_two_units(place, own, unit)
    return {at: own or unit or "" for at, own in named.items()}, first


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
    unknown: set[str] = set()
    year = "" if layout.year is None else str(layout.year)
    for line, cells in rows:
        year = _year_of_row(cells, layout.year_column) or year  # a cell that is merged over rows stands in the first
        words = cells[layout.flow] if layout.flow < len(cells) else ""
        held = {at: cells[at].strip() for at in layout.fuels if at < len(cells) and cells[at].strip() not in _NOTHING}
        if not words.strip() or not held:
            continue
        flow = _flow(words)
        if not flow:
            if words not in unknown:
                problems.append(_unknown_flow(name, line, words))
            unknown.add(words)
            continue
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


def _year_of_row(cells: Sequence[str], column: int | None) -> str:
    """Year that a row names, without 年; empty where it names none."""
    return cells[column].strip().removesuffix("年").strip() if column is not None and column < len(cells) else ""


def _unknown_flow(name: str, line: int, words: str) -> str:
    plain = _NUMBERING.sub("", words.strip())
    return tr(
        "{name}: line {line}: '{words}' names no flow that is known{nearest}",
        name=name,
        line=line,
        words=" ".join(words.split()),
        nearest=_if_near(plain.lower(), flows().canonical),
    )
