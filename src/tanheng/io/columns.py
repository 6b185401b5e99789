"""Columns of somebody's own table: a CSV file, or the attributes of a vector file with its polygons."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from tanheng.errors import InputError, StudyError, nearest
from tanheng.factors.reading import read_text
from tanheng.io.vectors import read_layer
from tanheng.language import tr
from tanheng.spreadsheets import is_spreadsheet, sheet_rows

#: What tables write for a missing value.
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", "—"})


#: Numbers that programs write where there are no data, and that no column is likely to hold as a value.
_FILLS = (-9999.0, -99999.0, -32768.0, -2147483648.0, 1e20)
#: Such as a column may hold: they stand for none where they are there twice, and farther from all other values than these from each other.
_CODES = (-99.0, -999.0, 999.0, 9999.0, 99999.0, 999999.0, -32767.0, 32767.0, 65535.0, 2147483647.0, 4294967295.0)
#: No column has a value as large: the least numbers of 32 and 64 bits, however they are rounded, stand for none.
_HUGE = 1e30
#: Digits in groups of three.
_GROUPED = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
#: What is meant as a number, and is none.
_MEANT = re.compile(r"[<>≤≥~约]?\s*-?\d+([.,]\d+)?\s*[%％‰]?")
#: A comma that may stand for a point.
_COMMA = re.compile(r"-?\d+,\d+")


@dataclass(frozen=True)
class Columns:
    """A table as text, with the geometry of each row where the file has one."""

    path: Path
    frame: pd.DataFrame
    geometries: tuple[shapely.Geometry, ...] | None
    crs: pyproj.CRS | None = None
    groups_digits: bool = False

    def require(self, names: Sequence[str]) -> None:
        """Check that columns are there.

        Raises
        ------
        StudyError
            Every column that is missing, with the nearest one that is there.
        """
        missing = [name for name in names if name not in self.frame]
        if missing:
            known = list(map(str, self.frame.columns))
            raise StudyError(
                [
                    tr(
                        "{path}: there is no column '{name}'{nearest}",
                        path=self.path,
                        name=name,
                        nearest=nearest(next((one for one in known if one.lower() == name.lower()), name), known),
                    )
                    for name in missing
                ]
            )

    def numbers(self, name: str, *, kinds: bool = False) -> NDArray[np.float64]:
        """Numbers of a column, NaN where blank or NA.

        Parameters
        ----------
        kinds : bool
            Whether they are codes of kinds, of which any may be one.

        Raises
        ------
        StudyError
            Every cell that is no finite number, or that stands for a missing one, up to ten, by its row.
        """
        found, problems = np.full(len(self.frame), np.nan), []
        for row, text in enumerate(self.frame[name].astype(str).str.strip()):
            if text.lower() in _MISSING:
                continue
            try:
                found[row] = self._number(text)
            except ValueError:
                problems.append(
                    tr(
                        "{path}: row {row} of the data, column '{name}' is '{text}', not a number{hint}",
                        path=self.path,
                        row=row + 1,
                        name=name,
                        text=text,
                        hint=tr("; write a point, not a comma, before decimals") if _COMMA.fullmatch(text) else "",
                    )
                )
                continue
            if not np.isfinite(found[row]):
                problems.append(
                    tr(
                        "{path}: row {row} of the data, column '{name}' is '{text}'; leave it blank",
                        path=self.path,
                        row=row + 1,
                        name=name,
                        text=text,
                    )
                )
        filled = np.isin(found, _FILLS) if kinds else _fills(found)
        if filled.any():
            row = int(np.flatnonzero(filled)[0])
            problems.append(
                tr(
                    "{path}: column '{name}' has {number:g} in {count} row(s), the first is row {row} of the data: a number that programs write "
                    "where there are no data; leave these cells blank",
                    path=self.path,
                    name=name,
                    number=found[row],
                    count=int(filled.sum()),
                    row=row + 1,
                )
            )
        if problems:
            rest = [tr("and {count} more like these", count=len(problems) - 10)] if len(problems) > 10 else []
            raise StudyError([*problems[:10], *rest])
        return found

    def is_number(self, name: str) -> bool:
        """Whether the cells of a column that are not blank spell numbers, at least half of them: the others are slips then.

        Numbers with a percent sign, with a comma or beyond a sign of comparison are meant as numbers too.
        """
        texts = [text for text in self.frame[name].astype(str).str.strip() if text.lower() not in _MISSING]
        return 2 * sum(self._spells_number(text) or _MEANT.fullmatch(text) is not None for text in texts) >= len(texts)

    def _number(self, text: str) -> float:
        """Number that a cell spells; digits in groups of three where a comma can be nothing else.

        Raises
        ------
        ValueError
            It spells none.
        """
        return float(text.replace(",", "") if self.groups_digits and _GROUPED.fullmatch(text) else text)

    def _spells_number(self, text: str) -> bool:
        try:
            self._number(text)
        except ValueError:
            return False
        return True

    def categories(self, name: str) -> NDArray[np.int64]:
        """Classes of a column as whole numbers in the order of their names, -1 where blank or NA.

        Raises
        ------
        StudyError
            All cells are numbers, and one of them is a number that programs write where there are no data.
        """
        texts = self.frame[name].astype(str).str.strip()
        if all(self._spells_number(text) or text.lower() in _MISSING for text in texts):
            values = self.numbers(name, kinds=True)
            kinds = np.full(len(values), -1, np.int64)
            kinds[np.isfinite(values)] = np.unique(values[np.isfinite(values)], return_inverse=True)[1].ravel()
            return kinds
        known = ~texts.str.lower().isin(_MISSING).to_numpy()
        kinds = np.full(len(texts), -1, np.int64)
        kinds[known] = np.unique(texts.to_numpy(str)[known], return_inverse=True)[1].ravel()
        return kinds


def _fills(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which values are numbers that stand for none: a huge one, or one that programs write so.

    A number that programs write counts as missing if it is outside the range of the other values or occurs more than once; a number
    that may also be a value, if it occurs more than once and is far outside that range.

    Examples
    --------
    >>> _fills(np.array([3.0, 60.0, 41.0, -999.0, -999.0])).tolist(), _fills(np.array([310.0, 420.0, 380.0, 999.0])).any()
    ([False, False, False, True, True], np.False_)
    """
    huge = np.abs(np.nan_to_num(values)) > _HUGE
    written, coded = np.isin(values, _FILLS), np.isin(values, _CODES)
    rest = values[np.isfinite(values) & ~huge & ~written & ~coded]
    if not len(rest):
        return np.asarray(huge)
    low, high = float(rest.min()), float(rest.max())
    beyond = np.maximum(low - values, values - high)
    number, times = np.unique(values[written | coded], return_counts=True)
    twice = np.isin(values, number[times > 1])
    return np.asarray(
        huge | (written & ((beyond > 0) | twice)) | (coded & twice & (len(rest) > 2) & (beyond > high - low))
    )


