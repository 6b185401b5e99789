r"""Net ecosystem production: what plants fix less what soils breathe out. Net primary production alone is no sink.

References
----------
Pei, Z., Zhou, C., Ouyang, H., Yang, W. (2010). A carbon budget of alpine steppe area in the Tibetan Plateau. Geographical Research 29, 102-110.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import tr

Values = NDArray[np.float64]

#: Days of a month, and share of soil respiration which is heterotrophic, as the model has them.
_DAYS, _HETEROTROPHIC = 30.0, 0.465

#: Months of a year.
MONTHS = 12


def month_of_respiration(temperature: Values, precipitation: Values) -> Values:
    r"""Heterotrophic respiration of a month, g C m-2, by the model of Pei et al. (2010).

    .. math:: R_h = 0.22 \left( e^{0.0912 T} + \ln(0.3145 P + 1) \right) \cdot 30 \cdot 0.465

    The model is of alpine steppe; elsewhere it is an assumption.

    Parameters
    ----------
    temperature : numpy.ndarray
        Monthly mean, degrees Celsius.
    precipitation : numpy.ndarray
        Of the month, mm.

    Examples
    --------
    At 0 degrees without rain: 0.22 * (1 + 0) * 30 * 0.465 = 3.069.

    >>> month_of_respiration(np.array([0.0, 20.0]), np.array([0.0, 100.0])).round(3).tolist()
    [3.069, 29.697]
    """
    daily = 0.22 * (np.exp(0.0912 * temperature) + np.log(0.3145 * precipitation + 1.0))
    return np.asarray(daily * _DAYS * _HETEROTROPHIC)


def year_of_respiration(temperature: Sequence[Values], precipitation: Sequence[Values]) -> Values:
    """Heterotrophic respiration of a year, g C m-2 yr-1: the sum over twelve months.

    Raises
    ------
    InputError
        There are not twelve months of both.

    Examples
    --------
    >>> months = [np.array([0.0])] * 12
    >>> year_of_respiration(months, months).round(2).tolist()
    [36.83]
    """
    if len(temperature) != MONTHS or len(precipitation) != MONTHS:
        raise InputError(
            tr(
                "respiration needs twelve months, got {one} of temperature and {other} of precipitation",
                one=len(temperature),
                other=len(precipitation),
            )
        )
    return np.asarray(sum(month_of_respiration(*pair) for pair in zip(temperature, precipitation, strict=True)))
