"""Real data of Henan through the same command; skipped where they are absent."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from conftest import HENAN
from tanheng.io.vectors import read_polygons
from tanheng.pipeline.run import Results, run_study

pytestmark = pytest.mark.skipif(not HENAN.exists(), reason="the real data of Henan are not here")

FUELS = {
    "Coal Cleaned": "洗精煤", "Coal Gas not Coke Source": "其他煤气", "Coal Raw": "原煤", "Coal Washed": "其他洗煤",
    "Coal Briquettes": "型煤", "Coke": "焦炭", "Coke Other Products": "其他焦化产品", "Coke Oven Gas": "焦炉煤气",
    "Diesel Oil": "柴油", "Fuel Oil": "燃料油", "Gasoline": "汽油", "Kerosene": "煤油", "Liquid Petroleum Gas": "液化石油气",
    "Natural Gas": "天然气", "Crude Oil": "原油", "Petroleum Other Products": "其他石油制品", "Refinery Gas": "炼厂干气",
}  # fmt: skip


def burnt(year: str) -> Counter[str]:
    """Fuel burnt, Mtce: final consumption less non-energy use, and what power and heat plants took in."""
    found: Counter[str] = Counter()
    with (HENAN / "energy" / "energy_balance_henan_1995_2005_2014_mtce.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["year"] != year or row["material"] not in FUELS:
                continue
            sign = {"Total Consumption": 1, "Industry - NonEnergy Use": -1, "Thermal Power": -1, "Heating Supply": -1}
            found[FUELS[row["material"]]] += sign.get(row["process"], 0) * float(row["mtce"])
    return found


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder: Path = tmp_path_factory.mktemp("real")
    lines = ["year,fuel,quantity,unit"]
    for year, balance in (("2001", "1995"), ("2010", "2005")):
        lines += [f"{year},{fuel},{value * 100},万吨标准煤" for fuel, value in burnt(balance).items() if value > 0]
    (folder / "energy.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    at = HENAN.as_posix()
    (folder / "study.toml").write_text(
        f"""
