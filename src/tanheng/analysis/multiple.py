"""Many tests at once: the false discovery rate of Benjamini and Hochberg."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def benjamini_hochberg(p: NDArray[np.float64], rate: float = 0.05) -> NDArray[np.bool_]:
    """Which p-values are discoveries when no more than `rate` of the discoveries are to be false on average.

    The k smallest are, for the largest k with ``p_(k) <= rate * k / m``. NaN is no test and no discovery. Holds for
    independent tests and for those that depend positively, as neighbouring cells do.

    References
    ----------
    Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57, 289-300.

    Examples
    --------
    Limits are 0.0125, 0.025, 0.0375, 0.05: the third smallest misses its own, the fourth too.

    >>> benjamini_hochberg(np.array([0.01, 0.06, 0.02, 0.04])).tolist()
    [True, False, True, False]
    """
    known = np.isfinite(p)
    ordered = np.sort(p[known])
    passed = ordered <= rate * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    if not passed.any():
        return np.zeros(p.shape, bool)
    return np.asarray(known & (np.nan_to_num(p, nan=2.0) <= ordered[np.flatnonzero(passed)[-1]]))
