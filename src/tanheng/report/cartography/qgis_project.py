"""A QGIS project of the grids and zones of a run, in the colours and classes of its maps.

A project file (`.qgz`) is an archive that holds one XML text. It names the files beside it, so the folder can be moved as a whole.
"""

from __future__ import annotations

import math
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd

from tanheng.grid import Grid
from tanheng.language import name_of, tr
from tanheng.plain_files import written
from tanheng.report.style.themes import KindTheme, Theme, class_labels, period_of
from tanheng.tables.columns import column_title

#: Layer that is switched on when the project is opened.
_SHOWN = ("balance", "supply")

#: File of the project.
PROJECT_FILE = "map.qgz"


@dataclass(frozen=True)
class ZoneAttributes:
    """What the zones of a layer bear: a table with a row a zone, and the CRS of their outlines."""

    table: pd.DataFrame
    crs_wkt: str


class _Project:
    """Project under construction: the tree of its layers, and the layers."""

    def __init__(self, title: str, grid: Grid) -> None:
        self.root = ET.Element("qgis", projectname=title, version="3.22.0")
        ET.SubElement(self.root, "title").text = title
        system = ET.SubElement(ET.SubElement(self.root, "properties"), "SpatialRefSys")
        # Without this the project has no CRS of its own.
        ET.SubElement(system, "ProjectionsEnabled", type="int").text = "1"
        _reference(ET.SubElement(self.root, "projectCrs"), grid.crs_wkt)
        self.tree = ET.SubElement(self.root, "layer-tree-group")
        self.layers = ET.SubElement(self.root, "projectlayers")
        canvas = ET.SubElement(self.root, "mapcanvas", name="theMapCanvas")
        extent = ET.SubElement(canvas, "extent")
        for name, value in zip(("xmin", "ymin", "xmax", "ymax"), grid.bounds, strict=True):
            ET.SubElement(extent, name).text = repr(float(value))
        _reference(ET.SubElement(canvas, "destinationsrs"), grid.crs_wkt)

    def group(self, name: str, *, shown: bool) -> ET.Element:
        """Group of layers, folded unless it is shown."""
        return ET.SubElement(
            self.tree, "layer-tree-group", name=name, checked=_checked(shown), expanded="1" if shown else "0"
        )

    def layer(
        self, group: ET.Element, name: str, source: str, provider: str, wkt: str, *, shown: bool, **attributes: str
    ) -> ET.Element:
        """Layer of a file, in a group, with its CRS."""
        # QGIS gives layers with short keys new ones, and then misses them in the tree.
        key = f"layer_{len(self.layers)}_{uuid.uuid5(uuid.NAMESPACE_URL, source)}".replace("-", "_")
        ET.SubElement(
            group,
            "layer-tree-layer",
            {
                "id": key,
                "name": name,
                "checked": _checked(shown),
                "expanded": "0",
                "providerKey": provider,
                "source": source,
            },
        )
        layer = ET.SubElement(self.layers, "maplayer", attributes)
        for tag, text in (("id", key), ("datasource", source), ("layername", name), ("provider", provider)):
            ET.SubElement(layer, tag).text = text
        _reference(ET.SubElement(layer, "srs"), wkt)
        return layer

    def write(self, path: Path) -> None:
        """Write the project.

        Raises
        ------
        OutputError
            The file can't be written.
        """
        text = ET.tostring(self.root, encoding="unicode")
        with written(path), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{path.stem}.qgs", f"<!DOCTYPE qgis>\n{text}")


def _checked(shown: bool) -> str:
    return "Qt::Checked" if shown else "Qt::Unchecked"


def _reference(parent: ET.Element, wkt: str) -> None:
    system = ET.SubElement(parent, "spatialrefsys", nativeFormat="Wkt")
    ET.SubElement(system, "wkt").text = wkt


