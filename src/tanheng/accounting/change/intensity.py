r"""Intensity analysis: whether land changes faster in one interval, in one class and in one transition than it would evenly.

Intensities are fractions a year. At each level the intensity that is observed is compared with a uniform one.

References
----------
Aldwaik, S. Z., Pontius, R. G. (2012): Intensity analysis to unify measurements of size and stationarity of land changes by interval,
category, and transition. Landscape and Urban Planning 106, 103-114.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.units import HA_PER_KM2


@dataclass(frozen=True)
class Interval:
    """Transitions of land between two years.

    Attributes
    ----------
    first, last : int
        Years.
    area : xarray.DataArray, shape (from_class, to_class), ha
        The diagonal holds what stayed.
    """

    first: int
    last: int
    area: xr.DataArray

    @property
    def years(self) -> int:
        """Length of the interval."""
        return self.last - self.first

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Areas as a plain matrix, from down, to across."""
        return np.asarray(self.area.transpose("from_class", "to_class").values, np.float64)

    @property
    def classes(self) -> list[str]:
        """Names of the classes."""
        return [str(name) for name in self.area["from_class"].values]

    @property
    def changed(self) -> float:
        """Area that changed its class, ha."""
        matrix = self.matrix
        return float(matrix.sum() - np.trace(matrix))

    @property
    def intensity(self) -> float:
        r"""Yearly change of the interval: :math:`S_t = \text{change} / (\text{area}\, T)`."""
        total = float(self.matrix.sum())
        return self.changed / total / self.years if total > 0 else float("nan")


def uniform_intensity(intervals: Sequence[Interval]) -> float:
    r"""Yearly change were it even over all intervals: :math:`U = \sum_t \text{change}_t / \sum_t (\text{area}_t T_t)`.

    Examples
    --------
    See `interval_table`.
    """
    extent = sum(float(item.matrix.sum()) * item.years for item in intervals)
    return sum(item.changed for item in intervals) / extent if extent > 0 else float("nan")


def interval_table(intervals: Sequence[Interval]) -> pd.DataFrame:
    """One row an interval: area that changed, yearly intensity, the uniform one, and whether the interval is fast or slow.

    Examples
    --------
    On 100 ha, 10 change in five years (2 % a year), then 10 in two (5 %): evenly 20 / 700 = 2.86 % a year.

    >>> def two(changed):
    ...     classes = {"from_class": ["forest", "crops"], "to_class": ["forest", "crops"]}
    ...     return xr.DataArray([[50.0 - changed, changed], [0.0, 50.0]], dims=("from_class", "to_class"), coords=classes)
    >>> table = interval_table([Interval(2000, 2005, two(10.0)), Interval(2005, 2007, two(10.0))])
    >>> table[["intensity_per_yr", "uniform_intensity_per_yr"]].round(4).values.tolist(), table["pace"].tolist()
    ([[0.02, 0.0286], [0.05, 0.0286]], ['slow', 'fast'])
    """
    even = uniform_intensity(intervals)
    rows = [
        {
            "from_year": item.first,
            "to_year": item.last,
            "changed_km2": item.changed / HA_PER_KM2,
            "changed_share": item.changed / float(item.matrix.sum()) if item.matrix.sum() > 0 else np.nan,
            "intensity_per_yr": item.intensity,
            "uniform_intensity_per_yr": even,
            "pace": _against(item.intensity, even, "fast", "slow"),
        }
        for item in intervals
    ]
    return pd.DataFrame(rows)


