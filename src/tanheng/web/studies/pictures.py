"""Small pictures of rasters, for the list of files."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tanheng.factors.legends import legend_from
from tanheng.inputs.recognition.recognised import Recognised
from tanheng.report.style.palettes import class_colours, colour_at

#: Rows and columns of a picture.
_SIDE = 160


def with_picture(found: Recognised) -> dict[str, Any]:
    """A recognised file as data, a raster with its picture."""
    picture = "" if found.preview is None else _picture(found.preview, found)
    return found.as_data() | {"picture": picture}


def _picture(values: NDArray[np.float64], found: Recognised) -> str:
    """Picture of a raster as an address: classes in their colours, numbers from light to dark."""
    step = max(-(-max(values.shape) // _SIDE), 1)
    values = values[::step, ::step]
    colours = _class_picture(found, values) if found.kind == "land cover" else _number_picture(values)
    stream = io.BytesIO()
    Image.fromarray(colours, "RGBA").save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def _class_picture(found: Recognised, values: NDArray[np.float64]) -> NDArray[np.uint8]:
    known: dict[int, str | None] = dict(legend_from(found.legends[0]).codes) if found.legends else {}
    named = [known.get(code) or str(code) for code, _ in found.codes]
    picture = np.zeros((*values.shape, 4), np.uint8)
    for (code, _), colour in zip(found.codes, class_colours(named), strict=True):
        picture[values == code] = _rgba(colour)
    return picture


def _number_picture(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    known = np.isfinite(values)
    picture = np.zeros((*values.shape, 4), np.uint8)
    if not known.any():
        return picture
    low, high = np.nanpercentile(values, [2, 98])
    place = np.clip((values - low) / ((high - low) or 1.0), 0, 1)
    table = np.array([_rgba(colour_at("YlGn", step / 15)) for step in range(16)], np.uint8)
    picture[known] = table[(place[known] * 15).astype(int)]
    return picture


def _rgba(colour: str) -> tuple[int, int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16), 255
