"""Sheets of Excel files as rows of text, as a CSV file would hold them.

A sheet is named behind a number sign: ``yearbook.xlsx#Table 5-16``; of a file with one sheet the name may be left out.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tanheng.errors import InputError, nearest
from tanheng.language import listed, tr
from tanheng.limits import limit, more_than
from tanheng.plain_files import shown, small_file

#: Endings of the files that are read.
SPREADSHEETS = frozenset({".xlsx", ".xlsm"})

#: Endings of spreadsheets of other formats.
_OTHERS = frozenset({".xls", ".xlsb", ".ods", ".et", ".numbers"})

#: A file and the sheet behind a number sign.
_SHEET_OF_FILE = re.compile(r"(.+?\.xls[xm])#(.*)", re.IGNORECASE)

Row = tuple[int, list[str]]


def split_sheet(path: Path) -> tuple[Path, str]:
    """File and name of the sheet that a path names; the name is empty where it names none.

    Examples
    --------
    >>> split_sheet(Path("data/yearbook.xlsx#Table 5-16"))[1], split_sheet(Path("a#b.csv"))[1]
    ('Table 5-16', '')
    """
    match = _SHEET_OF_FILE.fullmatch(path.name)
    return (path.with_name(match.group(1)), match.group(2)) if match else (path, "")


def is_spreadsheet(path: Path) -> bool:
    """Whether a path names a sheet that can be read.

    Raises
    ------
    InputError
        It is a spreadsheet of a format that is not read.
    """
    file, _ = split_sheet(path)
    if file.suffix.lower() in _OTHERS:
        raise InputError(
            tr(
                "{path}: is a spreadsheet of a format that is not read; save it as .xlsx or as 'CSV UTF-8'",
                path=shown(path),
            )
        )
    return file.suffix.lower() in SPREADSHEETS


def sheet_rows(path: Path) -> list[Row]:
    """Rows of a sheet that hold anything, with their numbers; cells as text, numbers as they would be typed.

    A formula that no program has worked out is its own text, so that it is refused where a number or a name is read.

    Raises
    ------
    InputError
        The file is missing or no Excel file, or the sheet is not named or is not there.
    """
    file, sheet = split_sheet(path)
    _refuse_bombs(small_file(file), path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and links that no table needs
            return list(_read(file, sheet))
    except InputError:
        raise
    except Exception as error:  # whatever the library meets in a file that is damaged
        raise InputError(
            tr("{path}: can't be read as an Excel file ({reason})", path=shown(path), reason=shown(error))
        ) from error


def _refuse_bombs(file: Path, path: Path) -> None:
    """Refuse a file that unpacks to more than a table may hold."""
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(
            tr("{path}: can't be read as an Excel file ({reason})", path=shown(path), reason=shown(error))
        ) from error
    if size > limit("table_bytes"):
        raise InputError(tr("{path}: too many bytes: {more}", path=shown(path), more=more_than("table_bytes", size)))


def _read(file: Path, sheet: str) -> Iterator[Row]:
    import openpyxl

    values, formulas = (openpyxl.load_workbook(file, read_only=True, data_only=plain) for plain in (True, False))
    try:
        name = _sheet(values.sheetnames, sheet, file)
        most = int(limit("table_columns"))
        for book in (values, formulas):
            book[name].reset_dimensions()  # some programs write a size that is not that of the sheet
        pairs = zip_longest(*(book[name].iter_rows(max_col=most) for book in (values, formulas)), fillvalue=())
        for number, (cells, written) in enumerate(pairs, start=1):
            texts = [_shown(cell, formula) for cell, formula in zip(cells, written, strict=False)]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield number, texts
    finally:
        values.close()
        formulas.close()


def _sheet(known: list[str], sheet: str, file: Path) -> str:
    if sheet and sheet not in known:
        raise InputError(
            tr("{path}: has no sheet '{sheet}'{nearest}", path=file, sheet=sheet, nearest=nearest(sheet, known))
        )
    if not sheet and len(known) > 1:
        raise InputError(
            tr(
                "{path}: has several sheets ({names}); name one behind a number sign, as '{example}'",
                path=file,
                names=listed(known),
                example=f"{file.name}#{known[0]}",
            )
        )
    return sheet or known[0]


def _shown(cell: Any, formula: Any) -> str:  # noqa: ANN401  cells of the library
    """Text of a cell; of a formula without a value the formula, unless its value is an empty text."""
    worked_out = cell.value is not None or formula.value is None or cell.data_type == "str"
    return _text(cell.value if worked_out else formula.value)


def _text(cell: Any) -> str:  # noqa: ANN401  whatever a cell holds
    """A cell as it would be typed.

    Examples
    --------
    >>> _text(2015.0), _text(0.25), _text(None), _text(" a "), _text(True)
    ('2015', '0.25', '', 'a', 'TRUE')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.isoformat()
    return str(cell).strip()
