"""Emissions per person, of which a wrong unit makes a hundredth or a hundred times: asked about where no region is known to have them."""

from __future__ import annotations

from collections.abc import Mapping

from tanheng.language import tr
from tanheng.units import CO2_PER_C

#: t CO2 a person and year that are asked about below and above: the least developed countries emit about 0.3, no country more than 40.
_LEAST, _MOST = 0.3, 60.0


def per_person_notes(emitted: Mapping[int, float], people: Mapping[int, float]) -> list[str]:
    """Questions about years whose emissions per person are unusual.

    Parameters
    ----------
    emitted : mapping of int to float
        Emissions by year, t C.
    people : mapping of int to float
        Persons by year.

    Examples
    --------
    >>> per_person_notes({2015: 1.3e8}, {2015: 9.5e7})
    []
    >>> print(per_person_notes({2015: 1.3e6}, {2015: 9.5e7})[0])
    emissions of 2015 are 0.05 t CO2 a person; most regions have 0.3 to 60: check the units of emissions and population
    """
    found = []
    for year, carbon in emitted.items():
        if not people.get(year) or carbon <= 0:
            continue
        each = carbon * CO2_PER_C / people[year]
        if not _LEAST <= each <= _MOST:
            found.append(
                tr(
                    "emissions of {year} are {each:,.2f} t CO2 a person; most regions have {least:g} to {most:g}: check the units of emissions and "
                    "population",
                    year=year,
                    each=each,
                    least=_LEAST,
                    most=_MOST,
                )
            )
    return found
