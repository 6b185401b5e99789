"""Templates of the app, and the page for a browser that has not been let in."""

from __future__ import annotations

from importlib import resources

from tanheng.language import tag
from tanheng.report.page.html import page_environment


def outside_page(message: str) -> str:
    """HTML that says why nothing is shown, in the language that is spoken."""
    return page_environment(packaged).get_template("outside.html.jinja").render(message=message, language=tag())


def packaged(name: str) -> str:
    """Text of a template of the app."""
    return (resources.files("tanheng.web.pages") / "templates" / name).read_text(encoding="utf-8")
