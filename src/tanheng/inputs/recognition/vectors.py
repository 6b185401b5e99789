"""Vector files recognised: polygons with the columns that are likely to hold ids and names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely

from tanheng.inputs.recognition.recognised import Recognised, Use, crs_words, entry_name, year_in
from tanheng.io.vectors import Layer, layer_names, read_layer
from tanheng.language import listed, tr

#: Types of geometry that cover an area.
_AREAS = {shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value}

#: Columns that hold ids or names in most files, the likeliest first.
_IDS = ("code", "adcode", "gb", "pac", "id", "fid", "gid", "代码", "编码")
_NAMES = (
    "name",
    "name_zh",
    "name_en",
    "名称",
    "地名",
    "county",
    "district",
    "city",
    "prefecture",
    "province",
    "县",
    "市",
    "省",
)


def recognised_layer(path: Path, file: str) -> Recognised:
    """What a vector file seems to be.

    Raises
    ------
    InputError
        It can't be read.
    """
    layers = layer_names(path)
    layer = read_layer(path, layers[0] if layers else None)
    shapes = [shape for shape in layer.geometries if shape is not None]
    is_area = bool(shapes) and set(shapely.get_type_id(shapes)) <= _AREAS
    figures = [
        (tr("features"), f"{len(shapes):,}"),
        (tr("columns"), str(listed(layer.columns))),
        (tr("CRS"), crs_words(layer.crs) if layer.crs is not None else tr("none")),
    ]
    if len(layers) > 1:
        figures.append((tr("layers"), str(listed(layers))))
    if not is_area:
        uses = (
            Use(
                tr("Distance as a driver of land-use change"),
                ((("simulate", "distance_to", entry_name(path.stem)), file),),
            ),
        )
        return Recognised(file, "lines or points", tr("Lines or points"), figures, year_in(path.stem), uses)
    return Recognised(
        file,
        "polygons",
        tr("{count} polygons", count=len(shapes)),
        figures,
        year_in(path.stem),
        _uses(path, file, layer),
    )


def _uses(path: Path, file: str, layer: Layer) -> list[Use]:
    several = len(layer.geometries) > 1
    name, identity = name_column(layer.columns), id_column(layer.columns)
    entries: list[tuple[tuple[str, ...], object]] = [(("zones", entry_name(path.stem), "file"), file)]
    if identity:
        entries.append((("zones", entry_name(path.stem), "id"), identity))
    if name:
        entries.append((("zones", entry_name(path.stem), "name"), name))
    zones = Use(tr("Zones that tables are summed by"), tuple(entries), likely=several)
    region = Use(tr("Boundary of the region"), ((("region", "boundary"), file),), likely=not several)
    return [zones, region] if several else [region, zones]


def id_column(columns: Mapping[str, Any]) -> str:
    """Column that tells rows apart: without a blank, each value once; the likeliest by its name. Empty where there is none.

    Examples
    --------
    >>> id_column({"name": ["a", "a"], "code": [1, 2]}), id_column({"kind": ["a", "a"]})
    ('code', '')
    """
    fit = [name for name, values in columns.items() if _tells_apart(values)]
    return min(fit, key=lambda name: _rank(name, _IDS), default="")


def name_column(columns: Mapping[str, Any]) -> str:
    """Column of names: text; one that tells rows apart before others, the likeliest by its heading. Empty where there is none.

    Examples
    --------
    >>> name_column({"city": ["郑州市", "郑州市"], "county": ["巩义市", "登封市"], "district": ["a", "a"]})
    'county'
    >>> name_column({"code": ["1", "2"], "NAME": ["甲", "乙"]}), name_column({"area": [1.5, 2.5]})
    ('NAME', '')
    """
    text = [
        name for name, values in columns.items() if all(isinstance(value, str) and value.strip() for value in values)
    ]
    fit = [name for name in text if _rank(name, _NAMES) < len(_NAMES)]
    return min(fit, key=lambda name: (not _tells_apart(columns[name]), _rank(name, _NAMES)), default="")


def _tells_apart(values: Any) -> bool:  # noqa: ANN401  a column holds anything
    texts = [str(value).strip() for value in values]
    return bool(texts) and all(texts) and len(set(texts)) == len(texts) and not any("." in one for one in texts)


def _rank(name: str, known: tuple[str, ...]) -> int:
    """Place of a heading among those that are known, whole or in part; their number where it is none."""
    low = name.lower()
    exact = [number for number, one in enumerate(known) if low == one]
    within = [number for number, one in enumerate(known) if one in low]
    return (exact or within or [len(known)])[0]
