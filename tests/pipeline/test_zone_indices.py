"""Indices of zones are of the zones of a layer: what lies outside them has a row, and no part in sums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import NORTH, WEST, tiny_study_with_people, write_map, write_zones, zone
from tanheng.pipeline.run import run_study


def test_land_outside_all_zones_has_no_part_in_their_indices(tmp_path: Path) -> None:
    """Two zones cover the first row of cells; the other two rows hold most of the uptake and of the emissions."""
    study = tiny_study_with_people(tmp_path)
    row = NORTH - 1000
    zones = [zone("a", "西", WEST, row, WEST + 2000, NORTH), zone("b", "东", WEST + 2000, row, WEST + 4000, NORTH)]
    write_zones(tmp_path / "zones.gpkg", zones)
    study.write_text(
        study.read_text(encoding="utf-8") + '\n[balance]\nmode = "sink"\nuptake = "china-vegetation"\n',
        encoding="utf-8",
    )
    tables = run_study(study).tables
    whole = tables["balance_by_zone"]
    rows = whole[(whole["year"] == 2000) & (whole["zone_id"] != "-")]
    uptake, emitted = rows["supply_t_c_per_yr"], rows["demand_t_c_per_yr"]
    outside = whole[(whole["year"] == 2000) & (whole["zone_id"] == "-")].iloc[0]
    assert outside["demand_t_c_per_yr"] > emitted.sum()
    expected = (uptake / uptake.sum()) / (emitted / emitted.sum())
    assert rows["ecological_support_coefficient"].tolist() == pytest.approx(expected.tolist(), rel=1e-12)
    assert (rows["uptake_share"].sum(), rows["emissions_share"].sum()) == pytest.approx((1.0, 1.0), rel=1e-12)
    for name in ("ecological_support_coefficient", "uptake_share", "emissions_share"):
        assert np.isnan(outside[name])
    assert tables["zone_inequality"].set_index("year").loc[2000, "zones"] == 2


def test_half_widths_of_zones_are_of_their_own_densities(tiny_with_people: Path) -> None:
    """One class of land, 170 t C/ha in the west and 44 in the east, known to a fifth: 600 ha of each."""
    classes = ("cropland", "forest", "grassland", "water", "built-up", "unused")
    rows = [f"{zone},{name},{above},0,0,0" for zone, above in (("a", 170), ("b", 44)) for name in classes]
    (tiny_with_people.parent / "d.csv").write_text(
        "\n".join(["zone,class,above,below,soil,dead", *rows]) + "\n", encoding="utf-8"
    )
    for name in ("a.tif", "b.tif"):
        write_map(tiny_with_people.parent / name, [[2, 2, 2, 2]] * 3)
    text = tiny_with_people.read_text(encoding="utf-8")
    given = '"d.csv"\nzones = "part"\nuncertainty = 0.2'
    tiny_with_people.write_text(text.replace('"henan-six-classes"', given), encoding="utf-8")
    table = run_study(tiny_with_people).tables["stock_by_zone"].set_index(["year", "zone_id"])
    assert table.loc[(2000, "a"), "stock_half_width_t_c"] == pytest.approx(0.2 * 600 * 170)
    assert table.loc[(2000, "b"), "stock_half_width_t_c"] == pytest.approx(0.2 * 600 * 44)


def test_a_zone_without_output_leaves_the_coefficients_of_that_year_out_and_is_named(tiny_with_people: Path) -> None:
    (tiny_with_people.parent / "gdp.csv").write_text(
        "year,zone,value\n2000,a,5\n2000,b,7\n2010,a,9\n", encoding="utf-8"
    )
    entries = '[drivers.gdp]\ntable = "gdp.csv"\nzones = "part"\n[economy]\ndriver = "gdp"\nkind = "total"\n'
    tiny_with_people.write_text(tiny_with_people.read_text(encoding="utf-8") + entries, encoding="utf-8")
    results = run_study(tiny_with_people)
    table = results.tables["balance_by_zone"].query("zone_id != '-'").set_index("year")
    assert table.loc[2000, "economic_contribution_coefficient"].notna().all()
    assert table.loc[2010, "economic_contribution_coefficient"].isna().all()
    assert any("1 zone(s) of 'part' have no output in 2010 (东部)" in note for note in results.warnings)
