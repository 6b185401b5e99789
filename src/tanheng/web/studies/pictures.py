"""Small pictures of rasters, for the list of files."""

from __future__ import annotations

from typing import Any

from tanheng.factors.legends import legend_from
from tanheng.inputs.recognition.recognised import Recognised
from tanheng.report.cartography.thumbnail import class_picture, number_picture

#: Rows and columns of a picture.
_SIDE = 160


def with_picture(found: Recognised) -> dict[str, Any]:
    """A recognised file as data, a raster with its picture: classes in their colours, numbers from light to dark."""
    if found.preview is None:
        picture = ""
    elif found.kind == "land cover":
        known: dict[int, str | None] = dict(legend_from(found.legends[0]).codes) if found.legends else {}
        codes = [code for code, _ in found.codes]
        picture = class_picture(found.preview, codes, [known.get(code) or str(code) for code in codes], _SIDE)
    else:
        picture = number_picture(found.preview, _SIDE)
    return found.as_data() | {"picture": picture}
