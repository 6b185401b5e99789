"""Stage: the emission account: by sector, fuel and gas, with its uncertainty, and the reference approach beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tanheng.accounting.emission.emissions import dioxide, emissions, reference_approach
from tanheng.accounting.emission.gases import with_equivalents
from tanheng.accounting.intervals.uncertainty import Terms, contributions, interval, simulated, trend
from tanheng.errors import TanhengError
from tanheng.factors import EmissionFactors, fuels
from tanheng.factors.catalogue import alias_key
from tanheng.factors.flows import CARRIERS
from tanheng.factors.gases import burning_factors, processes, sectors, warming_potentials
from tanheng.inputs.emission.emissions import EmissionInputs
from tanheng.language import listed, mark_name, name_of, tr
from tanheng.stages.emission.years import year_notes
from tanheng.stages.found import Found
from tanheng.study import EmissionsChoice
from tanheng.study.sections import TotalsUncertainty
from tanheng.units import CO2_PER_C, conversion_factor


@dataclass(frozen=True)
class Account:
    """Emissions by row in t C and t CO2, their terms by year where their uncertainty is known, and questions about what the years have."""

    emissions: pd.DataFrame
    terms: Mapping[int, Terms]
    found: Found
    questions: tuple[str, ...]


def account_emissions(given: EmissionInputs) -> Account:
    """Account of the years of the study: emissions, their uncertainty, other gases, and the reference approach."""
    table = _carbon_dioxide(given)
    table = table[table["year"].isin(given.years)].reset_index(drop=True)
    terms, notes = _terms_by_year(table, given)
    questions = tuple(year_notes(table, given.called, of_balance=bool(given.settings.balance)))
    account = Found({"emissions": table}, notes=(*questions, *notes))
    account += Found(_uncertainty_tables(table, terms, given.settings))
    account += _gases(table, given)
    account += _reference(table, given)
    return Account(table, terms, account, questions)


def _carbon_dioxide(given: EmissionInputs) -> pd.DataFrame:
    """Carbon dioxide of totals, or of fuel, purchased energy and processes."""
    if given.totals is not None:
        table = given.totals.copy()
        table["emissions_t_co2"] = table["emissions_t_c"] * CO2_PER_C
        table["factor_set"] = mark_name("totals as given")
        return table
    settings, activity = given.settings, given.activity
    assert activity is not None and given.factors is not None  # noqa: S101, PT018  checked with the study
    carrier = activity["fuel"].isin(CARRIERS)
    parts = [burnt_table(activity[~carrier], given.factors)]
    if carrier.any():
        parts.append(_purchased(activity[carrier], settings.grid_factor or 0.0, settings.heat_factor or 0.0))
    if given.processes is not None:
        parts.append(_process_table(given.processes))
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    table["account"] = settings.account
    return table


def burnt_table(activity: pd.DataFrame, factors: EmissionFactors) -> pd.DataFrame:
    """Carbon dioxide of fuel, with the set and the source of each factor."""
    pairs = dict.fromkeys(zip(activity["fuel"], activity["unit"], strict=True))
    table = emissions(activity, {(fuel, unit): factors.fuel(fuel)[0].carbon_per(unit) for fuel, unit in pairs})
    table["factor_set"] = [factors.fuel(fuel)[0].origin for fuel in table["fuel"]]
    table["factor_fuel"] = [factors.fuel(fuel)[0].name for fuel in table["fuel"]]
    table["source"] = [factors.fuel(fuel)[0].source for fuel in table["fuel"]]
    return table


def _purchased(rows: pd.DataFrame, grid: float, heat: float) -> pd.DataFrame:
    """Electricity (t CO2/MWh) and heat (t CO2/GJ) that were bought, in a consumption account."""
    factors = {"electricity": (grid, "MWh"), "heat": (heat, "GJ")}
    table = dioxide(rows, factors)
    table["factor_set"] = mark_name("grid and heat factors of the study")
    table["factor_fuel"] = table["fuel"]
    table["source"] = mark_name("as given in the study")
    return table


def _process_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Carbon dioxide of processes; other gases stand in the table by gas alone."""
    known = processes().factors
    own = rows[[known[name].gas == "CO2" for name in rows["fuel"]]]
    if own.empty:
        return own.copy()
    table = dioxide(own, {name: (known[name].value, known[name].unit) for name in own["fuel"]})
    table["factor_set"] = "process_factors"
    table["factor_fuel"] = table["fuel"]
    table["source"] = [known[name].source for name in table["fuel"]]
    return table


#: Relative half-width of the factors of purchased electricity and heat, for which a study gives no bounds.
_CARRIER_HALF = 0.1


