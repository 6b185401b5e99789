"""Fonts of the pictures: Latin letters, and Chinese characters on every machine."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

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
        fontManager.addfont(str(_packaged()))
    return [_LATIN, _BUNDLED, *(name for name in _OF_SYSTEMS if name in installed)]


def _packaged() -> Path:
    with resources.as_file(resources.files("tanheng.report") / "fonts" / "NotoSansSC-Regular.ttf") as path:
        return path