title = "Henan, real data"
years = [2001, 2010]
[region]
boundary = "{at}/boundaries/henan_province.geojson"
[zones.prefecture]
file = "{at}/boundaries/henan_prefecture.geojson"
id = "adcode"
name = "city"
[zones.county]
file = "{at}/boundaries/henan_county.geojson"
id = "adcode"
name = "district"
[land_cover]
legend = "modis-igbp"
[land_cover.maps]
2001 = "{at}/landcover/glcf_modis_lc5min_2001_igbp_henan.tif"
2010 = "{at}/landcover/glcf_modis_lc5min_2010_igbp_henan.tif"
[carbon_density]
table = "henan-six-classes"
[emissions]
activity = "energy.csv"
factors = "china-gbt"
[population]
kind = "density"
[population.maps]
2001 = "{at}/population/gpw_v411_2020_density_15min_henan.tif"
2010 = "{at}/population/derived_density_2010_prefcalibrated_3857_henan.tif"
[drivers.elevation]
map = "{at}/covariates/dem_itu_p1511_5arcmin.tif"
units = "m"
[drivers.temperature]
map = "{at}/covariates/spedm_10km_stack_henan.tif"
band = 3
scale = 0.1
units = "degC"
[drivers.precipitation]
map = "{at}/covariates/precip_itu_p837_025deg_mm.tif"
units = "mm"
[drivers.soil_organic_carbon]
map = "{at}/soil/SOCS_0_100cm_year_2010AD_10km_henan.tif"
units = "t C ha-1"
""",
        encoding="utf-8",
    )
    return run_study(folder / "study.toml")


def test_the_region_has_its_area(results: Results) -> None:
    assert results.tables["coverage"]["region_km2"].iloc[0] == pytest.approx(165_710, rel=1e-3)


def test_shares_of_2001(results: Results) -> None:
    table = results.tables["stock_by_class"]
    area = table[table["year"] == 2001].set_index("land_class")["area_km2"]
    share = 100 * area / area.sum()
    expected = {"cropland": 85.59, "forest": 10.74, "grassland": 2.86, "water": 0.13, "built-up": 0.68, "unused": 0.0}
    assert share.to_dict() == pytest.approx(expected, abs=0.3)


def test_gpw_sums_to_its_people(results: Results) -> None:
    population = results.tables["balance"].set_index("year")["population"]
    assert population[2001] == pytest.approx(97.96e6, rel=5e-3)
    assert population[2010] == pytest.approx(94.03e6, rel=1e-2)


def test_energy_of_2005_meets_the_inventory(results: Results) -> None:
    # CEADs, Henan 2005, without process: 317.4 Mt CO2. The balance of 2005 stands under the map year 2010 here.
    table = results.tables["emissions"]
    assert table.loc[table["year"] == 2010, "emissions_t_co2"].sum() / 1e6 == pytest.approx(317.4, rel=0.03)


def test_every_self_check_holds_to_1e_9(results: Results) -> None:
    assert {check.name for check in results.checks} >= {
        "demand_closure",
        "correlation_identity",
        "transitions",
        "zones_county",
    }
    assert all(check.value < 1e-9 for check in results.checks)


def test_supports_of_coarse_drivers_are_named(results: Results) -> None:
    support = results.tables["correlation"].groupby("driver")["support_km"].first()
    assert support["temperature"] == pytest.approx(10.0, rel=1e-6)
    assert 20 < support["precipitation"] < 30
    # Population came on 15' in the first year: no driver of demand is known finer than that.
    table = results.tables["correlation"]
    assert table.loc[table["variable"] == "demand", "support_km"].min() > 20


@pytest.mark.parametrize(
    ("layer", "code", "name", "units"), [("prefecture", "adcode", "city", 18), ("county", "adcode", "district", 157)]
)
def test_no_emissions_are_lost_at_real_borders(layer: str, code: str, name: str, units: int) -> None:
    """Ten sectors with weights of their own, by prefecture and by county: every sector and unit closes to 1e-12."""
    import numpy as np
    from scipy import sparse

    from tanheng.accounting import allocate
    from tanheng.grid import ALBERS_CHINA, coverage, grid_over, project

    polygons = read_polygons(HENAN / "boundaries" / f"henan_{layer}.geojson", code, name)
    shapes = project(polygons.geometries, polygons.crs, ALBERS_CHINA)
    import shapely

    grid = grid_over(tuple(map(float, shapely.total_bounds(shapes))), ALBERS_CHINA, 2000.0)
    cover = coverage(grid, shapes)
    assert cover.shape[0] == units
    rng = np.random.default_rng(1)
    for _ in range(10):
        weight = rng.gamma(0.3, 10.0, cover.shape[1])
        totals = rng.uniform(1e3, 1e7, units)
        demand, by_area = allocate(totals, weight, cover)
        assert by_area == []
        assert demand.sum() == pytest.approx(totals.sum(), rel=1e-12)
        one = int(rng.integers(units))
        alone, _ = allocate(np.where(np.arange(units) == one, totals, 0.0), weight, sparse.csr_matrix(cover))
        assert alone.sum() == pytest.approx(totals[one], rel=1e-12)
        assert (alone[np.asarray(cover[one].todense()).ravel() == 0] == 0).all()


def test_a_soil_map_of_henan_gives_its_own_total(tmp_path: Path) -> None:
    """Soil organic carbon to 1 m in 2010 (Sanderman et al. 2017): mean 90.5 t C/ha, over 165,710 km2 about 1.50 Pg C."""
    study = tmp_path / "study.toml"
    study.write_text(
        f"""
title = "Henan"
years = [2010]
[region]
boundary = "{(HENAN / "boundaries" / "henan_province.geojson").as_posix()}"
[land_cover]
legend = "six-classes"
maps = {{ 2010 = "{(HENAN / "landcover" / "glcf_modis_lc5min_2010_6class_henan.tif").as_posix()}" }}
[carbon_density]
table = "henan-six-classes"
[[carbon_density.maps]]
pool = "soil"
map = "{(HENAN / "soil" / "SOCS_0_100cm_year_2010AD_10km_henan.tif").as_posix()}"
quantity = "carbon"
units = "t C ha-1"
depth_cm = 100
year = 2010
[outputs]
maps = false
""",
        encoding="utf-8",
    )
    results = run_study(study)
    table = results.tables["stock_by_class"]
    assert table["soil_t_c"].sum() / table["area_km2"].sum() / 100 == pytest.approx(90.5, abs=0.5)
    assert table["soil_t_c"].sum() == pytest.approx(1.50e9, rel=0.01)
