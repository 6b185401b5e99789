"""Whether a change between two land-cover maps can be a change of land: rates against known ones, and change that is undone."""

from __future__ import annotations

import numpy as np


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
