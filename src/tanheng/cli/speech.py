"""The language of the command line: ``--lang``, else that of the study, else that of the system."""

from __future__ import annotations

import contextlib
import gettext
import locale
import os
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

from tanheng.language import LANGUAGES, language, mark, speaking

#: What the library of the command line says by itself through gettext, here so that the catalogue has it; its other words are in `tanheng.cli.usage`.
_OF_THE_LIBRARY = (
    mark("Options"),
    mark("Commands"),
    mark("Arguments"),
    mark("default: {default}"),
    mark("required"),
)


def asked_language(arguments: Sequence[str]) -> str:
    """Language that ``--lang`` names among the arguments, else that of the system.

    Examples
    --------
    >>> asked_language(["--lang", "zh", "run"]), asked_language(["--lang=en"])
    ('zh', 'en')
    """
    for number, word in enumerate(arguments):
        name, _, value = word.partition("=")
        if name == "--lang":
            value = value or (arguments[number + 1] if number + 1 < len(arguments) else "")
            return value if value in LANGUAGES else "en"
    return _of_system()


def _of_system() -> str:
    words = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    said = next((word for word in words if word), None) or locale.getlocale()[0] or ""
    known = (code for code, row in LANGUAGES.items() if said.lower().startswith(row.system_names))
    return next(known, "en")


def speak_in_help(code: str) -> None:
    """Have the library of the command line speak a language as well."""
    os.environ["LANGUAGE"] = code
    gettext.bindtextdomain("tanheng", str(resources.files("tanheng") / "locale"))
    gettext.textdomain("tanheng")


@contextlib.contextmanager
def in_language_of(study: Path, asked: str | None) -> Iterator[str]:
    """Speak the language that is asked for, else the study's own, else the one that is spoken."""
    from tanheng.study import language_of

    with speaking(asked or language_of(study) or language()):
        yield language()
