"""Width of letters on paper, and lines broken where English and Chinese may be broken."""

from __future__ import annotations

import re
from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from tanheng.report.style.fonts import font_families

#: Height of a line against its size of letters.
LEADING = 1.4

_CJK = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
#: A word with the spaces behind it, or one Chinese character with the marks that may not open a line.
_PIECES = re.compile(rf"[{_CJK}][，。、；：！？）》」』％]*\s*|[^\s{_CJK}]+[，。、；：！？）》」』％]*\s*")


@lru_cache(maxsize=8192)
def text_width(text: str, size: float) -> float:
    """Width of a line of text in inches, in the fonts of the pictures."""
    letters = FontProperties(family=font_families(), size=size)
    width, _, _ = text_to_path.get_text_width_height_descent(text, letters, ismath=False)
    return float(width) / 72


def line_height(size: float) -> float:
    """Height of a line in inches."""
    return LEADING * size / 72


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Lines of a text that is at most so many inches wide."""
    return [line for paragraph in text.split("\n") for line in _lines(paragraph, width, size)]


def _lines(text: str, width: float, size: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for whole in _PIECES.findall(text.strip()):
        for piece in _fitting(whole, width, size):
            if line and text_width((line + piece).rstrip(), size) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece
    return [*lines, line.rstrip()]


def _fitting(word: str, width: float, size: float) -> list[str]:
    """Word, or its parts where it is longer than a line."""
    if text_width(word.rstrip(), size) <= width or len(word) <= 1:
        return [word]
    keep = max(int(len(word) * width / text_width(word, size)), 1)
    while keep > 1 and text_width(word[:keep], size) > width:
        keep -= 1
    return [word[:keep], *_fitting(word[keep:], width, size)]
