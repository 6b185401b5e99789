"""Whether a change between two land-cover maps can be a change of land: rates against known ones, and change that is undone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def net_rate(first: float, last: float, years: float) -> float:
    r"""Net change of an area, fraction a year: :math:`(A_2 / A_1)^{1/T} - 1`; -1 where the class vanishes, infinite where it appears.

    Examples
    --------
    >>> round(net_rate(100.0, 70.0, 9.0), 4), net_rate(100.0, 0.0, 9.0)
    (-0.0389, -1.0)
    """
    if first <= 0:
        return float("inf") if last > 0 else 0.0
    return float((last / first) ** (1.0 / years) - 1.0)


def chance_corrected_agreement(matrix: NDArray[np.float64]) -> float:
    r"""Agreement of two maps beyond chance, Cohen's kappa: :math:`(p_o - p_e) / (1 - p_e)`; NaN without land, or with one class alone.

    Two maps of one place agree widely, since most land stays what it is; one that is shifted, turned or of another place agrees by chance.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (classes, classes)
        Area by the class of the first and of the second map.

    Examples
    --------
    >>> round(chance_corrected_agreement(np.array([[45.0, 5.0], [5.0, 45.0]])), 6)
    0.8
    >>> chance_corrected_agreement(np.array([[25.0, 25.0], [25.0, 25.0]]))
    0.0
    """
    whole = float(matrix.sum())
    if whole <= 0:
        return float("nan")
    shares = matrix / whole
    by_chance = float(shares.sum(axis=1) @ shares.sum(axis=0))
    return (float(np.trace(shares)) - by_chance) / (1.0 - by_chance) if by_chance < 1.0 else float("nan")


def undone_share(steps: list[float], whole: float) -> float:
    r"""Largest share of the change between neighbouring years that can have been undone by the last.

    .. math:: \frac{\sum_t c_t - c}{\sum_t c_t}

    Land that goes to another class and comes back is counted twice in the steps and not at all over the whole span; land that
    changes twice to two other classes is counted twice and once, so this is an upper limit.

    Parameters
    ----------
    steps : list of float
        Area that changed between each pair of neighbouring years.
    whole : float
        Area that differs between the first and the last year.

    Examples
    --------
    Ten change, and all change back; ten change once.

    >>> undone_share([10.0, 10.0], 0.0), undone_share([10.0, 0.0], 10.0)
    (1.0, 0.0)
    """
    total = float(np.sum(steps))
    return max(0.0, (total - whole) / total) if total > 0 else 0.0


def change_by_error_alone(first: float, last: float) -> float:
    r"""Largest share of the land that two maps would show as changed though nothing changed, by their errors alone.

    .. math:: 1 - a_1 a_2

    for errors that are independent and never the same in both maps. Errors of one product partly repeat from year to year, and then
    less differs; how much less only a sample of the change can tell.

    Parameters
    ----------
    first, last : float
        Overall accuracy of the maps, 0 to 1.

    References
    ----------
    Singh, A. (1989). Digital change detection techniques using remotely-sensed data. International Journal of Remote Sensing 10,
    989-1003: the accuracy of a comparison of two maps is about the product of theirs.

    Examples
    --------
    >>> round(change_by_error_alone(0.8, 0.9), 2)
    0.28
    """
    return 1.0 - first * last


def accuracy_that_explains(changed: float) -> float:
    r"""Overall accuracy at which two equally good maps would differ as much by error alone: :math:`\sqrt{1 - s}`.

    Parameters
    ----------
    changed : float
        Share of the land that differs between the maps.

    Examples
    --------
    A difference of 9.75 % needs no change of land where each map is right on 95 % of it.

    >>> round(accuracy_that_explains(0.0975), 3)
    0.95
    """
    return float(np.sqrt(max(0.0, 1.0 - changed)))
