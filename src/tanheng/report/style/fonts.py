"""Fonts of the pictures: Latin letters, and Chinese characters on every machine."""

from __future__ import annotations

import io
from functools import lru_cache
from importlib import resources
from pathlib import Path

#: Characters from here on are Chinese ones and their punctuation.
_CHINESE = 0x2E80

#: Fonts tried in this order, glyph by glyph: the one that matplotlib brings, the one that tanheng brings (characters of simplified
#: Chinese), then what systems have, for rarer characters.
_LATIN, _BUNDLED = "DejaVu Sans", "Noto Sans SC"
_OF_SYSTEMS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimSun",
    "WenQuanYi Zen Hei",
)


def font_families() -> list[str]:
    """Names of the fonts for ``font.family``; the packaged one is made known to matplotlib.

    Examples
    --------
    >>> font_families()[:2]
    ['DejaVu Sans', 'Noto Sans SC']
    """
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    if _BUNDLED not in installed:
        fontManager.addfont(str(packaged_font()))
    return [_LATIN, _BUNDLED, *(name for name in _OF_SYSTEMS if name in installed)]


def subset_font(text: str) -> bytes:
    """Packaged font with the characters beyond Latin letters that a text has, as WOFF; empty where it has none.

    Examples
    --------
    >>> subset_font("carbon"), len(subset_font("碳")) < 5000
    (b'', True)
    """
    wanted = frozenset(ord(letter) for letter in set(text) if ord(letter) >= _CHINESE)
    return _woff(wanted) if wanted else b""


@lru_cache(maxsize=8)
def _woff(characters: frozenset[int]) -> bytes:
    """Packaged font with some characters; pages of one process often have the same."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(flavor="woff", drop_tables=["DSIG"], notdef_outline=True)
    with TTFont(packaged_font(), lazy=True) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=characters)
        subsetter.subset(font)
        font.flavor = "woff"
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


def packaged_font() -> Path:
    """File of the packaged font of Chinese characters."""
    with resources.as_file(resources.files("tanheng.report.style") / "font_files" / "NotoSansSC-Regular.ttf") as path:
        return path
