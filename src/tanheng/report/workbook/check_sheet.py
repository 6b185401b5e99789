"""Sheet of the cross-checks: each law with its two figures, their difference, the limit, and whether it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tanheng.language import tr
from tanheng.report.workbook.crosschecks import LIMIT, Check
from tanheng.report.workbook.table_sheets import HEAD, Styles, for_print

#: What stands beside a law that holds, in every language.
OK = "OK"

_WIDTHS = (62, 26, 22, 22, 16, 10, 12)


def write_checks(book: Any, styles: Styles, name: str, checks: Sequence[Check], contents: str) -> None:  # noqa: ANN401
    """Write the sheet of the checks.

    Parameters
    ----------
    name : str
        Name of the sheet.
    contents : str
        Name of the sheet that the link at its head leads to.
    """
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, tr("Cross-checks between the sheets"), styles.title)
    sheet.write_string(
        1,
        0,
        tr(
            "Each row is a formula over the other sheets: it is worked out anew when a figure changes. The difference is a share of the "
            "larger figure, or of the size of what is compared."
        ),
    )
    sheet.write_url(2, 0, f"internal:'{contents}'!A1", styles.link, string=contents)
    sheet.write_string(
        3,
        0,
        tr(
            "The limit is what rounding may leave when numbers of 16 digits are summed in another order; a figure that was changed differs "
            "by more."
        ),
        styles.pale,
    )
    titles = [
        tr("law"),
        tr("of what"),
        tr("first figure"),
        tr("second figure"),
        tr("difference"),
        tr("limit"),
        tr("state"),
    ]
    for column, (title, width) in enumerate(zip(titles, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(HEAD - 1, column, title, styles.head)
    for_print(sheet)
    sheet.freeze_panes(HEAD, 0)
    sheet.autofilter(HEAD - 1, 0, HEAD - 1 + max(len(checks), 1), len(titles) - 1)
    for row, check in enumerate(checks, start=HEAD):
        _write_row(sheet, styles, row, check)
    good = styles.of(font_color="#1e6b34", bg_color="#dff0df")
    bad = styles.of(font_color="#ffffff", bg_color="#b03a2e", bold=True)
    place = (HEAD, 6, HEAD + max(len(checks), 1) - 1, 6)
    sheet.conditional_format(*place, {"type": "cell", "criteria": "==", "value": f'"{OK}"', "format": good})
    sheet.conditional_format(*place, {"type": "cell", "criteria": "!=", "value": f'"{OK}"', "format": bad})


def _write_row(sheet: Any, styles: Styles, row: int, check: Check) -> None:  # noqa: ANN401
    line = row + 1
    sheet.write_string(row, 0, check.law)
    sheet.write_string(row, 1, check.of)
    figure = styles.of(num_format="#,##0.00##")
    sheet.write_formula(row, 2, f"={check.one.text()}", figure, check.figures[0])
    sheet.write_formula(row, 3, f"={check.other.text()}", figure, check.figures[1])
    difference = f"=ABS(C{line}-D{line})/MAX(ABS(C{line}),ABS(D{line}),ABS({check.size.text()}),1E-300)"
    small = styles.of(num_format="0.0E+00")
    sheet.write_formula(row, 4, difference, small, check.difference)
    sheet.write_number(row, 5, LIMIT, small)
    verdict = OK if check.holds else fault()
    sheet.write_formula(row, 6, f'=IF(E{line}<=F{line},"{OK}","{fault()}")', styles.of(bold=True), verdict)


def fault() -> str:
    """What stands beside a law that does not hold."""
    return tr("DIFFERS")


def write_state(sheet: Any, styles: Styles, row: int, name: str, checks: Sequence[Check]) -> None:  # noqa: ANN401
    """Write how the checks stand, as a formula, into a cell of another sheet."""
    kept = sum(check.holds for check in checks)
    good = tr("All {count} cross-checks between the sheets are OK", count=len(checks))
    bad = tr("Some cross-checks between the sheets differ: see the sheet '{sheet}'", sheet=name)
    cells = f"'{name}'!$G${HEAD + 1}:$G${HEAD + len(checks)}"
    formula = f'=IF(COUNTIF({cells},"{OK}")={len(checks)},"{good}","{bad}")'
    shown = good if kept == len(checks) else bad
    sheet.write_formula(row, 0, formula, styles.of(bold=True), shown)
    wrong = styles.of(font_color="#ffffff", bg_color="#b03a2e", bold=True)
    sheet.conditional_format(row, 0, row, 0, {"type": "cell", "criteria": "==", "value": f'"{bad}"', "format": wrong})
