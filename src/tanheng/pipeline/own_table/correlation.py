"""Correlation of the columns of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.analysis import (
    effective_size_of_points,
    modified_test,
    pearson,
    ranks,
    spearman,
)
from tanheng.errors import StudyError
from tanheng.io.columns import read_columns
from tanheng.language import tr
from tanheng.pipeline.own_table.places import Where, coordinates, refuse_twice


def _refuse_few(path: Path, values: dict[str, NDArray[np.float64]]) -> None:
    """Refuse pairs of columns with too few rows: any two points lie on a line."""
    problems = []
    for (first, x), (second, y) in combinations(values.items(), 2):
        count = int((np.isfinite(x) & np.isfinite(y)).sum())
        if count < 3:
            problems.append(
                tr(
                    "{path}: {count} row(s) have a value of both '{first}' and '{second}'; a correlation needs three or more",
                    path=path,
                    count=count,
                    first=first,
                    second=second,
                )
            )
    if problems:
        raise StudyError(problems)


def correlate(path: Path, columns: Sequence[str], where: Where) -> pd.DataFrame:
    """Correlation of every pair of columns; with coordinates, its effective sample size and modified test.

    Raises
    ------
    StudyError
        Columns are missing, cells are no numbers, or two columns have fewer than three rows in common.
    """
    table = read_columns(path)
    table.require(columns)
    values = {name: table.numbers(name) for name in columns}
    _refuse_few(path, values)
    at = coordinates(table, where)
    refuse_twice(path, at, np.sum([np.isfinite(column) for column in values.values()], axis=0) >= 2)
    rows = []
    for (first, x), (second, y) in combinations(values.items(), 2):
        known = np.isfinite(x) & np.isfinite(y)
        for method, measure in (("pearson", pearson), ("spearman", spearman)):
            r, n = measure(x, y)
            pair = (x[known], y[known]) if method == "pearson" else (ranks(x[known]), ranks(y[known]))
            size = math.nan
            if at is not None and math.isfinite(r):
                size = effective_size_of_points(*pair, at[known])
            test = modified_test(r, n, size)
            rows.append(
                {"column_1": first, "column_2": second, "method": method, "r": r, "n": n}
                | {"p_if_independent": test.p_naive, "effective_n": size, "p": test.p}
            )
    return pd.DataFrame(rows)
