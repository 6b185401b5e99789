"""Fuel that an energy balance of a study burns, and whether its years are those that the study means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from tanheng.accounting.emission.energy_balance import FlowRule, fuel_burnt, sum_gaps, supplied
from tanheng.errors import InputError
from tanheng.factors.flows import CARRIERS, MADE_OF, flows
from tanheng.factors.reading import raw_rows
from tanheng.inputs.problems import Problems
from tanheng.io.energy.yearbook import of_one_year, title_year
from tanheng.io.tables import read_energy_balance
from tanheng.language import listed, name_of, tr
from tanheng.study import EmissionsChoice

#: Sector of what is burnt for power and heat.
POWER = "power and heat"


def flow_rules() -> dict[str, FlowRule]:
    """How the flows that are built in count."""
    return {
        name: FlowRule(flow.counts, flow.sector, flow.part_of, flow.stands_for) for name, flow in flows().flows.items()
    }


def burnt_fuel(
    base: Path, settings: EmissionsChoice, years: set[int], problems: Problems
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Activity that an energy balance gives, and what is supplied for the reference approach; notes on sums that do not add up."""
    path = listed(base / name for name in settings.balances.values())
    read = [
        read_energy_balance(base / name, settings.columns, settings.unit, year)
        for year, name in settings.balances.items()
    ]
    _check_years_of_balances(base, settings.balances, problems)
    balance, totals = (_of_years(pd.concat(part, ignore_index=True), years) for part in zip(*read, strict=True))
    other = balance["fuel"] == "other_energy"
    if other.any():
        held = listed(sorted(set(balance.loc[other, "year"])))
        problems.warn(
            tr("{path}: other energy ({years}) has no factor of carbon and counts as nothing", path=path, years=held)
        )
    known, rules = flows(), flow_rules()
    for name, counts in settings.burnt.items():
        flow = known.find(name)
        rules[flow] = FlowRule(counts, rules[flow].sector or flow, rules[flow].part_of)
    burnt = fuel_burnt(balance[~other], rules, CARRIERS, MADE_OF)
    activity: pd.DataFrame = burnt.activity
    if settings.account == "consumption":
        used = {
            name: FlowRule(max(rule.counts, 0.0) * (rule.counts > 0), rule.sector, rule.part_of, rule.stands_for)
            for name, rule in rules.items()
        }
        bought = fuel_burnt(balance[balance["fuel"].isin(CARRIERS)], used, frozenset())
        activity = pd.concat([activity, bought.activity], ignore_index=True)
    elif POWER not in set(activity["sector"]):
        problems.warn(
            tr(
                "{path}: no fuel goes into power or heat ({names}), so that power stations emit nothing; is that so? Add these rows, with negative "
                "quantities",
                path=path,
                names=listed(name_of(flow) for flow, rule in rules.items() if rule.sector == POWER),
            )
        )
    problems.warn(*burnt.notes)
    for name, rows in totals.groupby("fuel"):
        problems.warn(*sum_gaps(balance, rows, str(name).title()))
    if activity.empty:
        raise InputError(
            tr(
                "{path}: no fuel is burnt in it; does it have final consumption, thermal power or heating supply?",
                path=path,
            )
        )
    return activity, supplied(balance[~other], CARRIERS)


#: Years by which the title of a yearbook may be later than its figures.
_EDITION = 2


def _check_years_of_balances(base: Path, balances: Mapping[int | None, str], problems: Problems) -> None:
    """Warn where the year of a balance as printed is taken from its title or is far from it; one file can't be of two years."""
    of: dict[str, int | None] = {}
    for year, name in balances.items():
        rows = raw_rows(base / name)
        if name in of and of_one_year(rows):
            problems.add(
                tr(
                    "{name}: is named for {first} and for {second}, and has no column of years; name the balance of each",
                    name=name,
                    first=of[name],
                    second=year,
                )
            )
        of[name] = year
        of_title = title_year(rows)
        if of_title is not None and year is None:
            problems.warn(
                tr(
                    "{name}: is taken as the balance of {year}, which its title names; a yearbook often names its edition, a year later: "
                    'state the year as balance = {{ {year} = "{name}" }}',
                    name=name,
                    year=of_title,
                )
            )
        elif of_title is not None and year is not None and not 0 <= of_title - year <= _EDITION:
            problems.warn(
                tr(
                    "{name}: its title names {title}, the study {year}; check that it is the balance of that year",
                    name=name,
                    title=of_title,
                    year=year,
                )
            )


def _of_years(table: pd.DataFrame, years: set[int]) -> pd.DataFrame:
    """Rows of the years that the study uses; all of them where it uses none of these, which is a problem of its own."""
    used = table["year"].isin(years)
    return table[used].reset_index(drop=True) if used.any() else table
