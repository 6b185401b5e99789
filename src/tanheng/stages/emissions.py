"""Stage: the emission account: by sector, fuel and gas, with its uncertainty, and the reference approach beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from tanheng.accounting import emissions
from tanheng.accounting.gases import with_equivalents
from tanheng.accounting.uncertainty import Terms, contributions, interval, simulated, trend
from tanheng.errors import TanhengError
from tanheng.factors import EmissionFactors, fuels
from tanheng.factors.catalogue import alias_key
from tanheng.factors.flows import CARRIERS
from tanheng.factors.gases import burning_factors, processes, sectors, warming_potentials
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import listed, mark_name, name_of, tr
from tanheng.study.sections import TotalsUncertainty
from tanheng.units import CO2_PER_C, conversion_factor

#: Energy of one MWh, TJ.
_TJ_PER_MWH = 3.6e-3


@dataclass
class Account:
    """Emissions by row in t C and t CO2, their terms by year where their uncertainty is known, further tables, and notes."""

    emissions: pd.DataFrame
    terms: dict[int, Terms] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def account_emissions(inputs: Inputs) -> Account:
    """Account of the years of the study."""
    asked = inputs.study.emissions
    assert asked is not None  # noqa: S101  called only where emissions are asked for
    found = Account(_carbon_dioxide(inputs))
    years = list(inputs.study.years)
    found.emissions = found.emissions[found.emissions["year"].isin(years)].reset_index(drop=True)
    found.notes += jump_notes(found.emissions)
    _add_uncertainty(found, inputs)
    if asked.gases or inputs.processes is not None:
        _add_gases(found, inputs)
    if inputs.reference is not None and inputs.factors is not None and asked.account == "territorial":
        _add_reference(found, inputs.reference, inputs.factors, years)
    return found


#: How many times more or less a fuel, or the whole, emits in the next year of a study before it is told, and the least share of the
#: total for which it is.
_JUMP, _SHARE = 10.0, 0.01


def jump_notes(table: pd.DataFrame) -> list[str]:
    """Warnings on emissions that jump between neighbouring years: a slip in a unit or a row is the usual cause.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2000, 2010], "fuel": ["coke"] * 2, "emissions_t_co2": [10.0, 200.0]})
    >>> jump_notes(table)
    ['emissions of coke: 20 times as much in 2010 as in 2000; is that so, or is a unit or a row wrong?']
    """
    total = table.groupby("year")["emissions_t_co2"].sum()
    by_fuel = table.groupby("fuel", sort=False) if "fuel" in table else []
    parts = [(str(fuel), rows.groupby("year")["emissions_t_co2"].sum()) for fuel, rows in by_fuel]
    if len(parts) != 1:
        parts.insert(0, ("", total))
    found = []
    for fuel, series in parts:
        for first, last in pairwise(sorted(total.index)):
            one, other = float(series.get(first, 0.0)), float(series.get(last, 0.0))
            if min(one, other) <= 0 or max(one / total[first], other / total[last]) < _SHARE:
                continue
            if not 1.0 / _JUMP <= other / one <= _JUMP:
                found.append(_jump(fuel, int(first), int(last), other / one))
    return found


def _jump(fuel: str, first: int, last: int, ratio: float) -> str:
    return tr(
        "emissions of {what}: {ratio:.3g} times as much in {last} as in {first}; is that so, or is a unit or a row wrong?",
        what=name_of(fuel) if fuel else tr("all fuels together"),
        ratio=ratio,
        first=first,
        last=last,
    )


def _carbon_dioxide(inputs: Inputs) -> pd.DataFrame:
    """Carbon dioxide of totals, or of fuel, purchased energy and processes."""
    if inputs.emission_totals is not None:
        table = inputs.emission_totals.copy()
        table["emissions_t_co2"] = table["emissions_t_c"] * CO2_PER_C
        table["factor_set"] = mark_name("totals as given")
        return table
    asked = inputs.study.emissions
    assert asked is not None and inputs.activity is not None and inputs.factors is not None  # noqa: S101, PT018
    activity = inputs.activity
    carrier = activity["fuel"].isin(CARRIERS)
    parts = [burnt_table(activity[~carrier], inputs.factors)]
    if carrier.any():
        parts.append(_purchased(activity[carrier], asked.grid_factor or 0.0, asked.heat_factor))
    if inputs.processes is not None:
        parts.append(_process_table(inputs.processes))
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    table["account"] = asked.account
    return table


def burnt_table(activity: pd.DataFrame, factors: EmissionFactors) -> pd.DataFrame:
    """Carbon dioxide of fuel, with the set and the source of each factor."""
    pairs = dict.fromkeys(zip(activity["fuel"], activity["unit"], strict=True))
    table = emissions(activity, {(fuel, unit): factors.fuel(fuel)[0].carbon_per(unit) for fuel, unit in pairs})
    table["factor_set"] = [factors.fuel(fuel)[0].origin for fuel in table["fuel"]]
    table["factor_fuel"] = [factors.fuel(fuel)[0].name for fuel in table["fuel"]]
    table["source"] = [factors.fuel(fuel)[0].source for fuel in table["fuel"]]
    return table


def _purchased(rows: pd.DataFrame, grid: float, heat: float | None) -> pd.DataFrame:
    """Electricity (t CO2/MWh) and heat (t CO2/GJ) that were bought, in a consumption account."""
    per_tj = {"electricity": grid / _TJ_PER_MWH, "heat": (heat or 0.0) * 1000.0}
    table = rows.copy()
    per_unit = [
        conversion_factor(unit, "TJ") * per_tj[fuel] for fuel, unit in zip(rows["fuel"], rows["unit"], strict=True)
    ]
    table["carbon_per_unit_t_c"] = np.array(per_unit) / CO2_PER_C
    table["emissions_t_co2"] = table["quantity"] * np.array(per_unit)
    table["emissions_t_c"] = table["emissions_t_co2"] / CO2_PER_C
    table["factor_set"] = mark_name("grid and heat factors of the study")
    table["factor_fuel"] = table["fuel"]
    table["source"] = mark_name("as given in the study")
    return table


def _process_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Carbon dioxide of processes; other gases stand in the table by gas alone."""
    known = processes().factors
    table = rows[[known[name].gas == "CO2" for name in rows["fuel"]]].copy()
    if table.empty:
        return table
    per_unit = [
        conversion_factor(unit, known[name].unit) * known[name].value
        for name, unit in zip(table["fuel"], table["unit"], strict=True)
    ]
    table["carbon_per_unit_t_c"] = np.array(per_unit) / CO2_PER_C
    table["emissions_t_co2"] = table["quantity"] * np.array(per_unit)
    table["emissions_t_c"] = table["emissions_t_co2"] / CO2_PER_C
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
    names = ["method of the totals"] if uncertainty.common else []
    halves = dict.fromkeys(names, uncertainty.common)
    return Terms(values, np.full(len(values), uncertainty.own), [names] * len(values), halves)


