"""A study as the form shows it: its text, its entries, and what is wrong with them."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tanheng.errors import InputError, StudyError
from tanheng.study import parse_study
from tanheng.study.described.template import toml_value
from tanheng.study.editing import Place, study_data, with_entry
from tanheng.web.home import Home
from tanheng.web.studies.files import BOM, read_text, refuse_other, study_path, version_of, write_bytes, write_text
from tanheng.web.studies.found import study_found
from tanheng.web.studies.told_problems import problems_data


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
        Folder of its results, when they were made, what has changed since, and whether a plan is among them, and
        whether a job of the study runs or waits.
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


def state_of(home: Home, name: str) -> StudyState:
    """A study as it stands, by its file alone: its inputs are not opened.

    Raises
    ------
    InputError
        The file does not exist, or is not text in UTF-8.
    """
    path = study_path(home, name)
    text = read_text(path)
    version = version_of(text.encode())
    try:
        entries = study_data(text.removeprefix(BOM))
    except InputError as error:
        return StudyState(name, text, version, name, fault=str(error))
    try:
        study = parse_study(entries, path.name)
    except StudyError as error:
        return StudyState(name, text, version, name, entries, problems=problems_data(error, path.name))
    state = asdict(study_found(home, path, study))
    results = {key: state[key] for key in ("results", "made", "changes", "serves")}
    results["under_way"] = any(job.study == name for job in home.journal.unfinished())
    results["plan"] = bool(state["results"]) and (home.place(state["results"]) / "plan" / "plan.json").is_file()
    return StudyState(name, text, version, study.told_title, entries, results=results)


def edited(
    home: Home,
    name: str,
    version: str,
    changes: Sequence[tuple[Place, object]],
    table: tuple[str, bytes] | None = None,
) -> StudyState:
    """A study after entries of it are set (or taken out, where the value is None); the file is written whole.

    Parameters
    ----------
    table : tuple of str and bytes, optional
        Name of a file beside the study that the entries need, and what is to be in it: then they must make a valid study.

    Raises
    ------
    InputError
        The file was changed by somebody else since that version, or an entry can't be set.
    StudyError
        The study would not be valid with what the table is for.
    OutputError
        It can't be written.
    """
    path = study_path(home, name)
    with _writing:
        text = read_text(path)
        refuse_other(text, version)
        for place, value in changes:
            text = text[: text.startswith(BOM)] + with_entry(text.removeprefix(BOM), place, value)
        home.space.refuse(len(text) + len(table[1] if table else b""))
        if table is not None:
            parse_study(study_data(text.removeprefix(BOM)), path.name)
            write_bytes(path.with_name(table[0]), table[1])
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
        before = read_text(path)
        refuse_other(before, version)
        home.space.refuse(len(text))
        plain = text.replace("\r\n", "\n")
        write_text(path, plain.replace("\n", "\r\n") if "\r\n" in before else plain)
    return state_of(home, name)


#: One change of a file at a time: each is made on what the one before has left.
_writing = threading.Lock()


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
