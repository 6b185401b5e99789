"""Geographical detector of a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.analysis import (
    Discretisations,
    ecological_detector,
    factor_detector,
    interaction_detector,
    risk_detector,
    search_p,
)
from tanheng.analysis.geodetector import Strata
from tanheng.analysis.optimal import ROUNDING, permutation_p
from tanheng.errors import InputError, StudyError
from tanheng.io.columns import Columns, read_columns
from tanheng.language import mark_name, tr

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class DetectorRequest:
    """What `tanheng geodetector` is asked for; `categories` are drivers whose numbers are classes already."""

    y: str
    x: tuple[str, ...]
    categories: tuple[str, ...]
    methods: tuple[str, ...]
    classes: tuple[int, int]
    permutations: int
    seed: int
    ddof: Literal[0, 1]
    single: Literal["keep", "drop"]


@dataclass(frozen=True)
class Detected:
    """Tables of the geographical detector, and what a reader should know of how drivers were taken."""

    tables: Tables
    notes: list[str]


def detect(path: Path, request: DetectorRequest) -> Detected:
    """Factor, interaction, ecological and risk detector of a table.

    Raises
    ------
    StudyError
        Columns are missing, or cells are no numbers.
    InputError
        There is nothing to detect.
    """
    table = read_columns(path)
    table.require([request.y, *request.x, *request.categories])
    y = table.numbers(request.y)
    classed = [name for name in request.x if name in request.categories or not table.is_number(name)]
    ways: dict[str, tuple[Discretisations, NDArray[np.bool_]]] = {}
    labels, factors = {}, []
    for name in request.x:
        if name in classed:
            labels[name] = table.categories(name)
            if name not in request.categories:
                _refuse_many_texts(path, name, labels[name])
            cut: dict[str, object] = {"method": mark_name("classes as given"), "breaks": ""}
        else:
            labels[name], cut, ways[name] = _best_cut(y, _quantity(table, name), name, request)
        factor = factor_detector(y, labels[name], ddof=request.ddof, single=request.single)
        factors.append(
            {
                "driver": name,
                "q": factor.q,
                "f": factor.f,
                "p_if_independent": factor.p,
                "strata": factor.strata,
                "n": factor.n,
            }
            | cut
        )
    for row in factors:
        row["p_search"] = _searched(y, str(row["driver"]), labels, ways, request)
    tables = {
        "geodetector": pd.DataFrame(factors),
        **_pairs(y, labels, request),
        "geodetector_risk": pd.DataFrame(
            [{"driver": name, **vars(item)} for name in request.x for item in risk_detector(y, labels[name])]
        ),
    }
    notes = [text for name in ways if (text := _code_note(name, table.numbers(name)))]
    return Detected(tables, [*notes, _published_test()])


def _quantity(table: Columns, name: str) -> NDArray[np.float64]:
    """Numbers of a driver.

    Raises
    ------
    StudyError
        Cells are no numbers; it may hold kinds.
    """
    try:
        return table.numbers(name)
    except StudyError as error:
        kinds = tr("if column '{name}' holds kinds and no quantity, add --categories {name}", name=name)
        raise StudyError([*error.problems, kinds]) from None


def _refuse_many_texts(path: Path, name: str, labels: NDArray[np.int64]) -> None:
    """Refuse a column of texts nearly all of which differ: strata of one row each explain everything."""
    rows, different = int((labels >= 0).sum()), int(labels.max(initial=-1)) + 1
    if rows > 2 and 2 * different > rows:
        raise InputError(
            tr(
                "{path}: column '{name}' has {different} different texts in {rows} rows, so nearly every row would form its "
                "own stratum and explain all variance; correct the numbers if the column is numeric, or add --categories "
                "{name} if it is categorical",
                path=path,
                name=name,
                different=different,
                rows=rows,
            )
        )


def _published_test() -> str:
    return tr(
        "p if rows were independent is the non-central F test as the authors of the method published it, for comparison with other software: its "
        "value depends on where the zero of the variable lies; the p that counts the search does not"
    )


#: Different whole numbers up to which a column may well hold codes, as of soil types.
_MOST_CODES = 20


def _code_note(name: str, values: NDArray[np.float64]) -> str:
    """Note on a driver that was cut as a quantity though its numbers look like codes; empty for one that does not."""
    known = values[np.isfinite(values)]
    different = len(np.unique(known))
    if different > _MOST_CODES or not (known == np.floor(known)).all():
        return ""
    return tr(
        "column '{name}' has {count} different whole numbers and is cut into classes as a quantity; if they are codes of kinds, "
        "add --categories {name}",
        name=name,
        count=different,
    )


def _best_cut(
    y: NDArray[np.float64], driver: NDArray[np.float64], name: str, request: DetectorRequest
) -> tuple[Strata, dict[str, object], tuple[Discretisations, NDArray[np.bool_]]]:
    known = np.isfinite(y) & np.isfinite(driver)
    try:
        numbers = range(request.classes[0], request.classes[1] + 1)
        ways = Discretisations(driver[known], request.methods, numbers, drop_single=request.single == "drop")
        best = ways.best(y[known])
    except InputError as error:
        raise InputError(tr("column '{name}': {error}", name=name, error=error)) from error
    labels = np.full(len(y), -1, np.int64)
    labels[known] = ways.strata(best, driver[known])
    cut: dict[str, object] = {"method": best.method, "breaks": " ".join(f"{value:.6g}" for value in best.breaks)}
    return labels, cut, (ways, known)


def _searched(
    y: NDArray[np.float64],
    name: str,
    labels: dict[str, Strata],
    ways: dict[str, tuple[Discretisations, NDArray[np.bool_]]],
    request: DetectorRequest,
) -> float:
    """p-value against values dealt out at random, which counts the search for the way to cut; rows taken as independent."""
    if request.permutations == 0:
        return math.nan
    rng = np.random.default_rng(request.seed)
    if name in ways:
        way, known = ways[name]
        values = y[known]
        draws = (rng.permutation(values) for _ in range(request.permutations))
        return float(search_p(np.array([way.best(values).q]), draws, [way])[0])
    known = np.isfinite(y) & (labels[name] >= 0)
    observed = factor_detector(y[known], labels[name][known], single=request.single).q
    drawn = [
        factor_detector(rng.permutation(y[known]), labels[name][known], single=request.single).q
        for _ in range(request.permutations)
    ]
    return float(permutation_p(sum(q >= observed - ROUNDING for q in drawn), request.permutations))


def _pairs(y: NDArray[np.float64], labels: dict[str, Strata], request: DetectorRequest) -> Tables:
    rows = []
    for first, second in combinations(labels, 2):
        both = interaction_detector(y, labels[first], labels[second], single=request.single)
        f, p = ecological_detector(y, labels[first], labels[second])
        rows.append(
            {"driver_1": first, "driver_2": second}
            | {"q_1": both.q_first, "q_2": both.q_second, "q_both": both.q_both, "interaction": both.kind}
            | {"ecological_f": f, "ecological_p_if_independent": p}
        )
    return {"geodetector_interaction": pd.DataFrame(rows)} if rows else {}
