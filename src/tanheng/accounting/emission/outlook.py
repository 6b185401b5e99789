"""Population and future emissions by stated assumptions, and when emissions peak and a flux balance closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import tr

Values = NDArray[np.float64]


def grown(today: float, rate: float, years: float) -> float:
    """Amount after so many years of growth at a yearly rate.

    Examples
    --------
    >>> round(grown(100.0, 0.02, 2), 6)
    104.04
    """
    return float(today * (1.0 + rate) ** years)


def kaya(
    emissions: float,
    years: float,
    *,
    population: float,
    income: float,
    energy_intensity: float,
    carbon_intensity: float,
) -> float:
    r"""Emissions after so many years of growth of the four factors of Kaya.

    .. math:: E = P \cdot \frac{G}{P} \cdot \frac{En}{G} \cdot \frac{E}{En}

    Parameters
    ----------
    emissions : float, t C yr-1
        Of today.
    population, income, energy_intensity, carbon_intensity : float
        Yearly growth of people, of output per person, of energy per output, and of carbon per energy; relative.

    References
    ----------
    Kaya 1990; Kaya and Yokobori 1997, Environment, Energy, and Economy.

    Examples
    --------
    People -0.2 %, income +4 %, energy per output -3 %, carbon per energy -1.5 % a year: 0.998 * 1.04 * 0.97 * 0.985 = 0.99168.

    >>> round(kaya(100.0, 1, population=-0.002, income=0.04, energy_intensity=-0.03, carbon_intensity=-0.015), 3)
    99.168
    """
    product = (1 + population) * (1 + income) * (1 + energy_intensity) * (1 + carbon_intensity)
    return float(emissions * product**years)


def between(start: tuple[int, float], given: Mapping[int, float], year: float) -> float:
    """Amount of a year on straight lines through the amount of today and those given for later years.

    Raises
    ------
    InputError
        The year is after the last that is given.

    Examples
    --------
    >>> between((2020, 100.0), {2030: 80.0, 2040: 20.0}, 2035)
    50.0
    """
    if year > max(given, default=start[0]):
        raise InputError(
            tr(
                "simulate.outlook: figures end in {last}, and {year:g} is to be simulated; add it",
                last=max(given, default=start[0]),
                year=year,
            )
        )
    years, values = zip(start, *sorted((y, v) for y, v in given.items() if y > start[0]), strict=True)
    return float(np.interp(year, years, values))


@dataclass(frozen=True)
class Turning:
    """Year in which emissions are highest, and from which on uptake is at least as large as they; None where there is none."""

    peak: int | None
    closed: int | None


def turning_years(years: list[int], emissions: Values, uptake: Values) -> Turning:
    """When emissions peak, and from when on the flux balance stays closed.

    The peak is the last year of the largest emissions, and only where they are less afterwards; the first year of a path that only falls is
    no peak of it. The balance counts as closed from the year on in which, and in all years after which, uptake is at least as large.

    Parameters
    ----------
    years : list of int, ascending
    emissions, uptake : array, shape (years,), t C yr-1

    Examples
    --------
    >>> turning_years([2020, 2021, 2022, 2023], np.array([5.0, 6.0, 4.0, 1.0]), np.full(4, 1.0))
    Turning(peak=2021, closed=2023)
    >>> turning_years([2020, 2021, 2022], np.array([5.0, 6.0, 6.0]), np.array([1.0, 9.0, 1.0]))
    Turning(peak=None, closed=None)
    """
    top = len(years) - 1 - int(np.argmax(emissions[::-1]))
    peak = years[top] if 0 < top < len(years) - 1 else None
    short = np.flatnonzero(uptake < emissions)
    closed = int(short[-1]) + 1 if short.size else 0
    return Turning(peak, years[closed] if closed < len(years) else None)
