"""Messages that differ in one thing alone, as the year or the row, told as one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from numbers import Number
from string import Formatter

from tanheng.language import Message, listed, tr

#: Ends of a period, which no list can stand for.
_ENDS = frozenset({"first", "last"})
#: Numbers that say where, and may be listed; others are amounts.
_PLACES = frozenset({"row", "rows", "line", "year", "years", "code"})
#: Placeholders in quotes.
_QUOTED = re.compile(r"""['"\u201c]\{(\w+)\}""")
#: Things of one message that are named; of more, how many there are.
_MOST = 20

#: Where a value stands: its name, after those of the sentences that it stands in.
Path = tuple[str, ...]


@dataclass
class _Group:
    """Messages that are one but for a value; which one is open while there is one message."""

    message: str
    path: Path = ()
    parts: dict[str, object] = field(default_factory=dict)

    def told(self) -> str:
        """The messages as one."""
        if not self.path or not isinstance(self.message, Message):
            return self.message
        values = list(self.parts.values())
        whole = getattr(values[0], "among", lambda _: "")(values)
        if whole:
            return _with(self.message, self.path, whole)
        named = values[:_MOST]
        if len(self.parts) > _MOST:
            named.append(tr("{count:,} more", count=len(self.parts) - _MOST))
        return _with(self.message, self.path, listed(named))


def together(messages: Iterable[str], apart: Collection[str] = ()) -> list[str]:
    """Messages in their order; those that differ in one value alone are one, which lists it.

    Parameters
    ----------
    apart : collection of str
        Names of values that are never listed, but for those of sentences inside a message.

    Examples
    --------
    >>> together([tr("{file}: row {row} has no unit", file="a.csv", row=row) for row in (3, 4, 9)])
    ['a.csv: row 3, 4, 9 has no unit']
    >>> together([tr("{file}: row {row} has no unit", file="a.csv", row=row) for row in range(30)])[0][-31:]
    '17, 18, 19, 10 more has no unit'

    Things that know how several of them are called, as places in a table do, are asked (`among`).
    """
    return [told for _, told in grouped_alike(messages, apart)]


def grouped_alike(messages: Iterable[str], apart: Collection[str] = ()) -> list[tuple[str, str]]:
    """The first of those messages that differ in one value alone, and all of them as one; as `together` does it."""
    groups: list[_Group] = []
    known: dict[tuple[object, ...], _Group] = {}
    for message in {(str(one), getattr(one, "place", "")): one for one in messages}.values():
        signs = dict(_signs(message, apart)) if isinstance(message, Message) else {}
        path = next((path for path, sign in signs.items() if sign in known and known[sign].path in {(), path}), None)
        if path is None:
            group = _Group(message)
            groups.append(group)
            for sign in signs.values():
                known.setdefault(sign, group)
            continue
        group = known[signs[path]]
        if not group.path:
            group.path, group.parts = path, {str(part): part for part in _parts(group.message, path)}
        group.parts |= {str(part): part for part in _parts(message, path) if str(part) not in group.parts}
    return [(group.message, group.told()) for group in groups]


def _signs(message: Message, apart: Collection[str]) -> Iterator[tuple[Path, tuple[object, ...]]]:
    """By each value that may be listed: all else that a message says."""
    single = _single(message.template)
    texts = [(name, str(value)) for name, value in message.values.items()]
    for key, value in message.values.items():
        if key in _ENDS or key in single or key in apart:
            continue
        rest = (message.template, getattr(message, "place", ""), key, *(pair for pair in texts if pair[0] != key))
        if isinstance(value, Message) and value.values and not value.context:  # a sentence
            for path, sign in _signs(value, ()):
                yield (key, *path), (*rest, sign)
        elif key in _PLACES or not isinstance(value, Number):
            yield (key,), rest


@lru_cache(maxsize=1000)
def _single(template: str) -> frozenset[str]:
    """Values that a template shows as numbers, which can't be a list, or in quotes, where a list would read as one name."""
    numbers = {str(name) for _, name, form, _ in Formatter().parse(template) if name and form}
    return frozenset({*numbers, *_QUOTED.findall(template)})


def _parts(message: str, path: Path) -> list[object]:
    """Items of the value at a path that is a list already, else the value."""
    value: object = message
    for key in path:
        value = value.values[key] if isinstance(value, Message) else value
    if isinstance(value, Message) and value.context == "list":
        return list(value.values.values())
    return [value]


def _with(message: Message, path: Path, value: str) -> str:
    """A message with another value at a path."""
    inner = message.values[path[0]]
    new = _with(inner, path[1:], value) if len(path) > 1 and isinstance(inner, Message) else value
    return tr(message.template, **{**message.values, path[0]: new})
