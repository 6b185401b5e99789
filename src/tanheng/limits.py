"""Limits on what is read and asked for: each in one row, with what it guards, and an environment variable that moves it.

``TANHENG_TABLE_COLUMNS=5000`` sets the limit ``table_columns``. docs/limits.md is written from here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from tanheng.errors import InputError
from tanheng.language import mark, tr


@dataclass(frozen=True)
class Limit:
    """A limit: its default, and what it guards."""

    name: str
    default: float
    meaning: str

    @property
    def variable(self) -> str:
        """Environment variable that moves it."""
        return f"TANHENG_{self.name.upper()}"

    @property
    def value(self) -> float:
        """The limit as it holds now.

        Raises
        ------
        InputError
            The variable holds no positive number.
        """
        given = os.environ.get(self.variable)
        if given is None:
            return self.default
        try:
            value = float(given)
        except ValueError:
            value = -1.0
        if not value > 0:
            raise InputError(
                tr("{variable} is '{given}'; a number above zero was expected", variable=self.variable, given=given)
            )
        return value


_ALL = (
    Limit("table_bytes", 1e9, mark("bytes of a table, a study file or a parameter set")),
    Limit("table_columns", 1000, mark("columns of a table")),
    Limit("field_characters", 100_000, mark("characters in one cell of a table")),
    Limit("number", 1e18, mark("absolute value of any number in a study or a table")),
    Limit("unit_characters", 60, mark("characters of a unit")),
    Limit("raster_pixels", 1e12, mark("pixels of a raster")),
    Limit("grid_cells", 200e6, mark("cells of the analysis grid")),
    Limit("message_characters", 2000, mark("characters of a message")),
    Limit("permutations", 999_999, mark("permutations of a test")),
    Limit("draws", 100_000, mark("draws of a simulation, and random maps")),
    Limit("upload_bytes", 20e9, mark("bytes of a file that is dropped on the app")),
    Limit("cluster_seconds", 30, mark("seconds to wait for the workers of a cluster")),
)

#: By name.
LIMITS: Mapping[str, Limit] = {item.name: item for item in _ALL}


def limit(name: str) -> float:
    """A limit as it holds now.

    Examples
    --------
    >>> limit("table_columns")
    1000
    """
    return LIMITS[name].value


def more_than(name: str, value: float) -> str:
    """End of a message on something beyond a limit: what is allowed, and how to move it."""
    one = LIMITS[name]
    return tr(
        "{value:,.15g}; the limit is {most:,.15g} (raise it with {variable})",
        value=value,
        most=one.value,
        variable=one.variable,
    )
