"""Lines around a table that are no part of it: titles and units above its headings, notes below its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Beginning of a note below a table: a word for one, and a number or a mark behind it.
_NOTE = re.compile(
    r"[（(\[【]?(注释?|备注|说明|资料来源|数据来源|来源|note|source|data source)s?\s*\d*\s*[:：.、)）]", re.IGNORECASE
)
#: A cell with the unit that yearbooks write above a table.
_UNIT = re.compile(r"[（(\[【]?(计量单位|单位|unit)\s*[:：]", re.IGNORECASE)
#: Most lines of titles.
MOST_TITLES = 5

Rows = Sequence[tuple[int, list[str]]]


def without_titles(rows: Rows) -> tuple[Rows, tuple[str, ...], tuple[str, ...]]:
    """Rows of a table from its headings to its last entry, the titles above them and the notes below.

    A note begins with a word for one, and what follows it in the first cell alone belongs to it. A table of one column has neither.

    Examples
    --------
    >>> rows = [(1, ["表5-16", "", "单位:万吨"]), (2, ["年份", "地区", "排放量"]), (3, ["2000", "甲", "5"]), (4, ["注2:初步核算"]), (5, ["另见表2"])]
    >>> without_titles(rows)
    ([(2, ['年份', '地区', '排放量']), (3, ['2000', '甲', '5'])], ('表5-16 单位:万吨',), ('注2:初步核算', '另见表2'))
    """
    if max((len(_filled(cells)) for _, cells in rows), default=0) < 2:
        return rows, (), ()
    titles = titles_above(rows)
    end = next((at for at in range(titles + 1, len(rows)) if _is_note(rows[at][1]) and _ends_at(rows, at)), len(rows))
    above, below = (tuple(" ".join(_filled(cells)) for _, cells in part) for part in (rows[:titles], rows[end:]))
    return list(rows[titles:end]), above, below


def titles_above(rows: Rows) -> int:
    """Number of lines above the headings: each has one cell only, or besides it a unit, and the line below them has more.

    Examples
    --------
    >>> titles_above([(1, ["表5-16"]), (2, ["年份", "排放量"])]), titles_above([(1, ["class"]), (2, ["forest"])])
    (1, 0)
    >>> titles_above([(1, ["fuel", "unit (t)"]), (2, ["coal", "5"])])
    0
    """
    count = 0
    while count < min(MOST_TITLES, len(rows) - 1) and _is_title(rows[count][1]):
        count += 1
    while count and len(_filled(rows[count][1])) <= max(len(_filled(cells)) for _, cells in rows[:count]):
        count -= 1
    return count


def _filled(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]


def _is_title(cells: list[str]) -> bool:
    filled = _filled(cells)
    others = [cell for cell in filled if not _UNIT.match(cell)]
    return len(filled) == 1 or (len(others) == 1 and len(filled) == 2)


def _is_note(cells: list[str]) -> bool:
    return bool(cells) and bool(_NOTE.match(cells[0].strip()))


def _ends_at(rows: Rows, at: int) -> bool:
    """Whether nothing but notes follows: lines of one cell, or of text that a comma has parted."""
    return all(len(_filled(cells)) == 1 or _is_note(cells) for _, cells in rows[at:])
