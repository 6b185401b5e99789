"""Fuel burnt, from an energy balance: final consumption and what power and heat take in, less non-energy use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from tanheng.errors import InputError
from tanheng.language import listed, name_of, semicolons, tr

#: Gap between a sum and the total printed for it, relative, from which on it is told.
TOLD_GAP = 0.002


@dataclass(frozen=True)
class FlowRule:
    """How a flow counts: 1 is burnt, 0 is not, -1 is taken off; its sector; the flow that it is a part of; and the sector that it stands for."""

    counts: float
    sector: str
    part_of: str = ""
    stands_for: str = ""


@dataclass(frozen=True)
class Burnt:
    """Fuel burnt by year, sector and fuel, in the unit of the balance, and what must be said of it."""

    activity: pd.DataFrame
    notes: tuple[str, ...]


def fuel_burnt(
    balance: pd.DataFrame,
    rules: Mapping[str, FlowRule],
    carriers: frozenset[str],
    made_of: Mapping[str, str] = MappingProxyType({}),
) -> Burnt:
    r"""Fuel burnt by year, sector and fuel.

    .. math:: AD_{sf} = \sum_{flows} c_{flow}\, q_{flow, f}

    A total of final consumption counts where its sectors are not given for a fuel; where they are, it is a check on them.

    Parameters
    ----------
    balance : pandas.DataFrame
        Columns ``year, fuel, flow, quantity, unit``; inputs to transformation are negative.
    rules : mapping of str to FlowRule
        By flow.
    carriers : frozenset of str
        Fuels whose use emits nothing in a territorial account: electricity and heat, counted where they are made.
    made_of : mapping of str to str
        Fuels that carry the carbon of another one that counts as burnt where it makes them: blast furnace gas of coke. They
        are left out of years in which that one is burnt.

    Raises
    ------
    InputError
        A fuel stands in several units in one year.

    Returns
    -------
    Burnt
        Activity with the columns ``year, zone, sector, fuel, quantity, unit``.

    References
    ----------
    IPCC 2006, Vol. 2, Ch. 1.4.1 and Ch. 2.

    Examples
    --------
    10 burnt by users less 2 used as feedstock; 5 into power stations.

    >>> rows = [("coal", "final", 10.0), ("coal", "feedstock", 2.0), ("coal", "power", -5.0)]
    >>> table = pd.DataFrame([{"year": 2000, "fuel": f, "flow": w, "quantity": q, "unit": "t"} for f, w, q in rows])
    >>> rules = {"final": FlowRule(1, "users"), "feedstock": FlowRule(-1, "users"), "power": FlowRule(-1, "power")}
    >>> fuel_burnt(table, rules, frozenset()).activity[["sector", "quantity"]].values.tolist()
    [['power', 5.0], ['users', 8.0]]
    """
    notes: list[str] = []
    parts = {flow: rule.part_of for flow, rule in rules.items() if rule.part_of}
    rows: dict[tuple[int, str, str, str], float] = {}
    for (year, fuel), group in balance.groupby(["year", "fuel"], sort=False):
        if fuel in carriers:
            continue
        unit = group["unit"].iloc[0]
        if len(set(group["unit"])) > 1:
            raise InputError(
                tr(
                    "energy balance {year}, {fuel}: stands in {units}; give all its flows in one unit",
                    year=year,
                    fuel=name_of(str(fuel)),
                    units=listed(group["unit"].unique()),
                )
            )
        held = _with_sums(group.set_index("flow")["quantity"], rules)
        given = {parts[flow] for flow in held.index if flow in parts}
        for total in given & set(held.index):
            summed = float(held[[flow for flow in held.index if parts.get(flow) == total]].sum())
            if abs(summed - held[total]) > TOLD_GAP * max(abs(float(held[total])), 1e-12):
                notes.append(
                    tr(
                        "energy balance {year}, {fuel}: the sectors of {total} sum to {summed:,.6g} {unit}, the total says {held:,.6g} "
                        "({percent} apart); the sectors are used",
                        year=year,
                        fuel=name_of(str(fuel)),
                        total=name_of(total),
                        summed=summed,
                        unit=unit,
                        held=held[total],
                        percent=_percent(summed, float(held[total])),
                    )
                )
        for flow, quantity in held.items():
            rule = rules[str(flow)]
            if rule.counts < 0 < -quantity and _is_total(rule.sector, rules):
                notes.append(_below_zero(int(year), str(fuel), str(flow), float(quantity), str(unit)))
            if rule.counts and flow not in given:
                sector = _sector_of(rule, held, parts, given)
                key = (int(year), sector, str(fuel), str(unit))
                rows[key] = rows.get(key, 0.0) + rule.counts * float(quantity)
    activity, more = _without_negatives(rows)
    activity, twice = _without_twice(activity, made_of)
    return Burnt(activity, (*notes, *more, *twice))


def _is_total(sector: str, rules: Mapping[str, FlowRule]) -> bool:
    """Whether a sector is a total of others: what is taken off it is written as a positive number."""
    return any(rule.part_of == sector for rule in rules.values())


def _below_zero(year: int, fuel: str, flow: str, quantity: float, unit: str) -> str:
    return tr(
        "energy balance {year}, {fuel}: '{flow}' is {quantity:,.4g} {unit}; it is taken off what is used, so that a number below zero adds to it. "
        "Is that so? It is positive in a balance",
        year=year,
        fuel=name_of(fuel),
        flow=name_of(flow),
        quantity=quantity,
        unit=unit,
    )


def _with_sums(held: pd.Series, rules: Mapping[str, FlowRule]) -> pd.Series:
    """Quantities by flow, with sectors that have no row of their own as the sum of those that stand for them: urban and rural homes.

    Where a total has a row and no sector of it has, nothing is added: a part would take the place of the total.
    """
    standing = [flow for flow in held.index if rules[str(flow)].stands_for]
    sums = held[standing].groupby([rules[str(flow)].stands_for for flow in standing]).sum()
    wanted = [
        sector not in held.index
        and (
            rules[str(sector)].part_of not in held.index
            or any(_are_siblings(flow, sector, rules) for flow in held.index)
        )
        for sector in sums.index
    ]
    return pd.concat([held, sums[wanted]])


def _are_siblings(one: object, other: object, rules: Mapping[str, FlowRule]) -> bool:
    """Whether two flows are parts of one total."""
    return bool(rules[str(one)].part_of) and rules[str(one)].part_of == rules[str(other)].part_of


def _sector_of(rule: FlowRule, held: pd.Series, parts: Mapping[str, str], given: set[str]) -> str:
    """Sector of a flow; what is taken off a total goes off industry where the sectors of the total are given, else off the largest."""
    if rule.counts >= 0 or rule.sector not in given:
        return rule.sector
    mine = held[[flow for flow in held.index if parts.get(flow) == rule.sector]]
    return "industry" if "industry" in mine.index else str(mine.idxmax())


def supplied(balance: pd.DataFrame, carriers: frozenset[str]) -> pd.DataFrame | None:
    r"""Fuel supplied less what is kept as feedstock, for the reference approach; none where supply is not given by fuel.

    .. math:: AC_f = supply_f - nonenergy_f

    Fuel that is made from other fuel here has no supply of its own but its trade, which the balance nets.

    References
    ----------
    IPCC 2006, Vol. 2, Ch. 6, Eq. 6.1 and 6.2.
    """
    rows = balance[balance["flow"].isin(["supply", "non-energy use"]) & ~balance["fuel"].isin(carriers)].copy()
    if not (rows["flow"] == "supply").any():
        return None
    rows.loc[rows["flow"] == "non-energy use", "quantity"] *= -1.0
    table = rows.groupby(["year", "fuel", "unit"], as_index=False)["quantity"].sum()
    table["zone"], table["sector"] = "", "reference approach"
    return table[["year", "zone", "sector", "fuel", "quantity", "unit"]]


def _without_negatives(rows: Mapping[tuple[int, str, str, str], float]) -> tuple[pd.DataFrame, list[str]]:
    """Rows of activity, and notes on what comes out below zero and is left out."""
    notes, kept = [], []
    for (year, sector, fuel, unit), quantity in sorted(rows.items()):
        if quantity < 0:
            notes.append(
                tr(
                    "energy balance {year}: combustion of {fuel} in '{sector}' is {quantity:,.4g} {unit}, because more is "
                    "subtracted than used; it is set to zero. What goes into power and heat is negative in a balance, what is used is positive",
                    year=year,
                    fuel=name_of(fuel),
                    sector=name_of(sector),
                    quantity=quantity,
                    unit=unit,
                )
            )
        elif quantity > 0:
            kept.append({"year": year, "zone": "", "sector": sector, "fuel": fuel, "quantity": quantity, "unit": unit})
    columns = ["year", "zone", "sector", "fuel", "quantity", "unit"]
    return pd.DataFrame(kept, columns=columns), notes


def _without_twice(activity: pd.DataFrame, made_of: Mapping[str, str]) -> tuple[pd.DataFrame, list[str]]:
    """Activity without fuels whose carbon is counted in what they are made of, and notes on them."""
    left = []
    keep = pd.Series(data=True, index=activity.index)
    for made, source in made_of.items():
        burnt = set(activity.loc[activity["fuel"] == source, "year"])
        twice = (activity["fuel"] == made) & activity["year"].isin(burnt)
        for year, rows in activity[twice].groupby("year"):
            left.append(
                tr(
                    "{year}: {total:,.4g} {unit} of {made}, made of {source}",
                    year=year,
                    total=rows["quantity"].sum(),
                    unit=rows["unit"].iloc[0],
                    made=name_of(made),
                    source=name_of(source),
                )
            )
        keep &= ~twice
    notes = [
        tr(
            "energy balance: fuel whose carbon counts as burnt already in what it is made of is left out: {fuels}",
            fuels=semicolons(left),
        )
    ]
    return activity[keep].reset_index(drop=True), notes if left else []


def sum_gaps(balance: pd.DataFrame, totals: pd.DataFrame, name: str) -> list[str]:
    """What must be said where the fuels of a flow do not sum to the total that is printed for it.

    Parameters
    ----------
    balance, totals : pandas.DataFrame
        Columns ``year, fuel, flow, quantity, unit``; `totals` has one row a year and flow. Only flows that all fuels can
        be added up for (one unit) are looked at.
    name : str
        How the total is called.

    Examples
    --------
    >>> rows = [{"year": 2014, "fuel": f, "flow": "final", "quantity": q, "unit": "Mtce"} for f, q in (("coal", 60.0), ("gas", 42.0))]
    >>> total = pd.DataFrame([{"year": 2014, "fuel": "total", "flow": "final", "quantity": 100.0, "unit": "Mtce"}])
    >>> sum_gaps(pd.DataFrame(rows), total, "Total Energy")
    ["energy balance: fuels that do not sum to the printed 'Total Energy', where the fuels are used: 2014, final: 102 against 100 Mtce (2.0 % apart)"]
    """
    gaps = []
    for row in totals.itertuples():
        rows = balance[(balance["year"] == row.year) & (balance["flow"] == row.flow)]
        if rows.empty or set(rows["unit"]) != {row.unit} or row.quantity == 0:
            continue
        summed = float(rows["quantity"].sum())
        if abs(summed - row.quantity) > TOLD_GAP * abs(row.quantity):
            gaps.append(
                tr(
                    "{year}, {flow}: {summed:,.6g} against {quantity:,.6g} {unit} ({percent} apart)",
                    year=row.year,
                    flow=name_of(str(row.flow)),
                    summed=summed,
                    quantity=row.quantity,
                    unit=row.unit,
                    percent=_percent(summed, row.quantity),
                )
            )
    if not gaps:
        return []
    return [
        tr(
            "energy balance: fuels that do not sum to the printed '{name}', where the fuels are used: {gaps}",
            name=name,
            gaps=semicolons(gaps),
        )
    ]


def _percent(first: float, second: float) -> str:
    return f"{100 * abs(first - second) / abs(second):.1f} %"
