"""What the values of a raster tell before the long work starts: people where there can be none, fill numbers that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.io.rasters import Raster
from tanheng.language import tr

#: Pixels that are read to look at a map before a run; `tanheng check` reads every one of a land-cover map.
SAMPLE_PIXELS = 60_000_000

#: Numbers that programs write where there are no data, and that no driver is likely to have as its lowest or highest value.
_FILLS = (-9999.0, -99999.0, -999.0, -32768.0, -32767.0, 65535.0, 32767.0, -2147483648.0, 2147483647.0, 4294967295.0)

#: No quantity of terrain, climate, soil, people or economy is as large.
_HIGHEST_VALUE = 1e15

#: Persons per km2 that no cell of the world comes near; the densest square kilometres have about 200,000.
_HIGHEST_DENSITY = 2e6


def value_strips(raster: Raster) -> Iterator[NDArray[np.float64]]:
    """Values of a raster, or of a sample of a large one, strip by strip."""
    height = max(raster.tile[0], 256)
    starts = range(0, raster.pixels.height, height)
    step = max(1, raster.pixels.height * raster.pixels.width // SAMPLE_PIXELS)
    for row in starts[::step]:
        yield raster.read_values(row, 0, min(height, raster.pixels.height - row), raster.pixels.width)


def check_population(raster: Raster, *, may_be_empty: bool) -> None:
    """Refuse a population map with values that no population has, or without anybody; large maps are sampled.

    Raises
    ------
    InputError
        Values are negative, infinite or beyond any density on Earth, or all are zero or missing.
    """
    highest = 0.0
    for values in value_strips(raster):
        if (values < 0).any():
            raise InputError(
                tr(
                    "{path}: has negative values ({least:g}); a population can't be negative: declare the number that means no "
                    "data (gdal_edit -a_nodata)",
                    path=raster.path,
                    least=np.nanmin(values),
                )
            )
        highest = max(highest, float(np.nanmax(values, initial=0.0)))
    # A pixel smaller than a square kilometre holds no more persons than one has in a square kilometre.
    if highest > _HIGHEST_DENSITY * max(1.0, (raster.pixels.pixel_size_m() / 1000.0) ** 2):
        raise InputError(
            tr(
                "{path}: its highest value is {highest:g}, which no population has; declare the number that means no data "
                "(gdal_edit -a_nodata), or correct the value",
                path=raster.path,
                highest=highest,
            )
        )
    whole = raster.pixels.height * raster.pixels.width < 2 * SAMPLE_PIXELS
    if highest == 0 and whole and not may_be_empty:
        raise InputError(
            tr(
                "{path}: nobody lives there: all values are zero or missing; is it the right file and band?",
                path=raster.path,
            )
        )


def check_values(raster: Raster, name: str) -> list[str]:
    """Warnings on a raster of values whose lowest or highest one looks like an undeclared nodata number.

    Raises
    ------
    InputError
        Values are infinite, or larger than any quantity of this field.
    """
    low, high = np.inf, -np.inf
    for values in value_strips(raster):
        known = values[~np.isnan(values)]
        low, high = min(low, known.min(initial=np.inf)), max(high, known.max(initial=-np.inf))
    extreme = next((float(value) for value in (low, high) if np.isfinite(value) and abs(value) > _HIGHEST_VALUE), None)
    if extreme is not None:
        raise InputError(
            tr(
                "{path}: contains {value:g}, which is not a possible value of '{name}'; declare it as nodata (gdal_edit "
                "-a_nodata) if it means no data",
                path=raster.path,
                value=extreme,
                name=name,
            )
        )
    if raster.is_scaled:
        return []
    return [
        tr(
            "{path}: the {end} value of '{name}' is {value:g}, a number that often means no data; if it does, declare it "
            "(gdal_edit -a_nodata {value:g}), or it counts as a value",
            path=raster.path,
            end=end,
            name=name,
            value=float(value),
        )
        for value, end in ((low, tr("lowest")), (high, tr("highest")))
        if value in _FILLS
    ]
