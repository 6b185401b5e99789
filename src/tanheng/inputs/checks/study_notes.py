"""What a study says that its reader should know of: data of other years, a price that rises, classes without an uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from tanheng.choices import POOLS
from tanheng.factors.legends import class_hint
from tanheng.inputs.problems import Problems
from tanheng.language import listed, mark, tr
from tanheng.study import Study
from tanheng.study.parts import band_of


def check_uncertainty(study: Study, classes: tuple[str, ...], problems: Problems) -> None:
    """Note classes that the uncertainty of densities or areas names wrongly or leaves out."""
    given_for = study.carbon_density.uncertainty
    by_class: dict[str, Mapping[str, float]] = {"land_cover.area_uncertainty": study.land_cover.area_uncertainty}
    if isinstance(given_for, dict) and not study.carbon_density.uncertain_pools:
        by_class["carbon_density.uncertainty"] = given_for
    if isinstance(study.balance.uptake_uncertainty, dict):
        by_class["balance.uptake_uncertainty"] = study.balance.uptake_uncertainty
    if not classes:
        return
    for place, halves in by_class.items():
        problems.add(
            *[
                tr(
                    "{place}: there is no class '{name}'{nearest}",
                    place=place,
                    name=name,
                    nearest=class_hint(name, classes),
                )
                for name in halves
                if name not in classes
            ]
        )
        silent = [name for name in classes if name not in halves]
        if halves and silent:
            problems.warn(
                tr("{place}: none is given for {names}, which count as certain", place=place, names=listed(silent))
            )
    if study.carbon_density.uncertain_pools and isinstance(given_for, dict):
        left = [pool for pool in POOLS if pool not in given_for]
        if left:
            problems.warn(
                tr(
                    "{place}: none is given for {names}, which count as certain",
                    place="carbon_density.uncertainty",
                    names=listed(left),
                )
            )


def note_same_maps(study: Study, problems: Problems) -> None:
    """Warn of neighbouring years that name the same map."""
    years = [year for year in study.years if year in study.land_cover.maps]
    for first, last in pairwise(years):
        band = study.land_cover.band
        if study.land_cover.maps[first] == study.land_cover.maps[last] and band_of(band, first) == band_of(band, last):
            problems.warn(
                tr(
                    "land_cover.maps: {first} and {last} name the same map, so nothing can change between them",
                    first=first,
                    last=last,
                )
            )


#: Yearly rates below which, and above which, a rate in percent is asked about.
_RATES = (0.5, 25.0)


def rate_notes(key: str, percent: float) -> list[str]:
    """Question about a yearly rate that may be a fraction where percent are meant, or that no market has.

    Examples
    --------
    >>> print(*rate_notes("value.discount_rate_percent", 0.03))
    value.discount_rate_percent = 0.03 means 0.03 % a year; is that so? For 3 % write 3
    """
    if 0.0 < abs(percent) < _RATES[0]:
        return [
            tr(
                "{key} = {percent:g} means {percent:g} % a year; is that so? For {meant:g} % write {meant:g}",
                key=key,
                percent=percent,
                meant=100.0 * percent,
            )
        ]
    if abs(percent) > _RATES[1]:
        return [tr("{key} = {percent:g} means {percent:g} % a year; is that so?", key=key, percent=percent)]
    return []


def price_notes(study: Study) -> list[str]:
    """Warnings on rates that may be fractions, and on a price that rises."""
    value = study.value
    if value is None:
        return []
    notes = rate_notes("value.discount_rate_percent", value.discount_rate_percent)
    notes += rate_notes("value.price_change_percent", value.price_change_percent)
    if value.price_change_percent == 0:
        return notes
    change = value.price_change_percent
    falling = -100.0 * change / (100.0 + change)
    return [
        *notes,
        tr(
            "value.price_change_percent = {change:g} is a second discount, as InVEST's rate_change: it lets the worth of carbon "
            "change by {falling:+.3g} % a year. For a price that rises by {rise:g} % a year write {asked:.4g}",
            change=change,
            falling=falling,
            rise=abs(change),
            asked=-100.0 * abs(change) / (100.0 + abs(change)),
        ),
    ]


def borrowed_notes(study: Study) -> list[str]:
    """Warnings on data of other years than those that they stand in for."""
    notes = [
        tr(
            "{years}: {what} of {data_year} stand in, as the study says (data_years)",
            years=listed(year for year, one in study.borrowed(name).items() if one == of),
            what=tr(INPUT_WORDS[name]) if name in INPUT_WORDS else tr("data of '{name}'", name=name),
            data_year=of,
        )
        for name in study.data_years
        for of in dict.fromkeys(study.borrowed(name).values())
    ]
    population = study.population
    if (
        population is not None
        and population.map is not None
        and len(study.years) > 1
        and "population" not in study.data_years
    ):
        notes.append(
            tr(
                "population: one map stands for {years}; write its year in [data_years], as population = {{ {year} = YEAR }}",
                years=listed(study.years),
                year=study.years[0],
            )
        )
    return notes


#: Inputs whose data may be of another year, in words.
INPUT_WORDS = {
    "emissions": mark("data of emissions"),
    "population": mark("data of population"),
    "land_cover": mark("land-cover data"),
    "nep": mark("data of net ecosystem production"),
    "npp": mark("data of net primary production"),
}
