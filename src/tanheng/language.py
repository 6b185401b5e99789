"""Words in the language of the reader, from gettext catalogues.

A sentence for a reader is written once, in English, as a template with named values: ``tr("{file}: has no CRS", file=path)``.
The catalogue of another language holds the same template with the same names in braces.
"""

from __future__ import annotations

import contextlib
import gettext
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Language:
    """What a language is, apart from its catalogue.

    Attributes
    ----------
    between_items, between_sentences : str
        Marks between the items of a list, and between sentences.
    tag : str
        As Word and web pages call it.
    system_names : tuple of str
        Beginnings of its names in the settings of systems, in lower case.
    folder : Traversable, optional
        Folder that holds its catalogue as ``CODE/LC_MESSAGES/tanheng.mo``; that of tanheng where absent.
    """

    between_items: str
    between_sentences: str
    tag: str
    system_names: tuple[str, ...]
    folder: Traversable | None = None


#: Languages that tanheng speaks. English is that of the templates; another one is a row here and a catalogue.
LANGUAGES = {
    "en": Language(between_items=", ", between_sentences=" ", tag="en", system_names=("en",)),
    "zh": Language(between_items="、", between_sentences="", tag="zh-CN", system_names=("zh", "chinese")),
}

#: Context under which names of the field (classes, fuels, sectors) stand in the catalogue.
_NAME = "name"

#: Context of items that stand one after the other.
_LIST = "list"

# A language belongs to a call, not to the process: two threads may serve two readers. A worker gets that of its task's giver.
_spoken: ContextVar[str] = ContextVar("language", default="en")


# A study file, from whose folder names of files are told.
_study: ContextVar[Path | None] = ContextVar("study", default=None)


@contextlib.contextmanager
def telling_from(study: Path) -> Iterator[None]:
    """Tell the files in the folder of a study by their names in it, as the study writes them, until the block ends.

    Its own name is told as it was given.

    Examples
    --------
    >>> with telling_from(Path("/home/li/henan/study.toml")):
    ...     tr("{path}: has no CRS", path="/home/li/henan/data/dem.tif")
    'data/dem.tif: has no CRS'
    """
    before = _study.set(study)
    try:
        yield
    finally:
        _study.reset(before)


@dataclass(frozen=True)
class Manner:
    """How messages are said here: in which language, and from which study file names of files are told."""

    language: str
    study: Path | None


def manner() -> Manner:
    """Manner of this thread, which a process elsewhere takes over with `in_manner`."""
    return Manner(_spoken.get(), _study.get())


@contextlib.contextmanager
def in_manner(of: Manner) -> Iterator[None]:
    """Say messages as another thread or process does, until the block ends.

    Examples
    --------
    >>> with speaking("zh"):
    ...     there = manner()
    >>> with in_manner(there):
    ...     language()
    'zh'
    """
    with speaking(of.language), telling_from(of.study) if of.study is not None else contextlib.nullcontext():
        yield


def _from_study(value: object, study: Path) -> object:
    if not isinstance(value, (str, Path)) or isinstance(value, Message) or str(value) == str(study):
        return value
    text, folder = str(value), study.parent
    for one in dict.fromkeys((str(folder), str(folder.absolute()), str(folder.resolve()))):
        if not text.startswith(one) or text[len(one) : len(one) + 1] not in {"/", "\\"}:
            continue
        # A name that the study itself writes may begin as its folder does.
        if not Path(one).is_absolute() and (folder / text).exists():
            continue
        return text[len(one) + 1 :]
    return value


def language() -> str:
    """Language that is spoken now.

    Examples
    --------
    >>> language()
    'en'
    """
    return _spoken.get()


