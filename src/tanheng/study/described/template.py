"""A commented study file to fill in, in every language, from the descriptions of the fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tanheng.factors.catalogue import names
from tanheng.language import LANGUAGES, listed, mark, speaking, text_width, tr
from tanheng.study.described.field import Field
from tanheng.study.described.schema import field_of
from tanheng.study.editing import toml_item
from tanheng.study.model import Study
from tanheng.study.parts import Part


@dataclass(frozen=True)
class Section:
    """A table of the study file as the template shows it.

    Attributes
    ----------
    key : str
        Of the study; empty for what stands at its top.
    fields : tuple of str
        In this order.
    set : tuple of str
        Fields that are set; the others are there to be switched on.
    header : str
        Header of the table, where it is not the key itself.
    """

    key: str
    fields: tuple[str, ...]
    set: tuple[str, ...] = ()
    header: str = ""


#: What the template shows, from what every study needs to what few do.
OUTLINE = (
    Section("", ("title", "years", "language", "authors", "license"), ("title", "years")),
    Section("region", ("boundary",)),
    Section("zones", ("file", "id", "name"), header="zones.county"),
    Section("grid", ("resolution",), ("resolution",)),
    Section("land_cover", ("legend", "maps", "nodata", "codes"), ("legend", "maps")),
    Section("carbon_density", ("table", "uncertainty", "correlation", "within_class"), ("table",)),
    Section("emissions", ("activity", "factors", "zones")),
    Section("population", ("kind", "maps")),
    Section("demand", ("form", "without_weight", "weights")),
    Section("drivers", ("map", "units"), header="drivers.elevation"),
    Section("balance", ("mode", "norm")),
    Section("flows", ("biomass_years",)),
    Section("decomposition", ("table", "prices")),
    Section("value", ("price", "price_per", "currency", "discount_rate_percent")),
    Section("analysis", ("correlation", "geodetector")),
    Section("plan", ("limits",)),
    Section("simulate", ("to",)),
    Section("maps", ("formats", "breaks", "labels", "approval")),
    Section("outputs", ("folder", "pixel_maps", "docx", "note"), ("folder",)),
)

#: Parts of the study whose tables have names of the user's own.
_NAMED = {"zones", "drivers"}

_FIRST = mark("A tanheng study. Paths start at this file's folder. Take the # away from a setting to use it.")
_OPTIONAL = mark("Everything below is optional. Without emissions this is a study of stocks, as InVEST does it.")

#: Width of a line of comment, in Latin letters.
_WIDTH = 120


def study_template() -> str:
    """A study file to fill in: what every study needs is set, the rest is there to be switched on.

    Examples
    --------
    >>> print(study_template().splitlines()[0])
    # A tanheng study. Paths start at this file's folder. Take the # away from a setting to use it.
    """
    lines = list(_said(_FIRST))
    for section in OUTLINE:
        if section.key == "emissions":
            lines += ["", *_said(_OPTIONAL)]
        lines += ["", *_section(section)]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> Iterator[str]:
    part = _part(section.key)
    off = "" if section.set else "#"
    if section.key:
        yield from _said(field_of(Study, section.key).meaning)
        yield f"{off}[{section.header or section.key}]"
    for name in section.fields:
        field = field_of(part, name)
        yield from _comment(field)
        yield f"{'' if name in section.set else '#'}{name} = {toml_value(field.example)}"


def _part(key: str) -> type[Part]:
    """Part of the study that a key holds."""
    if not key:
        return Study
    kind = Study.model_fields[key].annotation
    choices = [kind, *getattr(kind, "__args__", ())]
    return next(one for one in choices if isinstance(one, type) and issubclass(one, Part))


def _comment(field: Field) -> Iterator[str]:
    """Comment on a field, a paragraph a language."""
    built_in = [name for kind in field.accepts if kind in _BUILT_IN for name in names(kind)]
    for code in LANGUAGES:
        with speaking(code):
            text = tr(field.meaning)
            unit = tr(" Unit: {unit}.", unit=field.unit) if field.unit else ""
            known = tr(" Built in: {names}.", names=listed(built_in)) if built_in else ""
        yield from _wrapped(f"{text}{unit}{known}")


#: Kinds of built-in tables.
_BUILT_IN = {"legends", "carbon_densities", "emission_factors", "uptake"}


def _said(template: str) -> Iterator[str]:
    for code in LANGUAGES:
        with speaking(code):
            yield from _wrapped(tr(template))


def _wrapped(text: str) -> Iterator[str]:
    """Lines of a comment; Chinese, which has no blanks, is broken between any two letters."""
    line = ""
    for word in re.findall(r"[!-~]+ ?|.", text):
        if text_width(line + word.rstrip()) > _WIDTH:
            yield f"# {line.rstrip()}"
            line = ""
        line += word
    yield f"# {line.rstrip()}"


def toml_value(value: Any) -> str:  # noqa: ANN401  whatever a study holds
    """A value as TOML on one line.

    Examples
    --------
    >>> toml_value({"2000": "a.tif"}), toml_value([{"class": "cropland", "at_least": 0.98}])
    ('{2000 = "a.tif"}', '[{class = "cropland", at_least = 0.98}]')
    """
    return str(toml_item(value).as_string())
