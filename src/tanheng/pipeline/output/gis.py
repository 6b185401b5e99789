"""What a GIS opens: the zones with their results, and a project of grids and zones in the colours of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from tanheng.inputs.study_inputs import Inputs
from tanheng.io.results.geopackage import PlacedTable, write_geopackage
from tanheng.io.vectors import Polygons
from tanheng.report.cartography.qgis_project import ZoneAttributes
from tanheng.tables.columns import holds_words
from tanheng.tables.of_zones import OF_ZONES

Tables = Mapping[str, pd.DataFrame]

#: File of the zones with their results.
ZONES_FILE = "zones.gpkg"


def write_zones(folder: Path, inputs: Inputs, tables: Tables) -> dict[str, ZoneAttributes]:
    """Write the zones with their results; their attributes by layer, none where the study has no zones.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    layers = outlined(inputs)
    attributes = {
        layer: zone_attributes(tables, layer, shapes.ids, shapes.names, shapes.by_language)
        for layer, shapes in layers.items()
    }
    if attributes:
        placed = {
            layer: PlacedTable(table, layers[layer].geometries, layers[layer].crs)
            for layer, table in attributes.items()
        }
        write_geopackage(folder / ZONES_FILE, placed)
    return {label: ZoneAttributes(table, layers[label].crs.to_wkt()) for label, table in attributes.items()}


def outlined(inputs: Inputs) -> Mapping[str, Polygons]:
    """Zone layers of a study; the boundary of its region where it has none."""
    if inputs.zones or inputs.land.boundary is None:
        return inputs.zones
    return {"region": inputs.land.boundary}


def zone_attributes(
    tables: Tables,
    layer: str,
    ids: tuple[str, ...],
    names: tuple[str, ...],
    by_language: Mapping[str, tuple[str, ...]] | None = None,
) -> pd.DataFrame:
    """One row a zone: its code, its name, and each figure of each year or period as a column of its own.

    Parameters
    ----------
    ids, names : tuple of str
        Of the zones of the layer.
    by_language : mapping of str to tuple of str, optional
        Names in several languages, each a column of its own.

    Examples
    --------
    >>> stocks = pd.DataFrame({"year": [2000, 2010], "zone_layer": "county", "zone_id": "1", "zone_name": "Anyang", "stock_t_c": [5.0, 6.0]})
    >>> zone_attributes({"stock_by_zone": stocks}, "county", ("1",), ("Anyang",)).to_dict("records")
    [{'zone_id': '1', 'zone_name': 'Anyang', 'stock_t_c_2000': 5.0, 'stock_t_c_2010': 6.0}]
    """
    wide = pd.DataFrame({"zone_id": [str(one) for one in ids], "zone_name": [str(name) for name in names]})
    spoken = {f"zone_name_{code}": list(of) for code, of in (by_language or {}).items()}
    columns = {
        name: values.reindex(wide["zone_id"]).to_numpy()
        for table, keys in OF_ZONES.items()
        if table in tables
        for name, values in _wide(tables[table], table, layer, keys)
    }
    return wide.assign(**spoken, **columns)


def _wide(table: pd.DataFrame, name: str, layer: str, keys: tuple[str, str]) -> Iterator[tuple[str, pd.Series]]:
    """Each figure of each year or period, by the code of the zone."""
    time = "year" if "year" in table else "period"
    left_out = {"zone_layer", time, *keys}
    rows = table[table["zone_layer"] == layer] if "zone_layer" in table else table
    for when, part in rows.groupby(time, sort=True):
        keyed = part.assign(key=part[keys[0]].astype(str)).drop_duplicates("key").set_index("key")
        for column in part.columns:
            if column not in left_out and not holds_words(str(column), name):
                yield f"{column}_{str(when).replace('-', '_')}", keyed[column].astype(float)
