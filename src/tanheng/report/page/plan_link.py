"""Link from the report of a run to the plan that was made after it."""

from __future__ import annotations

from pathlib import Path

from tanheng.plain_files import written

_HIDDEN, _SHOWN = b'<li class="plan" hidden>', b'<li class="plan">'


def show_plan_link(report: Path) -> None:
    """Show the links to the plan that a report holds hidden; a report that is absent, or shows them, stays as it is.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    if not report.is_file():
        return
    with written(report):
        page = report.read_bytes()
        if _HIDDEN in page:
            new = report.with_name(f".{report.name}.new")
            new.write_bytes(page.replace(_HIDDEN, _SHOWN))
            new.replace(report)
