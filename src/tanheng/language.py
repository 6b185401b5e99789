"""Words in the language of the reader, from gettext catalogues.

A sentence for a reader is written once, in English, as a template with named values: ``tr("{file}: has no CRS", file=path)``.
The catalogue of another language holds the same template with the same names in braces.
"""

from __future__ import annotations

import contextlib
import gettext
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources

#: Languages that tanheng speaks; English is the language of the templates themselves.
LANGUAGES = ("en", "zh")

#: Context under which names of the field (classes, fuels, sectors) stand in the catalogue.
_NAME = "name"

# One language for the process, also for its threads: a message of a worker thread is read by the same person.
_spoken = ["en"]


def language() -> str:
    """Language that is spoken now.

    Examples
    --------
    >>> language()
    'en'
    """
    return _spoken[-1]


@contextlib.contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language until the block ends.

    Examples
    --------
    >>> with speaking("zh"):
    ...     name_of("cropland")
    '耕地'
    """
    if code not in LANGUAGES:
        raise ValueError(f"language '{code}' is none of {', '.join(LANGUAGES)}")
    _spoken.append(code)
    try:
        yield
    finally:
        # Blocks of several threads may end in any order: each takes its own entry away, the last of its language.
        del _spoken[len(_spoken) - 1 - _spoken[::-1].index(code)]


def tr(template: str, /, **values: object) -> str:
    """Sentence in the language that is spoken, with its values put in.

    Braces are doubled in a template with values, and stand as they are in one without.

    Examples
    --------
    >>> tr("{file}: has {count:,} pixels", file="a.tif", count=1200)
    'a.tif: has 1,200 pixels'
    """
    if not template:
        return ""  # gettext keeps the catalogue's header under it
    text = _catalogue(language()).gettext(template)
    return text.format(**values) if values else text


def mark(template: str) -> str:
    """Template as it is, marked for the catalogue; ``tr`` translates it where it is shown."""
    return template


def mark_name(name: str) -> str:
    """Name as it is, marked for the catalogue; ``name_of`` translates it where it is shown."""
    return name


def name_of(name: object) -> str:
    """Name of a class, a fuel, a sector or a table's value as its readers write it; a name of the user's own stays as it is.

    Examples
    --------
    >>> name_of("dry_land"), name_of("北山林场")
    ('dry land', '北山林场')
    """
    text = str(name)
    found = _catalogue(language()).pgettext(_NAME, text)
    return found if found != text else text.replace("_", " ")


def listed(items: Iterable[object]) -> str:
    """Items one after the other, parted as the language does.

    Examples
    --------
    >>> listed(["a", 2])
    'a, 2'
    """
    return ("、" if language() == "zh" else ", ").join(str(item) for item in items)


def joined(sentences: Iterable[str]) -> str:
    """Sentences as one paragraph.

    Examples
    --------
    >>> joined(["One.", "", "Two."])
    'One. Two.'
    """
    return ("" if language() == "zh" else " ").join(sentence for sentence in sentences if sentence)


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    place = resources.files("tanheng") / "locale" / code / "LC_MESSAGES" / "tanheng.mo"
    with place.open("rb") as file:
        return gettext.GNUTranslations(file)


def text_width(text: str) -> int:
    """Width of a text in Latin letters: Chinese ones take twice the room.

    Examples
    --------
    >>> text_width("ab"), text_width("碳储量")
    (2, 6)
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
