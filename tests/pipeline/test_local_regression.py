"""Local regression of the balance of zones in a study."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import CARBON_AND_PEOPLE, NORTH, SMALL_MAPS, WEST, write_map, write_zones, zone
from tanheng.errors import StudyError
from tanheng.pipeline.run import Results, run_study

SIZE = 16


def run_with(folder: Path, analysis: str, side: int = 4) -> Results:
    """16 x 16 km in square zones; people are more in the east, and forest where the slope is steep."""
    rng = np.random.default_rng(5)
    slope = rng.uniform(0, 30, (SIZE, SIZE))
    codes = np.where(slope > 18, 2, 1)
    people = 20 + 300 * rng.uniform(0, 1, (SIZE, SIZE)) * np.linspace(0, 1, SIZE)
    write_map(folder / "a.tif", codes)
    write_map(folder / "slope.tif", slope, dtype="float32", nodata=-1)
    write_map(folder / "people.tif", people, dtype="float32", nodata=-1)
    (folder / "totals.csv").write_text("year,emissions,unit\n2010,500000,t CO2\n", encoding="utf-8")
    step = 1000.0 * side
    zones = [
        zone(f"z{row}{column}", f"区{row}{column}", WEST + column * step, NORTH - (row + 1) * step, WEST + (column + 1) * step, NORTH - row * step)
        for row in range(SIZE // side)
        for column in range(SIZE // side)
    ]  # fmt: skip
    write_zones(folder / "zones.gpkg", zones)
    study = folder / "study.toml"
    study.write_text(
        f"""
title = "Local"
years = [2010]
{SMALL_MAPS}[zones.part]
file = "zones.gpkg"
id = "code"
name = "name"
[land_cover]
legend = "six-classes"
maps = {{ 2010 = "a.tif" }}
{CARBON_AND_PEOPLE}[drivers.slope]
map = "slope.tif"
[analysis]
{analysis}
""",
        encoding="utf-8",
    )
    return run_study(study)


def test_zones_have_coefficients_of_their_own(tmp_path: Path) -> None:
    results = run_with(tmp_path, 'local_regression = "part"\nlocal_drivers = ["slope"]')
    table, fit = results.tables["local_regression"], results.tables["local_regression_fit"].iloc[0]
    assert len(table) == 16 * 2
    assert set(table["driver"]) == {"constant", "slope"}
    slopes = table[table["driver"] == "slope"]
    # Steep land bears forest, which stores more: the coefficient is positive all over.
    assert (slopes["coefficient"] > 0).all()
    assert fit["zones"] == 16
    assert 0.0 < fit["p_random_places"] <= 1.0
    page = results.report.read_text(encoding="utf-8")
    assert "A driver that goes with the balance need not cause it" in page


def test_too_few_zones_are_told(tmp_path: Path) -> None:
    results = run_with(tmp_path, 'local_regression = "part"', side=8)
    assert "local_regression" not in results.tables
    assert any("local regression is left out" in text for text in results.warnings)


@pytest.mark.parametrize(
    ("analysis", "said"),
    [
        ('local_regression = "county"', "there is no zone layer 'county'"),
        ('local_regression = "part"\nlocal_drivers = ["aspect"]', "there is no driver 'aspect'"),
    ],
)
def test_a_wrong_request_is_refused(tmp_path: Path, analysis: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        run_with(tmp_path, analysis)
