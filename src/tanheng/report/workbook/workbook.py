"""All tables as one Excel workbook: contents, cross-checks, charts, and a sheet for each table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from tanheng.errors import OutputError
from tanheng.language import name_of, text_width, tr
from tanheng.report.style.times import local_time
from tanheng.report.words.titles import run_title
from tanheng.report.workbook.check_sheet import write_checks, write_state
from tanheng.report.workbook.crosschecks import Check, crosschecks
from tanheng.report.workbook.formulas import PlacedTable
from tanheng.report.workbook.native_charts import charts_of, write_chart_data, write_charts
from tanheng.report.workbook.table_sheets import Styles, placed, sheet_names, write_table
from tanheng.tables.titles import MEANINGS, table_meaning

__all__ = ["MEANINGS", "write_workbook"]

#: Letters on a line of what a table tells, in a column 104 wide.
_ACROSS = 112


def write_workbook(
    path: Path, tables: Mapping[str, pd.DataFrame], record: Mapping[str, Any], *, checked: bool = True
) -> None:
    """Write the workbook in the language that is spoken.

    Parameters
    ----------
    record : mapping
        Of what run.json holds: title, made, note, balance_mode, balance_meaning; what is missing is left out.
    checked : bool
        Whether tables are those of a run, which bear cross-checks and charts; those of a simulation hold scenarios beside each other.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    book = xlsxwriter.Workbook(
        path, {"nan_inf_to_errors": False, "strings_to_numbers": False, "strings_to_formulas": False}
    )
    styles = Styles(book, {})
    contents, checks_name, charts_name = tr("Contents"), tr("Checks"), tr("Charts")
    data_name = tr("Data of the charts")
    names = sheet_names(tables, (contents, checks_name, charts_name, data_name))
    laid = placed(tables, names)
    whole = {name: table for name, table in laid.items() if len(table.frame) == len(tables[name])}
    checks = crosschecks(whole) if checked else []
    charts = charts_of(laid) if checked else []
    beside = [(checks_name, tr("Cross-checks between the sheets, as live formulas"))] if checks else []
    beside += [(charts_name, tr("Charts of the main tables"))] if charts else []
    _write_contents(book, styles, contents, laid, record, beside, checks)
    if checks:
        write_checks(book, styles, checks_name, checks, contents)
    if charts:
        write_charts(book, styles, charts_name, data_name, charts, contents)
    for name, table in laid.items():
        write_table(book, styles, table, len(tables[name]), contents)
    if charts:
        write_chart_data(book, styles, data_name, charts, contents)
    try:
        book.close()
    except (FileCreateError, OSError) as error:
        raise OutputError(
            tr("{file}: can't be written ({error}); is it open in Excel, or the disk full?", file=path, error=error)
        ) from error


def _write_contents(
    book: Any,  # noqa: ANN401  xlsxwriter has no types
    styles: Styles,
    name: str,
    tables: Mapping[str, PlacedTable],
    record: Mapping[str, Any],
    beside: Sequence[tuple[str, str]],
    checks: Sequence[Check],
) -> None:
    """Write what the workbook is, how its checks stand, and a link to every sheet with what it tells."""
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate((34, 104, 10, 40)):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, run_title(record), styles.title)
    row = 1
    for line in _about(record):
        sheet.write_string(row, 0, line)
        row += 1
    if checks:
        write_state(sheet, styles, row, beside[0][0], checks)
        row += 1
    row += 1
    for column, title in enumerate((tr("sheet"), tr("contents"), tr("rows"), tr("file with the same figures"))):
        sheet.write_string(row, column, title, styles.head)
    link_style = styles.of(font_color="#0b5394", underline=1, valign="top")
    wrapped = styles.of(text_wrap=True, valign="top")
    for link, meaning in beside:
        row += 1
        sheet.write_url(row, 0, f"internal:'{link}'!A1", styles.link, string=link)
        sheet.write_string(row, 1, meaning, wrapped)
    for table in tables.values():
        row += 1
        sheet.set_row(row, 15 * math.ceil(text_width(table_meaning(table.name)) / _ACROSS) or 15)
        sheet.write_url(row, 0, f"internal:'{table.sheet}'!A1", link_style, string=table.sheet)
        sheet.write_string(row, 1, table_meaning(table.name), wrapped)
        sheet.write_number(row, 2, len(table.frame), styles.of(num_format="#,##0", valign="top"))
        sheet.write_string(
            row, 3, f"tables/{table.name}.csv", styles.of(font_color="#6b6b6b", font_size=9, valign="top")
        )


def _about(record: Mapping[str, Any]) -> list[str]:
    """Lines on when the run was made, what its balance is, and what its study notes."""
    lines = []
    if record.get("made"):
        lines.append(tr("Made {time} with tanheng", time=local_time(str(record["made"]))))
    if record.get("balance_meaning"):
        mode, meaning = name_of(record.get("balance_mode", "")), name_of(record["balance_meaning"])
        lines.append(tr("Mode of the balance: {mode}. The balance is: {meaning}", mode=mode, meaning=meaning))
    if record.get("note"):
        lines.append(tr("Note: {note}", note=record["note"]))
    lines.append(
        tr(
            "Figures are whole, as in the CSV files; formats only round what is shown. An empty cell is a missing value."
        )
    )
    return lines
