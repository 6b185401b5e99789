"""A study as the form shows it: its text, its entries, and what is wrong with them."""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tanheng.errors import InputError, OutputError, Problem, StudyError, TanhengError
from tanheng.inputs.problems import Problems
from tanheng.language import tr
from tanheng.plain_files import small_file, written
from tanheng.reach import confined_to
from tanheng.study import parse_study
from tanheng.study.described.template import toml_value
from tanheng.study.editing import Place, study_data, with_entry
from tanheng.web.home import Home
from tanheng.web.studies.found import study_found

#: Mark that some programs write at the start of a file in UTF-8.
BOM = "\ufeff"


@dataclass(frozen=True)
class StudyState:
    """A study file and how it stands.

    Attributes
    ----------
    name, text, title : str
    version : str
        Of the text: an edit names the one that it was made on.
    entries : mapping
        The file as data.
    fault : str
        Why the text can't be read as TOML; empty where it can.
    problems : sequence of mapping
        As `tanheng.errors.Problem.as_data` has them.
    results : mapping
        Folder of its results, when they were made, and what has changed since.
    """

    name: str
    text: str
    version: str
    title: str = ""
    entries: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    problems: list[dict[str, object]] = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """State as JSON takes it: dates and the like as text."""
        held: dict[str, Any] = json.loads(json.dumps(_finite(asdict(self)), default=str))
        return held | {"written": dict(_written(self.entries, ()))}


@dataclass(frozen=True)
class StudyCheck:
    """What a look at the inputs of a study found: problems, warnings, and what its run would take."""

    version: str
    problems: list[dict[str, object]] = field(default_factory=list)
    warnings: list[dict[str, object]] = field(default_factory=list)
    estimate: dict[str, float] = field(default_factory=dict)


def state_of(home: Home, name: str) -> StudyState:
    """A study as it stands, by its file alone: its inputs are not opened.

    Raises
    ------
    InputError
        There is no such file, or it is no text.
    """
    path = study_path(home, name)
    text = _read(path)
    version = _version(text)
    try:
        entries = study_data(text.removeprefix(BOM))
    except InputError as error:
        return StudyState(name, text, version, name, fault=str(error))
    try:
        study = parse_study(entries, path.name)
    except StudyError as error:
        return StudyState(name, text, version, name, entries, problems=_problems(error, path.name))
    found = asdict(study_found(home, path, study))
    results = {key: found[key] for key in ("results", "made", "changes")}
    return StudyState(name, text, version, study.told_title, entries, results=results)


def edited(home: Home, name: str, version: str, changes: list[tuple[Place, object]]) -> StudyState:
    """A study after entries of it are set (or taken out, where the value is None); the file is written whole.

    Raises
    ------
    InputError
        The file was changed by somebody else since that version, or an entry can't be set.
    OutputError
        It can't be written.
    """
    path = study_path(home, name)
    with _writing:
        text = _read(path)
        _refuse_other(text, version)
        for place, value in changes:
            text = text[: text.startswith(BOM)] + with_entry(text.removeprefix(BOM), place, value)
        write_text(path, text)
    return state_of(home, name)


def replaced(home: Home, name: str, version: str, text: str) -> StudyState:
    """A study whose text is another one, as somebody wrote it by hand.

    Raises
    ------
    InputError
        The file was changed by somebody else since that version.
    OutputError
        It can't be written.
    """
    path = study_path(home, name)
    with _writing:
        before = _read(path)
        _refuse_other(before, version)
        plain = text.replace("\r\n", "\n")
        write_text(path, plain.replace("\n", "\r\n") if "\r\n" in before else plain)
    return state_of(home, name)


#: One change of a file at a time: each is made on what the one before has left.
_writing = threading.Lock()