def terms_of(table: pd.DataFrame, factors: EmissionFactors | None, activity_half: float) -> tuple[Terms, list[str]]:
    """Terms of an account by rows, and notes on bounds that are borrowed.

    Parameters
    ----------
    table : pandas.DataFrame
        Emissions with the columns ``fuel``, ``unit`` and ``emissions_t_co2``.
    activity_half : float
        Half-width of the 95 % interval of each activity, relative.
    """
    halves: dict[tuple[str, str], dict[str, float]] = {}
    notes: list[str] = []
    keys = list(zip(table["fuel"], table["unit"], strict=True))
    for name, unit in dict.fromkeys(keys):
        if name in processes().factors:
            halves[name, unit] = {f"factor of {name}": processes().factors[name].half_width}
        elif name in CARRIERS or factors is None:
            halves[name, unit] = {f"factor of {name}": _CARRIER_HALF}
        else:
            halves[name, unit], more = factors.half_widths(name, unit)
            notes += more
    values = table["emissions_t_co2"].to_numpy(float)
    every = {name: half for found in halves.values() for name, half in found.items()}
    terms = Terms(values, np.full(len(values), activity_half), [list(halves[key]) for key in keys], every)
    return terms, list(dict.fromkeys(notes))


def terms_of_totals(table: pd.DataFrame, uncertainty: TotalsUncertainty) -> Terms:
    """Terms of emissions that are given as totals: what errs alike in all of them, and what is each row's own."""
    values = table["emissions_t_co2"].to_numpy(float)
    names = [mark_name("method of the totals")] if uncertainty.common else []
    halves = dict.fromkeys(names, uncertainty.common)
    return Terms(values, np.full(len(values), uncertainty.own), [names] * len(values), halves)


def _terms_by_year(table: pd.DataFrame, given: EmissionInputs) -> tuple[dict[int, Terms], list[str]]:
    """Terms of each year and notes; no terms where nothing is known of the uncertainty of given totals."""
    settings = given.settings
    terms, notes = {}, []
    for year, part in table.groupby("year"):
        if settings.totals is None:
            terms[int(year)], more = terms_of(part, given.factors, settings.activity_uncertainty)
            notes += more
        elif settings.totals_uncertainty is not None:
            uncertainty = settings.totals_uncertainty
            common = TotalsUncertainty(common=uncertainty) if isinstance(uncertainty, float) else uncertainty
            terms[int(year)] = terms_of_totals(part, common)
    if not terms:
        notes.append(
            tr(
                "emissions: no uncertainty of the totals is given, so demand has no interval; write totals_uncertainty in [emissions]"
            )
        )
    return terms, notes


def _uncertainty_tables(
    table: pd.DataFrame, by_year: Mapping[int, Terms], settings: EmissionsChoice
) -> dict[str, pd.DataFrame]:
    """Tables of the uncertainty by year, in total and by zone, sector and fuel, of its causes, and of the trend."""
    if not by_year:
        return {}
    rows, causes = [], []
    for key, part in table.groupby("year"):
        year = int(key)
        terms = by_year[year]
        drawn = simulated(terms, max(settings.draws, 2), settings.seed)
        rows.append(_uncertain_row(year, "total", "", terms, drawn, settings.draws))
        for kind in ("zone", "sector", "fuel"):
            if kind not in part or (kind == "zone" and not (part["zone"] != "").any()):
                continue
            for name in dict.fromkeys(part[kind]):
                chosen = (part[kind] == name).to_numpy()
                some = terms.some(chosen)
                rows.append(_uncertain_row(year, kind, str(name), some, drawn[:, chosen], settings.draws))
        causes += [
            {"year": year, "cause": name, "half_width_t_co2": half, "share_of_variance": share}
            for name, half, share in contributions(terms)
        ]
    tables = {"emission_uncertainty": pd.DataFrame(rows), "uncertainty_causes": pd.DataFrame(causes)}
    years = sorted(by_year)
    if len(years) > 1 and settings.draws and by_year[years[0]].emissions.sum() > 0:
        tables["emission_trend"] = pd.DataFrame([_trend_row(by_year, years[0], last, settings) for last in years[1:]])
    return tables


def _trend_row(by_year: Mapping[int, Terms], first: int, last: int, settings: EmissionsChoice) -> dict[str, object]:
    change, low, high = trend(by_year[first], by_year[last], settings.draws, settings.seed)
    return {"from_year": first, "to_year": last, "change": change, "low": low, "high": high}


def _uncertain_row(year: int, kind: str, name: str, terms: Terms, drawn: np.ndarray, draws: int) -> dict[str, object]:
    spread = interval(terms, drawn)
    return {
        "year": year,
        "of": kind,
        "name": name,
        "emissions_t_co2": spread.total,
        "half_width_approach_1": spread.half,
        "low_approach_2_t_co2": spread.low if draws else np.nan,
        "high_approach_2_t_co2": spread.high if draws else np.nan,
    }


