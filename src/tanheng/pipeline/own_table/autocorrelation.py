"""Spatial autocorrelation of a column of a table, and the files that show it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from tanheng.analysis import (
    bivariate_local_moran,
    bivariate_moran,
    effective_size_of_points,
    geary,
    getis_ord,
    islands,
    local_moran,
    modified_test,
    moran,
    pearson,
    row_standardised,
)
from tanheng.analysis.local import CLUSTERS, SPOTS
from tanheng.analysis.neighbours import Weights
from tanheng.errors import InputError
from tanheng.io.columns import Columns, read_columns
from tanheng.io.results.geopackage import PlacedTable, write_geopackage
from tanheng.language import tr
from tanheng.pipeline.own_table.places import Where, coordinates, neighbours_of, refuse_twice
from tanheng.plain_files import written


@dataclass(frozen=True)
class Autocorrelated:
    """Global table, local table, what makes neighbours, and how many rows have none.

    `geometries` and `crs` are of the rows of the local table, none where nothing says where they lie; `standard` and `around` are
    their values and the means of their neighbours, both in standard deviations.
    """

    overall: pd.DataFrame
    local: pd.DataFrame
    neighbours: str
    islands: int
    left_out: int
    geometries: tuple[shapely.Geometry, ...]
    crs: pyproj.CRS | None
    standard: NDArray[np.float64]
    around: NDArray[np.float64]


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
    values, known = _known_values(table, names)
    refuse_twice(path, coordinates(table, where), known)
    weights, meaning = neighbours_of(table, where, known)
    even = row_standardised(weights)
    _refuse_alone(path, even, meaning)
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
            _p_unrelated(first, around, islands(even), coordinates(table, where), known),
        ]
    standard = [(item[known] - item[known].mean()) / item[known].std() for item in values]
    around = np.where(islands(even), np.nan, even @ standard[-1])
    return Autocorrelated(
        overall,
        pd.DataFrame(columns),
        meaning,
        int(islands(even).sum()),
        int(len(known) - known.sum()),
        _shapes(table, where, known),
        table.crs,
        standard[0],
        around,
    )


def _known_values(table: Columns, names: Sequence[str]) -> tuple[list[NDArray[np.float64]], NDArray[np.bool_]]:
    """Numbers of each column, and which rows have all of them.

    Raises
    ------
    StudyError
        Columns are missing, or cells are no numbers.
    InputError
        Fewer than four rows have values, or those of a column are alike.
    """
    table.require(names)
    values = [table.numbers(name) for name in names]
    known = np.asarray(np.isfinite(np.stack(values)).all(axis=0))
    if known.sum() < 4:
        raise InputError(
            tr("{path}: {count} rows have values; four or more are needed", path=table.path, count=int(known.sum()))
        )
    for name, item in zip(names, values, strict=True):
        if np.ptp(item[known]) == 0:
            raise InputError(
                tr(
                    "{path}: all values of the column '{name}' are alike, so autocorrelation has no meaning",
                    path=table.path,
                    name=name,
                )
            )
    return values, known


def _refuse_alone(path: Path, even: Weights, meaning: str) -> None:
    """Refuse rows of which none has a neighbour.

    Raises
    ------
    InputError
        It is so.
    """
    if islands(even).all():
        raise InputError(
            tr(
                "{path}: no row has a neighbour ({meaning}); where polygons leave gaps between them, close these, or take the nearest (--nearest 4) "
                "or all within a distance (--within)",
                path=path,
                meaning=meaning,
            )
        )


def _shapes(table: Columns, where: Where, known: NDArray[np.bool_]) -> tuple[shapely.Geometry, ...]:
    """Polygon or point of each known row; none where nothing says where rows lie."""
    if table.geometries is not None:
        return tuple(shape for shape, counts in zip(table.geometries, known, strict=True) if counts)
    at = coordinates(table, where)
    return () if at is None else tuple(np.atleast_1d(np.asarray(shapely.points(at[known]), object)))


def write_autocorrelation(folder: Path, autocorrelation: Autocorrelated, x: str, y: str | None) -> None:
    """Write the rows with their clusters as a GeoPackage, the map of clusters, and the Moran scatter plot.

    Raises
    ------
    OutputError
        A file can't be written.
    """
    from tanheng.report.charts.moran import draw_cluster_map, draw_moran_scatter

    clusters = list(autocorrelation.local["cluster"])
    placed = np.isfinite(autocorrelation.around)
    of_placed = [kind for kind, there in zip(clusters, placed, strict=True) if there]
    with written(folder):
        draw_moran_scatter(
            folder / "moran_scatter.png",
            autocorrelation.standard[placed],
            autocorrelation.around[placed],
            of_placed,
            (x, y or x),
        )
    if not autocorrelation.geometries:
        return
    write_geopackage(
        folder / "clusters.gpkg",
        {"clusters": PlacedTable(autocorrelation.local, autocorrelation.geometries, autocorrelation.crs)},
    )
    title = (
        tr("Bivariate local Moran's I (LISA): {x}, {y} of the neighbours", x=x, y=y)
        if y
        else tr("Local Moran's I (LISA): {x}", x=x)
    )
    with written(folder):
        draw_cluster_map(folder / "clusters.png", autocorrelation.geometries, clusters, title)


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
