"""Files that lie beside a report, with what each is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tanheng.language import mark, tr

#: Files and folders of a run, in the order that readers look for them.
_FILES = {
    "maps/": mark("the maps for print"),
    "tables.xlsx": mark("every table, with checks and charts"),
    "tables.docx": mark("the tables of a paper"),
    "tables/": mark("every table as CSV"),
    "zones.gpkg": mark("the zones with their results, for a GIS"),
    "map.qgz": mark("a QGIS project of the grids and zones, in the colours of this report"),
    "grids/": mark("every layer as GeoTIFF"),
    "pixels/": mark("maps at the resolution of the land maps"),
    "results.zarr/": mark("the whole dataset"),
    "simulation/report.html": mark("simulated land use, its scores, and its carbon"),
    "run.json": mark("where every figure comes from"),
    "ro-crate-metadata.json": mark("the same for repositories (RO-Crate)"),
}

#: Files that are written after the report.
_LATER = frozenset({"run.json", "ro-crate-metadata.json"})


@dataclass(frozen=True)
class FileBeside:
    """A file beside a report: its path from there, and what it is."""

    path: str
    meaning: str


def files_beside(folder: Path, later: frozenset[str] = frozenset()) -> list[FileBeside]:
    """Files of a run that are there, or will be.

    Parameters
    ----------
    folder : Path
        Of the results.
    later : frozenset of str
        Further files that are written after the report.
    """
    expected = _LATER | later
    return [
        FileBeside(path, tr(meaning))
        for path, meaning in _FILES.items()
        if path in expected or (folder / path).exists()
    ]