def checked(home: Home, name: str) -> StudyCheck:
    """Problems and warnings of a study with its inputs opened, and what its run would take."""
    from tanheng.inputs.plan import open_plan
    from tanheng.inputs.study_inputs import open_inputs
    from tanheng.io.rasters import files_open
    from tanheng.pipeline.estimate import estimate

    path = study_path(home, name)
    text = _read(path)
    version = _version(text)
    entries: dict[str, Any] = {}
    with confined_to(home.roots), files_open():
        try:
            entries = study_data(text.removeprefix(BOM))
            study = parse_study(entries, path.name)
            inputs = open_inputs(study, path.parent)
            problems = Problems()
            if study.plan is not None:
                problems.attempt(open_plan, inputs)
            needs = estimate(inputs)
            problems.add(*needs.problems(inputs.output))
            problems.stop_if_any()
        except TanhengError as error:
            return StudyCheck(version, [_narrowed(one, entries, path.parent) for one in _problems(error, path.name)])
    took = {"memory": needs.memory, "disk": needs.disk, "seconds": needs.seconds, "cells": float(inputs.grid.size)}
    return StudyCheck(version, [], [_as_data(text) for text in inputs.warnings], took)


def study_path(home: Home, name: str) -> Path:
    """Path of a study file of the app.

    Raises
    ------
    InputError
        It is no study file of the app.
    """
    path = home.place(name)
    if path.suffix.lower() != ".toml" or not path.is_file():
        raise InputError(tr("{path}: is not a study file", path=name))
    return path


def write_text(path: Path, text: str) -> None:
    """Write a text whole or not at all.

    Raises
    ------
    OutputError
        It can't be written.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(tr("The text holds letters that no file can hold.")) from error
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; one that a link names is written where it is.

    Raises
    ------
    OutputError
        It can't be written.
    """
    path = path.resolve()
    with written(path):
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(unfinished).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            Path(unfinished).replace(path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise


def _read(path: Path) -> str:
    with confined_to([path.parent]):
        try:
            return small_file(path).read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                tr("{path}: is not text in UTF-8; save it in the encoding UTF-8", path=path.name)
            ) from error
        except OSError as error:
            raise OutputError(tr("{path}: can't be read ({reason})", path=path.name, reason=error.strerror)) from error


def _finite(value: Any) -> Any:  # noqa: ANN401  whatever a study holds
    """A value without numbers that JSON can't hold: those are text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list) else value


def _written(value: object, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Entries as TOML writes them, by their places."""
    if place:
        yield ".".join(place), toml_value(value)
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield from _written(inner, (*place, str(key)))


def _version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _refuse_other(text: str, version: str) -> None:
    if _version(text) != version:
        raise ChangedElsewhereError(
            tr(
                "The study file was changed elsewhere in the meantime. The page shows it as it is now; make your change again."
            )
        )


class ChangedElsewhereError(InputError):
    """The file is not the one that an edit was made on."""


def _problems(error: TanhengError, name: str) -> list[dict[str, object]]:
    found = error.problems if isinstance(error, StudyError) else (str(error),)
    return [_as_data(one, tr("{name}: {words}", name=name, words="")) for one in found]


def _narrowed(problem: dict[str, object], entries: object, base: Path) -> dict[str, object]:
    """A problem of a file at the very entry that names the file, where its place says less."""
    place, file = str(problem["place"]), str(problem["file"])
    found = [
        one
        for one, name in _names(entries, ())
        if file in {name, str(base / name)} and (not place or one.startswith(f"{place}."))
    ]
    return problem | {"place": found[0]} if found else problem


def _names(entries: object, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Texts among the entries of a study, with their places."""
    if isinstance(entries, str):
        yield ".".join(place), entries
    elif isinstance(entries, dict):
        for key, inner in entries.items():
            yield from _names(inner, (*place, str(key)))
    elif isinstance(entries, list):
        for inner in entries:
            yield from _names(inner, place)


def _as_data(message: str, prefix: str = "") -> dict[str, object]:
    problem = message if isinstance(message, Problem) else Problem(message)
    return problem.as_data() | {"text": str(problem).removeprefix(prefix)}
