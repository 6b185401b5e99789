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
from tanheng.report.words import detector_sentences, main_figures, mismatch_paragraph
from tanheng.report.workbook import MEANINGS

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
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FunctionLoader(_template),
    )
    text = environment.get_template("report.html.jinja").render(
        record=record,
        figures=main_figures(str(record["note"]), tables),
        mismatch=mismatch_paragraph(tables),
        detector=detector_sentences(tables),
        stock=_pivot(tables["stock_by_class"], "land_class", "year", "stock_t_c"),
        area=_pivot(tables["stock_by_class"], "land_class", "year", "area_km2"),
        tables=[
            (name, MEANINGS.get(name, ""), html_table(table), len(table) > _MOST_ROWS) for name, table in tables.items()
        ],
        correlation=_correlation(tables),
        pictures=_by_theme([path for path in pictures if path.stem not in CHARTS], folder),
        charts=[
            (CHARTS[path.stem], _data_address(folder / "maps" / path.name)) for path in pictures if path.stem in CHARTS
        ],
    )
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: can't be written ({error.strerror}); is the disk full?") from error


def _template(name: str) -> str:
    return (resources.files("tanheng.report") / name).read_text(encoding="utf-8")


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


def html_table(table: pd.DataFrame) -> str:
    """Table as HTML, the first rows of a long one."""
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
    return html_table(wide)


def _correlation(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Matrix like the paper's Table 3, one a method: drivers down, variables and years across, stars by the modified test."""
    if "correlation" not in tables:
        return []
    table = tables["correlation"]
    return [(str(method), _matrix(rows)) for method, rows in table.groupby("method", sort=False)]


def _matrix(rows: pd.DataFrame) -> str:
    table = rows.copy()
    table["column"] = table["variable"].replace({"supply_demand_ratio": "ratio"}) + " " + table["year"].astype(str)
    columns = list(dict.fromkeys(table.sort_values(["variable", "year"], key=_variable_order)["column"]))
    coarsest = table.groupby("driver")["support_km"].transform("max").round(1).astype(str)
    table["driver"] += " (" + coarsest + " km)"
    table["shown"] = [_starred(r, p) for r, p in zip(table["r"], table["p"], strict=True)]
    order = list(dict.fromkeys(table["driver"]))
    wide = table.pivot(index="driver", columns="column", values="shown").loc[order, columns]  # noqa: PD010  no aggregation
    return html_table(wide.reset_index().rename(columns={"driver": "driver (support)"}))


def _starred(r: float, p: float) -> str:
    if not math.isfinite(r):
        return "–"
    stars = "**" if p < 0.01 else "*" if p < 0.05 else ""
    return f"{r:.3f}".replace("-", "−") + stars


def _variable_order(column: pd.Series) -> pd.Series:
    order = {"supply": 0, "demand": 1, "supply_demand_ratio": 2}
    return column.map(order) if column.name == "variable" else column


#: Charts among the pictures, with their captions.
CHARTS = {"emission_uncertainty": "What makes the emissions of the last year uncertain"}


def _data_address(path: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _by_theme(pictures: Sequence[Path], folder: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    """Pictures as data addresses with their captions, grouped by theme."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for path in pictures:
        theme, year = path.stem.rsplit("_", 1)
        data = _data_address(folder / "maps" / path.name)
        groups.setdefault(theme.replace("_", " "), []).append((f"{theme.replace('_', ' ')}, {year}", data))
    return list(groups.items())