def _terms_by_year(found: Account, inputs: Inputs) -> dict[int, Terms]:
    """Terms of each year; none where nothing is known of the uncertainty of given totals."""
    asked = inputs.study.emissions
    assert asked is not None  # noqa: S101
    terms_by_year = {}
    for year, part in found.emissions.groupby("year"):
        if asked.totals is None:
            terms_by_year[int(year)], notes = terms_of(part, inputs.factors, asked.activity_uncertainty)
            found.notes += notes
        elif asked.totals_uncertainty is not None:
            given = asked.totals_uncertainty
            common = TotalsUncertainty(common=given) if isinstance(given, float) else given
            terms_by_year[int(year)] = terms_of_totals(part, common)
    if not terms_by_year:
        found.notes.append(
            tr(
                "emissions: no uncertainty of the totals is given, so demand has no interval; write totals_uncertainty in [emissions]"
            )
        )
    return terms_by_year


def _add_uncertainty(found: Account, inputs: Inputs) -> None:
    """Tables of the uncertainty by year, in total and by zone, sector and fuel, of what makes it, and of the trend."""
    asked = inputs.study.emissions
    assert asked is not None  # noqa: S101
    terms_by_year = found.terms = _terms_by_year(found, inputs)
    if not terms_by_year:
        return
    rows, causes = [], []
    for year, part in found.emissions.groupby("year"):
        terms = terms_by_year[int(year)]
        drawn = simulated(terms, max(asked.draws, 2), asked.seed)
        rows.append(_uncertain_row(int(year), "total", "", terms, drawn, asked.draws))
        for kind in ("zone", "sector", "fuel"):
            if kind not in part or (kind == "zone" and not (part["zone"] != "").any()):
                continue
            for name in dict.fromkeys(part[kind]):
                chosen = (part[kind] == name).to_numpy()
                rows.append(
                    _uncertain_row(int(year), kind, str(name), terms.some(chosen), drawn[:, chosen], asked.draws)
                )
        causes += [
            {"year": int(year), "cause": name, "half_width_t_co2": half, "share_of_variance": share}
            for name, half, share in contributions(terms)
        ]
    found.tables["emission_uncertainty"] = pd.DataFrame(rows)
    found.tables["uncertainty_causes"] = pd.DataFrame(causes)
    years = sorted(terms_by_year)
    if len(years) > 1 and asked.draws and terms_by_year[years[0]].emissions.sum() > 0:
        changes = []
        for last in years[1:]:
            change, low, high = trend(terms_by_year[years[0]], terms_by_year[last], asked.draws, asked.seed)
            changes.append({"from_year": years[0], "to_year": last, "change": change, "low": low, "high": high})
        found.tables["emission_trend"] = pd.DataFrame(changes)


