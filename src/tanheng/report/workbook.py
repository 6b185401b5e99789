"""All tables as one Excel workbook."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from tanheng.errors import OutputError

#: What each table tells, for the contents sheet and the report.
MEANINGS = {
    "stock_by_class": "Area and stored carbon by land class and year; t C is elemental carbon, a stock and not a yearly flow",
    "coverage": "Area of the region, and the part of it with land-cover data",
    "emissions": "Emissions as given or worked out from activity, with the factor set used",
    "stock_by_zone": "Area and stored carbon by zone; cells on a border belong to zones by area",
    "balance": "Supply, demand and balance by year; the column 'meaning' says what the balance is",
    "balance_by_zone": "Supply, demand and balance by zone",
    "transitions": "Area that went from one class to another between two years, and the stored carbon that this moved",
    "land_change": "Change and single dynamic degree of each class, on the land that both years cover",
    "change": "One row a period: change of the stock, and where stock and balance rose or fell",
    "correlation": "Correlation over cells, and its test on the coarser support, where effective_n independent observations would say as "
    "much; p_naive takes all cells as independent, which they are not",
    "emission_uncertainty": "95 % intervals: half-width by error propagation (approach 1), ends by Monte Carlo (approach 2); factors shared",
    "uncertainty_causes": "What each factor and activity alone would add to the uncertainty of the total",
    "emission_trend": "Change of the total since the first year, with its 95 % interval; factors are the same in both years",
    "emissions_by_gas": "Emissions by gas in their own mass, and as carbon dioxide equivalents of the set named in each row",
    "reference_approach": "Fuel supplied less non-energy use against fuel burnt: a check from above",
    "demand_allocation": "How the emissions of each sector and unit were spread, and that none were lost",
    "demand_difference": "Share of demand that another weight would place elsewhere",
    "certainty": "Share of the area whose balance has the same sign whatever the true figures within their 95 % intervals",
    "zone_inequality": "How unequally demand lies over supply among the zones of a layer",
    "zone_lorenz": "Lorenz curve of demand over supply among the zones of a layer",
    "geodetector": "Share q of variance between the strata of a driver, cut in the way with the largest q; p counts that search, against "
    "random maps as smooth",
    "geodetector_interaction": "q of two drivers together against each alone; the ecological test takes cells as independent",
    "geodetector_strata": "Strata of each driver, and the mean of the variable in them",
    "geodetector_risk": "Means of two strata by Welch's t-test, which takes cells as independent",
    "mismatch": "Quadrants of supply and demand, each high or low against the mean of the year",
    "mismatch_indices": "How far apart supply and demand are spread: 0 is alike",
    "lorenz": "Share of demand on the land with the least demand for its supply, up to a share of supply",
    "coupling_coordination": "Area by level of the coupling coordination degree, which hangs on the range of the values of all years",
    "autocorrelation": "Whether like lies by like; p_unrelated_maps allows for maps that are smooth, p_random_layout does not",
    "supply_demand_clusters": "Supply of a cell among the demand of its neighbours (bivariate local Moran's I), per whole cell",
    "balance_hot_spots": "Where change of the balance gathers (Getis-Ord Gi*), against the mean change",
    "balance_hot_spots_by_zone": "Part of each zone where the change of the balance stands out as worse or better than its mean",
}


def write_workbook(path: Path, tables: Mapping[str, pd.DataFrame], title: str) -> None:
    """Write one sheet a table, with a contents sheet before them.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    book = xlsxwriter.Workbook(path, {"nan_inf_to_errors": False, "strings_to_numbers": False})
    head = book.add_format({"bold": True, "bg_color": "#e8efe6", "bottom": 1, "text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "font_size": 14})
    contents = book.add_worksheet("contents")
    contents.set_column(0, 0, 22)
    contents.set_column(1, 1, 110)
    contents.write_string(0, 0, title, bold)
    for row, (name, table) in enumerate(tables.items(), start=2):
        contents.write_url(row, 0, f"internal:'{name}'!A1", string=name)
        contents.write_string(row, 1, MEANINGS.get(name, ""))
        _sheet(book, name, table, head)
    try:
        book.close()
    except (FileCreateError, OSError) as error:
        raise OutputError(f"{path}: can't be written ({error}); is it open in Excel, or the disk full?") from error


def _sheet(book: Any, name: str, table: pd.DataFrame, head: Any) -> None:  # noqa: ANN401  xlsxwriter has no types
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))
    formats = {text: book.add_format({"num_format": text}) for text in ("0", "#,##0.00", "0.0000", "0.00E+00")}
    for column, label in enumerate(table.columns):
        sheet.write_string(0, column, str(label), head)
        values = table[label].tolist()
        cell_format = formats[_number_format(str(label), values)]
        longest = max([len(str(label)) * 0.7, *(min(len(str(value)), 40) for value in values[:200])], default=8)
        sheet.set_column(column, column, max(9, min(40, longest + 2)))
        for row, value in enumerate(values, start=1):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None and not (isinstance(value, float) and not math.isfinite(value)):
                sheet.write_number(row, column, value, cell_format)


def _number_format(label: str, values: list[Any]) -> str:
    numbers = [abs(value) for value in values if isinstance(value, (int, float)) and math.isfinite(value)]
    if label == "year" or label.endswith("_year") or all(isinstance(value, int) for value in values):
        return "0"
    largest = max(numbers, default=0.0)
    if largest >= 10:
        return "#,##0.00"
    return "0.0000" if largest >= 1e-3 or largest == 0 else "0.00E+00"
