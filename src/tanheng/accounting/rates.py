"""Rates of zones: amounts per head, per hectare, and a zone's share of output against its share of emissions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def over(amount: Values, by: Values) -> Values:
    """Amount of each zone divided by its people or area; NaN where there are none.

    Examples
    --------
    >>> over(np.array([6.0, 1.0]), np.array([3.0, 0.0])).tolist()
    [2.0, nan]
    """
    return np.asarray(np.divide(amount, by, out=np.full(len(amount), np.nan), where=by > 0), np.float64)


def economic_contribution(output: Values, emissions: Values) -> Values:
    r"""Economic contribution coefficient of each zone: its share of output over its share of emissions.

    .. math:: ECC_u = \frac{G_u / G}{E_u / E}

    Above 1 a zone gives more of the output than of the emissions. Zones without a known output are left out of both sums.

    Parameters
    ----------
    output : numpy.ndarray, shape (zones,)
        In one currency; NaN where it is not known.
    emissions : numpy.ndarray, shape (zones,), t C yr-1

    Examples
    --------
    Two zones with 60 and 40 of the output and 30 and 70 of the emissions: 0.6 / 0.3 and 0.4 / 0.7.

    >>> economic_contribution(np.array([60.0, 40.0, np.nan]), np.array([30.0, 70.0, 5.0])).round(4).tolist()
    [2.0, 0.5714, nan]
    """
    known = np.isfinite(output)
    share_of_output = output / output[known].sum()
    return over(share_of_output, over(emissions, np.full(len(emissions), emissions[known].sum())))


def footprint_pressure(emissions: Values, uptake: Values) -> Values:
    r"""Carbon footprint pressure index of each zone, :math:`E_u / S_u`: emissions over what its own land takes up; NaN where it takes up nothing.

    Above 1 a zone emits more than its land takes up. It is the inverse of the carbon compensation rate, and has no meaning for a stock.

    References
    ----------
    Chen, J., Fan, W., Li, D., et al. (2020). Driving factors of global carbon footprint pressure: based on vegetation carbon sequestration.
    Applied Energy 267, 114914.

    Examples
    --------
    >>> footprint_pressure(np.array([60.0, 5.0]), np.array([20.0, -1.0])).tolist()
    [3.0, nan]
    """
    return over(emissions, uptake)
