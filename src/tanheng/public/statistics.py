"""Statistics of maps: correlation that knows neighbours, clusters, hot spots, and the geographical detector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.analysis.discretise import METHODS
from tanheng.analysis.effective_size import ModifiedTest, modified_t_test
from tanheng.analysis.local import CLUSTERS, SPOTS, LocalStatistic, bivariate_local_moran, getis_ord
from tanheng.analysis.neighbours import grid_neighbours
from tanheng.analysis.optimal import Discretisations, search_p
from tanheng.analysis.surrogates import surrogates
from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.public.maps import Map, MapLike, as_map, on_cells, same_cells


def correlation(first: MapLike, second: MapLike) -> ModifiedTest:
    """Pearson correlation of two maps, tested with the number of observations that their autocorrelation leaves.

    Parameters
    ----------
    first, second : array, shape (rows, columns)
        NaN has no data; cells that either lacks are left out.

    Returns
    -------
    ModifiedTest
        ``r``, ``n``, ``effective_size``, ``p`` of the modified t-test and ``p_naive``, which is no evidence.

    Raises
    ------
    InputError
        Fewer than three cells are left, or a map does not vary.

    References
    ----------
    Clifford, Richardson and Hémon 1989; Dutilleul 1993, Biometrics 49, 305-314.

    Examples
    --------
    >>> down = np.repeat(np.arange(30.0)[:, None], 30, axis=1)
    >>> found = correlation(down, down**2)
    >>> round(found.r, 2), found.effective_size < 10
    (0.97, True)
    """
    one, other = as_map(first, "first"), as_map(second, "second")
    same_cells(one, other)
    return modified_t_test(one.values, other.values)


def local_moran(
    values: MapLike,
    of_neighbours: MapLike | None = None,
    *,
    neighbours: str = "queen",
    permutations: int = 9999,
    false_discovery_rate: float = 0.05,
    seed: int = 1,
) -> xr.Dataset:
    """Local Moran's I of a map (LISA), or of one map against the neighbours' values of another.

    Clusters describe a pattern and prove no cause; two unrelated smooth maps have clusters too.

    Parameters
    ----------
    values : array, shape (rows, columns)
    of_neighbours : array, shape (rows, columns), optional
        The other variable of the bivariate form; supply in `values` and demand here find low supply among high demand.
    neighbours : {"queen", "rook"}
    permutations : int
        Draws of the neighbours for the pseudo p-value.
    false_discovery_rate : float
        Held over all cells.
    seed : int

    Returns
    -------
    xarray.Dataset of shape (rows, columns)
        ``local_moran``, ``p`` (one tail, as GeoDa's) and ``cluster``: 0 not significant, then as ``cluster.attrs["flag_meanings"]``;
        NaN without data.

    References
    ----------
    Anselin 1995, Geographical Analysis 27, 93-115; Anselin, Syabri and Smirnov 2002.

    Examples
    --------
    >>> field = np.zeros((12, 12)); field[:4, :4] = 5.0
    >>> found = local_moran(field, permutations=999)
    >>> float(found["cluster"][0, 0]), found["cluster"].attrs["flag_meanings"].split()[1]
    (1.0, 'high-high')
    """
    one = as_map(values, "values")
    other = one if of_neighbours is None else as_map(of_neighbours, "of_neighbours")
    same_cells(one, other)
    known = one.known & other.known
    near = grid_neighbours(known, rook=_is_rook(neighbours))
    found = bivariate_local_moran(
        one.values[known], other.values[known], near, permutations, seed, false_discovery_rate
    )
    return _drawn(one, known, found, "local_moran", "local Moran's I", ("cluster", CLUSTERS))


def hot_spots(
    values: MapLike,
    *,
    neighbours: str = "queen",
    permutations: int = 9999,
    false_discovery_rate: float = 0.05,
    seed: int = 1,
) -> xr.Dataset:
    """Getis-Ord Gi*: where high values gather, and where low ones do. Arguments as `local_moran`.

    Returns
    -------
    xarray.Dataset of shape (rows, columns)
        ``gi_star`` (standard score), ``p`` and ``spot``: 0 not significant, 1 hot, 2 cold.

    References
    ----------
    Ord and Getis 1995, Geographical Analysis 27, 286-306.

    Examples
    --------
    >>> field = np.zeros((12, 12)); field[:4, :4] = 5.0
    >>> float(hot_spots(field, permutations=999)["spot"][0, 0])
    1.0
    """
    one = as_map(values, "values")
    near = grid_neighbours(one.known, rook=_is_rook(neighbours))
    found = getis_ord(one.values[one.known], near, permutations, seed, false_discovery_rate)
    return _drawn(one, one.known, found, "gi_star", "Getis-Ord Gi*", ("spot", SPOTS))


def _is_rook(neighbours: str) -> bool:
    if neighbours not in {"queen", "rook"}:
        raise InputError(tr("neighbours: '{name}' is neither 'queen' nor 'rook'", name=neighbours))
    return neighbours == "rook"


def _drawn(
    place: Map, known: np.ndarray, found: LocalStatistic, name: str, title: str, kinds: tuple[str, Sequence[str]]
) -> xr.Dataset:
    kind = np.where(found.kind < 0, np.nan, found.kind)
    layers = {
        name: place.like(on_cells(known, found.value), name, "1", title),
        "p": place.like(on_cells(known, found.p), "p", "1", "pseudo p-value of the nearer tail"),
        kinds[0]: place.like(on_cells(known, kind), kinds[0], "1", f"kind of {kinds[0]}"),
    }
    layers[kinds[0]].attrs |= {
        "flag_values": list(range(len(kinds[1]))),
        "flag_meanings": " ".join(item.replace(" ", "_") for item in kinds[1]),
    }
    return xr.Dataset(layers)


@dataclass(frozen=True)
class _Cut:
    """Best way to cut a driver."""

    way: Discretisations
    method: str
    classes: int
    q: float


def geodetector(
    values: MapLike,
    drivers: Mapping[str, MapLike],
    *,
    breaks: Sequence[str] = METHODS,
    classes: tuple[int, int] = (3, 8),
    random_maps: int = 99,
    seed: int = 1,
) -> pd.DataFrame:
    """Geographical detector: the share q of a map's variance between the strata of each driver.

    Each driver is cut in every way asked for and the largest q taken, so q is optimistic; `p` holds it against the best that the
    same search finds in random maps as smooth as `values`.

    Parameters
    ----------
    values : array, shape (rows, columns)
    drivers : mapping of name to array, shape (rows, columns)
    breaks : sequence of str
        Ways to cut: equal, quantile, natural, geometric, sd.
    classes : (int, int)
        Fewest and most classes.
    random_maps : int
        0 leaves `p` out.
    seed : int

    Returns
    -------
    pandas.DataFrame
        Columns ``driver, q, p, breaks, classes, n``; the largest q first.

    References
    ----------
    Wang et al. 2010, International Journal of Geographical Information Science 24, 107-127.

    Examples
    --------
    >>> down = np.repeat(np.arange(20.0)[:, None], 20, axis=1)
    >>> geodetector(down, {"height": down, "east": down.T}, random_maps=0)["driver"].tolist()
    ['height', 'east']
    """
    if not drivers:
        raise InputError(tr("drivers: none is given"))
    unknown = [name for name in breaks if name not in METHODS]
    if unknown:
        raise InputError(tr("breaks: '{name}' is none of {ways}", name=unknown[0], ways=", ".join(METHODS)))
    one = as_map(values, "values")
    layers = {name: as_map(item, name) for name, item in drivers.items()}
    same_cells(one, *layers.values())
    known = np.logical_and.reduce([one.known, *(item.known for item in layers.values())])
    if int(known.sum()) < 3:
        raise InputError(
            tr("values and drivers have {count} cells in common; at least 3 are needed", count=int(known.sum()))
        )
    cuts = [_best_cut(one.values[known], item, known, breaks, classes) for item in layers.values()]
    p = np.full(len(cuts), np.nan)
    if random_maps:
        drawn = surrogates(one.values, known, random_maps, seed)
        p = search_p(np.array([cut.q for cut in cuts]), drawn, [cut.way for cut in cuts])
    rows = [
        {"driver": name, "q": cut.q, "p": chance, "breaks": cut.method, "classes": cut.classes, "n": int(known.sum())}
        for name, cut, chance in zip(layers, cuts, p, strict=True)
    ]
    return pd.DataFrame(rows).sort_values("q", ascending=False, ignore_index=True)


def _best_cut(y: np.ndarray, driver: Map, known: np.ndarray, breaks: Sequence[str], classes: tuple[int, int]) -> _Cut:
    try:
        way = Discretisations(driver.values[known], breaks, range(classes[0], classes[1] + 1))
        best = way.best(y)
    except InputError as error:
        raise InputError(tr("{name}: {error}", name=driver.name, error=error)) from error
    return _Cut(way, best.method, best.classes, best.q)
