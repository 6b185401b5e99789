"""Open a report in the browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.plain_files import is_file, shown


def report_of(results: Path) -> Path:
    """Report in a folder of results, or the page itself.

    Raises
    ------
    InputError
        There is none.
    """
    page = results if results.suffix == ".html" else results / "report.html"
    if is_file(page):
        return page.absolute()
    if is_file(results / "study.toml") or results.suffix == ".toml":
        raise InputError(tr("{path}: is a study; name the folder of its results, as results", path=results))
    raise InputError(tr("{path}: there is no such report; 'tanheng run STUDY' makes one", path=shown(page)))


def open_report(results: Path) -> Path:
    """Open the report of a folder of results in the browser; returns the page."""
    page = report_of(results)
    webbrowser.open(page.as_uri())
    return page
