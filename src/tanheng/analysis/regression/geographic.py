r"""Geographically weighted regression: at each place a regression of its own, in which near places count more.

Weights are adaptive and bisquare: :math:`w_{ij} = (1 - (d_{ij} / b_i)^2)^2` within the distance :math:`b_i` of the k-th nearest place, itself
included, else 0. The number of neighbours k is the one with the smallest corrected Akaike criterion.

References
----------
Fotheringham, A. S., Brunsdon, C., Charlton, M. (2002). Geographically Weighted Regression. Wiley. da Silva, A. R., Fotheringham, A. S. (2016). The
multiple testing issue in geographically weighted regression. Geographical Analysis 48, 233-247. Oshan, T. M., Li, Z., Kang, W., Wolf, L. J.,
Fotheringham, A. S. (2019). mgwr. ISPRS International Journal of Geo-Information 8, 269.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.spatial.distance import cdist

from tanheng.errors import InputError
from tanheng.language import tr

Values = NDArray[np.float64]

#: Bandwidths up to which every one is tried; of more, some evenly on a scale of ratios, and then all near the best.
_EVERY = 400

#: A distance is made larger by this much, so that the place on its rim keeps a weight.
_RIM = 1.0000001


@dataclass(frozen=True)
class LocalRegression:
    """Coefficients of each place, and how well the whole fits.

    Attributes
    ----------
    neighbours : int
        Bandwidth: places that each regression sees, itself included.
    coefficients, t : numpy.ndarray, shape (n, variables)
        The first variable is the constant.
    r2_local : numpy.ndarray, shape (n,)
    aicc, r2, effective_parameters : float
    critical_t : float
        From which on |t| is significant at 5 %, with as many tests as there are effective parameters.
    """

    neighbours: int
    coefficients: Values
    t: Values
    r2_local: Values
    aicc: float
    r2: float
    effective_parameters: float
    critical_t: float


def _weights(distances: Values, neighbours: int) -> Values:
    """Bisquare weights of all places around each, shape (n, n)."""
    rim = np.partition(distances, neighbours - 1, axis=1)[:, neighbours - 1] * _RIM
    share = distances / np.where(rim > 0, rim, 1.0)[:, None]
    return np.where(share < 1.0, (1.0 - share**2) ** 2, 0.0)


def _inverses(x: Values, weights: Values) -> Values:
    """Inverse of the weighted cross products around each place, shape (n, p, p)."""
    n, p = x.shape
    outer = (x[:, :, None] * x[:, None, :]).reshape(n, p * p)
    return np.asarray(np.linalg.inv((weights @ outer).reshape(n, p, p)), np.float64)


def _solved(y: Values, x: Values, weights: Values) -> tuple[Values, float, Values]:
    """Coefficients (n, p), trace of the hat matrix, and the squares that standard errors need (n, p)."""
    inverse = _inverses(x, weights)
    to_coefficients = np.einsum("ipq,jq,ij->ipj", inverse, x, weights, optimize=True)
    trace = float(np.einsum("ip,ipi->", x, to_coefficients))
    return to_coefficients @ y, trace, (to_coefficients**2).sum(axis=2)


def corrected_akaike(residual_squares: float, n: int, parameters: float) -> float:
    r"""Corrected Akaike information criterion, :math:`-2 \ln L + 2 n (p + 1) / (n - p - 2)`; infinite where there are too many parameters.

    Examples
    --------
    >>> round(corrected_akaike(51.186192, 159, 11.804770), 2)
    299.05
    """
    if n - parameters - 2.0 <= 0 or residual_squares <= 0:
        return float("inf")
    likelihood = -n / 2.0 * np.log(residual_squares / n) - n / 2.0 * (1.0 + np.log(2.0 * np.pi))
    return float(-2.0 * likelihood + 2.0 * n * (parameters + 1.0) / (n - parameters - 2.0))


def _score(y: Values, x: Values, distances: Values, neighbours: int) -> float:
    weights = _weights(distances, neighbours)
    try:
        inverse = _inverses(x, weights)
    except np.linalg.LinAlgError:
        return float("inf")
    coefficients = np.einsum("ipq,iq->ip", inverse, weights @ (x * y[:, None]))
    residuals = y - (x * coefficients).sum(axis=1)
    trace = float(np.einsum("i,ip,ipq,iq->", np.diag(weights), x, inverse, x, optimize=True))
    return corrected_akaike(float(residuals @ residuals), len(y), trace)


def _some(least: int, most: int, count: int) -> list[int]:
    """Some numbers of neighbours, evenly on a scale of ratios."""
    return sorted({int(value) for value in np.geomspace(least, most, count)})


def best_neighbours(y: Values, x: Values, distances: Values) -> int:
    """Number of neighbours with the smallest corrected Akaike criterion.

    Parameters
    ----------
    y : numpy.ndarray, shape (n,)
    x : numpy.ndarray, shape (n, variables)
        With the constant.
    distances : numpy.ndarray, shape (n, n)

    Raises
    ------
    InputError
        There are too few places for so many variables, or variables that are the same everywhere.
    """
    n, least = len(y), x.shape[1] + 3
    if n < least + 5:
        raise InputError(
            tr(
                "local regression needs {least} places or more for {count} variables, got {n}",
                least=least + 5,
                count=x.shape[1] - 1,
                n=n,
            )
        )
    tried: dict[int, float] = {}
    candidates = list(range(least, n + 1)) if n <= _EVERY else _some(least, n, 40)
    for one in candidates:
        tried[one] = _score(y, x, distances, one)
    best = min(tried, key=lambda one: tried[one])
    if n > _EVERY:
        place = candidates.index(best)
        low, high = candidates[max(place - 1, 0)], candidates[min(place + 1, len(candidates) - 1)]
        for one in range(low, high + 1, max(1, (high - low) // 40)):
            tried.setdefault(one, _score(y, x, distances, one))
        best = min(tried, key=lambda one: tried[one])
    if not np.isfinite(tried[best]):
        raise InputError(
            tr("local regression can't be solved: variables are the same everywhere, or follow from each other")
        )
    return best


def local_regression(y: Values, x: Values, places: Values, neighbours: int | None = None) -> LocalRegression:
    """Geographically weighted regression with adaptive bisquare weights.

    Parameters
    ----------
    y : numpy.ndarray, shape (n,)
    x : numpy.ndarray, shape (n, variables)
        Without a constant.
    places : numpy.ndarray, shape (n, 2)
        Coordinates in one unit of length.
    neighbours : int, optional
        Bandwidth; the one with the smallest corrected Akaike criterion by default.

    Raises
    ------
    InputError
        There are too few places, or the variables do not differ.

    Examples
    --------
    A slope that grows eastward is found again.

    >>> east = np.arange(40.0)
    >>> x = np.sin(np.arange(40.0) * 2.4)
    >>> found = local_regression((1.0 + 0.05 * east) * x, x[:, None], np.column_stack([east, east * 0]))
    >>> bool(found.coefficients[35, 1] > found.coefficients[4, 1] + 1)
    True
    """
    full = np.column_stack([np.ones(len(y)), x])
    distances = cdist(places, places)
    neighbours = best_neighbours(y, full, distances) if neighbours is None else neighbours
    weights = _weights(distances, neighbours)
    coefficients, parameters, squares = _solved(y, full, weights)
    residuals = y - (full * coefficients).sum(axis=1)
    spread = float(residuals @ residuals) / (len(y) - parameters)
    errors = np.sqrt(squares * spread)
    whole = float(((y - y.mean()) ** 2).sum())
    means = (weights @ y) / weights.sum(axis=1)
    total = (weights * (y[None, :] - means[:, None]) ** 2).sum(axis=1)
    left = (weights * (residuals[None, :]) ** 2).sum(axis=1)
    alpha = 0.05 / max(parameters / full.shape[1], 1.0)
    return LocalRegression(
        neighbours,
        coefficients,
        np.divide(coefficients, errors, out=np.full(coefficients.shape, np.nan), where=errors > 0),
        np.where(total > 0, 1.0 - left / np.where(total > 0, total, 1.0), np.nan),
        corrected_akaike(float(residuals @ residuals), len(y), parameters),
        1.0 - float(residuals @ residuals) / whole if whole > 0 else float("nan"),
        parameters,
        float(stats.t.ppf(1.0 - alpha / 2.0, len(y) - 1)),
    )


def chance_of_local(y: Values, x: Values, places: Values, rng: np.random.Generator, count: int = 99) -> float:
    r"""Chance that places dealt at random fit as well locally: a Monte Carlo test of whether one regression leaves a structure in space.

    It may be coefficients that differ from place to place, or errors that are alike among neighbours: the random deals break both.

    .. math:: p = \frac{1 + \#\{\mathrm{AICc}_{random} \le \mathrm{AICc}\}}{1 + m}

    The search for the bandwidth is part of each trial, on the same twelve bandwidths, for a search finds smaller criteria than no search.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int
        Random deals m.

    References
    ----------
    Brunsdon, C., Fotheringham, A. S., Charlton, M. (1996). Geographical Analysis 28, 281-298.

    Examples
    --------
    >>> east = np.arange(40.0)
    >>> x = np.sin(np.arange(40.0) * 2.4)
    >>> y = (1.0 + 0.05 * east) * x
    >>> chance_of_local(y, x[:, None], np.column_stack([east, east * 0]), np.random.default_rng(1), 19)
    0.05
    """
    full = np.column_stack([np.ones(len(y)), x])
    distances = cdist(places, places)
    candidates = _some(full.shape[1] + 3, len(y), 12)

    def smallest(held: Values) -> float:
        return min(_score(y, full, held, one) for one in candidates)

    own = smallest(distances)
    as_good = 0
    for _ in range(count):
        order = rng.permutation(len(y))
        as_good += smallest(distances[np.ix_(order, order)]) <= own
    return (1.0 + as_good) / (1.0 + count)


def global_regression(y: Values, x: Values) -> tuple[Values, float, float]:
    """Coefficients of one regression for all places, the constant first, its corrected Akaike criterion, and its R squared.

    Examples
    --------
    >>> coefficients, _, r2 = global_regression(np.array([1.0, 3.0, 5.0, 7.0, 9.1]), np.arange(5.0)[:, None])
    >>> coefficients.round(1).tolist(), round(r2, 2)
    ([1.0, 2.0], 1.0)
    """
    full = np.column_stack([np.ones(len(y)), x])
    coefficients = np.asarray(np.linalg.lstsq(full, y, rcond=None)[0], np.float64)
    residuals = y - full @ coefficients
    whole = float(((y - y.mean()) ** 2).sum())
    r2 = 1.0 - float(residuals @ residuals) / whole if whole > 0 else float("nan")
    return coefficients, corrected_akaike(float(residuals @ residuals), len(y), float(full.shape[1])), r2
