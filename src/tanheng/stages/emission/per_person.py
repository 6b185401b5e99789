"""People and emissions per person: a wrong unit or a resampled map makes a hundredth or a hundred times of them, which is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from tanheng.language import tr
from tanheng.units import CO2_PER_C, conversion_factor

#: t CO2 a person and year that are asked about below and above: the least developed countries emit about 0.3, no country more than 40.
_LEAST, _MOST = 0.3, 60.0

#: Growth of a population that is asked about: by so much, or where the years lie far apart by so much a year, which no province has had.
_GROWN, _GROWN_PER_YEAR = 1.5, 0.08


def people_questions(
    emitted: Mapping[int, float], people: Mapping[int, float], processes: pd.DataFrame | None, kind: str
) -> list[str]:
    """All questions about people and what is emitted and made for each of them; `kind` is that of the population maps."""
    return [*per_person_notes(emitted, people), *cement_notes(processes, people), *people_notes(people, kind)]


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
    notes = []
    for year, carbon in emitted.items():
        if not people.get(year) or carbon <= 0:
            continue
        each = carbon * CO2_PER_C / people[year]
        if not _LEAST <= each <= _MOST:
            notes.append(
                tr(
                    "emissions of {year} are {each} t CO2 a person; most regions have {least:g} to {most:g}: check the units of emissions and "
                    "population",
                    year=year,
                    each=f"{each:,.2f}" if each >= _LEAST else f"{each:.2g}",
                    least=_LEAST,
                    most=_MOST,
                )
            )
    return notes


#: t of cement a person and year that no province has made, nor any but a few cities of that industry.
_MOST_CEMENT = 20.0


def cement_notes(processes: pd.DataFrame | None, people: Mapping[int, float]) -> list[str]:
    """Questions about years that make more cement a person than any province.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2015], "fuel": ["cement"], "quantity": [2.85e9], "unit": ["t"]})
    >>> print(cement_notes(rows, {2015: 9.5e7})[0])
    cement of 2015 is 30 t a person, more than any province makes (20); is the unit right?
    """
    if processes is None:
        return []
    rows = processes[processes["fuel"].isin(["cement", "clinker"])]
    notes = []
    for row in rows.groupby(["year", "unit"], as_index=False)["quantity"].sum().itertuples():
        persons = people.get(int(row.year), 0.0)
        each = row.quantity * conversion_factor(str(row.unit), "t") / persons if persons > 0 else 0.0
        if each > _MOST_CEMENT:
            notes.append(
                tr(
                    "cement of {year} is {each:.3g} t a person, more than any province makes ({most:g}); is the unit right?",
                    year=row.year,
                    each=each,
                    most=_MOST_CEMENT,
                )
            )
    return notes


def people_notes(people: Mapping[int, float], kind: str) -> list[str]:
    """Questions about population maps of neighbouring years that differ more than a population does; `kind` is that of the study.

    Examples
    --------
    >>> people_notes({2000: 9.1e7, 2010: 9.4e7, 2020: 9.9e7}, "count")
    []
    >>> print(people_notes({2010: 1.3e6, 2020: 3.42e5}, "density")[0])
    the population maps have 1.3e+06 persons in 2010 and 3.42e+05 in 2020; is that so?
    """
    resampled = tr(
        " Counts of persons per pixel are wrong once a map is resampled: take it as it was made, or a density."
    )
    hint = resampled if kind == "count" else ""
    notes = []
    for (first, one), (last, other) in pairwise(sorted(people.items())):
        most = max(_GROWN, (1.0 + _GROWN_PER_YEAR) ** (last - first))
        if one <= 0 or other <= 0 or 1.0 / most <= other / one <= most:
            continue
        notes.append(
            tr(
                "the population maps have {one:.3g} persons in {first} and {other:.3g} in {last}; is that so?{hint}",
                one=one,
                first=first,
                other=other,
                last=last,
                hint=hint,
            )
        )
    return notes
