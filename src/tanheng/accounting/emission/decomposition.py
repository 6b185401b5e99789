r"""What drives a change of emissions: the logarithmic mean Divisia index, LMDI-I, in its additive and its multiplicative form.

Emissions are a sum over parts (fuels, say), each a product of the same factors, :math:`E = \sum_s \prod_f x_{sf}`. The effect of a factor is the
change of emissions that goes with its change, the others held; the effects sum, or multiply, to the whole change without a rest.

References
----------
Ang, B. W. (2005). The LMDI approach to decomposition analysis: a practical guide. Energy Policy 33, 867-871. Ang, B. W. (2015). LMDI
decomposition approach: a guide for implementation. Energy Policy 86, 233-238. Ang, B. W., Liu, N. (2007). Handling zero values in the
logarithmic mean Divisia index decomposition approach. Energy Policy 35, 238-246.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import tr

Values = NDArray[np.float64]


def logarithmic_mean(first: Values, last: Values) -> Values:
    r"""Logarithmic mean of two positive amounts, :math:`L(a, b) = (a - b) / \ln(a / b)`, and :math:`L(a, a) = a`.

    Examples
    --------
    >>> logarithmic_mean(np.array([30.0, 2.0]), np.array([80.0, 2.0])).round(4).tolist()
    [50.9773, 2.0]
    """
    ratio = np.asarray(last / first - 1.0)
    # ln(1 + r) / r by its series where r is small, for there the difference of two near numbers has few digits.
    small = np.abs(ratio) < 1e-4
    held, near = np.where(small, 1.0, ratio), np.where(small, ratio, 0.0)
    slope = np.where(small, 1.0 - near / 2.0 + near**2 / 3.0 - near**3 / 4.0, np.log1p(held) / held)
    return np.asarray(first / slope)


@dataclass(frozen=True)
class Effects:
    """Effects of factors on a change, shape (factors,).

    Attributes
    ----------
    additive : numpy.ndarray
        In the unit of the emissions; they sum to the change.
    multiplicative : numpy.ndarray
        Their product is the ratio of the last to the first emissions; NaN where either is zero.
    """

    additive: Values
    multiplicative: Values


def decompose(first: Values, last: Values) -> Effects:
    r"""Effects of factors on the change of emissions between two years.

    .. math::
        \Delta E_f = \sum_s L(E_{s1}, E_{s0}) \ln \frac{x_{sf1}}{x_{sf0}}, \qquad
        D_f = \exp \sum_s \frac{L(E_{s1}, E_{s0})}{L(E_1, E_0)} \ln \frac{x_{sf1}}{x_{sf0}}

    Where a part appears or vanishes, its factors that are zero at one end share the change of the part evenly, and the others have no effect:
    the limit of both formulas as the zeros are replaced by one ever smaller number.

    Parameters
    ----------
    first, last : numpy.ndarray, shape (parts, factors)
        Factors of each part; the product over the factors is what the part emits.

    Raises
    ------
    InputError
        A factor is negative: logarithms need amounts.

    Examples
    --------
    Two sectors whose activity, structure and intensity change (total activity 50 to 80; shares 0.2, 0.8 to 0.5, 0.5; intensities 3.0, 0.5 to 2.0,
    0.4): emissions go from 50 to 96, of which 32.4 by activity, 38.3 by structure and -24.7 by intensity.

    >>> found = decompose(np.array([[50, 0.2, 3.0], [50, 0.8, 0.5]]), np.array([[80, 0.5, 2.0], [80, 0.5, 0.4]]))
    >>> found.additive.round(3).tolist(), found.multiplicative.round(3).tolist()
    ([32.385, 38.285, -24.67], [1.583, 1.721, 0.705])
    """
    if (first < 0).any() or (last < 0).any():
        raise InputError(tr("a factor is negative; an index of logarithms needs amounts above zero"))
    ends = first.prod(axis=1), last.prod(axis=1)
    weights, steps = _parts(first, last, *ends)
    additive = (weights[:, None] * steps).sum(axis=0)
    whole = float(ends[0].sum()), float(ends[1].sum())
    if min(whole) <= 0:
        return Effects(additive, np.full(additive.shape, np.nan))
    mean = float(logarithmic_mean(np.array(whole[0]), np.array(whole[1])))
    return Effects(additive, np.exp(additive / mean))


def _parts(first: Values, last: Values, before: Values, after: Values) -> tuple[Values, Values]:
    """Weight of each part, and the step of each factor in it, so that their product is the factor's effect in the part."""
    both = (before > 0) & (after > 0)
    weights = np.where(both, logarithmic_mean(np.where(both, before, 1.0), np.where(both, after, 1.0)), after - before)
    steps = np.zeros(first.shape)
    steps[both] = np.log(last[both] / first[both])
    for end, gone in ((first, (before <= 0) & (after > 0)), (last, (after <= 0) & (before > 0))):
        zero = (end == 0.0) & gone[:, None]
        number = zero.sum(axis=1, keepdims=True)
        steps = np.where(zero, 1.0 / np.maximum(number, 1), steps)
    return weights, steps