def _uncertain_row(year: int, kind: str, name: str, terms: Terms, drawn: np.ndarray, draws: int) -> dict[str, object]:
    told = interval(terms, drawn)
    return {
        "year": year,
        "of": kind,
        "name": name,
        "emissions_t_co2": told.total,
        "half_width_approach_1": told.half,
        "low_approach_2_t_co2": told.low if draws else np.nan,
        "high_approach_2_t_co2": told.high if draws else np.nan,
    }


def _add_gases(found: Account, inputs: Inputs) -> None:
    """Table by sector, fuel or activity, and gas, in mass and in equivalents of the named set."""
    asked = inputs.study.emissions
    assert asked is not None  # noqa: S101
    dioxide = (
        found.emissions[["year", "zone", "sector", "fuel", "emissions_t_co2"]] if "fuel" in found.emissions else None
    )
    parts = []
    if dioxide is not None:
        parts.append(dioxide.rename(columns={"emissions_t_co2": "emissions_t"}).assign(gas="CO2"))
    if asked.gases and inputs.activity is not None and inputs.factors is not None:
        parts.append(_burning_gases(found, inputs.activity, inputs.factors))
    if inputs.processes is not None:
        parts.append(_process_gases(inputs.processes))
        found.notes += _left_out(inputs.processes)
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    table = table[table["year"].isin(inputs.study.years)].reset_index(drop=True)
    table["biogenic"] = table["biogenic"].eq(other=True) if "biogenic" in table else False
    found.tables["emissions_by_gas"] = with_equivalents(table, warming_potentials(asked.gwp), asked.gwp)


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


def _burning_gases(found: Account, activity: pd.DataFrame, factors: EmissionFactors) -> pd.DataFrame:
    """Methane and nitrous oxide of burning, by the use of fuel that each sector is."""
    rows = []
    strange: set[str] = set()
    for row in activity[~activity["fuel"].isin(CARRIERS)].itertuples():
        known = sectors().get(alias_key(str(row.sector)))
        if known is None or row.sector == "final consumption":
            strange.add(str(row.sector) or "(blank)")
        use = known[1] if known else "manufacturing"
        energy = row.quantity * factors.fuel(str(row.fuel))[0].energy_per(str(row.unit))
        for gas in ("CH4", "N2O"):
            kind = fuels().kinds[str(row.fuel)] or "gas"
            factor = burning_factors().get((use, str(row.fuel), gas)) or burning_factors()[use, kind, gas]
            place = {"year": row.year, "zone": row.zone, "sector": row.sector, "fuel": row.fuel, "gas": gas}
            rows.append(place | {"emissions_t": energy * factor.value})
    if strange:
        found.notes.append(
            tr(
                "what sector(s) {names} use fuel for is not known; their methane and nitrous oxide are taken as those of "
                "manufacturing, too little where homes burn coal",
                names=listed(sorted(strange)),
            )
        )
    return pd.DataFrame(rows)


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


def _add_reference(found: Account, reference: pd.DataFrame, factors: EmissionFactors, years: list[int]) -> None:
    """Reference approach beside the sectoral one: by year, what is supplied less non-energy use against what is burnt."""
    rows_of_years = reference[reference["year"].isin(years)]
    able = np.array([_countable(factors, str(row.fuel), str(row.unit)) for row in rows_of_years.itertuples()], bool)
    if not able.any():
        return
    if not able.all():
        left = ", ".join(dict.fromkeys(rows_of_years.loc[~able, "fuel"]))
        found.notes.append(
            tr("reference approach: {left} can't be counted with these factors and are left out of it", left=left)
        )
    table = burnt_table(rows_of_years[able], factors)
    fuel_only = found.emissions[~found.emissions["fuel"].isin([*CARRIERS, *processes().factors])]
    rows = []
    for year, part in table.groupby("year"):
        sectoral = float(fuel_only.loc[fuel_only["year"] == year, "emissions_t_co2"].sum())
        top = float(part["emissions_t_co2"].sum())
        rows.append(
            {
                "year": int(year),
                "sectoral_t_co2": sectoral,
                "reference_t_co2": top,
                "difference": (top - sectoral) / sectoral if sectoral else np.nan,
            }
        )
    found.tables["reference_approach"] = pd.DataFrame(rows)
