"""Tables as a paper prints them: few, wide, in round units and with sensible digits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from tanheng.language import listed, mark, name_of, tr
from tanheng.report.words.cells import cell_words
from tanheng.tables.balance_columns import balance_columns, columns_in
from tanheng.tables.columns import column_of, column_title

Tables = Mapping[str, pd.DataFrame]

#: Zones that a table of a paper lists at the most.
MOST_ZONES = 200

_MEGA = {mark("t C"): mark("Mt C"), mark("t C/yr"): mark("Mt C/yr"), mark("t CO₂"): mark("Mt CO₂")}


@dataclass(frozen=True)
class PaperTable:
    """A table ready to be set: caption, header, rows of text, notes.

    Attributes
    ----------
    groups : sequence of (str, int)
        Titles over several columns, with the number of columns each spans; empty where the header has one line.
    words : int
        Columns of words at the left; the rest holds numbers.
    totals : int
        Rows at the end that sum up the others.
    """

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    groups: Sequence[tuple[str, int]] = field(default=())
    words: int = 1
    totals: int = 0


def paper_tables(tables: Tables) -> list[PaperTable]:
    """Tables of a paper that a run has figures for, in the language that is spoken."""
    makers = (_stock, _balance, _transitions, _correlation, _emissions, _zones)
    return [table for maker in makers for table in maker(tables)]


def written(values: Sequence[float], significant: int = 4) -> list[str]:
    """Numbers of one column with as many decimals as its largest needs; a dash where there is none.

    Examples
    --------
    >>> written([1321.2867, 4.37, float("nan")]), written([-0.0123, 0.5])
    (['1,321', '4', '–'], ['−0.0123', '0.5000'])
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    before = math.floor(math.log10(largest)) + 1 if largest > 0 else 1
    decimals = min(max(significant - max(before, 0), 0), 6)
    return [f"{value:,.{decimals}f}".replace("-", "−") if math.isfinite(value) else "–" for value in values]


