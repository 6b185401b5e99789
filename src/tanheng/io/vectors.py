"""Polygons: the boundary of a region, and layers of zones."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from tanheng.errors import InputError, nearest
from tanheng.io.sources import local_layer
from tanheng.language import tr
from tanheng.plain_files import shown

#: Endings by which a vector file is told from a raster.
VECTORS = frozenset({".shp", ".gpkg", ".geojson", ".json", ".kml", ".gml", ".fgb"})


@dataclass(frozen=True)
class Polygons:
    """Polygons of a file with their identifiers and names.

    `repaired` counts those whose geometry was invalid (self-crossing rings) and was made valid; `other_names` are the names of all
    polygons in further languages, and `by_language` those in the languages that the file or the study says they are in.

    Examples
    --------
    >>> zones = Polygons("z.gpkg", pyproj.CRS(4326), (), ("4101", "4102"), ("郑州市", "开封市"), 0, (("Zhengzhou", "Kaifeng"),))
    >>> numbers = zones.numbers()
    >>> numbers["4102"], numbers["郑州市"], numbers["郑州"], numbers["Kaifeng"]
    (1, 0, 0, 1)
    """

    path: str
    crs: pyproj.CRS
    geometries: tuple[shapely.Geometry, ...]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    repaired: int
    other_names: tuple[tuple[str, ...], ...] = ()
    by_language: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def numbers(self) -> dict[str, int]:
        """Number of each polygon by every text that means it alone: its id, its name in any language, or that without 市, 县 and the like.

        An id stands before names, and a whole name before one without its rank.
        """
        every = [list(names) for names in (self.names, *self.other_names)]
        full = _zones_of(every)
        short = _zones_of([[_without_rank(name) for name in names] for names in every])
        meant = {name: zones for name, zones in short.items() if name not in full} | full
        alone = {name: next(iter(zones)) for name, zones in meant.items() if len(zones) == 1}
        return alone | {code: number for number, code in enumerate(self.ids)}


#: Words for the rank of a place, which many tables leave out.
_RANKS = (
    "特别行政区",
    "壮族自治区",
    "回族自治区",
    "维吾尔自治区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "林区",
    "新区",
    "省",
    "市",
    "县",
    "区",
    "盟",
    "旗",
    "州",
)


def _without_rank(name: str) -> str:
    """Name of a place without the word for its rank; of two letters or more.

    Examples
    --------
    >>> _without_rank("三门峡市"), _without_rank("叶县"), _without_rank("Anyang")
    ('三门峡', '叶县', 'Anyang')
    """
    return next((name.removesuffix(rank) for rank in _RANKS if name.endswith(rank) and len(name) > len(rank) + 1), name)


def _zones_of(languages: Sequence[Sequence[str]]) -> dict[str, set[int]]:
    """Numbers of the polygons that each name stands for in any of the languages."""
    rows_of_zones: dict[str, set[int]] = {}
    for names in languages:
        for number, name in enumerate(names):
            rows_of_zones.setdefault(name, set()).add(number)
    return rows_of_zones


@dataclass(frozen=True)
class Layer:
    """A layer of a vector file as it is stored: columns by name, geometries (None where a row has none), and its CRS."""

    columns: Mapping[str, Any]
    geometries: list[shapely.Geometry | None]
    crs: pyproj.CRS | None


def read_layer(path: Path, layer: str | None = None, *, encoding: str | None = None) -> Layer:
    """A layer of any vector file that GDAL reads; nothing that the file names elsewhere is fetched.

    Raises
    ------
    InputError
        The file is missing, no vector file, its CRS can't be understood, or a geometry is broken.
    """
    import pyogrio

    local_layer(path)
    # Schemas and sources that a file names elsewhere are not fetched.
    pyogrio.set_gdal_config_options({"GML_DOWNLOAD_SCHEMA": "NO", "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}"})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            meta, _, geometry, fields = pyogrio.raw.read(path, layer=layer, encoding=encoding)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        ValueError,
        IndexError,
        RuntimeError,
        OSError,
    ) as error:
        raise _unreadable(path, error) from error
    try:
        crs = pyproj.CRS.from_user_input(meta["crs"]) if meta["crs"] else None
    except pyproj.exceptions.CRSError as error:
        raise InputError(
            tr("{path}: its CRS can't be understood ({error}); assign it anew", path=path, error=shown(error))
        ) from error
    columns = dict(zip((str(name) for name in meta["fields"]), fields, strict=True))
    return Layer(columns, _geometries(path, geometry if geometry is not None else []), crs)


def layer_names(path: Path) -> list[str]:
    """Names of the layers of a vector file.

    Raises
    ------
    InputError
        The file is no vector file that can be read.
    """
    import pyogrio

    try:
        return [str(name) for name, _ in pyogrio.list_layers(path)]
    except pyogrio.errors.DataSourceError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(
        tr(
            "{path}: not a readable vector file ({error})",
            path=path,
            error=shown(" ".join(str(error).split())),
        )
    )


def read_polygons(
    path: Path,
    id_column: str | None = None,
    name_column: str | None = None,
    layer: str | None = None,
    other_names: Sequence[str] = (),
) -> Polygons:
    """Polygons of any vector file that GDAL reads.

    Parameters
    ----------
    path : Path
    id_column, name_column : str, optional
        Columns with the identifier and the name; the row number and the identifier where absent.
    layer : str, optional
        Layer of a file that has several.
    other_names : sequence of str
        Columns with the names in further languages.

    Raises
    ------
    InputError
        The file is missing, no vector file, has no CRS, lacks a column, holds no polygon, or an identifier twice.
    """
    layer_read = read_layer(path, layer, encoding=_encoding(path))
    if layer_read.crs is None:
        raise InputError(
            tr("{path}: has no CRS (a .prj file that is missing?); assign the one it was made in", path=path)
        )
    columns = layer_read.columns
    for column in (id_column, name_column):
        if column is not None and column not in columns:
            raise InputError(
                tr(
                    "{path}: column '{column}' is missing{nearest}",
                    path=path,
                    column=column,
                    nearest=nearest(column, columns),
                )
            )
    shapes, repaired = _valid(path, layer_read.geometries)
    ids = (
        [_text(value) for value in columns[id_column]]
        if id_column
        else [str(number) for number in range(1, len(shapes) + 1)]
    )
    names = [_text(value) for value in columns[name_column]] if name_column else ids
    for column, texts in ((id_column, ids), (name_column, names)):
        if column is not None:
            _refuse_blank(path, column, texts)
    counts = Counter(ids)
    twice = sorted(item for item, count in counts.items() if count > 1)
    if twice:
        raise InputError(
            tr(
                "{path}: column '{id_column}' has '{twice}' {count} times; merge those rows, or name another id column",
                path=path,
                id_column=id_column,
                twice=twice[0],
                count=counts[twice[0]],
            )
        )
    crs = layer_read.crs
    _refuse_misplaced(path, crs, shapes)
    others = tuple(tuple(_text(value) for value in columns[name]) for name in other_names)
    return Polygons(str(path), crs, tuple(shapes), tuple(ids), tuple(names), repaired, others)


def polygon_columns(path: Path, layer: str | None = None) -> tuple[str, ...]:
    """Columns of a vector file; none where it can't be read: `read_polygons` says why."""
    import pyogrio

    try:
        return tuple(str(name) for name in pyogrio.read_info(path, layer=layer, encoding=_encoding(path))["fields"])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError):
        return ()


