"""Statistics of maps: correlation that knows neighbours, clusters, hot spots, and the geographical detector."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.analysis.discretise import METHODS
from tanheng.analysis.effective_size import ModifiedTest, modified_t_test
from tanheng.analysis.geodetector import factor_detector
from tanheng.analysis.local import CLUSTERS, SPOTS, LocalStatistic, bivariate_local_moran, getis_ord
from tanheng.analysis.neighbours import grid_neighbours
from tanheng.analysis.optimal import Discretisations, search_p
from tanheng.analysis.surrogates import surrogates
from tanheng.errors import InputError
from tanheng.language import listed, tr
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
    >>> found = local_moran(field)
    >>> float(found["cluster"][0, 0]), found["cluster"].attrs["flag_meanings"].split()[1]
    (1.0, 'high-high')
    """
    one = as_map(values, "values")
    other = one if of_neighbours is None else as_map(of_neighbours, "of_neighbours")
    same_cells(one, other)
    known = one.known & other.known
    near = _near(known, neighbours, permutations, false_discovery_rate, seed)
    local = bivariate_local_moran(
        one.values[known], other.values[known], near, permutations, seed, false_discovery_rate
    )
    return _drawn(one, known, local, "local_moran", "local Moran's I", ("cluster", CLUSTERS))


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
    >>> float(hot_spots(field)["spot"][0, 0])
    1.0
    """
    one = as_map(values, "values")
    near = _near(one.known, neighbours, permutations, false_discovery_rate, seed)
    local = getis_ord(one.values[one.known], near, permutations, seed, false_discovery_rate)
    return _drawn(one, one.known, local, "gi_star", "Getis-Ord Gi*", ("spot", SPOTS))


#: Share of cells that must be alike before one of them can be called significant, from which on a reader is warned.
_FEW = 0.01


def _near(known: NDArray[np.bool_], neighbours: str, permutations: int, rate: float, seed: int) -> sparse.csr_array:
    """Neighbours of the known cells, after a look at what was asked for."""
    if neighbours not in ("queen", "rook"):
        raise InputError(tr("neighbours: '{name}' is neither 'queen' nor 'rook'", name=neighbours))
    if not 0.0 < rate < 1.0:
        raise InputError(tr("false_discovery_rate is {value}; expected a share between 0 and 1", value=rate))
    for name, value, least in (("permutations", permutations, 1), ("seed", seed, 0)):
        if not isinstance(value, (int, np.integer)) or value < least:
            raise InputError(
                tr("{name} is {value}; expected a whole number from {least} on", name=name, value=value, least=least)
            )
    near = grid_neighbours(known, rook=neighbours == "rook")
    if not near.count.any():
        raise InputError(tr("no two neighbouring cells have data: there is nothing to compare"))
    share = 2.0 / ((permutations + 1) * rate)
    if share > _FEW:
        warnings.warn(
            tr(
                "with {permutations} permutations no cell can be significant unless {share:.0f} % of all are; take 9999",
                permutations=permutations,
                share=100.0 * min(share, 1.0),
            ),
            stacklevel=3,
        )
    return near


def _drawn(
    place: Map, known: np.ndarray, local: LocalStatistic, name: str, title: str, kinds: tuple[str, Sequence[str]]
) -> xr.Dataset:
    kind = np.where(local.kind < 0, np.nan, local.kind)
    layers = {
        name: place.like(on_cells(known, local.value), name, "1", title),
        "p": place.like(on_cells(known, local.p), "p", "1", "pseudo p-value of the nearer tail"),
        kinds[0]: place.like(on_cells(known, kind), kinds[0], "1", f"kind of {kinds[0]}"),
    }
    layers[kinds[0]].attrs |= {
        "flag_values": list(range(len(kinds[1]))),
        "flag_meanings": " ".join(item.replace(" ", "_") for item in kinds[1]),
    }
    return xr.Dataset(layers)


class _Classes:
    """A driver that holds classes already: its strata are what they are."""

    def __init__(self, labels: NDArray[np.int64]) -> None:
        self.labels = labels

    def q(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """The one q there is, shape (1,)."""
        return np.array([factor_detector(y, self.labels).q])


@dataclass(frozen=True)
class _Cut:
    """Best way to cut a driver."""

    way: Discretisations | _Classes
    method: str
    classes: int
    q: float


def geodetector(
    values: MapLike,
    drivers: Mapping[str, MapLike],
    *,
    categories: Sequence[str] = (),
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
    categories : sequence of str
        Drivers whose numbers are classes, as land cover or soil types; all others are cut as quantities.
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
    breaks = _checked(drivers, categories, breaks, classes, random_maps)
    one = as_map(values, "values")
    layers = {name: as_map(item, name) for name, item in drivers.items()}
    same_cells(one, *layers.values())
    known = np.logical_and.reduce([one.known, *(item.known for item in layers.values())])
    least = 3 * classes[1]
    if int(known.sum()) < least:
        raise InputError(
            tr(
                "values and drivers have {count} cells in common; {least} are needed for {most} classes",
                count=int(known.sum()),
                least=least,
                most=classes[1],
            )
        )
    y = one.values[known]
    cuts = [
        _as_classes(y, item, known) if name in categories else _best_cut(y, item, known, breaks, classes)
        for name, item in layers.items()
    ]
    p = np.full(len(cuts), np.nan)
    if random_maps:
        drawn = surrogates(one.values, known, random_maps, seed)
        p = search_p(np.array([cut.q for cut in cuts]), drawn, [cut.way for cut in cuts])
    rows = [
        {"driver": name, "q": cut.q, "p": chance, "breaks": cut.method, "classes": cut.classes, "n": int(known.sum())}
        for name, cut, chance in zip(layers, cuts, p, strict=True)
    ]
    return pd.DataFrame(rows).sort_values("q", ascending=False, ignore_index=True)


def _checked(
    drivers: object, categories: Sequence[str], breaks: Sequence[str], classes: tuple[int, int], random_maps: int
) -> tuple[str, ...]:
    """Ways to cut, after a look at what was asked for."""
    if not isinstance(drivers, Mapping) or not drivers:
        raise InputError(tr("drivers: give at least one, as a mapping of names to maps"))
    lost = [name for name in categories if name not in drivers]
    if lost:
        raise InputError(tr("categories: '{name}' is none of the drivers", name=lost[0]))
    ways = (breaks,) if isinstance(breaks, str) else tuple(breaks)
    unknown = [name for name in ways if name not in METHODS] or ([""] if not ways else [])
    if unknown:
        raise InputError(tr("breaks: '{name}' is none of {ways}", name=unknown[0], ways=listed(METHODS)))
    fits = isinstance(classes, (tuple, list)) and len(classes) == 2 and all(isinstance(item, int) for item in classes)
    if not fits or not 2 <= classes[0] <= classes[1]:
        raise InputError(tr("classes is {value}; expected (fewest, most), from 2 on", value=classes))
    if not isinstance(random_maps, int) or random_maps < 0:
        raise InputError(
            tr(
                "{name} is {value}; expected a whole number from {least} on",
                name="random_maps",
                value=random_maps,
                least=0,
            )
        )
    return ways


def _as_classes(y: NDArray[np.float64], driver: Map, known: NDArray[np.bool_]) -> _Cut:
    labels = np.unique(driver.values[known], return_inverse=True)[1].astype(np.int64)
    try:
        factor = factor_detector(y, labels)
    except InputError as error:
        raise InputError(tr("{name}: {error}", name=driver.name, error=error)) from error
    return _Cut(_Classes(labels), tr("classes as given"), int(labels.max()) + 1, factor.q)


def _best_cut(y: np.ndarray, driver: Map, known: np.ndarray, breaks: Sequence[str], classes: tuple[int, int]) -> _Cut:
    try:
        way = Discretisations(driver.values[known], breaks, range(classes[0], classes[1] + 1))
        best = way.best(y)
    except InputError as error:
        raise InputError(tr("{name}: {error}", name=driver.name, error=error)) from error
    return _Cut(way, best.method, len(best.breaks) + 1, best.q)