def category_table(interval: Interval) -> pd.DataFrame:
    r"""One row a class: gross gain and loss, net change and swap, and their yearly intensities against that of the interval.

    .. math:: G_j = \frac{\text{gain}_j}{T\, \text{size}_j(t_2)}, \qquad L_i = \frac{\text{loss}_i}{T\, \text{size}_i(t_1)}

    A class is active where its intensity is above that of the interval, :math:`S_t`, dormant where it is below.

    Examples
    --------
    Five of 50 ha of forest become crops in five years: a loss of 2 % a year; crops gain 5 of then 55 ha, 1.82 % a year; the land as
    a whole changes by 1 % a year.

    >>> classes = {"from_class": ["forest", "crops"], "to_class": ["forest", "crops"]}
    >>> area = xr.DataArray([[45.0, 5.0], [0.0, 50.0]], dims=("from_class", "to_class"), coords=classes)
    >>> table = category_table(Interval(2000, 2005, area)).set_index("land_class")
    >>> table[["gain_intensity_per_yr", "loss_intensity_per_yr"]].round(4).values.tolist()
    [[0.0, 0.02], [0.0182, 0.0]]
    >>> table["gain_activity"].tolist(), table["loss_activity"].tolist()
    (['dormant', 'active'], ['active', 'dormant'])
    """
    matrix, stayed = interval.matrix, np.diag(interval.matrix)
    before, after = matrix.sum(axis=1), matrix.sum(axis=0)
    gain, loss = after - stayed, before - stayed
    of_gain, of_loss = _over(gain, after * interval.years), _over(loss, before * interval.years)
    return pd.DataFrame(
        {
            "from_year": interval.first,
            "to_year": interval.last,
            "land_class": interval.classes,
            "gain_km2": gain / HA_PER_KM2,
            "loss_km2": loss / HA_PER_KM2,
            "net_change_km2": (gain - loss) / HA_PER_KM2,
            "swap_km2": 2.0 * np.minimum(gain, loss) / HA_PER_KM2,
            "gain_intensity_per_yr": of_gain,
            "loss_intensity_per_yr": of_loss,
            "interval_intensity_per_yr": interval.intensity,
            "gain_activity": [_against(value, interval.intensity, "active", "dormant") for value in of_gain],
            "loss_activity": [_against(value, interval.intensity, "active", "dormant") for value in of_loss],
        }
    )


def transition_table(interval: Interval) -> pd.DataFrame:
    r"""One row a transition: its yearly intensity against that of a gain that takes evenly from all other classes.

    .. math:: R_{ij} = \frac{n_{ij}}{T\, \text{size}_i(t_1)}, \qquad
        W_j = \frac{\text{gain}_j}{T\, (\text{area} - \text{size}_j(t_1))}

    The gain of class j targets class i where :math:`R_{ij} > W_j`, and avoids it where it is below.

    Examples
    --------
    Built-up land gains 6 ha in a year, 5 of 50 ha of crops (10 %) and 1 of 40 ha of forest (2.5 %), evenly 6 of 90 (6.7 %).

    >>> names = ["crops", "forest", "built"]
    >>> area = xr.DataArray(
    ...     [[45.0, 0.0, 5.0], [0.0, 39.0, 1.0], [0.0, 0.0, 10.0]],
    ...     dims=("from_class", "to_class"), coords={"from_class": names, "to_class": names},
    ... )
    >>> table = transition_table(Interval(2000, 2001, area))
    >>> built = table[table["to_class"] == "built"]
    >>> built["intensity_per_yr"].round(3).tolist(), built["targeting"].tolist()
    ([0.1, 0.025], ['targets', 'avoids'])
    """
    matrix, stayed, names = interval.matrix, np.diag(interval.matrix), interval.classes
    before, gain = matrix.sum(axis=1), matrix.sum(axis=0) - stayed
    even = _over(gain, (matrix.sum() - before) * interval.years)
    observed = _over(matrix, before[:, None] * interval.years)
    rows = [
        {
            "from_year": interval.first,
            "to_year": interval.last,
            "from_class": names[i],
            "to_class": names[j],
            "area_km2": matrix[i, j] / HA_PER_KM2,
            "intensity_per_yr": observed[i, j],
            "uniform_intensity_per_yr": even[j],
            "targeting": _against(observed[i, j], even[j], "targets", "avoids"),
        }
        for j in range(len(names))
        for i in range(len(names))
        if i != j
    ]
    return pd.DataFrame(rows)


def _over(amount: NDArray[np.float64], by: NDArray[np.float64]) -> NDArray[np.float64]:
    by = np.broadcast_to(by, amount.shape)
    return np.asarray(np.divide(amount, by, out=np.full(amount.shape, np.nan), where=by > 0))


def _against(value: float, even: float, above: str, below: str) -> str:
    """How an intensity compares with the uniform one; empty where there is nothing to compare."""
    if not (np.isfinite(value) and np.isfinite(even)) or even == 0:
        return ""
    if abs(value - even) <= 1e-12 * abs(even):
        return "uniform"
    return above if value > even else below
