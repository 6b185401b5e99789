"""Formulas of a workbook worked out anew, from the figures that its cells hold now."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook

with warnings.catch_warnings():
    # Its modules compare with literals by "is", which Python warns of when it compiles them.
    warnings.simplefilter("ignore", SyntaxWarning)
    import formulas

    formulas.get_functions()


class Spreadsheet:
    """Cells of a workbook; a formula is worked out whenever it is asked for."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self._parser = formulas.Parser()
        self._sheets = {name.upper(): name for name in book.sheetnames}

    def value(self, sheet: str, cell: str) -> Any:
        """Value of a cell."""
        held = self.book[sheet][cell].value
        if not (isinstance(held, str) and held.startswith("=")):
            return held
        function = self._parser.ast(held)[1].compile()
        found = function(*(self._cells(reference, sheet) for reference in function.inputs))
        return np.asarray(found, object).ravel()[0]

    def _cells(self, reference: str, here: str) -> Any:
        place, _, cells = reference.replace("$", "").rpartition("!")
        sheet = self._sheets[place.strip("'").replace("''", "'")] if place else here
        left, top, right, bottom = range_boundaries(cells)
        rows = self.book[sheet].iter_rows(top, bottom, left, right)
        return np.array([[self.value(sheet, cell.coordinate) for cell in row] for row in rows], object)
