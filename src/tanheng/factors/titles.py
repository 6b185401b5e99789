"""Lines around a table that are no part of it: titles and units above its headings, notes below its rows."""

from __future__ import annotations

from collections.abc import Sequence

#: Beginnings of notes below a table.
_NOTES = ("注", "备注", "说明", "资料来源", "数据来源", "来源", "note", "source", "data source")
#: Beginnings of the unit that yearbooks write above a table, at its right.
_UNITS = ("单位", "计量单位", "unit")
#: Most lines of titles.
MOST_TITLES = 5

Rows = Sequence[tuple[int, list[str]]]


def without_titles(rows: Rows) -> tuple[Rows, tuple[str, ...]]:
    """Rows of a table from its headings to its last entry, and the texts around them.

    A line below the rows is a note where its first cell alone is filled and begins like one.

    Examples
    --------
    >>> rows = [(1, ["表5-16", "", "单位:万吨"]), (2, ["年份", "地区", "排放量"]), (3, ["2000", "甲", "5"]), (4, ["注:初步核算"])]
    >>> without_titles(rows)
    ([(2, ['年份', '地区', '排放量']), (3, ['2000', '甲', '5'])], ('表5-16 单位:万吨', '注:初步核算'))
    """
    titles, last = titles_above(rows), len(rows)
    while last > titles + 1 and _is_note(rows[last - 1][1]):
        last -= 1
    around = tuple(" ".join(_filled(cells)) for _, cells in [*rows[:titles], *rows[last:]])
    return list(rows[titles:last]), around


def titles_above(rows: Rows) -> int:
    """Number of lines above the headings: each has one cell only, or besides it a unit, and a line below them has more.

    Examples
    --------
    >>> titles_above([(1, ["表5-16"]), (2, ["年份", "排放量"])]), titles_above([(1, ["class"]), (2, ["forest"])])
    (1, 0)
    """
    count = 0
    while count < min(MOST_TITLES, len(rows) - 1) and _is_title(rows[count][1]):
        count += 1
    return count if count and len(_filled(rows[count][1])) > 1 else 0


def _filled(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]


def _is_title(cells: list[str]) -> bool:
    filled = _filled(cells)
    others = [cell for cell in filled if not _begins(cell, _UNITS)]
    return len(others) < 2 and (len(filled) == 1 or len(others) < len(filled))


def _is_note(cells: list[str]) -> bool:
    filled = _filled(cells)
    return len(filled) == 1 and cells[0].strip() != "" and _begins(filled[0], _NOTES)


def _begins(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text begins with one of some words and goes on with a mark, as titles and notes do."""
    bare = text.lower().lstrip("(（[【")
    for word in words:
        rest = bare.removeprefix(word)
        if rest != bare and rest.lstrip()[:1] in (":", "：", "1", ".", "、", ")", "(", "（"):
            return True
    return False
