"""Small pictures of rasters as addresses that hold them, for pages that list files and plans."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tanheng.report.style.palettes import class_colours, colour_at

#: Colours from light to dark that numbers are shown in.
_SHADES = 16


def class_picture(values: NDArray[np.float64], codes: Sequence[float], classes: Sequence[str], most: int) -> str:
    """Picture of a map of codes, each class in its colour, of at most so many rows and columns; other values are clear."""
    values = _reduced(values, most)
    picture = np.zeros((*values.shape, 4), np.uint8)
    for code, colour in zip(codes, class_colours(classes), strict=True):
        picture[values == code] = _rgba(colour)
    return _address(picture)


def number_picture(values: NDArray[np.float64], most: int) -> str:
    """Picture of numbers from light to dark, of at most so many rows and columns; missing values are clear."""
    values = _reduced(values, most)
    known = np.isfinite(values)
    picture = np.zeros((*values.shape, 4), np.uint8)
    if known.any():
        low, high = np.nanpercentile(values, [2, 98])
        place = np.clip((values - low) / ((high - low) or 1.0), 0, 1)
        shades = [_rgba(colour_at("YlGn", step / (_SHADES - 1))) for step in range(_SHADES)]
        picture[known] = np.array(shades, np.uint8)[(place[known] * (_SHADES - 1)).astype(int)]
    return _address(picture)


def _reduced(values: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Every nth row and column."""
    step = max(-(-max(values.shape) // most), 1)
    return values[::step, ::step]


def _rgba(colour: str) -> tuple[int, int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16), 255


def _address(picture: NDArray[np.uint8]) -> str:
    stream = io.BytesIO()
    Image.fromarray(picture, "RGBA").save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