def _encoding(path: Path) -> str | None:
    """Encoding of a shapefile that does not name its own: UTF-8 if its text is, else that of Chinese Windows."""
    if path.suffix.lower() != ".shp":
        return None
    table = path.with_suffix(".dbf")
    if path.with_suffix(".cpg").exists() or not table.exists():
        return None
    try:
        table.read_bytes()[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _text(value: Any) -> str:  # noqa: ANN401  columns hold anything
    """A field as text; empty where it holds nothing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _refuse_blank(path: Path, column: str, texts: list[str]) -> None:
    blank = [row for row, text in enumerate(texts, start=1) if not text]
    if blank:
        raise InputError(
            tr(
                "{path}: column '{column}' is empty in {count} of {rows} polygons (the first is number {first}); fill it in, "
                "or name another column",
                path=path,
                column=column,
                count=len(blank),
                rows=len(texts),
                first=blank[0],
            )
        )


def _refuse_misplaced(path: Path, crs: pyproj.CRS, shapes: list[shapely.Geometry]) -> None:
    west, south, east, north = shapely.total_bounds(shapes)
    if crs.is_geographic and (west < -360 or east > 360 or south < -90 or north > 90):
        raise InputError(
            tr(
                "{path}: says its coordinates are degrees ({name}), but they reach from {west:g}, {south:g} to {east:g}, "
                "{north:g}; assign the CRS it was made in",
                path=path,
                name=crs.name,
                west=west,
                south=south,
                east=east,
                north=north,
            )
        )


def _geometries(path: Path, stored: Any) -> list[shapely.Geometry | None]:  # noqa: ANN401  an object array
    """Geometries of the rows, as far as they are any."""
    geometries = []
    for row, item in enumerate(stored, start=1):
        try:
            geometries.append(None if item is None else shapely.from_wkb(item))
        except (shapely.errors.ShapelyError, TypeError, ValueError) as error:
            raise InputError(
                tr("{path}: row {row} has a broken geometry ({error})", path=path, row=row, error=str(error)[:200])
            ) from error
    return geometries


def _valid(path: Path, geometries: Any) -> tuple[list[shapely.Geometry], int]:  # noqa: ANN401  an object array
    shapes, repaired = [], 0
    for row, geometry in enumerate(geometries, start=1):
        if geometry is None or geometry.is_empty:
            raise InputError(tr("{path}: row {row} has no geometry", path=path, row=row))
        if shapely.get_dimensions(geometry) != 2:
            raise InputError(
                tr(
                    "{path}: row {row} is a {geom_type}; a polygon was expected",
                    path=path,
                    row=row,
                    geom_type=geometry.geom_type,
                )
            )
        if not np.isfinite(shapely.get_coordinates(geometry)).all():
            raise InputError(tr("{path}: row {row} has coordinates that are not finite numbers", path=path, row=row))
        if not geometry.is_valid:
            mended = shapely.make_valid(geometry)
            parts = [part for part in shapely.get_parts(mended) if shapely.get_dimensions(part) == 2]
            geometry = shapely.union_all(parts)  # noqa: PLW2901  lines and points left over by the repair are dropped
            repaired += 1
        if not shapely.area(geometry) > 0:
            raise InputError(tr("{path}: row {row} has no area; take it out, or draw it anew", path=path, row=row))
        shapes.append(shapely.force_2d(geometry))
    if not shapes:
        raise InputError(tr("{path}: holds no polygon", path=path))
    return shapes, repaired
