"""Names of zones in the language of the results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pytest

import tanheng


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ('"name"', "en", {"West", "East"}),
        ('"name"', "zh", {"西部", "东部"}),
        ('{ en = "name_zh", zh = "name" }', "en", {"西部", "东部"}),
    ],
)
def test_zones_are_named_in_the_language(tiny_with_people: Path, name: str, language: str, expected: set[str]) -> None:
    file = tiny_with_people.parent / "zones.gpkg"
    meta, _, geometry, fields = pyogrio.raw.read(file)
    english = np.array(["West", "East"], object)
    columns = dict(zip(meta["fields"], fields, strict=True))
    file.unlink()
    pyogrio.raw.write(
        file, geometry, [columns["code"], english, columns["name"]], ["code", "name", "name_zh"],
        geometry_type="Polygon", crs=meta["crs"], driver="GPKG",
    )  # fmt: skip
    text = tiny_with_people.read_text(encoding="utf-8").replace('name = "name"', f"name = {name}")
    tiny_with_people.write_text(text, encoding="utf-8")
    table = tanheng.run(tiny_with_people, language=language).tables["stock_by_zone"]
    assert set(table["zone_name"]) == expected
