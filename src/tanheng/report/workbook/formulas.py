"""Figures of the workbook's formulas: each as the text that a spreadsheet works out, and as the value it has today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from tanheng.report.words.cells import cell_words
from tanheng.tables.columns import holds_words


@dataclass(frozen=True)
class PlacedTable:
    """A table on its sheet: rows are counted from 1, as formulas count them."""

    name: str
    sheet: str
    frame: pd.DataFrame
    first_row: int

    def column(self, name: str) -> str:
        """Cells of a column.

        Examples
        --------
        >>> PlacedTable("a", "It's", pd.DataFrame({"x": [1, 2]}), 6).column("x")
        "'It''s'!$A$6:$A$7"
        """
        return f"{self.cell(name, 0)}:{self.cell(name, len(self.frame) - 1).rpartition('!')[2]}"

    def cell(self, name: str, row: int) -> str:
        """Cell of a column; rows of data are counted from 0."""
        letter = xl_col_to_name(self.frame.columns.get_loc(name))
        return f"'{self.sheet.replace(chr(39), chr(39) * 2)}'!${letter}${self.first_row + row}"


class Figure(Protocol):
    """What stands in a cell of the checks."""

    def text(self) -> str:
        """Formula, without the equals sign."""

    def value(self) -> float:
        """Value that the formula has today."""


@dataclass(frozen=True)
class Number:
    """A plain number."""

    number: float

    def text(self) -> str:
        """Digits of the number."""
        return _digits(self.number)

    def value(self) -> float:
        """The number."""
        return self.number


@dataclass(frozen=True)
class Cell:
    """One cell of a table."""

    table: PlacedTable
    column: str
    row: int

    def text(self) -> str:
        """Address of the cell."""
        return self.table.cell(self.column, self.row)

    def value(self) -> float:
        """Value of the cell."""
        return float(self.table.frame[self.column].iloc[self.row])


@dataclass(frozen=True)
class Sum:
    """Sum of columns, times a factor, over the rows where other columns have given values."""

    table: PlacedTable
    columns: tuple[str, ...]
    where: tuple[tuple[str, object], ...] = ()
    factor: float = 1.0

    def text(self) -> str:
        """Sum with its conditions; they hold for rows wherever a reader sorts them to."""
        criteria = "".join(
            f",{self.table.column(name)},{_criterion(value, name, self.table.name)}" for name, value in self.where
        )
        parts = [
            f"SUMIFS({self.table.column(name)}{criteria})" if criteria else f"SUM({self.table.column(name)})"
            for name in self.columns
        ]
        formula = "+".join(parts)
        return formula if self.factor == 1.0 else f"({formula})*{_digits(self.factor)}"

    def value(self) -> float:
        """Sum over the rows; what is missing counts as nothing, as an empty cell does."""
        rows = self.table.frame
        for name, value in self.where:
            rows = rows[rows[name] == value]
        return float(rows[list(self.columns)].sum().sum()) * self.factor


@dataclass(frozen=True)
class Total:
    """Sum of figures."""

    parts: Sequence[Figure]

    def text(self) -> str:
        """Figures with plus signs between them."""
        return "+".join(part.text() for part in self.parts)

    def value(self) -> float:
        """Sum of the values."""
        return sum(part.value() for part in self.parts)


@dataclass(frozen=True)
class Difference:
    """Sum of one column minus that of another."""

    table: PlacedTable
    plus: str
    minus: str

    def text(self) -> str:
        """Two sums."""
        return f"SUM({self.table.column(self.plus)})-SUM({self.table.column(self.minus)})"

    def value(self) -> float:
        """Difference of the sums."""
        return float(self.table.frame[self.plus].sum() - self.table.frame[self.minus].sum())


@dataclass(frozen=True)
class ProductSum:
    """Sum over rows of the product of two columns, times a factor."""

    table: PlacedTable
    columns: tuple[str, str]
    factor: float = 1.0

    def text(self) -> str:
        """Sum of products."""
        one, other = (self.table.column(name) for name in self.columns)
        return f"SUMPRODUCT({one},{other})*{_digits(self.factor)}"

    def value(self) -> float:
        """Sum of the products that are known."""
        one, other = (self.table.frame[name] for name in self.columns)
        return float((one * other).sum()) * self.factor


@dataclass(frozen=True)
class RowGaps:
    """Sum over rows of how far each is from a sum that should be a constant, zero where none is given."""

    table: PlacedTable
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    constant: float = 0.0

    def text(self) -> str:
        """Sum of the distances."""
        signed = "".join(f"+{self.table.column(name)}" for name in self.plus)[1:]
        signed += "".join(f"-{self.table.column(name)}" for name in self.minus)
        signed += f"-{_digits(self.constant)}" if self.constant else ""
        return f"SUMPRODUCT(ABS({signed}))"

    def value(self) -> float:
        """Sum of the distances that are known."""
        frame = self.table.frame
        values = frame[list(self.plus)].sum(axis=1) - frame[list(self.minus)].sum(axis=1) - self.constant
        return float(values.abs().sum())


@dataclass(frozen=True)
class LargestGap:
    """Largest distance between the figures of some pairs."""

    pairs: Sequence[tuple[Figure, Figure]]

    def text(self) -> str:
        """Largest of the distances."""
        return "MAX(" + ",".join(f"ABS({one.text()}-({other.text()}))" for one, other in self.pairs) + ")"

    def value(self) -> float:
        """Largest of the distances."""
        return max(abs(one.value() - other.value()) for one, other in self.pairs)


def _digits(number: float) -> str:
    """Number as formulas write it; spreadsheets keep 15 of its digits."""
    return repr(float(number)).upper()


def _criterion(value: object, column: str, table: str) -> str:
    """Condition on a cell: a number as it is; a word as the sheet shows it, its wildcards taken as plain characters."""
    if not holds_words(column, table):
        return str(value)
    criterion = cell_words(value, column, table)
    for sign in "~*?":
        criterion = criterion.replace(sign, f"~{sign}")
    return '"=' + criterion.replace('"', '""') + '"'
