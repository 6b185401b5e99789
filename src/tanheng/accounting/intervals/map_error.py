r"""Areas, and what is worked out from them, adjusted for the errors of a map by a stratified sample of it.

The strata are what the map shows (its classes, or its kinds of change), with the weights :math:`W_i` of their mapped areas; of the
:math:`n_i` places that were looked at in a stratum, :math:`n_{ij}` are :math:`j` in truth. The map's own areas then serve as weights
alone, so that a class which the map overstates is brought back to what the sample saw.

References
----------
Olofsson, P., Foody, G. M., Herold, M., Stehman, S. V., Woodcock, C. E., Wulder, M. A. (2014). Good practices for estimating area and
assessing accuracy of land change. Remote Sensing of Environment 148, 42-57, Eq. 1-11. Cochran, W. G. (1977). Sampling Techniques,
3rd ed., Eq. 5.52 (means of a stratified sample).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.units import SIGMAS_IN_HALF

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A value and half of its 95 % interval; both may be arrays."""

    value: Values
    half_width: Values


def _checked(counts: Values, areas: Values) -> tuple[Values, Values]:
    """Shares of the truth in each stratum, and the number of places in it; strata without land take no part."""
    number = counts.sum(axis=1)
    few = (areas > 0) & (number < 2)
    if few.any():
        raise InputError(
            tr(
                "stratum {row} of the sample has {count:g} places; two are needed for a variance",
                row=int(np.argmax(few)) + 1,
                count=float(number[few][0]),
            )
        )
    shares = np.divide(counts, number[:, None], out=np.zeros(counts.shape), where=number[:, None] > 0)
    return shares, number


def adjusted_mean(counts: Values, areas: Values, values: Values) -> Estimate:
    r"""Mean of a quantity over the land, where the quantity depends on the true class alone.

    .. math::
        \bar c = \sum_i W_i \sum_j \frac{n_{ij}}{n_i} c_j, \qquad
        S^2 = \sum_i W_i^2 \frac{\sum_j \frac{n_{ij}}{n_i} c_j^2 - \left(\sum_j \frac{n_{ij}}{n_i} c_j\right)^2}{n_i - 1}

    With :math:`c_j = 1` for one class and 0 for all others this is the share of that class. The sample is taken as drawn at random in
    each stratum; that densities themselves are uncertain is not in it.

    Parameters
    ----------
    counts : numpy.ndarray, shape (strata, classes)
        Places of the sample by what the map shows and what is there.
    areas : numpy.ndarray, shape (strata,), ha
        Mapped areas.
    values : numpy.ndarray, shape (classes,) or (classes, quantities)
        Carbon density by class, t C ha-1, for example.

    Returns
    -------
    Estimate
        A number, or of shape (quantities,).

    Raises
    ------
    InputError
        A stratum that has land has fewer than two places.

    Examples
    --------
    Two classes of 30 and 70 ha; of 10 places mapped as the first 8 are right, of 20 mapped as the second 18. The first class covers
    0.3 * 0.8 + 0.7 * 0.1 = 0.31 of the land; S^2 = 0.09 * 0.16 / 9 + 0.49 * 0.09 / 19 = 0.003921, so +- 1.96 * 0.0626 = 0.1227.

    >>> share = adjusted_mean(np.array([[8.0, 2.0], [2.0, 18.0]]), np.array([30.0, 70.0]), np.array([1.0, 0.0]))
    >>> print(round(float(share.value), 4), round(float(share.half_width), 4))
    0.31 0.1227
    """
    shares, number = _checked(counts, areas)
    weights = areas / areas.sum()
    mean = shares @ values
    spread = np.maximum(shares @ values**2 - mean**2, 0.0)
    own = np.divide(weights**2, number - 1.0, out=np.zeros(len(areas)), where=(areas > 0) & (number > 1))
    return Estimate(np.asarray(weights @ mean), np.asarray(SIGMAS_IN_HALF * np.sqrt(own @ spread)))


def adjusted_areas(counts: Values, areas: Values) -> Estimate:
    r"""Area of each true class with its interval, in the unit of `areas`, shape (classes,); they sum to the mapped total.

    .. math:: A_j = A \sum_i W_i \frac{n_{ij}}{n_i}

    Parameters
    ----------
    counts : numpy.ndarray, shape (strata, classes)
    areas : numpy.ndarray, shape (strata,)

    References
    ----------
    Olofsson et al. 2014, Eq. 9-11.

    Examples
    --------
    >>> found = adjusted_areas(np.array([[8.0, 2.0], [2.0, 18.0]]), np.array([30.0, 70.0]))
    >>> found.value.round(2).tolist(), found.half_width.round(2).tolist()
    ([31.0, 69.0], [12.27, 12.27])
    """
    shares = adjusted_mean(counts, areas, np.eye(counts.shape[1]))
    return Estimate(shares.value * areas.sum(), shares.half_width * areas.sum())


#: How far a sample may be from its design, as a share of it: places get lost.
_DESIGN = 0.02