def _gases(table: pd.DataFrame, given: EmissionInputs) -> Found:
    """Table by sector, fuel or activity, and gas, in mass and in equivalents of the named set; none where no gas is asked for."""
    settings = given.settings
    if not settings.gases and given.processes is None:
        return Found()
    parts, notes = [], []
    if "fuel" in table:
        dioxide_rows = table[["year", "zone", "sector", "fuel", "emissions_t_co2"]]
        parts.append(dioxide_rows.rename(columns={"emissions_t_co2": "emissions_t"}).assign(gas="CO2"))
    if settings.gases and given.activity is not None and given.factors is not None:
        parts.append(_burning_gases(given.activity, given.factors))
        notes += _strange_sectors(given.activity)
    if given.processes is not None:
        parts.append(_process_gases(given.processes))
        notes += _left_out(given.processes)
    by_gas = pd.concat([part for part in parts if len(part)], ignore_index=True)
    by_gas = by_gas[by_gas["year"].isin(given.years)].reset_index(drop=True)
    by_gas["biogenic"] = by_gas["biogenic"].eq(other=True) if "biogenic" in by_gas else False
    equivalents = with_equivalents(by_gas, warming_potentials(settings.gwp), settings.gwp)
    return Found({"emissions_by_gas": equivalents}, notes=tuple(notes))


def _left_out(rows: pd.DataFrame) -> list[str]:
    """What the Tier 1 factors of agriculture do not cover, where agriculture is counted."""
    groups = {processes().factors[str(name)].group for name in rows["fuel"]}
    if "agriculture" not in groups:
        return []
    return [
        tr(
            "agriculture: enteric fermentation, rice and direct nitrous oxide of nitrogen fertiliser are counted; manure, indirect "
            "nitrous oxide, drained soils, burning of residues, liming and urea are not"
        )
    ]


def _use_of(sector: str) -> str | None:
    """Use of fuel that a sector is; none where it is not known."""
    known = sectors().get(alias_key(sector))
    return None if known is None else known[1]


def _burning_gases(activity: pd.DataFrame, factors: EmissionFactors) -> pd.DataFrame:
    """Methane and nitrous oxide of burning, by the use of fuel that each sector is."""
    rows = []
    for row in activity[~activity["fuel"].isin(CARRIERS)].itertuples():
        use = _use_of(str(row.sector)) or "manufacturing"
        energy = row.quantity * factors.fuel(str(row.fuel))[0].energy_per(str(row.unit))
        kind = fuels().kinds[str(row.fuel)] or "gas"
        for gas in ("CH4", "N2O"):
            factor = burning_factors().get((use, str(row.fuel), gas)) or burning_factors()[use, kind, gas]
            place = {"year": row.year, "zone": row.zone, "sector": row.sector, "fuel": row.fuel, "gas": gas}
            rows.append(place | {"emissions_t": energy * factor.value})
    return pd.DataFrame(rows)


def _strange_sectors(activity: pd.DataFrame) -> list[str]:
    """Note on sectors whose use of fuel is not known."""
    burnt = activity[~activity["fuel"].isin(CARRIERS)]
    strange = sorted(
        {
            str(sector) or "(blank)"
            for sector in burnt["sector"]
            if _use_of(str(sector)) is None or sector == "final consumption"
        }
    )
    if not strange:
        return []
    return [
        tr(
            "what sector(s) {names} use fuel for is not known; their methane and nitrous oxide are taken as those of "
            "manufacturing, too little where homes burn coal",
            names=listed(strange),
        )
    ]


def _process_gases(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows[["year", "zone", "sector", "fuel"]].copy()
    factors = [processes().factors[name] for name in rows["fuel"]]
    table["gas"] = [factor.gas for factor in factors]
    table["emissions_t"] = [
        quantity * conversion_factor(unit, factor.unit) * factor.value
        for quantity, unit, factor in zip(rows["quantity"], rows["unit"], factors, strict=True)
    ]
    table["biogenic"] = [factor.group in {"agriculture", "waste"} for factor in factors]
    return table[table["gas"] != "CO2"]


def _countable(factors: EmissionFactors, fuel: str, unit: str) -> bool:
    """Whether a set of factors can count a fuel in a unit."""
    try:
        factors.fuel(fuel)[0].carbon_per(unit)
    except TanhengError:
        return False
    return True


def _reference(table: pd.DataFrame, given: EmissionInputs) -> Found:
    """Reference approach beside the sectoral one: by year, what is supplied less non-energy use against what is burnt."""
    reference, factors = given.reference, given.factors
    if reference is None or factors is None or given.settings.account != "territorial":
        return Found()
    rows = reference[reference["year"].isin(given.years)]
    able = np.array([_countable(factors, str(row.fuel), str(row.unit)) for row in rows.itertuples()], bool)
    if not able.any():
        return Found()
    left = listed(map(name_of, dict.fromkeys(rows.loc[~able, "fuel"])))
    notes = (
        (tr("reference approach: these factors do not cover {left}, which are excluded", left=left),) if left else ()
    )
    supplied = burnt_table(rows[able], factors)
    fuel_only = table[~table["fuel"].isin([*CARRIERS, *processes().factors])]
    compared = reference_approach(supplied, fuel_only)
    return Found({"reference_approach": compared}, notes=notes)
