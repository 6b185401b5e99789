"""Stage: what drives the change of emissions, and whether they are decoupled from the economy; by period, for the region and its zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from tanheng.accounting.emission.decomposition import EnergyEconomy, decompose, kaya_factors
from tanheng.accounting.emission.decoupling import decoupling_state, elasticity
from tanheng.accounting.jumps import jumps, ratio_words
from tanheng.errors import TanhengError
from tanheng.factors import EmissionFactors
from tanheng.factors.flows import CARRIERS
from tanheng.inputs.emission.decomposition import DecompositionInputs
from tanheng.land.series import year_pairs
from tanheng.language import listed, mark_name, name_of, tr
from tanheng.stages.found import Found, SelfCheck
from tanheng.units import conversion_factor

#: Effects where the energy of each fuel is known, and where only emissions are.
_BY_FUEL = (
    mark_name("population"), mark_name("output per head"), mark_name("energy intensity"), mark_name("energy mix"),
    mark_name("emission factors"),
)  # fmt: skip
_BY_TOTAL = ("population", "output per head", mark_name("carbon intensity"))
#: Change, as a share of the first emissions, below which effects are not told as shares of it.
_FEW = 0.05

PROCESSES = mark_name("processes and what has no energy")


def account_drivers_of_emissions(
    given: DecompositionInputs,
    emissions: pd.DataFrame,
    factors: EmissionFactors | None,
    years: tuple[int, ...],
    population: Mapping[int, float],
    borrowed: Mapping[int, int] | None = None,
) -> Found:
    """Effects of population, output, energy intensity, mix and factors on the change of emissions, and states of decoupling.

    Parameters
    ----------
    emissions : pandas.DataFrame
        Account of the study, with ``emissions_t_co2``.
    factors : EmissionFactors, optional
        Absent where totals are given: then intensity is that of emissions.
    population : mapping of int to float
        Persons of the region by year, where the table of output does not say them.
    borrowed : mapping of int to int, optional
        Year whose emissions stand in for a year: between two years of the same emissions there is no change to explain.
    """
    rows: list[dict[str, object]] = []
    states: list[dict[str, object]] = []
    gaps = [0.0]
    for zone in dict.fromkeys(["", *given.economy["zone"]]):
        ends = {year: _end(given.economy, emissions, factors, zone, year, population) for year in years}
        for first, last in year_pairs(years):
            if _of_year(first, borrowed) == _of_year(last, borrowed):
                continue
            one, other = ends[first], ends[last]
            period = {"from_year": first, "to_year": last, "zone": zone or "the region"}
            effects = list(_effects(one, other, by_fuel=factors is not None))
            change = other.total - one.total
            gaps.append(abs(sum(value for _, value, _ in effects) - change) / max(one.total, other.total, 1.0))
            rows += [period | _effect_row(effect, one.total, change) for effect in effects]
            states.append(period | _state(one, other))
    notes = (
        *_population_notes(given.economy, population),
        *_person_notes(given.economy, emissions),
        *_output_notes(given.economy),
        *_region_notes(given.economy),
        *_without_energy(emissions, factors),
        *_borrowed_notes(years, borrowed),
    )
    if not rows:
        return Found(notes=notes)
    check = SelfCheck("decomposition", tr("effects sum to the change of emissions, relative to them"), max(gaps), 1e-9)
    tables = {"emission_decomposition": pd.DataFrame(rows), "decoupling": pd.DataFrame(states)}
    return Found(tables, notes=tuple(notes), checks=(check,))


def _of_year(year: int, borrowed: Mapping[int, int] | None) -> int:
    return (borrowed or {}).get(year, year)


def _borrowed_notes(years: tuple[int, ...], borrowed: Mapping[int, int] | None) -> Iterator[str]:
    """Note on periods whose emissions are those of one year, or of another year than output and population."""
    for first, last in year_pairs(years):
        if _of_year(first, borrowed) == _of_year(last, borrowed):
            yield tr(
                "decomposition: emissions of {first} and {last} are both data of {year}, so there is no change to explain; the period is left out",
                first=first,
                last=last,
                year=_of_year(first, borrowed),
            )
    for year, of in (borrowed or {}).items():
        yield tr(
            "decomposition: emissions of {year} are data of {of}; where output and population are of {year}, the years between look like a change "
            "of intensity",
            year=year,
            of=of,
        )


#: How many times more or less people a table may have than the maps before it is told.
_TIMES = 2.0


def _population_notes(economy: pd.DataFrame, population: Mapping[int, float]) -> Iterator[str]:
    """Note on people of the region that are counted in another unit than persons."""
    rows = economy[(economy["zone"] == "") & economy["population"].notna()]
    for row in rows.itertuples():
        on_map = population.get(int(row.year), 0.0)
        if on_map > 0 and not 1.0 / _TIMES <= row.population / on_map <= _TIMES:
            yield tr(
                "decomposition: the table has {table:,.0f} persons in {year}, the population maps {maps:,.0f}; is it in persons, not in 10^4?",
                table=row.population,
                year=row.year,
                maps=on_map,
            )


#: t CO2 a person that no zone has, in a year; and growth of output between two years of a table that is asked about.
_PER_PERSON, _GROWN = (0.01, 1000.0), 30.0


def _person_notes(economy: pd.DataFrame, emissions: pd.DataFrame) -> Iterator[str]:
    """Question about people of zones whose emissions per person no zone has: another unit, or columns that were exchanged."""
    emitted = emissions.groupby(["zone", "year"])["emissions_t_co2"].sum()
    rows = economy[(economy["zone"] != "") & (economy["population"] > 0)]
    strange = []
    for row in rows.itertuples():
        each = float(emitted.get((row.zone, row.year), 0.0)) / row.population
        if each > 0 and not _PER_PERSON[0] <= each <= _PER_PERSON[1]:
            strange.append((row, each))
    if strange:
        row, each = strange[0]
        yield tr(
            "decomposition: {zone} has {persons:,.0f} persons in {year}, that is {each} t CO2 per person ({count} such rows in all); is the unit "
            "persons, not 10^4 persons, and is each column under its own heading?",
            zone=row.zone,
            persons=row.population,
            year=row.year,
            each=f"{each:,.0f}" if each >= 1 else f"{each:.2g}",
            count=len(strange),
        )


def _output_notes(economy: pd.DataFrame) -> Iterator[str]:
    """Question about output that is many times that of the year before."""
    for zone, rows in economy.groupby("zone", sort=False):
        by_year = {int(row.year): float(row.gdp) for row in rows.itertuples()}
        for first, last, ratio in jumps(by_year, _GROWN):
            yield tr(
                "decomposition: output of {zone} is {ratio} times as much in {last} as in {first}; is that so, or is a unit wrong?",
                zone=str(zone) or tr("the region"),
                ratio=ratio_words(ratio),
                first=first,
                last=last,
            )


#: How far output of the region may be from the sum of its zones: figures of provinces and of their cities differ by some tenths.
_OF_ZONES = (0.8, 1.25)


def _region_notes(economy: pd.DataFrame) -> Iterator[str]:
    """Question about output of the region that is far from the sum of its zones."""
    for year, rows in economy.groupby("year"):
        whole, parts = rows.loc[rows["zone"] == "", "gdp"].sum(), rows.loc[rows["zone"] != "", "gdp"].sum()
        if whole > 0 and parts > 0 and not _OF_ZONES[0] <= whole / parts <= _OF_ZONES[1]:
            yield tr(
                "decomposition: output of the region in {year} is {ratio} times the sum of its zones; is that so, or is a unit or a row wrong?",
                year=year,
                ratio=ratio_words(float(whole / parts)) if whole > 10 * parts else f"{whole / parts:.2g}",
            )


def _without_energy(emissions: pd.DataFrame, factors: EmissionFactors | None) -> Iterator[str]:
    """Note on fuels whose energy is not known, which are told beside the effects of fuels."""
    if factors is None:
        return
    rows = emissions[emissions["factor_set"] != "process_factors"] if "factor_set" in emissions else emissions
    names = dict.fromkeys(str(row.fuel) for row in rows.itertuples() if _energy(row, factors) == 0.0 and row.quantity)
    if names:
        yield tr(
            "decomposition: the energy of {fuels} is not known in these factors, so what they emit stands with processes",
            fuels=listed(map(name_of, names)),
        )


def _end(
    economy: pd.DataFrame,
    emissions: pd.DataFrame,
    factors: EmissionFactors | None,
    zone: str,
    year: int,
    population: Mapping[int, float],
) -> EnergyEconomy:
    """People, output, energy and emissions of the region, or of a zone, in a year."""
    rows = economy[economy["year"] == year]
    own = rows[rows["zone"] == zone]
    # A table by zone alone sums to the region.
    rows = own if len(own) else rows
    persons = float(rows["population"].sum(skipna=False))
    if np.isnan(persons):
        persons = population[year]
    emitted = emissions[(emissions["year"] == year) & ((emissions["zone"] == zone) if zone else True)]
    energy: dict[str, float] = {}
    amounts: dict[str, float] = {}
    rest = 0.0
    for row in emitted.itertuples():
        terajoules = _energy(row, factors) if factors is not None else 0.0
        if factors is not None and terajoules == 0.0:
            rest += float(row.emissions_t_co2)
            continue
        fuel = str(row.fuel) if factors is not None else ""
        energy[fuel] = energy.get(fuel, 0.0) + terajoules
        amounts[fuel] = amounts.get(fuel, 0.0) + float(row.emissions_t_co2)
    return EnergyEconomy(persons, float(rows["gdp"].sum()), energy, amounts, rest)


def _energy(row: object, factors: EmissionFactors) -> float:
    """Energy of a row of the account, TJ; 0 where it has none, as processes."""
    fuel, unit, quantity = str(row.fuel), str(row.unit), float(row.quantity)  # type: ignore[attr-defined]
    if fuel in CARRIERS:
        return quantity * conversion_factor(unit, "TJ")
    try:
        return quantity * factors.fuel(fuel)[0].energy_per(unit)
    except TanhengError:
        return 0.0


def _effects(first: EnergyEconomy, last: EnergyEconomy, *, by_fuel: bool) -> Iterator[tuple[str, float, float]]:
    """Name of each effect, t CO2, and as a ratio."""
    names = _BY_FUEL if by_fuel else _BY_TOTAL
    effects = decompose(kaya_factors(first, last, by_fuel=by_fuel), kaya_factors(last, first, by_fuel=by_fuel))
    yield from zip(names, effects.additive.tolist(), effects.multiplicative.tolist(), strict=True)
    if first.rest or last.rest:
        yield PROCESSES, last.rest - first.rest, np.nan


def _effect_row(effect: tuple[str, float, float], before: float, change: float) -> dict[str, object]:
    name, additive, multiplicative = effect
    return {
        "effect": name,
        "effect_t_co2": additive,
        "effect_ratio": multiplicative,
        "effect_share_of_first": additive / before if before else np.nan,
        "effect_share_of_change": additive / change if abs(change) > _FEW * before else np.nan,
    }


def _state(first: EnergyEconomy, last: EnergyEconomy) -> dict[str, object]:
    """Growth of emissions and output over a period, their elasticity, and the state of decoupling."""
    emissions, output = (first.total, last.total), (first.gdp, last.gdp)
    return {
        "emissions_first_t_co2": first.total,
        "emissions_last_t_co2": last.total,
        "emissions_growth": last.total / first.total - 1.0 if first.total else np.nan,
        "output_growth": last.gdp / first.gdp - 1.0,
        "elasticity": elasticity(emissions, output),
        "state": decoupling_state(emissions, output),
    }