def seems_transposed(counts: Values, areas: Values) -> bool:
    """Whether the columns of an error matrix follow a design that its rows should have, and the rows do not.

    Samples are drawn by what the map shows: as many places in each class, or in proportion to its mapped area. In a matrix whose rows are
    what is there, it is the columns that sum to such numbers.

    Parameters
    ----------
    counts : numpy.ndarray, shape (classes, classes)
    areas : numpy.ndarray, shape (classes,)
        Mapped areas.

    Examples
    --------
    Fifty places in each mapped class; then the same table, turned.

    >>> counts, areas = np.array([[45.0, 5.0], [10.0, 40.0]]), np.array([70.0, 30.0])
    >>> seems_transposed(counts, areas), seems_transposed(counts.T, areas)
    (False, True)
    """
    known = areas > 0
    rows, columns = counts.sum(axis=1)[known], counts.sum(axis=0)[known]
    share = areas[known] / areas[known].sum()

    def follows(sums: Values) -> bool:
        equal = np.abs(sums / sums.mean() - 1.0).max() <= _DESIGN
        return bool(equal or np.abs(sums / sums.sum() / share - 1.0).max() <= _DESIGN)

    return len(share) > 1 and columns.sum() > 0 and rows.sum() > 0 and follows(columns) and not follows(rows)


@dataclass(frozen=True)
class Accuracy:
    """Accuracies of a map with half-widths: user's and producer's by class, and overall."""

    users: Estimate
    producers: Estimate
    overall: Estimate


def accuracies(counts: Values, areas: Values) -> Accuracy:
    r"""User's, producer's and overall accuracy of a map by the areas of its classes.

    .. math:: U_i = \frac{n_{ii}}{n_i}, \qquad P_j = \frac{W_j U_j}{\sum_i W_i n_{ij} / n_i}, \qquad O = \sum_j W_j U_j

    Parameters
    ----------
    counts : numpy.ndarray, shape (classes, classes)
        Map classes down, true classes across, in the same order.
    areas : numpy.ndarray, shape (classes,)
        Mapped areas.

    Returns
    -------
    Accuracy
        NaN for classes that are not on the map, or not there in truth.

    References
    ----------
    Olofsson et al. 2014, Eq. 1-8.

    Examples
    --------
    >>> found = accuracies(np.array([[8.0, 2.0], [2.0, 18.0]]), np.array([30.0, 70.0]))
    >>> found.users.value.tolist(), found.producers.value.round(3).tolist(), round(float(found.overall.value), 2)
    ([0.8, 0.9], [0.774, 0.913], 0.87)
    """
    shares, number = _checked(counts, areas)
    weights = areas / areas.sum()
    there = (areas > 0) & (number > 1)
    right = np.diag(shares).copy()
    users = np.where(there, right, np.nan)
    variance = np.divide(right * (1.0 - right), number - 1.0, out=np.zeros(len(areas)), where=there)
    true = weights @ shares
    hit = weights * right
    producers = np.divide(hit, true, out=np.full(len(areas), np.nan), where=true > 0)
    each = np.divide(
        weights[:, None] ** 2 * shares * (1.0 - shares),
        number[:, None] - 1.0,
        out=np.zeros(counts.shape),
        where=there[:, None],
    )
    missed = each.sum(axis=0) - np.diag(each)
    held = np.nan_to_num(producers)
    of_producers = weights**2 * (1.0 - held) ** 2 * variance + held**2 * missed
    spread = np.sqrt(np.divide(of_producers, true**2, out=np.full(len(areas), np.nan), where=true > 0))
    overall = float(hit.sum()), SIGMAS_IN_HALF * float(np.sqrt((weights**2 * variance).sum()))
    return Accuracy(
        Estimate(users, np.where(there, SIGMAS_IN_HALF * np.sqrt(variance), np.nan)),
        Estimate(producers, SIGMAS_IN_HALF * spread),
        Estimate(np.asarray(overall[0]), np.asarray(overall[1])),
    )


def areas_from_accuracies(areas: Values, users: Values, producers: Values, samples: Values) -> tuple[Estimate, float]:
    r"""Areas adjusted by a published user's and producer's accuracy of each class, and the share that they summed to before scaling.

    .. math:: A_j' = A_j U_j / P_j

    since :math:`P_j` is the part of the true area that the map found, and :math:`A_j U_j` that area. The areas are then scaled to the
    mapped total. The half-widths take both accuracies as binomial shares of `samples` places, as only the matrix itself could say
    better.

    Parameters
    ----------
    areas : numpy.ndarray, shape (classes,)
    users, producers : numpy.ndarray, shape (classes,), 1
    samples : numpy.ndarray, shape (classes,)
        Places of the sample by class; NaN where not published: the half-width is then NaN.

    Examples
    --------
    A class of 30 ha of which 80 % is right, and which finds 77.4 % of the true area: 31 ha.

    >>> found, total = areas_from_accuracies(
    ...     np.array([30.0, 70.0]), np.array([0.8, 0.9]), np.array([24 / 31, 63 / 69]), np.array([10.0, 20.0])
    ... )
    >>> found.value.round(2).tolist(), round(total, 3)
    ([31.0, 69.0], 1.0)
    """
    raw = np.where(areas > 0, areas * users / producers, 0.0)
    total = float(raw.sum() / areas.sum())
    value = raw / total
    more = np.where(samples > 1, samples - 1.0, np.nan)
    relative = np.sqrt((1.0 - users) / (users * more) + (1.0 - producers) / (producers * more))
    return Estimate(value, np.where(areas > 0, SIGMAS_IN_HALF * value * relative, 0.0)), total
