"""Indices of zones are of the zones of a layer: what lies outside them has a row, and no part in sums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import NORTH, WEST, tiny_study_with_people, write_zones, zone
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
