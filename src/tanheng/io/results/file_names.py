"""Names of files that are made from names of classes, pools and years: allowed on every system, and never the same twice."""

from __future__ import annotations

import re
import unicodedata

#: Names that Windows keeps for devices.
_RESERVED = {"con", "prn", "aux", "nul", *(f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10))}

#: UTF-8 bytes of a name before its ending; file systems allow 255 in all.
_LONGEST = 200


class FileNames:
    """Names of the files of one folder; two that differ by case or by forbidden characters alone get a number.

    Examples
    --------
    >>> names = FileNames(".tif")
    >>> [names.of("land_share", name) for name in ("Shrub/Scrub", "shrub-scrub", "water")]
    ['land_share_Shrub-Scrub.tif', 'land_share_shrub-scrub_2.tif', 'land_share_water.tif']
    """

    def __init__(self, ending: str) -> None:
        self.ending = ending
        self._taken: set[str] = set()

    def of(self, *parts: object) -> str:
        """Name of a new file, made of its parts."""
        stem = _allowed("_".join(str(part) for part in parts))
        name, number = stem, 1
        while _key(name) in self._taken:
            number += 1
            name = f"{stem}_{number}"
        self._taken.add(_key(name))
        return name + self.ending


def _key(name: str) -> str:
    """What file systems that fold case and compose accents take for the same name."""
    return unicodedata.normalize("NFC", name).casefold()


def _allowed(text: str) -> str:
    """Text with what no system allows in a file name replaced, and no longer than all of them take."""
    stem = re.sub(r'[\\/:*?"<>|\s\x00-\x1f\x7f]+', "-", text).rstrip(". ") or "-"
    if stem.casefold() in _RESERVED:
        stem += "_"
    return stem.encode("utf-8")[:_LONGEST].decode("utf-8", errors="ignore")
