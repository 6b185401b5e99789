"""What a GIS opens: zones with their results, and a QGIS project whose layers, styles and names hold."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest

from tanheng.pipeline.results import Results
from tanheng.pipeline.run import run_study

#: Debian's QGIS is a package of the system's own Python.
SYSTEM_PYTHON = "/usr/bin/python3"


def test_zones_have_their_figures_of_each_year(tiny_with_people: Path) -> None:
    folder = run_study(tiny_with_people).folder
    meta, _, geometry, fields = pyogrio.raw.read(folder / "zones.gpkg", layer="part")
    attributes = dict(zip(meta["fields"], fields, strict=True))
    table = pd.read_csv(folder / "tables" / "balance_by_zone.csv")
    rows = table[(table["year"] == 2010) & table["zone_id"].isin(["a", "b"])].set_index("zone_id")
    assert attributes["zone_id"].tolist() == ["a", "b"]
    assert attributes["zone_name"].tolist() == ["西部", "东部"]
    np.testing.assert_allclose(attributes["balance_t_c_2010"], rows.loc[["a", "b"], "balance_t_c"], rtol=1e-12)
    per_hectare = rows["balance_t_c"] / (100 * rows["area_km2"])
    np.testing.assert_allclose(attributes["balance_t_c_per_ha_2010"], per_hectare[["a", "b"]], rtol=1e-12)
    assert len(geometry) == 2


def test_a_folder_with_these_files_is_replaced_by_the_next_run(tiny_with_people: Path) -> None:
    first = run_study(tiny_with_people).folder
    assert {"zones.gpkg", "map.qgz"} <= {path.name for path in first.iterdir()}
    assert run_study(tiny_with_people).folder == first


_LOOK = """
import json, sys
from qgis.core import QgsApplication, QgsProject
application = QgsApplication([], False)
application.initQgis()
project = QgsProject.instance()
opened = project.read(sys.argv[1])
tree = [(node.layerId(), node.isVisible()) for node in project.layerTreeRoot().findLayers()]
layers = []
for key, shown in tree:
    layer = project.mapLayer(key)
    found = {"name": layer.name(), "valid": layer.isValid(), "shown": shown, "crs": layer.crs().isValid()}
    found["group"] = project.layerTreeRoot().findLayer(key).parent().name()
    if layer.type() == layer.RasterLayer:
        renderer = layer.renderer()
        found["renderer"] = renderer.type()
        found["legend"] = [list(item) and item[0] for item in renderer.legendSymbologyItems()]
    else:
        found["fields"] = [layer.attributeDisplayName(number) for number in range(layer.fields().count())]
    layers.append(found)
print("FOUND" + json.dumps({"opened": opened, "title": project.title(), "crs": project.crs().isValid(), "layers": layers}))
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_qgis_opens_the_project(tiny_with_people: Path, language: str) -> None:
    known = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    if known.returncode != 0:
        pytest.skip("no QGIS is installed")
    folder = run_study(tiny_with_people, language=language).folder
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for name in ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA"):
        environment.pop(name, None)
    said = subprocess.run(
        [SYSTEM_PYTHON, "-c", _LOOK, str(folder / "map.qgz")],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    found = json.loads(said.stdout.split("FOUND")[1])
    assert found["opened"]
    assert found["crs"]
    layers = found["layers"]
    assert all(layer["valid"] and layer["crs"] for layer in layers)
    groups = {layer["group"] for layer in layers}
    balance = {"en": "Balance: storage minus one year of emissions", "zh": "碳平衡：碳储量减一年碳排放"}[language]
    assert balance in groups
    shown = [layer for layer in layers if layer["shown"] and "renderer" in layer]
    assert [(layer["group"], layer["name"]) for layer in shown] == [(balance, "2010")]
    assert shown[0]["renderer"] == "singlebandpseudocolor"
    assert len(shown[0]["legend"]) >= 2
    fields = next(layer["fields"] for layer in layers if "fields" in layer)
    assert any({"en": "balance per hectare 2010", "zh": "2010年单位面积碳平衡"}[language] in field for field in fields)


def test_the_project_has_the_classes_of_the_maps(henan: Results) -> None:
    import zipfile
    from xml.etree import ElementTree as ET

    with zipfile.ZipFile(henan.folder / "map.qgz") as archive:
        root = ET.fromstring(archive.read("map.qgs"))  # noqa: S314  our own file
    layers = {layer.findtext("datasource"): layer for layer in root.iter("maplayer")}
    items = list(layers["./grids/balance_2015.tif"].iter("item"))
    values = henan.dataset["balance"].sel(year=2015).values
    ends = [float(item.get("value", "nan")) for item in items]
    assert ends == sorted(ends)
    # A class of whole cells: t C per hectare times 100 hectares.
    counted = np.diff(np.concatenate([[0], [np.nansum(values <= end) for end in ends]]))
    assert counted.sum() == np.isfinite(values).sum()
    assert (counted > 0).all()
