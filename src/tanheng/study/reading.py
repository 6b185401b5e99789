"""A study read from its file; every problem of it at once."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tanheng.errors import InputError, Problem, StudyError
from tanheng.language import LANGUAGES, tr
from tanheng.limits import limit, more_than
from tanheng.plain_files import shown, small_file
from tanheng.study.faults import fault_messages, mended
from tanheng.study.model import Study
from tanheng.study.toml_faults import toml_fault


def language_of(path: Path) -> str | None:
    """Language that a study file asks for; None where it names none, or can't be read: `load_study` says why."""
    try:
        text = small_file(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None
    try:
        code = tomllib.loads(text).get("language")
    except (ValueError, RecursionError):
        # What is wrong with it is told in the language that it asks for all the same.
        match = re.search(r"^\s*language\s*=\s*[\"'](\w+)[\"']", text, re.MULTILINE)
        code = match[1] if match else None
    return code if code in LANGUAGES else None


def _is_missing(path: Path) -> bool:
    """Whether there is nothing of that name; one that no system takes is another matter."""
    try:
        return not path.exists()
    except (OSError, ValueError):
        return False


def load_study(path: Path) -> Study:
    """Study that a TOML file describes.

    Raises
    ------
    InputError
        The file is missing or no TOML.
    StudyError
        Keys are unknown, missing or wrong: all of them at once, unknown ones with the nearest known key.
    """
    return parse_study(study_entries(path), str(path))


def study_entries(path: Path) -> dict[str, Any]:
    """Entries of a study file, not looked at yet.

    Raises
    ------
    InputError
        The file is missing, no text in UTF-8, or no TOML.
    """
    if _is_missing(path):
        raise InputError(tr("{path}: there is no such file; 'tanheng new DIR' writes one to fill in", path=path))
    return toml_data(path)


def toml_data(path: Path) -> dict[str, Any]:
    """Entries of a TOML file.

    Raises
    ------
    InputError
        The file is missing, no text in UTF-8, or no TOML.
    """
    try:
        text = small_file(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(tr("{path}: is not text in UTF-8; save it in the encoding UTF-8", path=path)) from error
    except OSError as error:
        raise InputError(tr("{path}: can't be read ({reason})", path=path, reason=error.strerror)) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(tr("{path}: not valid TOML: {fault}", path=path, fault=toml_fault(error, text))) from error
    except (ValueError, RecursionError) as error:
        why = tr("tables are nested too deeply") if isinstance(error, RecursionError) else str(error)
        raise InputError(tr("{path}: not valid TOML: {fault}", path=path, fault=why)) from None


def parse_study(data: dict[str, Any], name: str = "study") -> Study:
    """Study from a mapping.

    Examples
    --------
    >>> parse_study({"title": "A", "years": [2000], "landcover": {}})
    Traceback (most recent call last):
    tanheng.errors.StudyError: 3 problems:
      1. study: 'land_cover' is missing
      2. study: 'carbon_density' is missing
      3. study: 'landcover' is not a key of a study; did you mean 'land_cover'?
    """
    extreme = list(_extreme(data, ()))
    if extreme:
        raise StudyError(
            Problem(tr("{name}: {place} {what}", name=name, place=place, what=what), place) for place, what in extreme
        )
    try:
        return Study.model_validate(data)
    except ValidationError as error:
        raise StudyError(fault_messages(error.errors(), name, data)) from None


def mended_entries(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Entries without keys that a study does not know, and with the first choice in place of one that is none.

    Examples
    --------
    >>> mended_entries({"population": {"kind": "people", "knd": 1, "map": "a.tif"}})["population"]
    {'kind': 'density', 'map': 'a.tif'}
    """
    try:
        Study.model_validate(dict(entries))
    except ValidationError as error:
        return mended(error.errors(), entries)
    return dict(entries)


#: Tables in tables that a study may have.
_DEEPEST = 12


def _extreme(value: object, place: tuple[object, ...]) -> Iterator[tuple[str, str]]:
    """Numbers that nothing is as large as, names that are no text, and tables that lie too deep, with their places."""
    keys = shown(".".join(map(str, place)))
    if len(place) > _DEEPEST:
        yield keys, tr("is nested too deeply for a study")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _extreme(inner, (*place, key))
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value, start=1):
            yield from _extreme(inner, (*place, number))
    elif isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return  # the models say so
    elif isinstance(value, (int, float)) and abs(value) > limit("number"):
        size = float("inf") if isinstance(value, int) and value.bit_length() > _MOST_BITS else abs(float(value))
        yield keys, tr("is too large: {more}", more=more_than("number", size))
    elif isinstance(value, str) and "\0" in value:
        yield keys, tr("contains a NUL character")


#: Bits of a whole number that a float can hold.
_MOST_BITS = 1000
