"""What a stage found: result tables, variables of the dataset, notes for the reader, and self-checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tanheng.errors import AlignmentError, SelfCheckError
from tanheng.language import listed, message_of, plain_message, tr

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True)
class SelfCheck:
    """A law that every run must meet, how far the run is from it, and how far it may be."""

    name: str
    meaning: str
    value: float
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the law holds."""
        return bool(np.isfinite(self.value)) and self.value <= self.limit


@dataclass(frozen=True)
class Found:
    """Tables and variables by name, notes and self-checks; two of them are joined by ``+``.

    Examples
    --------
    >>> both = Found(notes=("a",)) + Found(notes=("b",))
    >>> both.notes
    ('a', 'b')
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    variables: Mapping[str, xr.DataArray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    checks: tuple[SelfCheck, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Tables, notes and checks, as JSON holds them; there are no variables."""
        tables = {
            name: {
                "columns": {str(key): table[key].tolist() for key in table},
                "types": [str(of) for of in table.dtypes],
            }
            for name, table in self.tables.items()
        }
        return {
            "tables": tables,
            "notes": [plain_message(note) for note in self.notes],
            "checks": [asdict(check) for check in self.checks],
        }

    @staticmethod
    def of_data(data: Mapping[str, Any]) -> Found:
        """Tables, notes and checks from what JSON holds."""
        import pandas as pd

        tables = {}
        for name, held in data["tables"].items():
            types = dict(zip(held["columns"], held["types"], strict=True))
            tables[name] = pd.DataFrame(held["columns"]).astype(types)
        return Found(
            tables, {}, tuple(map(message_of, data["notes"])), tuple(SelfCheck(**check) for check in data["checks"])
        )

    def __add__(self, other: Found) -> Found:
        """Both together.

        Raises
        ------
        AlignmentError
            Both have a table or a variable of one name, and one would hide the other.
        """
        for one, two in ((self.tables, other.tables), (self.variables, other.variables)):
            twice = one.keys() & two.keys()
            if twice:
                raise AlignmentError(tr("two stages found {names}", names=listed(sorted(twice))))
        return Found(
            {**self.tables, **other.tables},
            {**self.variables, **other.variables},
            (*self.notes, *other.notes),
            (*self.checks, *other.checks),
        )


def refuse_failed(checks: Iterable[SelfCheck]) -> None:
    """Stop the run where a law does not hold.

    Raises
    ------
    SelfCheckError
        The laws that fail, with their figures.
    """
    failed = [check for check in checks if not check.holds]
    if failed:
        lines = [
            tr(
                "{name} is {value:.3g}, at most {limit:g} is allowed ({meaning})",
                name=check.name,
                value=check.value,
                limit=check.limit,
                meaning=check.meaning,
            )
            for check in failed
        ]
        raise SelfCheckError(
            tr("a self-check failed, so no results were written; please report this: ") + "; ".join(lines)
        )
