"""Room for a new entry in the text of a study file: where it is switched off, or after the last entry of its section."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
#: A header of a section, switched on or off.
_HEADER = re.compile(r"^(#\s?)?\[([A-Za-z0-9_.-]+)\]\s*(#.*)?$")
#: Values in place of those that are to be written.
_NOTHING, _TABLE = "0", "{}"


def with_room(text: str, place: Sequence[str | int]) -> str:
    r"""Text with a line for an entry that is not there yet, its value to be set; as it is where no good line is found.

    The line comes below the one in which the entry is switched off by a ``#``, so that its comment stands above it; a section that is
    switched off is switched on.

    Examples
    --------
    >>> print(with_room('[grid]\n# Side of a cell.\n#resolution = 500\n# Next:\n#[plan]\n', ["grid", "resolution"]))
    [grid]
    # Side of a cell.
    #resolution = 500
    resolution = 0
    # Next:
    #[plan]
    <BLANKLINE>
    >>> print(with_room('[grid]\nresolution = 500\n# Next:\n#[plan]\n', ["grid", "crs"]))
    [grid]
    resolution = 500
    crs = 0
    # Next:
    #[plan]
    <BLANKLINE>
    """
    if not all(isinstance(key, str) and _BARE.fullmatch(key) for key in place):
        return text
    keys = [str(key) for key in place]
    lines = text.splitlines(keepends=True)
    for depth in range(len(keys) - 1, -1, -1):
        header = _header(lines, ".".join(keys[:depth]))
        if header is not None and (depth > 0 or len(keys) == 1):
            opened = _opened(lines, header, keys[depth], _TABLE if len(keys) > depth + 1 else _NOTHING)
            return opened if _adds_only(text, opened, keys[:depth], keys[depth]) else text
    return text


def _header(lines: Sequence[str], section: str) -> int | None:
    """Line of the header of a section, rather one that is switched on; -1 for the entries before all sections."""
    if not section:
        return -1
    matches = [
        (at, match) for at, line in enumerate(lines) if (match := _HEADER.match(line.strip())) and match[2] == section
    ]
    return min(matches, key=lambda item: item[1][1] is not None)[0] if matches else None


def _opened(lines: Sequence[str], header: int, key: str, value: str) -> str:
    held = list(lines)
    ends = [at for at in range(header + 1, len(held)) if _is_header(held[at])]
    end = min(ends, default=len(held))
    if header >= 0:
        held[header] = _switched_on(held[header])
    ending = "\r\n" if any(line.endswith("\r\n") for line in held) else "\n"
    entry = re.compile(rf"^#\s?{re.escape(key)}\s*=")
    inside = range(header + 1, end)
    commented = [at for at in inside if entry.match(held[at])]
    entries = [at for at in inside if held[at].strip() and not held[at].lstrip().startswith("#")]
    # What is switched off stays as it is: it may be an example, or somebody's own.
    after = commented[0] if commented else max(entries, default=header)
    if after >= 0 and not held[after].endswith("\n"):
        held[after] += ending
    held.insert(after + 1, f"{key} = {value}{ending}")
    return "".join(held)


def _is_header(line: str) -> bool:
    return _HEADER.match(line.strip()) is not None or line.startswith("[[")


def _switched_on(line: str) -> str:
    return re.sub(r"^#\s?", "", line)


def _adds_only(before: str, after: str, section: Sequence[str], key: str) -> bool:
    """Whether the only difference is an entry that was not there."""
    try:
        old, new = tomllib.loads(before.replace("\r\n", "\n")), tomllib.loads(after.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:
        return False
    inner: Any = new
    outer: Any = old
    for part in section:
        inner, outer = inner.get(part), outer.setdefault(part, {})
        if not isinstance(inner, dict) or not isinstance(outer, dict):
            return False
    if key in outer or key not in inner:
        return False
    outer[key] = inner[key]
    return bool(old == new)
