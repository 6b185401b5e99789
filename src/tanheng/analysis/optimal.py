"""Optimal discretisation for the geographical detector, and a p-value that counts the search for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tanheng.analysis.correlation import Values
from tanheng.analysis.discretise import METHODS, breaks, natural_breaks
from tanheng.analysis.geodetector import Strata
from tanheng.analysis.kernels.ranking import sums_by_rank
from tanheng.analysis.surrogates import RandomMaps
from tanheng.errors import InputError
from tanheng.language import listed, tr


@dataclass(frozen=True)
class Candidate:
    """One way to cut a driver, and what it explains."""

    method: str
    classes: int
    breaks: Values
    q: float


class Discretisations:
    """All ways to cut a driver that are compared, laid out so that q of all of them takes one pass over the cells.

    The breaks of all ways together part the driver into fine bins; the sum of y in each stratum of each way is a
    difference of two running sums over the bins.

    Parameters
    ----------
    driver : numpy.ndarray, shape (n,)
        Finite.
    methods : sequence of str
        Of `tanheng.analysis.discretise.METHODS`; geometric breaks are left out for a driver that is not positive.
    classes : sequence of int
        Numbers of classes that are tried.
    drop_single : bool
        Leave strata of one cell out of q, with their cells.

    Raises
    ------
    InputError
        The driver has a gap, or is the same everywhere.
    """

    def __init__(
        self,
        driver: Values,
        methods: Sequence[str] = METHODS,
        classes: Sequence[int] = tuple(range(3, 11)),
        *,
        drop_single: bool = False,
    ) -> None:
        if not np.isfinite(driver).all():
            raise InputError(
                tr("{count} values of the driver are missing or infinite", count=int((~np.isfinite(driver)).sum()))
            )
        if len(driver) < 3 or not np.ptp(driver) > 1e-12 * float(np.abs(driver).max()):
            raise InputError(tr("a driver that is the same everywhere can't be cut into classes"))
        self._cuts = _ways(driver, methods, classes)
        if not self._cuts:
            raise InputError(
                tr("no way to cut the driver: {ways} in {classes} classes", ways=listed(methods), classes=list(classes))
            )
        edges = np.unique(np.concatenate([inner for _, _, inner in self._cuts]))
        self._bin = np.searchsorted(edges, driver, side="left")
        self._bins = len(edges) + 1
        count = np.concatenate([[0.0], np.cumsum(np.bincount(self._bin, minlength=self._bins))])
        most = max(len(inner) for _, _, inner in self._cuts)
        # Positions of the strata in the running sums; short rows repeat the end, which adds strata of nothing.
        self._at = np.full((len(self._cuts), most + 2), self._bins)
        self._at[:, 0] = 0
        for row, (_, _, inner) in enumerate(self._cuts):
            self._at[row, 1 : len(inner) + 1] = np.searchsorted(edges, inner) + 1
        self._count = np.diff(count[self._at], axis=1)
        self._counts = self._count > 1 if drop_single else self._count > 0
        self._all = bool((self._counts == (self._count > 0)).all())

    def q(self, y: Values) -> Values:
        """Value q of each way to cut the driver, shape (ways,)."""
        centred = y - y.mean()
        sums = np.concatenate([[0.0], np.cumsum(np.bincount(self._bin, centred, minlength=self._bins))])
        inside = np.diff(sums[self._at], axis=1)
        if not self._all:
            return self._without_singles(centred, inside)
        total = float(centred @ centred)
        if total <= (1e-12 * float(np.abs(y).max())) ** 2 * len(y):
            raise InputError(tr("all values of the variable are alike, so there is no variance to part"))
        return self._share(inside, total)

    def _share(self, inside: Values, total: float) -> Values:
        between = np.divide(inside**2, self._count, out=np.zeros_like(inside), where=self._count > 0).sum(axis=1)
        return np.asarray(np.minimum(between / total, 1.0))

    @property
    def bins(self) -> NDArray[np.int32]:
        """Fine bin of each cell, shape (n,)."""
        return self._bin.astype(np.int32)

    def best_q(self, sums: Values, total: float) -> float:
        """Largest q of all ways, from the sums of the deviations of y over the fine bins, and the sum of their squares.

        Every stratum counts, also one of a single cell.
        """
        running = np.concatenate([[0.0], np.cumsum(sums[: self._bins])])
        return float(self._share(np.diff(running[self._at], axis=1), total).max())

    def _without_singles(self, centred: Values, inside: Values) -> Values:
        """Value q of each way over the cells whose stratum has more than one."""
        squares = np.concatenate([[0.0], np.cumsum(np.bincount(self._bin, centred**2, minlength=self._bins))])
        held = np.diff(squares[self._at], axis=1)
        n = np.where(self._counts, self._count, 0.0)
        sums, squared = np.where(self._counts, inside, 0.0), np.where(self._counts, held, 0.0).sum(axis=1)
        correction = np.divide(sums.sum(axis=1) ** 2, n.sum(axis=1), out=np.zeros(len(n)), where=n.sum(axis=1) > 0)
        between = np.divide(sums**2, n, out=np.zeros_like(sums), where=n > 0).sum(axis=1) - correction
        total = squared - correction
        some = (self._counts.sum(axis=1) > 1) & (total > 1e-12 * float(centred @ centred))
        return np.asarray(np.clip(np.divide(between, total, out=np.zeros(len(n)), where=some), 0.0, 1.0))

    def candidates(self, y: Values) -> list[Candidate]:
        """Every way to cut the driver with its q."""
        return [
            Candidate(method, classes, inner, float(q))
            for (method, classes, inner), q in zip(self._cuts, self.q(y), strict=True)
        ]

    def best(self, y: Values) -> Candidate:
        """Way to cut with the largest q; the fewest classes where several share it.

        The largest of many is larger than any one of them would be by chance: see `search_p`.

        Examples
        --------
        >>> driver = np.arange(60.0)
        >>> y = np.where(driver < 20, 0.0, 1.0) + 0.01 * np.sin(driver)
        >>> found = Discretisations(driver, ["equal", "quantile"], [2, 3]).best(y)
        >>> found.classes, found.q > 0.99
        (3, True)
        """
        return max(self.candidates(y), key=lambda item: (round(item.q, 12), -item.classes))

    def strata(self, candidate: Candidate, driver: Values) -> Strata:
        """Stratum of each cell."""
        return np.searchsorted(candidate.breaks, driver, side="left")


def _ways(driver: Values, methods: Sequence[str], classes: Sequence[int]) -> list[tuple[str, int, Values]]:
    ways = []
    natural = natural_breaks(driver, max(classes)) if "natural" in methods else {}
    for method in methods:
        if method == "geometric" and driver.min() <= 0:
            continue
        for number in classes:
            inner = natural[number] if method == "natural" else breaks(driver, method, number)
            if len(inner):
                ways.append((method, number, inner))
    return ways


def permutation_p(reached: Values | float, maps: int) -> Values:
    r"""p-value of a statistic that as many random maps reach, :math:`p = (1 + b) / (1 + m)` (Phipson and Smyth 2010).

    Parameters
    ----------
    reached : numpy.ndarray or float
        b, random maps whose statistic is no smaller.
    maps : int
        m.

    Examples
    --------
    >>> float(permutation_p(4, 99))
    0.05
    """
    return np.asarray((1.0 + reached) / (1.0 + maps))


#: How much smaller a statistic of a random map may be by rounding and yet count as reaching that of the data.
ROUNDING = 1e-12


class Ways(Protocol):
    """What has a q for each way to cut a driver."""

    def q(self, y: Values) -> Values:
        """Value q of each way, shape (ways,)."""


def search_p(observed: Values, drawn: Iterable[Values], ways: Sequence[Ways]) -> NDArray[np.float64]:
    """p-values of the best q of several drivers, each against the best that the same search finds in random maps of y.

    ``(1 + maps with a best q no smaller) / (1 + maps)``. With maps from `tanheng.analysis.surrogates` it allows for
    neighbouring cells that are alike; with shuffled values it takes cells as independent.

    Parameters
    ----------
    observed : numpy.ndarray, shape (drivers,)
        Best q of each driver.
    drawn : iterable of numpy.ndarray, shape (n,)
        Random maps of y.
    ways : sequence of Ways, as Discretisations
        One a driver.

    Examples
    --------
    >>> driver, rng = np.arange(100.0), np.random.default_rng(1)
    >>> y = rng.normal(size=100)
    >>> ways = Discretisations(driver)
    >>> p = search_p(np.array([ways.best(y).q]), (rng.permutation(y) for _ in range(99)), [ways])
    >>> 0.01 <= p[0] <= 1.0
    np.True_
    """
    reached, maps = np.zeros(len(ways)), 0
    for y in drawn:
        best = np.array([float(item.q(y).max()) for item in ways])
        reached += best >= observed - ROUNDING
        maps += 1
    return permutation_p(reached, maps)


def search_p_on_maps(
    observed: NDArray[np.float64],
    variables: Sequence[Values],
    mask: NDArray[np.bool_],
    ways: Sequence[Discretisations],
    maps: int,
    seed: int = 1,
    workers: int = 1,
) -> NDArray[np.float64]:
    """p-values of the best q of several variables and drivers, as `search_p` on random maps of `surrogates`.

    The random maps are as rough or smooth as y (see `surrogates`), which allows
    for neighbouring cells that are alike. All variables share their phases, and all drivers one pass over the cells of a map.

    Parameters
    ----------
    observed : numpy.ndarray, shape (variables, drivers)
        Best q of each variable and driver.
    variables : sequence of numpy.ndarray, shape (rows, columns)
        Finite where the mask is.
    mask : numpy.ndarray of bool, shape (rows, columns)
    ways : sequence of Discretisations
        One a driver, on the cells of the mask.
    maps : int
    seed : int
    workers : int
        Threads.

    Returns
    -------
    numpy.ndarray, shape (variables, drivers)

    Examples
    --------
    A driver that follows the rows, and a variable of noise:

    >>> driver, rng = np.repeat(np.arange(20.0), 20), np.random.default_rng(1)
    >>> y, ways = rng.normal(size=(20, 20)), Discretisations(driver)
    >>> p = search_p_on_maps(np.array([[ways.best(y.ravel()).q]]), [y], np.ones((20, 20), bool), [ways], 99)
    >>> bool(0.01 <= p[0, 0] <= 1.0)
    True
    """
    random = RandomMaps(mask, seed)
    layouts = [_Layout(random.amplitude(values), values[mask]) for values in variables]
    bins = np.ascontiguousarray(np.stack([item.bins for item in ways], axis=1))

    def reached(noise: NDArray[np.float32]) -> NDArray[np.bool_]:
        phases, best = random.phases(noise), []
        for layout in layouts:
            sums = np.zeros((len(ways), int(bins.max()) + 1))
            sums_by_rank(random.drawn(layout.amplitude, phases), layout.running, bins, sums)
            best.append([item.best_q(of, layout.total) for item, of in zip(ways, sums, strict=True)])
        return np.array(best) >= observed - ROUNDING

    count = np.zeros(observed.shape)
    noise = random.noise(maps)
    with ThreadPoolExecutor(workers) as pool:
        while batch := list(islice(noise, workers)):
            count += sum(pool.map(reached, batch))
    return permutation_p(count, maps)


class _Layout:
    """Amplitudes of a variable, running sums of its deviations in ascending order, and the sum of their squares."""

    def __init__(self, amplitude: NDArray[np.float32], y: Values) -> None:
        self.amplitude = amplitude
        deviations = np.sort(y) - y.mean()
        self.running = np.concatenate([[0.0], np.cumsum(deviations)])
        self.total = float(deviations @ deviations)
