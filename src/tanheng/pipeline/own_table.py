"""Statistics of somebody's own table, without a study: the same functions as on the grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from tanheng.analysis import (
    Discretisations,
    bivariate_local_moran,
    bivariate_moran,
    ecological_detector,
    effective_size_of_points,
    factor_detector,
    geary,
    getis_ord,
    interaction_detector,
    islands,
    local_moran,
    modified_test,
    moran,
    nearest_neighbours,
    neighbours_within,
    pearson,
    polygon_neighbours,
    ranks,
    risk_detector,
    row_standardised,
    search_p,
    spearman,
)
from tanheng.analysis.geodetector import Strata
from tanheng.analysis.local import CLUSTERS, SPOTS
from tanheng.analysis.neighbours import Weights
from tanheng.errors import InputError, StudyError
from tanheng.grid import transformer
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
class Where:
    """Where the rows of a table lie: columns with coordinates, and which rows count as neighbours."""

    at: tuple[str, ...] = ()
    nearest: int | None = None
    within: float | None = None


@dataclass(frozen=True)
class Detected:
    """Tables of the geographical detector, and what a reader should know of how drivers were taken."""

    tables: Tables
    notes: list[str]


def detect(path: Path, asked: DetectorRequest) -> Detected:
    """Factor, interaction, ecological and risk detector of a table.

    Raises
    ------
    StudyError
        Columns are missing, or cells are no numbers.
    InputError
        There is nothing to detect.
    """
    table = read_columns(path)
    table.require([asked.y, *asked.x, *asked.categories])
    y = table.numbers(asked.y)
    classed = [name for name in asked.x if name in asked.categories or not table.is_number(name)]
    ways: dict[str, tuple[Discretisations, NDArray[np.bool_]]] = {}
    labels, factors = {}, []
    for name in asked.x:
        if name in classed:
            labels[name] = table.categories(name)
            cut: dict[str, object] = {"method": mark_name("classes as given"), "breaks": ""}
        else:
            labels[name], cut, ways[name] = _best_cut(y, table.numbers(name), name, asked)
        found = factor_detector(y, labels[name], ddof=asked.ddof, single=asked.single)
        factors.append(
            {
                "driver": name,
                "q": found.q,
                "f": found.f,
                "p_if_independent": found.p,
                "strata": found.strata,
                "n": found.n,
            }
            | cut
        )
    for row in factors:
        row["p_search"] = _searched(y, str(row["driver"]), labels, ways, asked)
    tables = {
        "geodetector": pd.DataFrame(factors),
        **_pairs(y, labels, asked),
        "geodetector_risk": pd.DataFrame(
            [{"driver": name, **vars(item)} for name in asked.x for item in risk_detector(y, labels[name])]
        ),
    }
    return Detected(tables, [text for name in ways if (text := _code_note(name, table.numbers(name)))])


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
    y: NDArray[np.float64], driver: NDArray[np.float64], name: str, asked: DetectorRequest
) -> tuple[Strata, dict[str, object], tuple[Discretisations, NDArray[np.bool_]]]:
    known = np.isfinite(y) & np.isfinite(driver)
    try:
        numbers = range(asked.classes[0], asked.classes[1] + 1)
        ways = Discretisations(driver[known], asked.methods, numbers, drop_single=asked.single == "drop")
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
    asked: DetectorRequest,
) -> float:
    """p-value against values dealt out at random, which counts the search for the way to cut; rows taken as independent."""
    if asked.permutations == 0:
        return math.nan
    rng = np.random.default_rng(asked.seed)
    if name in ways:
        way, known = ways[name]
        values = y[known]
        draws = (rng.permutation(values) for _ in range(asked.permutations))
        return float(search_p(np.array([way.best(values).q]), draws, [way])[0])
    known = np.isfinite(y) & (labels[name] >= 0)
    observed = factor_detector(y[known], labels[name][known], single=asked.single).q
    drawn = [
        factor_detector(rng.permutation(y[known]), labels[name][known], single=asked.single).q
        for _ in range(asked.permutations)
    ]
    return (1.0 + sum(q >= observed - 1e-12 for q in drawn)) / (1.0 + asked.permutations)


def _pairs(y: NDArray[np.float64], labels: dict[str, Strata], asked: DetectorRequest) -> Tables:
    rows = []
    for first, second in combinations(labels, 2):
        both = interaction_detector(y, labels[first], labels[second], single=asked.single)
        f, p = ecological_detector(y, labels[first], labels[second])
        rows.append(
            {"driver_1": first, "driver_2": second}
            | {"q_1": both.q_first, "q_2": both.q_second, "q_both": both.q_both, "interaction": both.kind}
            | {"ecological_f": f, "ecological_p_if_independent": p}
        )
    return {"geodetector_interaction": pd.DataFrame(rows)} if rows else {}


def _coordinates(table: Columns, where: Where) -> NDArray[np.float64] | None:
    if where.at:
        if len(where.at) != 2:
            raise InputError(tr("--at: two columns were expected, as X,Y; got {columns}", columns=",".join(where.at)))
        table.require(where.at)
        at = np.column_stack([table.numbers(name) for name in where.at])
        if not np.isfinite(at).all():
            row = int(np.flatnonzero(~np.isfinite(at).all(axis=1))[0])
            raise InputError(
                tr(
                    "{path}: row {row} of the data has no coordinates; leave it out, or fill them in",
                    path=table.path,
                    row=row + 1,
                )
            )
        return at
    if table.geometries is not None:
        centres = shapely.centroid(np.array(table.geometries, dtype=object))
        at = np.asarray(shapely.get_coordinates(centres), np.float64)
        return _in_metres(at, table.crs) if table.crs is not None and table.crs.is_geographic else at
    return None


def _in_metres(degrees: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.float64]:
    """Places on a plane around their middle, since degrees of longitude and latitude are no equal lengths."""
    longitude, latitude = degrees.mean(axis=0)
    plane = pyproj.CRS.from_proj4(f"+proj=laea +lon_0={longitude} +lat_0={latitude} +datum=WGS84 +units=m")
    x, y = transformer(crs, plane).transform(degrees[:, 0], degrees[:, 1])
    return np.column_stack([x, y])


def _neighbours(table: Columns, where: Where, known: NDArray[np.bool_]) -> tuple[Weights, str]:
    """Weights of the rows that are known, and what makes them neighbours."""
    if where.nearest is not None and where.within is not None:
        raise InputError(tr("--nearest and --within can't go together; give one"))
    table.require(where.at)
    if table.geometries is not None and where.nearest is None and where.within is None:
        shapes = [shape for shape, counts in zip(table.geometries, known, strict=True) if counts]
        return polygon_neighbours(shapes), tr("polygons that touch")
    at = _coordinates(table, where)
    if at is None:
        raise InputError(
            tr(
                "{path}: nothing says which rows are neighbours; name coordinate columns (--at X,Y), or give a polygon file",
                path=table.path,
            )
        )
    if where.within is not None:
        return neighbours_within(at[known], where.within), tr("points within {distance:g}", distance=where.within)
    nearest = where.nearest or min(8, int(known.sum()) - 1)
    return nearest_neighbours(at[known], nearest), tr("the {count} nearest points", count=nearest)


@dataclass(frozen=True)
class Autocorrelated:
    """Global table, local table, what makes neighbours, and how many rows have none."""

    overall: pd.DataFrame
    local: pd.DataFrame
    neighbours: str
    islands: int
    left_out: int


def autocorrelate(
    path: Path, x: str, y: str | None, where: Where, permutations: int, seed: int, rate: float
) -> Autocorrelated:
    """Moran's I, Geary's C, Gi* and clusters of a column; with `y`, of x among the y of its neighbours.

    Raises
    ------
    StudyError
        Columns are missing, or cells are no numbers.
    InputError
        Nothing says which rows are neighbours, or there is nothing to be told.
    """
    table = read_columns(path)
    names = [x, *([y] if y else [])]
    table.require(names)
    values = [table.numbers(name) for name in names]
    known = np.asarray(np.isfinite(np.stack(values)).all(axis=0))
    if known.sum() < 4:
        raise InputError(
            tr("{path}: {count} rows have values; four or more are needed", path=path, count=int(known.sum()))
        )
    for name, item in zip(names, values, strict=True):
        if np.ptp(item[known]) == 0:
            raise InputError(
                tr(
                    "{path}: all values of the column '{name}' are alike, so autocorrelation has no meaning",
                    path=path,
                    name=name,
                )
            )
    weights, meaning = _neighbours(table, where, known)
    even = row_standardised(weights)
    first = values[0][known]
    tested = {"Moran I": moran(first, even, permutations, seed), "Geary C": geary(first, even, permutations, seed)}
    if y:
        tested[f"bivariate Moran I, {y} of neighbours"] = bivariate_moran(
            first, values[1][known], even, permutations, seed
        )
        local = bivariate_local_moran(first, values[1][known], even, permutations, seed, rate)
    else:
        local = local_moran(first, even, permutations, seed, rate)
    spots = getis_ord(first, weights, permutations, seed, rate)
    columns: dict[str, object] = {"row": np.flatnonzero(known) + 1}
    columns |= {name: item[known] for name, item in zip(names, values, strict=True)}
    columns |= {"local_i": local.value, "p": local.p, "cluster": [_kind(CLUSTERS, kind) for kind in local.kind]}
    columns |= {"gi_star": spots.value, "gi_p": spots.p, "spot": [_kind(SPOTS, kind) for kind in spots.kind]}
    overall = pd.DataFrame([{"statistic": name, **vars(item)} for name, item in tested.items()])
    if y:
        around = even @ values[1][known]
        overall["p_unrelated_maps"] = [
            *[math.nan] * 2,
            _p_unrelated(first, around, islands(even), _coordinates(table, where), known),
        ]
    return Autocorrelated(
        overall, pd.DataFrame(columns), meaning, int(islands(even).sum()), int(len(known) - known.sum())
    )


#: Rows up to which a p-value against unrelated maps is worked out: it takes all pairs of them.
_MOST_ROWS = 3000


def _p_unrelated(
    x: NDArray[np.float64],
    around: NDArray[np.float64],
    alone: NDArray[np.bool_],
    at: NDArray[np.float64] | None,
    known: NDArray[np.bool_],
) -> float:
    """p-value of a column against the mean of the other around it, by the modified t-test, which allows for smooth maps."""
    if at is None or len(x) > _MOST_ROWS or np.ptp(around[~alone]) == 0:
        return math.nan
    r, n = pearson(x[~alone], around[~alone])
    return modified_test(r, n, effective_size_of_points(x[~alone], around[~alone], at[known][~alone])).p


def _kind(names: Sequence[str], number: int) -> str:
    return "no neighbours" if number < 0 else names[number]


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
    at = _coordinates(table, where)
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
