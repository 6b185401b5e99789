"""The report: one HTML file that opens offline."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from tanheng.errors import OutputError
from tanheng.report.workbook import MEANINGS
from tanheng.units import CO2_PER_C

_MOST_ROWS = 400


def write_report(
    path: Path,
    record: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    pictures: Sequence[Path],
    folder: Path,
) -> None:
    """Write the report of a run.

    Parameters
    ----------
    record : mapping
        What goes into run.json.
    tables : mapping of str to pandas.DataFrame
    pictures : sequence of Path
        Maps, embedded into the page.
    folder : Path
        Folder of the results, which pictures are named relative to.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = environment.from_string(
        (resources.files("tanheng.report") / "report.html.jinja").read_text(encoding="utf-8")
    )
    text = template.render(
        record=record,
        figures=_main_figures(record, tables),
        stock=_pivot(tables["stock_by_class"], "land_class", "year", "stock_t_c"),
        area=_pivot(tables["stock_by_class"], "land_class", "year", "area_km2"),
        tables=[
            (name, MEANINGS.get(name, ""), _table(table), len(table) > _MOST_ROWS) for name, table in tables.items()
        ],
        correlation=_correlation(tables),
        pictures=_by_theme(pictures, folder),
    )
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: can't be written ({error.strerror}); is the disk full?") from error


def _main_figures(record: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Sentences with the main figures, each read off the tables."""
    stocks = tables["stock_by_class"].groupby("year")["stock_t_c"].sum()
    areas = tables["stock_by_class"].groupby("year")["area_km2"].sum()
    years = list(stocks.index)
    first = (
        f"In {years[-1]} the land of the region ({areas.iloc[-1]:,.0f} km² with data) stores "
        f"{stocks.iloc[-1] / 1e6:,.2f} Mt of carbon. This is a stock, what has gathered over a long time, "
        "and not a yearly uptake."
    )
    note = [str(record["note"])] if record["note"] else []
    changes = [_change_sentence(row) for row in tables["change"].itertuples()] if "change" in tables else []
    balances = [_balance_sentence(row) for row in tables["balance"].itertuples()] if "balance" in tables else []
    return [*note, first, *changes, *balances]


def _change_sentence(row: Any) -> str:  # noqa: ANN401  a row of pandas
    verb = "gained" if row.stock_change_t_c >= 0 else "lost"
    return (
        f"From {row.from_year} to {row.to_year} it {verb} {abs(row.stock_change_t_c) / 1e6:,.3f} Mt C by change of land "
        f"use ({abs(row.stock_change_t_c_per_yr) / 1e6:,.4f} Mt C a year), on the {row.common_area_km2:,.0f} km² that "
        "both maps cover."
    )


def _balance_sentence(row: Any) -> str:  # noqa: ANN401  a row of pandas
    return (
        f"In {row.year} the emissions counted are {row.emissions_t_c / 1e6:,.2f} Mt C "
        f"({row.emissions_t_c * CO2_PER_C / 1e6:,.1f} Mt CO₂), spread by population; "
        f"{100 * row.area_share_surplus:.1f} % of the area has a positive balance. Here the balance is: {row.meaning}."
    )


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return html.escape(str(value))
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    if abs(value) >= 1e5:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4g}"


def _table(table: pd.DataFrame) -> str:
    head = "".join(f"<th scope=col>{html.escape(str(column))}</th>" for column in table.columns)
    rows = []
    for values in table.head(_MOST_ROWS).itertuples(index=False):
        cells = "".join(f"<td{'' if isinstance(value, str) else ' class=n'}>{_number(value)}</td>" for value in values)
        rows.append(f"<tr>{cells}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _pivot(table: pd.DataFrame, index: str, columns: str, values: str) -> str:
    order = list(dict.fromkeys(table[index]))
    wide = table.pivot_table(index=index, columns=columns, values=values, aggfunc="sum").loc[order]
    wide.loc["total"] = wide.sum()
    wide = wide.reset_index()
    wide.columns = [str(column) for column in wide.columns]
    return _table(wide)


def _correlation(tables: Mapping[str, pd.DataFrame]) -> str:
    """Matrix like the paper's Table 3: drivers down, variables and years across."""
    if "correlation" not in tables:
        return ""
    table = tables["correlation"].copy()
    names = {"supply_demand_ratio": "ratio"}
    table["column"] = table["variable"].replace(names) + " " + table["year"].astype(str)
    columns = list(dict.fromkeys(table.sort_values(["variable", "year"], key=_variable_order)["column"]))
    coarsest = table.groupby("driver")["support_km"].transform("max").round(1).astype(str)
    table["driver"] += " (" + coarsest + " km)"
    rows = list(dict.fromkeys(table["driver"]))
    wide = table.pivot(index="driver", columns="column", values="r").loc[rows, columns]  # noqa: PD010  no aggregation
    return _table(wide.round(3).reset_index().rename(columns={"driver": "driver (support)"}))


def _variable_order(column: pd.Series) -> pd.Series:
    order = {"supply": 0, "demand": 1, "supply_demand_ratio": 2}
    return column.map(order) if column.name == "variable" else column


def _by_theme(pictures: Sequence[Path], folder: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    """Pictures as data addresses with their captions, grouped by theme."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for path in pictures:
        theme, year = path.stem.rsplit("_", 1)
        data = base64.b64encode((folder / "maps" / path.name).read_bytes()).decode("ascii")
        groups.setdefault(theme.replace("_", " "), []).append(
            (f"{theme.replace('_', ' ')}, {year}", f"data:image/png;base64,{data}")
        )
    return list(groups.items())
