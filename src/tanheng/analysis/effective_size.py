r"""Effective sample size of a correlation of autocorrelated maps, and the modified t-test that uses it.

Neighbouring cells are alike, so n cells say less than n independent observations would. The modified t-test asks how
many independent ones would scatter the correlation of two *unrelated* maps as much as maps with these correlograms do:

.. math:: ESS = 1 + \frac{tr(H R_x H)\, tr(H R_y H)}{tr(H R_x H R_y)}, \qquad H = I - 11'/n

where the entry of R_x for a pair of cells is the mean of the products of deviations over all pairs at the same class of
distance, divided by the variance. Then ``F = (ESS - 2) r**2 / (1 - r**2)`` on 1 and ``ESS - 2`` degrees of freedom.

On a grid nothing of size n by n is made: pairs and products by lag are autocorrelations of the mask and of the centred
map, and row sums of R are a convolution with the mask, so a few Fourier transforms give the same numbers, to a millionth of the
effective size: those of large maps are of 32-bit numbers, their sums of 64-bit ones. For points the pairs are walked through, twice.

References
----------
Clifford, Richardson and Hémon 1989, Biometrics 45, 123-134. Dutilleul 1993, Biometrics 49, 305-314.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, stats

from tanheng.analysis.correlation import Values, pearson
from tanheng.analysis.kernels.lags import add_by_class, distance_class, laid_by_class, squared, times_mirrored
from tanheng.analysis.kernels.tables import pair_sums, row_sums
from tanheng.errors import InputError
from tanheng.language import tr

#: Cells of a map from which on its transforms are of 32-bit numbers.
_SINGLE_FROM = 2**18
#: Numbers with room for every lag that are transformed at once.
_BLOCK = 2**19


@dataclass(frozen=True)
class Correlogram:
    """Autocorrelation of a map by class of distance (class 0 is a cell with itself), and row sums of its matrix R."""

    by_class: Values
    row_sums: NDArray[np.floating]


@dataclass(frozen=True)
class ModifiedTest:
    """Correlation with its naive and its modified test.

    Attributes
    ----------
    r : float
        Correlation, 1.
    n : int
        Cells or points.
    effective_size : float
        Independent observations that would say as much.
    f : float
        F of the modified test, on 1 and ``effective_size - 2 - controls`` degrees of freedom.
    p : float
        p-value of the modified test; NaN where the effective size leaves no degree of freedom.
    p_naive : float
        p-value if all n were independent, which neighbouring cells are not.
    """

    r: float
    n: int
    effective_size: float
    f: float
    p: float
    p_naive: float


def _even_length(least: int) -> int:
    """Smallest even length from this one on that is fast to transform."""
    return 2 * int(fft.next_fast_len((least + 1) // 2, real=True))


class GridLags:
    """Pairs of the cells of a masked grid by class of distance.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)
        Cells that are known.
    width : float
        Width of a class of distance, cells: class k holds distances above ``(k - 1) * width`` up to ``k * width``.

    Raises
    ------
    InputError
        Fewer than three cells are known, or the width is not positive.
    """

    def __init__(self, mask: NDArray[np.bool_], width: float = 1.0) -> None:
        if mask.ndim != 2 or mask.sum() < 3:
            raise InputError(
                tr(
                    "a grid of three known cells or more was expected, got shape {shape} with {known}",
                    shape=mask.shape,
                    known=int(mask.sum()),
                )
            )
        if not width > 0:
            raise InputError(tr("the width of a class of distance must be positive, got {width}", width=width))
        self.mask, self.width = mask, width
        self.n = int(mask.sum())
        rows, columns = mask.shape
        self._size = (_even_length(2 * rows - 1), _even_length(2 * columns - 1))
        self._classes = 1 + int(distance_class(rows - 1, columns - 1, width))
        self._type = np.float64 if mask.size < _SINGLE_FROM else np.float32
        kind = np.complex128 if self._type is np.float64 else np.complex64
        # Pairs are whole numbers of up to n**2, which takes 64 bits; what is convolved with them later does not.
        along = self._along(mask.astype(np.float64))
        self._spectrum: NDArray[np.complexfloating] = np.empty((self._size[0], along.shape[1]), kind)
        for part in self._blocks(along.shape[1]):
            self._spectrum[:, part] = self._down(along[:, part])
        self.pairs = np.rint(self._by_class(along, whole=True))

    @property
    def nbytes(self) -> int:
        """Bytes that are held."""
        return self._spectrum.nbytes + self.mask.nbytes

    def _along(self, values: NDArray[np.floating]) -> NDArray[np.complexfloating]:
        """Fourier transform of each row of a map, with room for every lag."""
        return np.asarray(fft.rfft(values, self._size[1], axis=1, workers=-1))

    def _down(self, along: NDArray[np.complexfloating]) -> NDArray[np.complexfloating]:
        """Transform of columns with room for every lag, from that of their rows."""
        return np.asarray(fft.fft(along, self._size[0], axis=0, workers=-1))

    def _blocks(self, length: int) -> Iterator[slice]:
        """Parts of the columns, or rows, that are transformed at once: so the map with room for its lags is never held whole."""
        width = max(16, _BLOCK // max(self._size))
        return (slice(start, start + width) for start in range(0, length, width))

    def _by_class(self, along: NDArray[np.complexfloating], *, whole: bool = False) -> Values:
        """Sums over pairs by class of distance: the autocorrelation of what has this transform of its rows, which is lost.

        The square of a spectrum is real, so half of its transform says all, and that half are the lags that go down; left and
        right are exchanged, which the sums don't tell apart.
        """
        rows, columns = self.mask.shape
        for part in self._blocks(along.shape[1]):
            power = squared(self._down(along[:, part]))
            along[:, part] = fft.rfft(power, axis=0, norm="forward", workers=-1)[:rows]
        sums = np.zeros(self._classes)
        for part in self._blocks(rows):
            by_lag = fft.irfft(along[part], self._size[1], axis=1, workers=-1)
            add_by_class(sums, np.rint(by_lag, out=by_lag) if whole else by_lag, part.start, columns, self.width)
        return sums

    def correlogram(self, values: Values) -> Correlogram:
        """Correlogram of a map.

        Parameters
        ----------
        values : numpy.ndarray, shape (rows, columns)
            Known, and not all alike, where the mask is.

        Raises
        ------
        InputError
            A value is missing or infinite, or all are alike.
        """
        sums = self._by_class(self._along(self._standard(values)))
        sums[0] = self.n
        by_class = np.divide(sums, self.pairs, out=np.zeros_like(sums), where=self.pairs > 0)
        return Correlogram(by_class, self._row_sums(by_class))

    def _standard(self, values: Values) -> NDArray[np.floating]:
        """Deviations from the mean over the standard deviation, and 0 where nothing is known."""
        inside = values[self.mask]
        if not np.isfinite(inside).all():
            raise InputError(
                tr("{count} cells of the mask have no finite value", count=int((~np.isfinite(inside)).sum()))
            )
        centred = inside - inside.mean()
        variance = float(centred @ centred) / self.n
        if variance <= (1e-12 * float(np.abs(inside).max())) ** 2:
            raise InputError(tr("all cells have the same value, so there is no correlation to test"))
        filled = np.zeros(self.mask.shape, self._type)
        filled[self.mask] = centred / math.sqrt(variance)
        return filled

    def _row_sums(self, by_class: Values) -> NDArray[np.floating]:
        """Sums over all known cells of the autocorrelation at their distance: a convolution of the mask with it.

        What is convolved is the same in all four directions, so its transform is a cosine transform of a quadrant.
        """
        half, (rows, columns) = self._size[0] // 2, self.mask.shape
        quadrant = laid_by_class(by_class.astype(self._type), half + 1, self._size[1] // 2 + 1, self.width)
        kernel = fft.dctn(quadrant, type=1, overwrite_x=True, workers=-1)
        along = np.empty((rows, kernel.shape[1]), self._spectrum.dtype)
        for part in self._blocks(kernel.shape[1]):
            product = times_mirrored(self._spectrum[:, part], kernel[:, part])
            along[:, part] = fft.ifft(product, axis=0, overwrite_x=True, workers=-1)[:rows]
        laid = [
            fft.irfft(along[part], self._size[1], axis=1, workers=-1)[:, :columns][self.mask[part]]
            for part in self._blocks(rows)
        ]
        return np.concatenate(laid)

    def effective_size(self, first: Correlogram, second: Correlogram) -> float:
        """Effective sample size of the correlation of two maps on the mask.

        Examples
        --------
        Maps without autocorrelation keep nearly all of their cells.

        >>> lags = GridLags(np.ones((40, 40), bool))
        >>> x, y = np.random.default_rng(1).normal(size=(2, 40, 40))
        >>> 1200 < lags.effective_size(lags.correlogram(x), lags.correlogram(y)) < 2000
        True
        """
        return _effective_size(self.pairs, first, second)


def _effective_size(pairs: Values, first: Correlogram, second: Correlogram) -> float:
    """1 + tr(HRxH) tr(HRyH) / tr(HRxHRy); row sums of R sum to zero, since deviations do, up to empty classes."""
    n = len(first.row_sums)
    sums = [float(item.row_sums.sum(dtype=np.float64)) for item in (first, second)]
    traces = [n * item.by_class[0] - total / n for item, total in zip((first, second), sums, strict=True)]
    both = float(pairs @ (first.by_class * second.by_class))
    both -= 2.0 / n * float(first.row_sums.astype(np.float64) @ second.row_sums.astype(np.float64))
    both += sums[0] * sums[1] / n**2
    # Classes of distance are means, so the product can come out as nothing or below it on a handful of cells.
    return float(1.0 + traces[0] * traces[1] / both) if both > 0 else math.nan


def effective_size_of_points(first: Values, second: Values, coordinates: Values, classes: int = 13) -> float:
    """Effective sample size of a correlation at points, by the dense formula over all pairs.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (points,)
    coordinates : numpy.ndarray, shape (points, 2)
        In one length unit; degrees must be projected first.
    classes : int
        Classes of distance, equally wide from zero to the largest distance. Where a few points lie far from all others the classes
        are narrower, so that the distances of the others fall into several, and the last class holds all pairs that are farther.

    Raises
    ------
    InputError
        Fewer than three points, all at one place, a value that is missing, or a variable that does not vary.

    Examples
    --------
    >>> at = np.column_stack([np.arange(50.0), np.zeros(50)])
    >>> trend = np.arange(50.0)
    >>> effective_size_of_points(trend, trend + np.sin(trend), at) < 10
    True
    """
    if len(first) < 3 or not (len(first) == len(second) == len(coordinates)):
        raise InputError(
            tr(
                "three points or more with two values each were expected, got {first}, {second} and {coordinates}",
                first=len(first),
                second=len(second),
                coordinates=len(coordinates),
            )
        )
    at = np.ascontiguousarray(coordinates, np.float64)
    if not (np.isfinite(first).all() and np.isfinite(second).all() and np.isfinite(at).all()):
        raise InputError(tr("values and coordinates must be finite; leave points with a gap out"))
    standard = []
    for values in (first, second):
        spread = float(values.std())
        if spread <= 1e-12 * float(np.abs(values).max()):
            raise InputError(tr("all points have the same value, so there is no correlation to test"))
        standard.append((values - values.mean()) / spread)
    reach = _largest_distance(at)
    if reach == 0:
        raise InputError(tr("all points lie at one place"))
    width, pairs, *sums = _classes_of_distance(standard[0], standard[1], at, classes)
    by_class = [np.divide(item, pairs, out=np.zeros_like(item), where=pairs > 0) for item in sums]
    rows = row_sums(by_class[0], by_class[1], at, width)
    return _effective_size(pairs, Correlogram(by_class[0], rows[0]), Correlogram(by_class[1], rows[1]))


#: Share of all pairs of points that one class of distance may hold; halvings of the reach until none holds more; points from which on.
_MOST_PAIRS, _HALVINGS, _MANY_POINTS = 0.5, 40, 10


def _classes_of_distance(
    first: Values, second: Values, at: Values, classes: int
) -> tuple[float, Values, Values, Values]:
    """Width of the classes of distance, pairs in each, and sums of products of both variables; the last one holds all that are farther.

    Few points far from all others would put nearly all pairs into the first class, where neighbours can't be told from others: the
    reach of the classes is halved until they can.
    """
    width = _largest_distance(at) / classes
    for _ in range(_HALVINGS):
        pairs, of_first, of_second = pair_sums(first, second, at, width, classes + 1)
        between = pairs[1:]
        if (
            len(at) < _MANY_POINTS
            or between[:-1].max() <= _MOST_PAIRS * between.sum()
            or np.count_nonzero(between[:-1]) > classes // 2
        ):
            break
        width /= 2.0
    return width, pairs, of_first, of_second


def _largest_distance(at: Values) -> float:
    """Largest distance of two points; it lies on their hull."""
    from scipy.spatial import ConvexHull, QhullError
    from scipy.spatial.distance import pdist

    try:
        corners = at[ConvexHull(at).vertices]
    except QhullError:  # all on one line
        along = at @ (at.max(axis=0) - at.min(axis=0)) if np.ptp(at) else at[:, 0]
        corners = at[[int(np.argmin(along)), int(np.argmax(along))]]
        other = at @ ((at.max(axis=0) - at.min(axis=0)) * np.array([1.0, -1.0]))
        corners = np.vstack([corners, at[[int(np.argmin(other)), int(np.argmax(other))]]])
    return float(pdist(corners).max())


def modified_test(r: float, n: int, effective_size: float, controls: int = 0) -> ModifiedTest:
    """Naive and modified test of a correlation.

    Parameters
    ----------
    r : float
    n : int
        Cells or points.
    effective_size : float
    controls : int
        Controls of a partial correlation; each takes a degree of freedom.

    Examples
    --------
    A correlation of 0.5 over 100 cells that are worth 12 is no sign of anything: F = 10 * 0.25 / 0.75 = 3.33.

    >>> test = modified_test(0.5, 100, 12.0)
    >>> round(test.f, 2), round(test.p, 3), test.p_naive < 1e-6
    (3.33, 0.098, True)
    """
    f, p = _f_and_p(r, effective_size - 2.0 - controls)
    return ModifiedTest(r, n, effective_size, f, p, _f_and_p(r, n - 2.0 - controls)[1])


def _f_and_p(r: float, freedom: float) -> tuple[float, float]:
    if not (math.isfinite(r) and freedom > 0):
        return math.nan, math.nan
    if abs(r) >= 1.0:
        return math.inf, 0.0
    f = freedom * r * r / (1.0 - r * r)
    return f, float(stats.f.sf(f, 1.0, freedom))


def modified_t_test(first: Values, second: Values, width: float = 1.0) -> ModifiedTest:
    """Pearson correlation of two maps, with the modified t-test over the cells that both know.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (rows, columns)
        NaN is no data.
    width : float
        Width of a class of distance, cells.

    Raises
    ------
    InputError
        Fewer than three cells are left, or one of the maps does not vary.

    Examples
    --------
    >>> down = np.repeat(np.arange(30.0)[:, None], 30, axis=1)
    >>> test = modified_t_test(down, down**2)
    >>> round(test.r, 2), test.n, test.effective_size < 10, test.p_naive < 1e-100
    (0.97, 900, True, True)
    """
    lags = GridLags(np.isfinite(first) & np.isfinite(second), width)
    size = lags.effective_size(lags.correlogram(first), lags.correlogram(second))
    r, n = pearson(first[lags.mask], second[lags.mask])
    return modified_test(r, n, size)
