"""Records of runs and plans as JSON that every reader takes: written and read here alone; what is no finite number is null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from tanheng.errors import InputError
from tanheng.language import Message, language, message_of, tr, worded
from tanheng.plain_files import written


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record as JSON in UTF-8.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    text = json.dumps(plain(record), ensure_ascii=False, indent=1, allow_nan=False)
    with written(path):
        path.write_text(text, encoding="utf-8")


def plain(value: object) -> object:
    """A value as JSON holds it.

    Examples
    --------
    >>> plain({"years": (2000, np.int64(2010)), "gap": float("nan"), "path": Path("a.tif")})
    {'years': [2000, 2010], 'gap': None, 'path': 'a.tif'}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


#: Version of the form of the records; files before it have none, and hold the same keys.
VERSION = 2


@dataclass(frozen=True)
class Record:
    """What every record holds: version of its form, software and versions, time, title, and note."""

    made: str
    title: str | Mapping[str, str]
    note: str
    borrowed_years: Sequence[Mapping[str, object]]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    version: int = field(default=VERSION, kw_only=True)
    software: str = field(default="tanheng", kw_only=True)

    def as_data(self) -> dict[str, Any]:
        """Record by its keys, as JSON holds it."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def write(self, path: Path) -> None:
        """Write the record as JSON.

        Raises
        ------
        OutputError
            The file can't be written.
        """
        write_record(path, self.as_data())

    @classmethod
    def read(cls, path: Path) -> Self:
        """A record from its file; keys that former versions did not have are as if nothing were there.

        Raises
        ------
        InputError
            The file is missing, no JSON, no record of this kind, or of a newer version.
        """
        return cls.of(_json(path), str(path))

    @classmethod
    def of(cls, data: object, name: str) -> Self:
        """A record from the data of its file.

        Raises
        ------
        InputError
            The data are no record of this kind, or of a newer version.
        """
        if (
            not isinstance(data, dict)
            or not isinstance(data.get("settings"), dict)
            or not isinstance(data.get("versions"), dict)
        ):
            raise InputError(
                tr("{path}: not the record of a study run; only results of 'tanheng run' can be compared", path=name)
            )
        version = data.get("version", 1)
        if not isinstance(version, int) or version > VERSION:
            raise InputError(tr("{path}: was made by a newer version of tanheng; update it to read this", path=name))
        known = {item.name: item for item in fields(cls)}
        missing = [
            key
            for key, item in known.items()
            if key not in data and item.default is MISSING and item.default_factory is MISSING and key not in _LATER
        ]
        if missing:
            raise InputError(tr("{path}: lacks '{key}'; is the file whole?", path=name, key=missing[0]))
        texts = data.get("title", "")
        title = {"": texts, "zh": data["title_zh"]} if data.get("title_zh") and isinstance(texts, str) else texts
        given = {key: data[key] for key in known if key in data} | {"title": title, "version": version}
        return cls(**{key: _LATER[key] for key in known if key in _LATER and key not in given} | given)


@dataclass(frozen=True)
class RunRecord(Record):
    """Record of a run: ``run.json``.

    Attributes
    ----------
    messages : sequence of mapping
        Texts of the record with the template and the values they are made of, so that they can be said in another language.
    """

    language: str
    grid: Mapping[str, object]
    classes: Sequence[str]
    legend: Mapping[str, str]
    carbon_density: Sequence[str]
    emission_factors: Mapping[str, str] | None
    balance_mode: str
    balance_meaning: str
    inputs: Sequence[Mapping[str, Any]]
    checks: Sequence[Mapping[str, Any]]
    warnings: Sequence[str]
    left_out: Sequence[str]
    timings_s: Mapping[str, float]
    peak_mb: Mapping[str, float] = field(default_factory=dict)
    warnings_by_action: Mapping[str, Sequence[str]] = field(default_factory=dict)
    messages: Sequence[object] = ()

    def in_language(self) -> Self:
        """The same record with its texts in the language that is spoken; a text without its template stays as it is."""
        messages = [message_of(data) for data in self.messages]
        again = {str(message): _said_again(message) for message in messages}
        return replace(
            self,
            language=language(),
            note=worded(self.settings["outputs"]["note"]),
            checks=[{**check, "meaning": again.get(str(check["meaning"]), check["meaning"])} for check in self.checks],
            warnings=[again.get(text, text) for text in self.warnings],
            warnings_by_action={
                again.get(action, action): [again.get(text, text) for text in texts]
                for action, texts in self.warnings_by_action.items()
            },
            left_out=[again.get(text, text) for text in self.left_out],
        )


def _said_again(message: Message) -> str:
    """A message in the language that is spoken; as it was where a value is none that its template can show."""
    try:
        return message.again()
    except (TypeError, ValueError, KeyError):
        return str(message)


@dataclass(frozen=True)
class PlanRecord(Record):
    """Record of a plan: ``plan.json``."""

    year: int
    horizon_years: float
    stock_today_t_c: float
    gain_t_c: float
    gain_half_width_t_c: float | None
    goal: float
    bound: float
    gap: float
    relative_gap: float | None
    converted_km2: float
    groups: int
    columns: int
    stability: Mapping[str, float] | None
    notes: Sequence[str]


@dataclass(frozen=True)
class SimulationRecord(Record):
    """Record of a simulation of land use: ``run.json`` of its folder.

    Attributes
    ----------
    held_out : str
        What the scored model had not seen: ``dates``, ``blocks``, or nothing (``training``).
    below_null : sequence of int
        Sides of blocks, cells, at which its figure of merit is not above that of random change with the same demand.
    null_resolution : int, optional
        Side of the blocks from which on it errs in fewer cells than a map on which nothing changes.
    """

    years: Sequence[int]
    classes: Sequence[str]
    cell_km2: float
    drivers: Sequence[str]
    scenarios: Sequence[str]
    model: str
    learned_from: Sequence[int]
    held_out: str
    scored_from: Sequence[int]
    scored_on: Sequence[int]
    below_null: Sequence[int]
    null_resolution: int | None
    inputs: Sequence[Mapping[str, Any]]
    warnings: Sequence[str]
    timings_s: Mapping[str, float]
    reconstructed: bool = False


#: Keys that records of version 1 may lack, and what stands for them.
_LATER: Mapping[str, Any] = {
    "borrowed_years": (),
    "note": "",
    "language": "",
    "gain_half_width_t_c": None,
    "warnings_by_action": {},
}


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            tr("{path}: there is no such file; name the folder that 'tanheng run' wrote", path=path)
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(tr("{path}: can't be read ({reason})", path=path, reason=error)) from error
