"""A study read from its file; every problem of it at once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tanheng.errors import InputError, StudyError
from tanheng.language import LANGUAGES, tr
from tanheng.study.faults import fault_messages
from tanheng.study.model import Study
from tanheng.study.toml_faults import toml_fault


def language_of(path: Path) -> str | None:
    """Language that a study file asks for; None where it names none, or can't be read: `load_study` says why."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None
    try:
        asked = tomllib.loads(text).get("language")
    except ValueError:
        # What is wrong with it is told in the language that it asks for all the same.
        found = re.search(r"^\s*language\s*=\s*[\"'](\w+)[\"']", text, re.MULTILINE)
        asked = found[1] if found else None
    return asked if asked in LANGUAGES else None


def load_study(path: Path) -> Study:
    """Study that a TOML file describes.

    Raises
    ------
    InputError
        The file is missing or no TOML.
    StudyError
        Keys are unknown, missing or wrong: all of them at once, unknown ones with the nearest known key.
    """
    if path.is_dir():
        raise InputError(tr("{path}: is a folder; name the study file in it", path=path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            tr("{path}: there is no such file; 'tanheng new DIR' writes one to fill in", path=path)
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(tr("{path}: is not text in UTF-8; save it in the encoding UTF-8", path=path)) from error
    except OSError as error:
        raise InputError(tr("{path}: can't be read ({reason})", path=path, reason=error.strerror)) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(tr("{path}: is no valid TOML: {fault}", path=path, fault=toml_fault(error, text))) from error
    return parse_study(data, str(path))


def parse_study(data: dict[str, Any], name: str = "study") -> Study:
    """Study from a mapping.

    Examples
    --------
    >>> parse_study({"title": "A", "years": [2000], "landcover": {}})
    Traceback (most recent call last):
    tanheng.errors.StudyError: 3 problems:
      1. study: 'land_cover' is missing
      2. study: 'carbon_density' is missing
      3. study: 'landcover' is no key of a study; did you mean 'land_cover'?
    """
    try:
        return Study.model_validate(data)
    except ValidationError as error:
        raise StudyError(fault_messages(error.errors(), name, data)) from None
