"""Open a report in the browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from tanheng.errors import InputError
from tanheng.language import tr


def report_of(results: Path) -> Path:
    """Report in a folder of results, or the page itself.

    Raises
    ------
    InputError
        There is none.
    """
    page = results if results.suffix == ".html" else results / "report.html"
    if page.is_file():
        return page.absolute()
    if (results / "study.toml").is_file() or results.suffix == ".toml":
        raise InputError(tr("{path}: is a study; name the folder of its results, as results", path=results))
    raise InputError(tr("{path}: there is no such report; 'tanheng run STUDY' makes one", path=page))


def open_report(results: Path) -> Path:
    """Open the report of a folder of results in the browser; returns the page."""
    page = report_of(results)
    webbrowser.open(page.as_uri())
    return page
