"""What a comparison of two runs is of, beside its page and tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from tanheng.io.results.record import write_record

#: File by which a folder is known as a comparison.
COMPARISON = "compare.json"

#: What is told of each run.
_TOLD = ("title", "made")


@dataclass(frozen=True)
class ComparisonRecord:
    """Two runs that were compared.

    Attributes
    ----------
    made : str
        When, in UTC.
    first, second : mapping
        Folder, title and time of each run.
    """

    made: str
    first: Mapping[str, Any]
    second: Mapping[str, Any]

    @classmethod
    def of(cls, made: str, *runs: tuple[Path, Mapping[str, Any]]) -> Self:
        """Record of a comparison of two runs, by their folders and records."""
        first, second = ({"folder": folder.name} | {key: record[key] for key in _TOLD} for folder, record in runs)
        return cls(made, first, second)

    def write(self, folder: Path) -> None:
        """Write the record into the folder of the comparison.

        Raises
        ------
        OutputError
            The file can't be written.
        """
        write_record(folder / COMPARISON, asdict(self))


def comparison_of(folder: Path) -> ComparisonRecord | None:
    """What a folder compares; none where it is not a comparison, or one of a former version."""
    try:
        data = json.loads((folder / COMPARISON).read_text(encoding="utf-8"))
        made, first, second = str(data["made"]), dict(data["first"]), dict(data["second"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return ComparisonRecord(made, first, second)