def _scale(values: Sequence[float], unit: str) -> tuple[float, str]:
    """Factor and unit that suit some amounts: millions of tonnes where they are large."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return (1e-6, tr(_MEGA[unit])) if largest >= 1e6 and unit in _MEGA else (1.0, tr(unit))


def _under(title: str, unit: str) -> str:
    return tr("{title}, {unit}", title=title, unit=unit)


def _rows(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[name, *cells] for name, *cells in zip(names, *columns, strict=True)]


def _stock(tables: Tables) -> Iterator[PaperTable]:
    """Area and stored carbon of each class, years beside each other."""
    table = tables["stock_by_class"]
    years, classes = _once(table, "year"), _once(table, "land_class")
    columns, groups = [], [("", 1)]
    for column, unit in (("area_km2", mark("km²")), ("stock_t_c", mark("t C"))):
        wide = table.pivot_table(index="land_class", columns="year", values=column, aggfunc="sum").loc[classes]
        factor, told = _scale(wide.sum().tolist(), unit)
        groups.append((_under(column_of(column).title, told), len(years)))
        # Digits that tell the small changes of a large store apart.
        columns += [written([*(wide[year] * factor), float(wide[year].sum()) * factor], 6) for year in years]
    names = [*(name_of(name) for name in classes), name_of("total")]
    header = [column_title("land_class"), *(str(year) for year in (*years, *years))]
    note = tr("Stored carbon is a stock accumulated over a long time, not a yearly uptake.")
    yield PaperTable(
        tr("Area and stored carbon by land class"), header, _rows(names, columns), [note], groups, totals=1
    )


def _balance(tables: Tables) -> Iterator[PaperTable]:
    if "balance" not in tables:
        return
    table = tables["balance"]
    of_mode = columns_in(table)
    supply = of_mode.supply
    unit, yearly = (mark("t C") if of_mode == balance_columns("stock") else mark("t C/yr")), mark("t C/yr")
    header, columns = [column_title("year")], []
    for name, basis in ((supply, unit), (of_mode.demand, yearly), (of_mode.balance, unit)):
        factor, told = _scale(table[name].tolist(), basis)
        header.append(_under(column_of(name, "balance").title, told))
        columns.append(written((table[name] * factor).tolist(), 5))
    ratio = next(name for name in ("supply_per_demand", "supply_per_demand_yr") if name in table)
    for name in (ratio, "ratio_mean"):
        header.append(column_title(name, "balance"))
        columns.append(written(table[name].tolist()))
    header.append(_under(column_of("area_share_surplus").title, "%"))
    columns.append(written((100 * table["area_share_surplus"]).tolist()))
    meaning = tr("The balance is: {meaning}.", meaning=name_of(table["meaning"].iloc[0]))
    norm = tr("Norm of the supply-demand ratio: {norm}.", norm=name_of(table["ratio_norm"].iloc[0]))
    rows = _rows([str(year) for year in table["year"]], columns)
    yield PaperTable(tr("Carbon supply, demand and balance by year"), header, rows, [meaning, norm])


def _transitions(tables: Tables) -> Iterator[PaperTable]:
    """Transition matrix of each period: classes of the first year down, of the last year across."""
    if "transitions" not in tables:
        return
    for (first, last), part in tables["transitions"].groupby(["from_year", "to_year"], sort=False):
        classes = _once(part, "from_class")
        wide = part.pivot_table(index="from_class", columns="to_class", values="area_km2", aggfunc="sum")
        wide = wide.loc[classes, classes]
        names = [name_of(name) for name in classes]
        digits = written([*wide.to_numpy().ravel(), float(wide.to_numpy().sum())], 6)
        decimals = len(digits[-1].rpartition(".")[2]) if "." in digits[-1] else 0
        whole = pd.concat([wide, wide.sum().to_frame("total").T])
        whole["total"] = whole.sum(axis=1)
        cells = [[f"{value:,.{decimals}f}" for value in whole[column]] for column in whole]
        rows = _rows([*names, name_of("total")], cells)
        caption = tr("Land-use transition matrix, {first}–{last}, km²", first=first, last=last)
        method = name_of(part["method"].iloc[0])
        notes = [
            tr(
                "Rows: class in {first}; columns: class in {last}; land that both maps cover. Method: {method}.",
                first=first,
                last=last,
                method=method,
            )
        ]
        yield PaperTable(caption, [f"{first} \\ {last}", *names, name_of("total")], rows, notes, totals=1)


def _correlation(tables: Tables) -> Iterator[PaperTable]:
    """Matrix of each method: drivers down, variables and years across, stars by the modified test."""
    if "correlation" not in tables or "variable" not in tables["correlation"]:
        return
    for method, part in tables["correlation"].groupby("method", sort=False):
        order = ["supply", "demand", "supply_demand_ratio"]
        variables = [*(name for name in order if name in set(part["variable"]))]
        years, drivers = _once(part, "year"), _once(part, "driver")
        # Stars are of the support of the coarser map, and so is r, as in the report.
        on_support = part["r_support"].where(part["r_support"].notna(), part["r"]) if "r_support" in part else part["r"]
        held = {
            (row.driver, row.variable, row.year): starred(float(r), float(row.p))
            for row, r in zip(part.itertuples(), on_support, strict=True)
        }
        rows = [
            [name_of(driver), *(held.get((driver, name, year), "–") for name in variables for year in years)]
            for driver in drivers
        ]
        groups = [("", 1), *((cell_words(name, "variable"), len(years)) for name in variables)]
        header = [column_title("driver"), *(str(year) for _ in variables for year in years)]
        notes = [
            tr(
                "** p < 0.01, * p < 0.05 by the modified t-test, which allows for cells that are alike because they are near."
            ),
            _supports(part),
        ]
        caption = tr(
            "Correlation of supply, demand and their ratio with the drivers ({method})", method=name_of(method)
        )
        yield PaperTable(caption, header, rows, notes, groups)


def _supports(part: pd.DataFrame) -> str:
    """Number of cells, and the side of the coarser map that each test was made on."""
    sides = part.groupby("driver", sort=False)["support_km"].max()
    sides_of_drivers = listed(
        tr("{driver} {side} km", driver=name_of(driver), side=f"{side:.3g}") for driver, side in sides.items()
    )
    return tr(
        "n = {n:,} cells. Side of the coarser map of each test: {sides}.",
        n=int(part["n"].max()),
        sides=sides_of_drivers,
    )


def starred(r: float, p: float) -> str:
    """Correlation with its stars.

    Examples
    --------
    >>> starred(-0.5, 0.02), starred(0.5, 0.001), starred(0.5, 0.3)
    ('−0.500*', '0.500**', '0.500')
    """
    if not math.isfinite(r):
        return "–"
    stars = "**" if p < 0.01 else "*" if p < 0.05 else ""
    return f"{r:.3f}".replace("-", "−") + stars


def _emissions(tables: Tables) -> Iterator[PaperTable]:
    """Emissions by sector and by fuel, years beside each other."""
    if "emissions" not in tables:
        return
    table = tables["emissions"]
    captions = (
        ("sector", tr("Carbon dioxide emissions by sector")),
        ("fuel", tr("Carbon dioxide emissions by fuel")),
    )
    for column, caption in captions:
        if column not in table or table[column].eq("").all():
            continue
        wide = table.pivot_table(index=column, columns="year", values="emissions_t_co2", aggfunc="sum").fillna(0.0)
        wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
        factor, unit = _scale(wide.sum().tolist(), mark("t CO₂"))
        columns = [written([*(wide[year] * factor), float(wide[year].sum()) * factor], 5) for year in wide]
        columns += [
            written([*(100 * wide[year] / wide[year].sum()), 100.0], 4) if wide[year].sum() else ["–"] * (len(wide) + 1)
            for year in wide
        ]
        names = [*(cell_words(name, column) or tr("not named") for name in wide.index), name_of("total")]
        years = [str(year) for year in wide]
        groups = [("", 1), (_under(column_of("emissions_t_co2").title, unit), len(years)), (tr("share, %"), len(years))]
        yield PaperTable(caption, [column_title(column), *years, *years], _rows(names, columns), (), groups, totals=1)


def _zones(tables: Tables) -> Iterator[PaperTable]:
    """Balance of the zones of each layer in the last year; a layer of many zones is left to the workbook."""
    if "balance_by_zone" not in tables:
        return
    table = tables["balance_by_zone"]
    year = int(table["year"].max())
    of_mode = columns_in(table)
    supply = of_mode.supply
    unit = mark("t C") if of_mode == balance_columns("stock") else mark("t C/yr")
    amounts = ((supply, unit), (of_mode.demand, mark("t C/yr")), (of_mode.balance, unit))
    for layer, part in table[table["year"] == year].groupby("zone_layer", sort=False):
        if len(part) > MOST_ZONES:
            continue
        header = [column_title("zone_name"), column_title("area_km2")]
        columns = [written(part["area_km2"].tolist())]
        for name, basis in amounts:
            factor, told = _scale(part[name].tolist(), basis)
            header.append(_under(column_of(name, "balance_by_zone").title, told))
            columns.append(written((part[name] * factor).tolist()))
        for name in _COEFFICIENTS:
            if name not in part:
                continue
            header.append(column_title(name, "balance_by_zone"))
            columns.append(written(part[name].tolist()))
        caption = tr(
            "Carbon supply, demand and balance by zone ({layer}), {year}",
            layer=cell_words(layer, "zone_layer"),
            year=year,
        )
        names = [cell_words(name, "zone_name") for name in part["zone_name"]]
        yield PaperTable(caption, header, _rows(names, columns))


#: Supply over demand and the support coefficient, of flows and of a stock.
_COEFFICIENTS = (
    "supply_per_demand",
    "ecological_support_coefficient",
    "supply_per_demand_yr",
    "storage_support_coefficient",
)


def _once(table: pd.DataFrame, column: str) -> list[str]:
    return list(dict.fromkeys(table[column]))
