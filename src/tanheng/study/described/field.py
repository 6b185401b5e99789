"""A field of the study file in words: its title, what it means, an example, its unit, and what it may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tanheng.study.parts import Part


@dataclass(frozen=True)
class Field:
    """A field of the study file.

    Attributes
    ----------
    title, meaning : str
        Templates for `tanheng.language.tr`.
    example : object
        A value as JSON holds it, with years as text where they are keys.
    unit : str
        Of the number, or of what a file holds; empty where there is none.
    accepts : tuple of str
        What it may name: ``raster``, ``vector``, ``table`` or ``table:NAME`` (see `tanheng.tables.input_tables`), ``column`` of a vector
        file, ``class``, ``zone layer``, ``driver``, or a kind of built-in table.
    """

    title: str
    meaning: str
    example: object
    unit: str = ""
    accepts: tuple[str, ...] = ()


#: Fields by the part of the study file that they belong to.
Fields = Mapping[type[Part], Mapping[str, Field]]