@contextlib.contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language until the block ends, in this thread and in the tasks it hands to workers.

    Raises
    ------
    ValueError
        tanheng does not speak this language.

    Examples
    --------
    >>> with speaking("zh"):
    ...     name_of("cropland")
    '耕地'
    """
    if code not in LANGUAGES:
        raise ValueError(f"language '{code}' is none of {', '.join(LANGUAGES)}")
    before = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(before)


def tag() -> str:
    """Tag of the language that is spoken, as Word and web pages write it.

    Examples
    --------
    >>> with speaking("zh"):
    ...     tag()
    'zh-CN'
    """
    return LANGUAGES[language()].tag


class Message(str):
    """A sentence that keeps the template and the values it was made from, so that it can be said in another language.

    Attributes
    ----------
    template : str
        As the source has it, in English.
    values : mapping of str to object
    context : str
        Context of the template in the catalogue; ``name`` for names of the field.
    """

    template: str
    values: Mapping[str, object]
    context: str

    def __new__(
        cls, text: str, template: str = "", values: Mapping[str, object] | None = None, context: str = ""
    ) -> Self:
        """Sentence as it is said now."""
        message = super().__new__(cls, text)
        message.template, message.values, message.context = template or text, values or {}, context
        return message

    def again(self) -> str:
        """The same in the language that is spoken now, messages among its values as well.

        Examples
        --------
        >>> message = Message("cropland", "cropland", context="name")
        >>> with speaking("zh"):
        ...     message.again()
        '耕地'
        """
        if self.context == _NAME:
            return name_of(self.template)
        if self.context == _LIST:
            return listed(_again(value) for value in self.values.values())
        return tr(self.template, **{name: _again(value) for name, value in self.values.items()})


def _again(value: object) -> object:
    return value.again() if isinstance(value, Message) else value


def plain_message(value: object) -> object:
    """A message and its values as JSON holds them; numbers stay numbers, all else is text.

    Examples
    --------
    >>> kept = plain_message(tr("{file}: has {count:,} pixels", file="a.tif", count=1200))
    >>> message = message_of(kept)
    >>> str(message), message.template
    ('a.tif: has 1,200 pixels', '{file}: has {count:,} pixels')
    """
    if isinstance(value, Message):
        values = {name: plain_message(part) for name, part in value.values.items()}
        return {"text": str(value), "template": value.template, "values": values, "context": value.context}
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else str(value)


def message_of(data: Any) -> Any:  # noqa: ANN401  a message, or one of its values
    """A message from what `plain_message` made of it."""
    if not isinstance(data, Mapping):
        return data
    values = {name: message_of(part) for name, part in data["values"].items()}
    return Message(data["text"], data["template"], values, data["context"])


def tr(template: str, /, **values: object) -> str:
    """Sentence in the language that is spoken, with its values put in; a `Message`.

    Braces are doubled in a template with values, and stand as they are in one without.

    Examples
    --------
    >>> tr("{file}: has {count:,} pixels", file="a.tif", count=1200)
    'a.tif: has 1,200 pixels'
    """
    if not template:
        return Message("")  # gettext keeps the catalogue's header under it
    text = _catalogue(language()).gettext(template)
    values = {name: _said_by(value) for name, value in values.items()}
    study = _study.get()
    if study is not None:
        values = {name: _from_study(value, study) for name, value in values.items()}
    return Message(text.format(**values) if values else text, template, values)


def _said_by(value: object) -> object:
    """The message of an error that has one, so that it can be said in another language too; other values as they are."""
    if isinstance(value, Exception) and len(value.args) == 1 and isinstance(value.args[0], Message):
        return value.args[0]
    return value


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
    translated = _catalogue(language()).pgettext(_NAME, text)
    return Message(translated if translated != text else text.replace("_", " "), text, context=_NAME)


def listed(items: Iterable[object]) -> str:
    """Items one after the other, separated as the language does.

    Examples
    --------
    >>> listed(["a", 2])
    'a, 2'
    """
    values = {str(number): item for number, item in enumerate(items)}
    text = LANGUAGES[language()].between_items.join(str(item) for item in values.values())
    return Message(text, values=values, context=_LIST)


def semicolons(items: Iterable[str]) -> str:
    """Items that hold commas themselves, one after the other.

    Examples
    --------
    >>> semicolons(["2014, coal", "2015, gas"])
    '2014, coal; 2015, gas'
    """
    return tr("; ").join(items)


def worded(texts: str | Mapping[str, str]) -> str:
    """The text in the language that is spoken; else the one without a language, the English one, or the first.

    Examples
    --------
    >>> worded({"en": "Henan", "zh": "河南"}), worded("Henan"), worded({})
    ('Henan', 'Henan', '')
    """
    if isinstance(texts, str):
        return texts
    return next((texts[code] for code in (language(), "", "en", *texts) if texts.get(code)), "")


def joined(sentences: Iterable[str]) -> str:
    """Sentences as one paragraph.

    Examples
    --------
    >>> joined(["One.", "", "Two."])
    'One. Two.'
    """
    return LANGUAGES[language()].between_sentences.join(sentence for sentence in sentences if sentence)


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    place = (LANGUAGES[code].folder or resources.files("tanheng") / "locale") / code / "LC_MESSAGES" / "tanheng.mo"
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
