"""Small pictures of rasters, for the list of files."""

from __future__ import annotations

from typing import Any

from tanheng.factors.legends import legend_from
from tanheng.inputs.recognition.recognised import Recognised
from tanheng.report.cartography.thumbnail import class_picture, number_picture

#: Rows and columns of a picture.
_SIDE = 160


def with_picture(file: Recognised) -> dict[str, Any]:
    """A recognised file as data, a raster with its picture: classes in their colours, numbers from light to dark."""
    if file.preview is None:
        picture = ""
    elif file.kind == "land cover":
        known: dict[int, str | None] = dict(legend_from(file.legends[0]).codes) if file.legends else {}
        codes = [code for code, _ in file.codes]
        picture = class_picture(file.preview, codes, [known.get(code) or str(code) for code in codes], _SIDE)
    else:
        picture = number_picture(file.preview, _SIDE)
    return file.as_data() | {"picture": picture}