@dataclass(frozen=True)
class EnergyEconomy:
    """People, output, energy and emissions of a year: one end of a period.

    Attributes
    ----------
    population : float
        Persons.
    gdp : float
        In any currency, the same at both ends.
    energy : mapping of str to float
        By fuel, TJ; by one name, 0, where the energy of fuels is not known.
    emissions : mapping of str to float
        By the same, t CO2.
    rest : float
        Emissions that have no energy, t CO2.
    """

    population: float
    gdp: float
    energy: Mapping[str, float]
    emissions: Mapping[str, float]
    rest: float = 0.0

    @property
    def total(self) -> float:
        """Emissions in all, t CO2."""
        return sum(self.emissions.values()) + self.rest


def kaya_factors(end: EnergyEconomy, other: EnergyEconomy, *, by_fuel: bool) -> Values:
    r"""Factors of the emissions at one end, shape (fuels, factors), for `decompose`.

    .. math:: E_s = P \cdot \frac{Y}{P} \cdot \frac{Q}{Y} \cdot \frac{Q_s}{Q} \cdot \frac{E_s}{Q_s}
        \qquad\text{or, where energy is not known,}\qquad E = P \cdot \frac{Y}{P} \cdot \frac{E}{Y}

    with population :math:`P`, output :math:`Y` and energy :math:`Q` (Ang 2005). A fuel that is not burnt at this end has the emission factor of
    the other, so that its appearance counts as a change of the mix.

    Parameters
    ----------
    other : EnergyEconomy
        The other end of the period.
    by_fuel : bool
        Whether the energy of each fuel is known.

    Examples
    --------
    Coal gives way to gas, half and half: the mix of gas goes from nothing to 0.5.

    >>> first = EnergyEconomy(100.0, 2000.0, {"coal": 40.0}, {"coal": 3600.0})
    >>> last = EnergyEconomy(100.0, 2000.0, {"coal": 20.0, "gas": 20.0}, {"coal": 1800.0, "gas": 1120.0})
    >>> kaya_factors(first, last, by_fuel=True).tolist()
    [[100.0, 20.0, 0.02, 1.0, 90.0], [100.0, 20.0, 0.02, 0.0, 56.0]]
    >>> kaya_factors(last, first, by_fuel=False).tolist()
    [[100.0, 20.0, 1.46]]
    """
    heads = [end.population, end.gdp / end.population]
    if not by_fuel:
        return np.array([[*heads, sum(end.emissions.values()) / end.gdp]])
    total = sum(end.energy.values())
    rows = []
    for fuel in sorted({*end.emissions, *other.emissions}):
        burnt, emitted = end.energy.get(fuel, 0.0), end.emissions.get(fuel, 0.0)
        factor = emitted / burnt if burnt else other.emissions[fuel] / other.energy[fuel]
        rows.append([*heads, total / end.gdp, burnt / total if total else 0.0, factor])
    return np.array(rows)
