"""Defaults of the IPCC against the worked examples of its own chapters, and tables made from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import tiny_study
from tanheng.errors import InputError, StudyError
from tanheng.factors import carbon_densities_from
from tanheng.factors.ipcc.defaults import default_name, soil_references, stock_change_factors
from tanheng.pipeline.comparison.densities import compare_densities
from tanheng.pipeline.run import run_study


def factor(kind: str, level: str, climate: str = "warm temperate moist", edition: str = "ipcc-2006") -> float:
    return stock_change_factors()[edition, climate, kind, level]


def test_the_cropland_example_of_chapter_5() -> None:
    """IPCC 2006, Vol. 4, Sec. 5.2.3.4: 1 Mha of Mollisols, warm temperate moist; printed 58.78 and 64.06 Mt C, and 264,000 t C a year."""
    reference = soil_references()["ipcc-2006", "warm temperate moist", "HAC"]
    land = factor("land use", "long-term cultivated")
    full, low, medium = factor("tillage", "full"), factor("input", "low"), factor("input", "medium")
    start = reference * land * full * (400_000 * low + 600_000 * medium)
    end = (
        reference
        * land
        * (
            200_000 * full * low
            + 700_000 * factor("tillage", "reduced") * medium
            + 100_000 * factor("tillage", "none") * medium
        )
    )
    assert start / 1e6 == pytest.approx(58.78, abs=0.005)
    assert end / 1e6 == pytest.approx(64.06, abs=0.005)
    # The chapter divides rounded totals by 20 years; the exact figure is 264,132.
    assert (end - start) / 20 == pytest.approx(264_000, abs=200)


def test_the_conversion_example_of_chapter_5() -> None:
    """IPCC 2006, Vol. 4, Sec. 5.3.3.4: forest to annual crops on a tropical moist volcanic soil, 70 to 30.9 t C/ha, -2.0 a year."""
    before = soil_references()["ipcc-2006", "tropical moist", "volcanic"]
    after = (
        before * factor("land use", "long-term cultivated", "tropical moist") * factor("input", "low", "tropical moist")
    )
    assert before == 70.0
    assert after == pytest.approx(30.9, abs=0.05)
    assert (after - before) / 20 == pytest.approx(-2.0, abs=0.05)


def test_editions_are_told_apart() -> None:
    old, new = (carbon_densities_from(f"{edition}:warm temperate moist:HAC") for edition in ("ipcc-2006", "ipcc-2019"))
    # 88 * 0.69 and 64 * 0.69
    assert old.values["cropland"]["soil"] == pytest.approx(60.72)
    assert new.values["cropland"]["soil"] == pytest.approx(44.16)
    # Paved land keeps 80 %.
    assert new.values["built-up"]["soil"] == pytest.approx(51.2)
    assert old.soil_depth_cm == new.soil_depth_cm == 30.0


def test_every_climate_and_soil_of_both_editions_makes_a_table() -> None:
    climates = {(edition, climate) for edition, climate, _, _ in stock_change_factors()}
    made = [key for key in soil_references() if key[:2] in climates]
    assert len(made) > 80
    for key in made:
        assert carbon_densities_from(":".join(key)).values["forest"]["above"] > 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ipcc-2006:warm temperate moist", "write the edition, the climate and the soil"),
        ("ipcc-2006:warm and wet:HAC", "there is no climate"),
        ("ipcc-2006:boreal:clay", "there is no soil 'clay'"),
        ("ipcc-2006:boreal:LAC", "no reference stock for this soil in this climate"),
    ],
)
def test_unknown_defaults_are_refused(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        carbon_densities_from(name)


def test_old_names_of_climates_are_understood() -> None:
    assert default_name("ipcc-2006:Cold temperate dry:hac") == ("ipcc-2006", "cool temperate dry", "HAC")


def test_tables_are_compared_on_the_land_of_a_study(tmp_path: Path) -> None:
    study = tiny_study(tmp_path)
    table, notes = compare_densities(study, ("ipcc-2006:warm temperate moist:HAC", "mata-watershed"))
    rows = table.set_index(["density_table", "year"])
    # 2000: 5 km2 crops, 3 forest, 1 each of grass, water and built-up land.
    own = rows.loc[("of the study: henan-six-classes", 2000)]
    assert own["stock_t_c"] == pytest.approx(500 * 66.81 + 300 * 149.95 + 100 * (72.5 + 62.1 + 60.0))
    ipcc = rows.loc[("ipcc-2006:warm temperate moist:HAC", 2000)]
    assert ipcc["soil_t_c"] == pytest.approx(500 * 60.72 + 300 * 88 + 100 * (88 + 0 + 70.4))
    assert any("mata-watershed: has no density for" in text for text in notes)


def test_a_study_runs_with_defaults(tmp_path: Path) -> None:
    study = tiny_study(tmp_path)
    study.write_text(
        study.read_text(encoding="utf-8").replace("henan-six-classes", "ipcc-2019:warm temperate moist:HAC"),
        encoding="utf-8",
    )
    assert (
        run_study(study).tables["stock_by_class"].set_index(["year", "land_class"]).loc[(2000, "forest"), "soil_t_c"]
        == 300 * 64
    )


CLIMATE = """
[carbon_density.climate]
table = { precipitation_mm = 600, temperature_c = 10 }
region = { precipitation_mm = 700, temperature_c = 15 }
"""


def test_densities_are_corrected_for_climate_and_shown_beside_the_table(tmp_path: Path) -> None:
    study = tiny_study(tmp_path)
    study.write_text(study.read_text(encoding="utf-8") + CLIMATE, encoding="utf-8")
    results = run_study(study)
    table = results.tables["density_correction"]
    # Biomass: exp(0.0054 * 100) * (28 * 15 + 398) / (28 * 10 + 398) = 1.7160 * 1.2065 = 2.0703; soil 1.0563.
    forest = table[(table["year"] == 2000) & (table["land_class"] == "forest")].set_index("carbon_pool")
    assert forest.loc["above", "density_corrected_t_c_per_ha"] == pytest.approx(20.92 * 2.0703, rel=1e-4)
    assert forest.loc["soil", "density_corrected_t_c_per_ha"] == pytest.approx(67.3 * 1.0563, rel=1e-4)
    assert forest.loc["dead", "density_corrected_t_c_per_ha"] == 54.2
    assert any("another assumption, not a better measurement" in text for text in results.warnings)
    stored = results.tables["stock_by_class"].set_index(["year", "land_class"])
    assert stored.loc[(2000, "forest"), "above_t_c"] == pytest.approx(300 * 20.92 * 2.0703, rel=1e-4)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("precipitation_mm = 700", "precipitation_mm = 1200", "1200 mm a year is outside the 75 to 900 mm"),
        ("temperature_c = 15", "temperature_c = -20", "outside the fit"),
        (", temperature_c = 15", "", "of both the table and the region, or of neither"),
    ],
)
def test_a_climate_outside_the_fit_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    study = tiny_study(tmp_path)
    study.write_text(study.read_text(encoding="utf-8") + CLIMATE.replace(old, new), encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        run_study(study)