def read_columns(path: Path, layer: str | None = None) -> Columns:
    """Table of a CSV file (UTF-8 or GB18030) or of a sheet of an Excel file, or attributes and polygons of a vector file.

    Raises
    ------
    InputError
        The file is missing, no table, empty, or has two columns of one name.
    """
    if path.suffix.lower() in {".csv", ".txt", ".tsv"}:
        frame, separator = _read_csv(path)
        return Columns(path, frame, None, groups_digits=separator == ",")
    if is_spreadsheet(path):
        return Columns(path, _read_sheet(path), None, groups_digits=True)
    return _read_vector(path, layer)


def _read_sheet(path: Path) -> pd.DataFrame:
    """Rows of a sheet behind its heading; those over it that begin with ``#`` say where it comes from."""
    return _frame(
        path, list(dropwhile(lambda cells: cells[0].startswith("#"), (cells for _, cells in sheet_rows(path))))
    )


def _read_csv(path: Path) -> tuple[pd.DataFrame, str]:
    """Rows of a CSV file, and what stands between its cells."""
    lines = [line for line in read_text(path).splitlines() if not line.startswith("#")]
    text = "\n".join(lines)
    if not text.strip():
        raise InputError(tr("{path}: is empty; a heading and a row for each unit were expected", path=path))
    separator = "\t" if "\t" in lines[0] else ";" if ";" in lines[0] and "," not in lines[0] else ","
    try:
        rows = [cells for cells in csv.reader(io.StringIO(text), delimiter=separator) if any(map(str.strip, cells))]
    except csv.Error as error:
        raise InputError(tr("{path}: not a readable table ({error})", path=path, error=error)) from error
    return _frame(path, rows), separator


def _frame(path: Path, rows: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Rows behind a heading, all as text; a row that is short ends with blanks, and a heading that is blank is its number."""
    if not rows:
        raise InputError(tr("{path}: is empty; a heading and a row for each unit were expected", path=path))
    if len(rows) < 2:
        raise InputError(tr("{path}: has a heading and no rows", path=path))
    heading = [cell.strip() for cell in rows[0]]
    for number, cell in enumerate(heading, start=1):
        if not cell:
            named = str(number)
            heading[number - 1] = named if named not in heading else f"#{number}"
    twice = [name for name in heading if heading.count(name) > 1]
    if twice:
        raise InputError(tr("{path}: has two columns named '{iloc}'; rename one", path=path, iloc=twice[0]))
    _refuse_wide(path, len(heading), rows)
    wide = [[*cells[: len(heading)], *[""] * (len(heading) - len(cells))] for cells in rows[1:]]
    return pd.DataFrame(wide, columns=heading)


def _refuse_wide(path: Path, width: int, rows: Iterable[Sequence[str]]) -> None:
    """Refuse rows with more cells than the heading: their columns would be those of others."""
    for number, cells in enumerate(rows, start=1):
        if any(cell.strip() for cell in cells[width:]):
            raise InputError(
                tr(
                    "{path}: line {row} of the table has {cells} cells and the heading {width}; give the first column a heading (R "
                    "leaves that of row names out), or put numbers with commas between digits into quotation marks",
                    path=path,
                    row=number,
                    cells=len(cells),
                    width=width,
                )
            )


def _read_vector(path: Path, layer: str | None) -> Columns:
    read = read_layer(path, layer)
    frame = pd.DataFrame(dict(read.columns)).astype(str)
    missing = [
        number
        for number, shape in enumerate(read.geometries, start=1)
        if shape is None or bool(shapely.is_empty(shape))
    ]
    if missing:
        row = missing[0]
        raise InputError(tr("{path}: row {row} has no geometry", path=path, row=row))
    return Columns(path, frame, tuple(geometry for geometry in read.geometries if geometry is not None), read.crs)
