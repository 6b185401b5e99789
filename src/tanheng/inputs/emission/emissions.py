"""What a study gives of its emissions: totals, activity or an energy balance, processes, point sources; read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from tanheng.errors import Problem, TanhengError, UnitError
from tanheng.factors import EmissionFactors, emission_factors_from
from tanheng.factors.catalogue import alias_key
from tanheng.factors.flows import CARRIERS, MADE_OF
from tanheng.factors.gases import sectors
from tanheng.inputs.emission.energy_balance import burnt_fuel
from tanheng.inputs.emission.sums import sum_notes
from tanheng.inputs.problems import Problems
from tanheng.inputs.zone_names import by_id, names_of, zone_hint
from tanheng.io.tables import read_activity, read_processes, read_totals
from tanheng.io.vectors import Polygons
from tanheng.language import listed, name_of, tr
from tanheng.study import EmissionsChoice, Study
from tanheng.units import conversion_factor, same_dimension, tonnes_of_carbon


@dataclass(frozen=True)
class EmissionInputs:
    """What a study gives of its emissions.

    Attributes
    ----------
    years : tuple of int
    settings : EmissionsChoice
    totals, activity : pandas.DataFrame, optional
        One of both: emissions as given, or activity (also that of an energy balance).
    processes : pandas.DataFrame, optional
    reference : pandas.DataFrame, optional
        Fuel supplied, for the reference approach.
    factors : EmissionFactors, optional
    called : mapping of str to str
        Name of each zone of the layer that the rows name.
    """

    years: tuple[int, ...]
    settings: EmissionsChoice
    totals: pd.DataFrame | None = None
    activity: pd.DataFrame | None = None
    processes: pd.DataFrame | None = None
    reference: pd.DataFrame | None = None
    factors: EmissionFactors | None = None
    called: Mapping[str, str] = field(default_factory=dict)

    @property
    def given(self) -> list[pd.DataFrame]:
        """Tables with rows of emissions or activity that could be read."""
        return [table for table in (self.totals, self.activity, self.processes) if table is not None]


def open_emissions(
    study: Study, base: Path, zones: Mapping[str, Polygons], problems: Problems
) -> EmissionInputs | None:
    """What a study gives of its emissions, read and checked; none where it names no emissions. Problems are gathered."""
    settings = study.emissions
    if settings is None:
        return None
    if settings.unit is not None and not _unit_holds(settings, settings.unit, problems):
        return None
    totals = (
        problems.attempt(read_totals, base / settings.totals, settings.columns, settings.unit)
        if settings.totals
        else None
    )
    activity = (
        problems.attempt(read_activity, base / settings.activity, settings.columns, settings.unit)
        if settings.activity
        else None
    )
    reference = None
    if settings.balance:
        wanted = {*study.years, *study.borrowed("emissions").values()}
        burnt = problems.attempt(burnt_fuel, base, settings, wanted, problems)
        activity, reference = burnt if burnt is not None else (None, None)
    processes = problems.attempt(read_processes, base / settings.processes) if settings.processes else None
    borrowed = study.borrowed("emissions")
    totals, activity, processes, reference = (
        with_borrowed_years(table, borrowed) for table in (totals, activity, processes, reference)
    )
    factors = problems.attempt(emission_factors_from, settings.factors, base) if settings.factors else None
    name = settings.totals or settings.activity or listed(settings.balances.values())
    if activity is not None:
        activity = _of_account(activity, settings, name, problems)
    if activity is not None and factors is not None:
        _check_factors(activity, factors, name, problems)
    if settings.zones is not None and settings.zones in zones:
        layer = zones[settings.zones]
        totals, activity = (problems.attempt(by_id, table, layer, name) for table in (totals, activity))
        processes = problems.attempt(by_id, processes, layer, settings.processes or "")
    for table, file in ((totals if settings.totals else activity, name), (processes, settings.processes)):
        if table is not None:
            _check_emission_rows(study, table, str(base / (file or "")), zones, problems)
            # The flows of a balance are known ones: none is the sum of the others.
            if table is not activity or not settings.balance:
                problems.warn(*sum_notes(table, file or name))
    if processes is not None and {"cement", "clinker"} <= set(processes["fuel"]):
        problems.add(
            tr(
                "{processes}: has rows of cement and of clinker; cement's factor holds that of its clinker, so give one of them",
                processes=settings.processes,
            )
        )
    called = names_of(zones.get(settings.zones or ""))
    return EmissionInputs(study.years, settings, totals, activity, processes, reference, factors, called)


#: What amounts of activity are measured in.
_AMOUNTS = ("t", "m3", "TJ")


def _unit_holds(settings: EmissionsChoice, unit: str, problems: Problems) -> bool:
    """Whether the unit of the settings is one of what the table holds; else it is told once, and not for each row."""
    try:
        if settings.totals:
            tonnes_of_carbon(1.0, unit)
        elif not any(same_dimension(unit, amount) for amount in _AMOUNTS):
            conversion_factor(unit, _AMOUNTS[0])
    except UnitError as error:
        problems.add(Problem(tr("emissions.unit: {words}", words=error), "emissions.unit"))
        return False
    return True


def with_borrowed_years(table: pd.DataFrame | None, borrowed: Mapping[int, int]) -> pd.DataFrame | None:
    """Table with rows of a year that it lacks taken from the year that the study borrows for it; a year that it has keeps its own.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2014], "quantity": [5.0]})
    >>> with_borrowed_years(table, {2015: 2014})["year"].tolist()
    [2014, 2015]
    """
    if table is None:
        return None
    lacking = {year: of for year, of in borrowed.items() if not (table["year"] == year).any()}
    parts = [table[table["year"] == of].assign(year=year) for year, of in lacking.items()]
    return pd.concat([table, *parts], ignore_index=True) if parts else table


def _of_account(activity: pd.DataFrame, settings: EmissionsChoice, name: str, problems: Problems) -> pd.DataFrame:
    """Rows that the account counts: what is burnt here, or what is used here with its share of power and heat from anywhere.

    Both at once would count power stations twice, once at their stacks and once in the electricity.
    """
    carrier = activity["fuel"].isin(CARRIERS)
    if settings.account == "territorial":
        if carrier.any():
            problems.add(
                tr(
                    "{name}: electricity and heat count where they are made in a territorial account; take their rows "
                    'out, or write account = "consumption" with grid_factor',
                    name=name,
                )
            )
        return activity
    if (activity["fuel"] == "heat").any() and settings.heat_factor is None:
        problems.add(
            tr("{name}: has rows of heat; account 'consumption' then needs 'heat_factor' (t CO2/GJ)", name=name)
        )
    strange = sorted({str(item) for item in activity["sector"] if item and alias_key(str(item)) not in sectors()})
    if strange:
        problems.warn(
            tr(
                "{name}: sector(s) {names} are not known; if one of them makes power or heat, its fuel is counted twice in a "
                "consumption account: call it 'power and heat'",
                name=name,
                names=listed(strange),
            )
        )
    made = np.array(
        [sectors().get(alias_key(str(item)), ("", ""))[1] == "energy industries" for item in activity["sector"]]
    )
    if made.any():
        problems.warn(
            tr(
                "{name}: fuel burnt for power and heat is left out of the consumption account, where electricity and heat stand for it",
                name=name,
            )
        )
    for unit in dict.fromkeys(activity.loc[carrier, "unit"]):
        if not same_dimension(unit, "TJ"):
            problems.add(
                tr(
                    "{name}: electricity and heat are energies (kWh, GJ, tce); '{unit}' does not fit",
                    name=name,
                    unit=unit,
                )
            )
    return activity[~made].reset_index(drop=True)


def canonical_sector(name: str) -> str:
    """Name of a sector as the tables write it: 工业 and Industry are one, as are spellings that differ by case and dashes.

    Examples
    --------
    >>> canonical_sector("工业"), canonical_sector("Steel")
    ('industry', 'steel')
    """
    key = alias_key(name)
    return sectors().get(key, (key, ""))[0]


def _check_factors(activity: pd.DataFrame, factors: EmissionFactors, name: str, problems: Problems) -> None:
    for made, source in MADE_OF.items():
        if {made, source} <= set(activity["fuel"]):
            problems.warn(
                tr(
                    "{name}: has rows of {source} and of {made}, which carries the carbon of {source}; where both come from the "
                    "same works, it is counted twice",
                    name=name,
                    source=name_of(source),
                    made=name_of(made),
                )
            )
    rows = activity[~activity["fuel"].isin(CARRIERS)]
    for fuel, unit in dict.fromkeys(zip(rows["fuel"], rows["unit"], strict=True)):
        place = "emissions.factors"
        try:
            factor, note = factors.fuel(fuel)
            place = "emissions"
            factor.carbon_per(unit)
        except TanhengError as error:
            problems.add(Problem(tr("{name}: {words}", name=name, words=error.args[0]), place))
            continue
        if note:
            problems.warn(note)


def _check_emission_rows(
    study: Study, table: pd.DataFrame, name: str, zones: Mapping[str, Polygons], problems: Problems
) -> None:
    assert study.emissions is not None  # noqa: S101  called only where they are asked for
    for year in study.years:
        if not (table["year"] == year).any():
            problems.add(tr("{name}: no row for {year}; add it, or take the year out of 'years'", name=name, year=year))
    problems.add(*_counted_twice(table, name))
    named = sorted(set(table.loc[table["zone"] != "", "zone"]))
    if named and study.emissions.zones is None:
        problems.add(
            tr(
                '{name}: has zones ({named}, ...); name their layer in [emissions] with zones = "..."',
                name=name,
                named=named[0],
            )
        )
    elif study.emissions.zones is not None and study.emissions.zones in zones:
        problems.warn(*_lacking_rows(table, study.years, name, zones[study.emissions.zones]))
        known = set(zones[study.emissions.zones].ids)
        lost = [zone for zone in named if zone not in known]
        if lost:
            problems.add(
                tr(
                    "{name}: zones missing from the layer '{zones}', or with an ambiguous name: {names}{nearest}",
                    name=name,
                    zones=study.emissions.zones,
                    names=listed([*lost[:5], *([tr("{count} more", count=len(lost) - 5)] if len(lost) > 5 else [])]),
                    nearest=zone_hint(lost[0], zones[study.emissions.zones]),
                )
            )


def _lacking_rows(table: pd.DataFrame, years: Sequence[int], name: str, layer: Polygons) -> list[str]:
    """Warnings on years in which zones have no row that have one in another: no row is no zero."""
    called = names_of(layer)
    rows = table[(table["zone"] != "") & table["year"].isin(years)]
    ever = set(rows["zone"])
    gaps = []
    for year in years:
        lacking = sorted(ever - set(rows.loc[rows["year"] == year, "zone"]))
        if lacking and len(lacking) < len(ever):
            shown = [str(called.get(zone, zone)) for zone in lacking[:_SHOWN]]
            gaps.append(
                tr(
                    "{name}: {count} of {all} zones have no row in {year} and one in another year: {names}; that year counts as "
                    "nothing for them, and its total is too low; is that so?",
                    name=name,
                    count=len(lacking),
                    all=len(ever),
                    year=year,
                    names=listed([*shown, *(["..."] if len(lacking) > _SHOWN else [])]),
                )
            )
    return gaps


#: Zones that a message names.
_SHOWN = 5

#: How near a row for the region may come to the sum of the rows for zones before it is taken for their total.
_ABOUT_THE_SUM = 0.02


def _counted_twice(table: pd.DataFrame, name: str) -> list[str]:
    """Sectors whose row for the region is the sum of their rows for zones, or of all rows for zones: it would count twice."""
    faults = []
    value = "emissions_t_c" if "emissions_t_c" in table else "quantity"
    if "fuel" not in table:
        for year, rows in table.groupby("year", sort=False):
            whole = rows[(rows["zone"] == "") & (rows["sector"] == "")]
            parts = rows[(rows["zone"] != "") & (rows["sector"] != "")]
            if whole.empty or parts.empty:
                continue
            ratio = float(whole[value].sum()) / max(float(parts[value].sum()), 1e-300)
            if abs(ratio - 1.0) <= _ABOUT_THE_SUM:
                faults.append(_twice(name, str(year), ratio))
    columns = [column for column in ("year", "sector", "fuel") if column in table]
    of_zones = pd.MultiIndex.from_frame(table.loc[table["zone"] != "", columns])
    of_region = pd.MultiIndex.from_frame(table.loc[table["zone"] == "", columns])
    both = table[pd.MultiIndex.from_frame(table[columns]).isin(of_zones.intersection(of_region))]
    for key, rows in both.groupby(columns, sort=False):
        whole, parts = rows[rows["zone"] == ""], rows[rows["zone"] != ""]
        if whole.empty or parts.empty:
            continue
        ratio = float(whole[value].sum()) / max(float(parts[value].sum()), 1e-300)
        if abs(ratio - 1.0) <= _ABOUT_THE_SUM:
            rows_named = " ".join(name_of(str(part)) for part in key if str(part))
            faults.append(_twice(name, rows_named, ratio))
    return faults


def _twice(name: str, rows_named: str, ratio: float) -> str:
    return tr(
        "{name}: {told} has a row for the whole region that is {percent:.4g} % of the sum of its zone rows. If it is their "
        "total, it would be counted twice: remove it. If it is in addition to the zones, give it its own sector",
        name=name,
        told=rows_named,
        percent=100.0 * ratio,
    )