def write_project(
    path: Path,
    title: str,
    grid: Grid,
    files: Sequence[Mapping[str, str]],
    themes: Sequence[Theme],
    kinds: Sequence[KindTheme],
    breaks: Mapping[str, Sequence[float]],
    zones: Mapping[str, ZoneAttributes],
) -> None:
    """Write the project of a run.

    Parameters
    ----------
    files : sequence of mapping
        Rows of ``grids/files.csv``: file, variable, time.
    themes, kinds : sequence of Theme, of KindTheme
        What the maps of the run show; each becomes a group of its years or periods.
    breaks : mapping of str to sequence of float
        Class breaks by the name of the theme, as the maps have them.
    zones : mapping of str to ZoneAttributes
        Of each layer of ``zones.gpkg``, by its name.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    project = _Project(title, grid)
    for label, attributes in zones.items():
        _add_zones(project, label, attributes)
    names = [theme.name for theme in themes]
    first = next((name for name in _SHOWN if name in names), None)
    for theme in themes:
        _add_graded(project, theme, grid, files, breaks[theme.name], shown=theme.name == first)
    for kind in kinds:
        _add_kinds(project, kind, grid, files)
    project.write(path)


def _of_variable(files: Sequence[Mapping[str, str]], variable: str) -> list[Mapping[str, str]]:
    """Files of a variable, the last year or period first."""
    return [row for row in files if row["variable"] == variable][::-1]


def _add_graded(
    project: _Project,
    theme: Theme,
    grid: Grid,
    files: Sequence[Mapping[str, str]],
    breaks: Sequence[float],
    *,
    shown: bool,
) -> None:
    """Group of a quantity: its files hold amounts of cells, and classes are those of whole cells."""
    rows = _of_variable(files, theme.variable)
    if not rows:
        return
    scale = grid.cell_area_ha if theme.per_hectare else 1.0 / theme.scale
    labels = [f"{text} {tr(theme.units)}" for text in class_labels(breaks, diverging=theme.diverging)]
    group = project.group(tr(theme.title), shown=shown)
    for number, row in enumerate(rows):
        layer = _raster(project, group, row, grid, shown=number == 0)
        pipe = ET.SubElement(layer, "pipe")
        renderer = ET.SubElement(
            pipe, "rasterrenderer", {"type": "singlebandpseudocolor", "band": "1", "opacity": "1", "nodataColor": ""}
        )
        shader = ET.SubElement(
            ET.SubElement(renderer, "rastershader"),
            "colorrampshader",
            {"colorRampType": "DISCRETE", "classificationMode": "1", "clip": "0"},
        )
        for (_, high), colour, label in zip(pairwise(breaks), theme.colours(breaks), labels, strict=True):
            last = high == breaks[-1]
            # A class of QGIS holds its upper end, one of our maps its lower end.
            end = math.inf if last else math.nextafter(high * scale, -math.inf)
            ET.SubElement(
                shader, "item", {"value": "inf" if last else repr(end), "color": colour, "label": label, "alpha": "255"}
            )


def _raster(project: _Project, group: ET.Element, row: Mapping[str, str], grid: Grid, *, shown: bool) -> ET.Element:
    source, name = f"./grids/{row['file']}", period_of(row["time"]) or row["variable"]
    return project.layer(group, name, source, "gdal", grid.crs_wkt, shown=shown, type="raster")


def _add_kinds(project: _Project, theme: KindTheme, grid: Grid, files: Sequence[Mapping[str, str]]) -> None:
    """Group of a variable of kinds."""
    rows = _of_variable(files, theme.variable)
    if not rows:
        return
    group = project.group(tr(theme.title), shown=False)
    for number, row in enumerate(rows):
        layer = _raster(project, group, row, grid, shown=number == 0)
        renderer = ET.SubElement(
            ET.SubElement(layer, "pipe"),
            "rasterrenderer",
            {"type": "paletted", "band": "1", "opacity": "1", "nodataColor": ""},
        )
        palette = ET.SubElement(renderer, "colorPalette")
        for value, (colour, name) in enumerate(theme.kinds):
            ET.SubElement(
                palette, "paletteEntry", {"value": str(value), "color": colour, "label": name_of(name), "alpha": "255"}
            )


def _add_zones(project: _Project, label: str, attributes: ZoneAttributes) -> None:
    """Outlines of a layer of zones with their names, and titles of their columns in words."""
    source = f"./zones.gpkg|layername={label}"
    layer = project.layer(
        project.tree,
        name_of(label),
        source,
        "ogr",
        attributes.crs_wkt,
        shown=True,
        type="vector",
        geometry="Polygon",
        labelsEnabled="0",
    )
    renderer = ET.SubElement(layer, "renderer-v2", {"type": "singleSymbol", "symbollevels": "0"})
    symbol = ET.SubElement(ET.SubElement(renderer, "symbols"), "symbol", {"type": "fill", "name": "0", "alpha": "1"})
    fill = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0", "locked": "0"})
    look = {"style": "no", "outline_color": "40,40,40,255", "outline_style": "solid", "outline_width": "0.26"}
    for key, value in look.items():
        ET.SubElement(fill, "prop", {"k": key, "v": value})
    aliases = ET.SubElement(layer, "aliases")
    for place, column in enumerate(attributes.table.columns, start=1):  # the first field is the key of the GeoPackage
        ET.SubElement(aliases, "alias", {"index": str(place), "field": str(column), "name": column_title(str(column))})
    ET.SubElement(layer, "previewExpression").text = '"zone_name"'
