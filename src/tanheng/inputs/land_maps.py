"""Land maps with the classes of their codes, on the grid that they are counted on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tanheng.errors import InputError
from tanheng.factors.legends import Legend
from tanheng.grid import Grid
from tanheng.inputs.map_error import MapErrorInputs
from tanheng.io.mosaic import Mosaic
from tanheng.io.rasters import Raster
from tanheng.io.vectors import Polygons
from tanheng.land.engine import LandMap, inventory
from tanheng.land.lookup import Lookup
from tanheng.language import listed, tr


@dataclass(frozen=True)
class LandInputs:
    """Land maps of the years, on the grid that they are counted on.

    Attributes
    ----------
    maps : tuple of LandMap
        One a year, in ascending order of the years.
    pairs : tuple of (int, int)
        Pairs of years whose change is reported.
    classes : tuple of str
        In the order of the density table.
    boundary : Polygons, optional
        The region; without one it is where the first map has data.
    legend : Legend
    map_error : MapErrorInputs
        What is known of the errors of the maps.
    """

    maps: tuple[LandMap, ...]
    pairs: tuple[tuple[int, int], ...]
    classes: tuple[str, ...]
    grid: Grid
    boundary: Polygons | None
    legend: Legend
    map_error: MapErrorInputs = field(default_factory=MapErrorInputs)

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the maps."""
        return tuple(item.year for item in self.maps)


#: Most land classes: a byte numbers them, and says what is none.
_MOST_CLASSES = 254


def land_maps(
    legend: Legend, classes: tuple[str, ...], rasters: Mapping[int, Raster | Mosaic], own_codes: Iterable[int] = ()
) -> tuple[LandMap, ...]:
    """Map of each year with the class of each of its codes.

    Parameters
    ----------
    own_codes : iterable of int
        Codes whose class the user gave by hand: these are a class also where the map declares them as nodata.

    Raises
    ------
    InputError
        There are more classes than a byte can number.
    """
    if len(classes) > _MOST_CLASSES:
        raise InputError(
            tr(
                "{name}: has {count} classes, and at most {most} can be told apart; join those that you need not tell apart",
                name=legend.name,
                count=len(classes),
                most=_MOST_CLASSES,
            )
        )
    kept = set(own_codes)
    maps = []
    for year, raster in rasters.items():
        codes = dict(legend.codes)
        declared = _declared(raster)
        if declared is not None and declared not in kept:
            codes[declared] = None
        maps.append(LandMap(year, raster, Lookup(classes, codes)))
    return tuple(maps)


def _declared(raster: Raster | Mosaic) -> int | None:
    """Code that a map declares as nodata."""
    return int(raster.nodata) if raster.nodata is not None and float(raster.nodata).is_integer() else None


def nodata_note(raster: Raster | Mosaic, legend: Legend, own_codes: Iterable[int] = ()) -> list[str]:
    """Warning where a map declares a code as nodata that the legend gives a class."""
    code = _declared(raster)
    if code is None or legend.codes.get(code) is None or code in set(own_codes):
        return []
    return [
        tr(
            "{path}: declares {declared} as nodata, which the legend calls '{codes}'; it is taken as no data",
            path=raster.name,
            declared=code,
            codes=legend.codes[code],
        )
    ]


def unknown_codes(item: LandMap, counts: Mapping[int, int], legend: str) -> str:
    """Message that lists the codes which the legend lacks, with their pixel counts; empty where there are none."""
    unknown = sorted(code for code in counts if code not in item.lookup.codes)
    if not unknown:
        return ""
    named = listed(tr("{code} ({counts:,} pixels)", code=code, counts=counts[code]) for code in unknown[:12])
    more = tr(" and {count} more", count=len(unknown) - 12) if len(unknown) > 12 else ""
    return tr(
        "{name}: codes that the legend '{legend}' lacks: {listed}{more}; map them in a legend CSV of your own, or in the study's "
        '[land_cover] with codes = {{ {unknown} = "CLASS" }}, or nodata = [{unknown}] where they mean no data',
        name=item.source.name,
        legend=legend,
        listed=named,
        more=more,
        unknown=unknown[0],
    )


def unknown_code_problems(land: LandInputs, unknown: Mapping[int, float]) -> list[str]:
    """Messages on maps with codes that the legend lacks, after they were counted.

    Parameters
    ----------
    unknown : mapping of int to float
        By year: cells' worth of area with such codes.
    """
    strange = [item for item in land.maps if unknown[item.year] > 0]
    return list(dict.fromkeys(unknown_codes(item, inventory(item.source), land.legend.name) for item in strange))
