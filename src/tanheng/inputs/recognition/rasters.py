"""Rasters recognised: land-cover maps by their codes, others by their values and names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.factors.legends import fitting_legends
from tanheng.inputs.recognition.recognised import YEAR, Recognised, Use, crs_words, entry_name, year_in
from tanheng.io.rasters import Raster, band_names, open_raster
from tanheng.language import tr

#: Rows and columns that a raster is looked at in.
_MOST = 512

#: Codes that a land-cover map may have.
_MOST_CODES = 60

#: Parts of file names that indicate a map of population, and its unit.
_PEOPLE = ("pop", "ppp", "人口", "landscan", "gpw")
_PER_KM2 = ("density", "dens", "_pd_", "密度")
_PER_PIXEL = ("count", "ppp", "landscan")


def recognised_raster(path: Path, file: str) -> Recognised:
    """What a raster seems to be.

    Raises
    ------
    InputError
        It can't be read.
    """
    raster = open_raster(str(path))
    values = raster.reduced(_MOST)
    year = year_in(path.stem)
    codes = _codes(raster, values)
    figures = [*_place(raster), *_range(values)]
    names = band_names(raster.path)
    bands = names if len(names) > 1 else ()
    if codes:
        legends = fitting_legends([code for code, _ in codes], path.stem)
        return Recognised(
            file,
            "land cover",
            tr("Map with {count} codes", count=len(codes)),
            figures,
            year,
            _land_uses(file, path.stem, legends),
            codes,
            legends,
            preview=values,
            bands=bands,
        )
    uses = _uses(file, path.stem)
    return Recognised(file, "raster", tr("Raster of numbers"), figures, year, uses, preview=values, bands=bands)


def _codes(raster: Raster, values: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Codes of a map and their shares, the most frequent first; none where the raster holds amounts."""
    known = values[np.isfinite(values)]
    if not np.issubdtype(raster.stored, np.integer) or raster.is_scaled or known.size == 0:
        return []
    found, counts = np.unique(known, return_counts=True)
    if len(found) > _MOST_CODES or found[0] < 0:
        return []
    order = np.argsort(-counts)
    return [(int(found[number]), float(counts[number] / known.size)) for number in order]


def _place(raster: Raster) -> list[tuple[str, str]]:
    pixels = raster.pixels
    crs = pixels.crs
    side = abs(pixels.affine[0])
    unit = tr("degrees") if crs.is_geographic else "m"
    bands = band_names(raster.path)
    several = [(tr("bands"), tr("{count}, of which the first is shown", count=len(bands)))] if len(bands) > 1 else []
    return [
        *several,
        (tr("pixels"), f"{pixels.width:,} × {pixels.height:,}"),
        (tr("size of a pixel"), f"{side:.6g} {unit}"),
        (tr("CRS"), crs_words(crs)),
    ]


def _range(values: NDArray[np.float64]) -> list[tuple[str, str]]:
    known = values[np.isfinite(values)]
    if known.size == 0:
        return [(tr("values"), tr("none: every pixel is missing"))]
    return [
        (tr("values"), tr("{least:.6g} to {most:.6g}", least=float(known.min()), most=float(known.max()))),
        (tr("with data"), f"{100 * known.size / values.size:.0f} %"),
    ]


def _land_uses(file: str, stem: str, legends: list[str]) -> list[Use]:
    place = ("land_cover", "maps", YEAR)
    uses = [
        Use(
            tr("Land cover, legend {name}", name=name),
            ((place, file), (("land_cover", "legend"), name)),
            likely=name == legends[0],
        )
        for name in legends
    ]
    plain = Use(tr("Land cover"), ((place, file),), likely=not legends)
    return [*uses, plain, _driver(file, stem)]


def _uses(file: str, stem: str) -> list[Use]:
    name = stem.lower()
    people = any(part in name for part in _PEOPLE)
    density, count = (any(part in name for part in parts) for parts in (_PER_KM2, _PER_PIXEL))
    uses = [
        Use(
            tr("Population, persons per pixel"),
            ((("population", "maps", YEAR), file), (("population", "kind"), "count")),
            likely=people and count and not density,
        ),
        Use(
            tr("Population, persons per km2"),
            ((("population", "maps", YEAR), file), (("population", "kind"), "density")),
            likely=people and density and not count,
        ),
        _driver(file, stem, likely=not people),
        Use(
            tr("Driver by year"),
            ((("drivers", entry_name(stem), "maps", YEAR), file),),
            likely=not people and year_in(stem) is not None,
        ),
    ]
    # Which of both a map of people holds is asked, where its name does not say: a wrong guess would go unnoticed.
    return sorted(uses, key=lambda use: not use.likely) if not people else uses


def _driver(file: str, stem: str, *, likely: bool = False) -> Use:
    return Use(tr("Driver, the same in all years"), ((("drivers", entry_name(stem), "map"), file),), likely=likely)
