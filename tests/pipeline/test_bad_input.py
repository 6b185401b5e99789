"""Bad input: one clear message each, exit code 2, nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from conftest import FIRST, NORTH, WEST, write_map, write_zones, zone
from tanheng.errors import TanhengError
from tanheng.pipeline.check import check_file
from tanheng.pipeline.run import run_study

Spoil = Callable[[Path], None]


def replace(old: str, new: str) -> Spoil:
    def spoil(study: Path) -> None:
        text = study.read_text(encoding="utf-8")
        assert old in text
        study.write_text(text.replace(old, new), encoding="utf-8")

    return spoil


def file(name: str, text: str) -> Spoil:
    return lambda study: (study.parent / name).write_text(text, encoding="utf-8") and None


def raster(name: str, codes: object, **options: object) -> Spoil:
    return lambda study: write_map(study.parent / name, codes, **options) and None


def both(*spoils: Spoil) -> Spoil:
    def spoil(study: Path) -> None:
        for one in spoils:
            one(study)

    return spoil


def densities(rows: str) -> Spoil:
    good = "".join(f"{name},1,1,1,1\n" for name in ("forest", "grassland", "water", "built-up", "unused"))
    return both(replace("henan-six-classes", "d.csv"), file("d.csv", f"class,above,below,soil,dead\n{rows}{good}"))


def region(west: float, south: float, east: float, north: float) -> Spoil:
    def spoil(study: Path) -> None:
        write_zones(study.parent / "region.gpkg", [zone("a", "region", west, south, east, north)])
        replace("[land_cover]", '[region]\nboundary = "region.gpkg"\n[land_cover]')(study)

    return spoil


def shapeless(study: Path) -> None:
    for suffix in ("a.tif", "b.tif"):
        data = (study.parent / suffix).read_bytes()
        (study.parent / suffix).write_bytes(data[:200])


CASES: dict[str, tuple[Spoil, str]] = {
    "missing map": (lambda s: (s.parent / "b.tif").unlink(), r"b\.tif: there is no such file"),
    "no raster": (file("b.tif", "hello"), r"b\.tif: not a readable raster"),
    "damaged raster": (shapeless, r"a\.tif.*(can't be read|not a readable raster)"),
    "no CRS": (raster("b.tif", FIRST, crs=None), r"b\.tif: has no CRS; assign the one"),
    "no such band": (
        replace('legend = "six-classes"', 'legend = "six-classes"\nband = 3'),
        r"has 1 band\(s\), no band 3",
    ),
    "map beside the region": (region(WEST, NORTH - 3000, WEST + 8000, NORTH), r"12 of 24 km2 are missing"),
    "unknown code": (
        raster("b.tif", [[1, 9, 9, 77], *FIRST[1:]]),
        r"b\.tif.*lacks: 9 \(2 pixels\), 77 \(1 pixels\).*codes = \{ 9 =",
    ),
    "class without density": (densities(""), r"no carbon density for class 'cropland' of the legend"),
    "negative density": (
        densities("cropland,1,-1,1,1\n"),
        r"line 2 \(cropland\), column 'below' is -1; it can't be negative",
    ),
    "blank density": (densities("cropland,1,,1,1\n"), r"column 'below' is blank"),
    "text density": (densities("cropland,1,many,1,1\n"), r"column 'below' is 'many', not a number"),
    "duplicate rows": (densities("cropland,1,1,1,1\ncropland,2,2,2,2\n"), r"line 3: 'cropland' appears twice"),
    "missing column": (
        both(replace("henan-six-classes", "d.csv"), file("d.csv", "class,above,below,soil\ncropland,1,1,1\n")),
        r"column 'dead' is missing",
    ),
    "year without a map": (replace("[2000, 2010]", "[2000, 2010, 2020]"), r"land_cover\.maps: no entry for 2020"),
    "years out of order": (replace("[2000, 2010]", "[2010, 2000]"), r"ascending order"),
    "unknown key": (replace("[carbon_density]", "[carbon_densty]"), r"did you mean 'carbon_density'"),
    "unknown key in a table": (
        replace("legend =", "legnd ="),
        r"'land_cover.legnd' is not a key.*did you mean 'legend'",
    ),
    "no TOML": (replace("[land_cover]", "[land_cover"), r"not valid TOML"),
    "nodata everywhere": (raster("b.tif", np.zeros((3, 4))), r"b\.tif: is nodata everywhere"),
    "fractional codes": (
        raster("b.tif", np.array(FIRST) + 0.5, dtype="float32"),
        r"b\.tif: has fractional codes \(12 pixels",
    ),
    "unknown legend": (replace("six-classes", "six-clases"), r"did you mean 'six-classes'"),
    "grid of unequal areas": (replace("[land_cover]", '[grid]\ncrs = "EPSG:32649"\n[land_cover]'), r"not equal-area"),
    "grid without sense": (replace("[land_cover]", '[grid]\ncrs = "EPSG:999999"\n[land_cover]'), r"is not a CRS"),
    "zone column": (
        both(
            lambda s: write_zones(s.parent / "z.gpkg", [zone("a", "n", WEST, NORTH - 3000, WEST + 1, NORTH)]) and None,
            replace("[land_cover]", '[zones.z]\nfile = "z.gpkg"\nid = "kode"\n[land_cover]'),
        ),
        r"column 'kode' is missing; did you mean 'code'",
    ),
    "results folder is a file": (file("results", "mine"), r"results: is a file"),
}

PEOPLE: dict[str, tuple[Spoil, str]] = {
    "wrong unit": (
        file("totals.csv", "year,emissions,unit\n2000,1,t\n2010,1,t CO2\n"),
        r"line 2, column 'unit': 't' is not a unit of carbon mass",
    ),
    "year without emissions": (file("totals.csv", "year,emissions,unit\n2000,1,t C\n"), r"no row for 2010"),
    "negative emissions": (
        file("totals.csv", "year,emissions,unit\n2000,-1,t C\n2010,1,t C\n"),
        r"line 2.*can't be negative",
    ),
    "emissions twice": (
        file("totals.csv", "year,emissions,unit\n2000,1,t C\n2000,1,t C\n2010,1,t C\n"),
        r"line 3: year 2000 appears twice",
    ),
    "nobody there": (
        raster("people.tif", np.zeros((3, 4)), dtype="float32", nodata=-1),
        r"nobody lives there",
    ),
    "nobody in a zone": (
        both(
            raster("people.tif", [[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]], dtype="float32", nodata=-1),
            file("totals.csv", "year,zone,emissions,unit\n2000,a,5,t C\n2010,a,5,t C\n"),
            replace('totals = "totals.csv"', 'totals = "totals.csv"\nzones = "part"'),
            replace("[population]", '[demand]\nwithout_weight = "error"\n[population]'),
        ),
        r"zero or missing everywhere in 西部 \(5 t C\).*without_weight",
    ),
    "negative people": (
        raster("people.tif", np.full((3, 4), -9.0), dtype="float32", nodata=None),
        r"has negative values",
    ),
    "unknown zone": (
        both(
            file("totals.csv", "year,zone,emissions,unit\n2000,q,5,t C\n2010,a,5,t C\n"),
            replace('totals = "totals.csv"', 'totals = "totals.csv"\nzones = "part"'),
        ),
        r"zones missing from the layer 'part', or with an ambiguous name: q; known: 西部 \(a\)",
    ),
    "unknown zone layer": (
        replace('totals = "totals.csv"', 'totals = "totals.csv"\nzones = "prat"'),
        r"did you mean 'part'",
    ),
    "unknown fuel": (
        both(
            replace('totals = "totals.csv"', 'activity = "a.csv"\nfactors = "china-gbt"'),
            file("a.csv", "year,fuel,quantity,unit\n2000,colke,1,t\n2010,焦炭,1,t\n"),
        ),
        r"a\.csv: line 2: fuel 'colke' is not known; did you mean 'coke'",
    ),
    "gas in tonnes": (
        both(
            replace('totals = "totals.csv"', 'activity = "a.csv"\nfactors = "china-gbt"'),
            file("a.csv", "year,fuel,quantity,unit\n2000,天然气,1,万吨\n2010,焦炭,1,t\n"),
        ),
        r"natural gas: '万吨' does not fit; the factor set counts a volume",
    ),
    "activity without factors": (replace('totals = "totals.csv"', 'activity = "a.csv"'), r"'activity' needs 'factors'"),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_land_is_one_clear_message(tiny: Path, name: str) -> None:
    spoil, message = CASES[name]
    spoil(tiny)
    with pytest.raises(TanhengError, match=message):
        run_study(tiny)
    assert not (tiny.parent / "results").is_dir()


@pytest.mark.parametrize("name", PEOPLE)
def test_bad_people_are_one_clear_message(tiny_with_people: Path, name: str) -> None:
    spoil, message = PEOPLE[name]
    spoil(tiny_with_people)
    with pytest.raises(TanhengError, match=message):
        run_study(tiny_with_people)
    assert not (tiny_with_people.parent / "results").exists()


def test_all_problems_come_at_once(tiny_with_people: Path) -> None:
    for name in ("unknown code", "missing map"):
        CASES[name][0](tiny_with_people) if name == "unknown code" else (tiny_with_people.parent / "a.tif").unlink()
    densities("cropland,1,-1,1,1\n")(tiny_with_people)
    PEOPLE["wrong unit"][0](tiny_with_people)
    with pytest.raises(TanhengError) as caught:
        run_study(tiny_with_people)
    text = str(caught.value)
    assert "problems:" in text
    for part in ("a.tif: there is no such file", "column 'below' is -1", "not a unit of carbon mass"):
        assert part in text


def test_problems_of_all_stages_are_told_at_once(tiny_with_people: Path) -> None:
    with tiny_with_people.open("a", encoding="utf-8") as study:
        study.write(
            '[balance]\nmode = "stok"\n[plan]\nvalues = "none.csv"\n[simulate]\nto = [2020]\ndistance_to = { road = "road.gpkg" }\n'
        )
    replace('id = "code"', 'id = "cod"')(tiny_with_people)
    replace("people.tif", "nobody.tif")(tiny_with_people)
    with pytest.raises(TanhengError) as caught:
        check_file(tiny_with_people)
    told = str(caught.value)
    for part in ("balance.mode", "column 'cod'", "nobody.tif: there is", "none.csv: there is", "road.gpkg: there is"):
        assert part in told
    with pytest.raises(TanhengError, match=r"road\.gpkg") as of_run:
        run_study(tiny_with_people)
    assert "none.csv" not in str(of_run.value)  # a plan does not stop a run


def test_zones_without_a_row_in_one_year_are_told(tiny_with_people: Path) -> None:
    rows = "year,zone,emissions,unit\n2000,a,600,t CO2\n2010,a,900,t CO2\n2010,b,700,t CO2\n"
    file("totals.csv", rows)(tiny_with_people)
    replace('totals = "totals.csv"', 'totals = "totals.csv"\nzones = "part"')(tiny_with_people)
    (told,) = [text for text in check_file(tiny_with_people).warnings if "have no row" in text]
    assert told.startswith("totals.csv: 1 of 2 zones have no row in 2000 and one in another year: 东部;")


@pytest.mark.parametrize(("stated", "is_taken"), [("万吨CO2", True), ("万吨 C", True), ("t CO2", False)])
def test_the_study_may_say_of_what_the_mass_of_a_heading_is(
    tiny_with_people: Path, stated: str, is_taken: bool
) -> None:
    file("totals.csv", "year,排放量(万吨)\n2000,1\n2010,2\n")(tiny_with_people)
    replace('totals = "totals.csv"', f'totals = "totals.csv"\nunit = "{stated}"')(tiny_with_people)
    if is_taken:
        emissions = run_study(tiny_with_people).tables["emissions"]["emissions_t_c"].sum()
        assert emissions == pytest.approx(30_000 * (12 / 44 if "CO2" in stated else 1))
    else:
        with pytest.raises(TanhengError, match="two units are named"):
            check_file(tiny_with_people)


def test_files_are_told_by_their_names_in_the_study_once(
    tiny_with_people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file("totals.csv", "year,emissions,unit\n2000,abc,t CO2\n2010,2000,t CO2\n")(tiny_with_people)
    monkeypatch.chdir(tiny_with_people.parent.parent)
    given = tiny_with_people.relative_to(tiny_with_people.parent.parent)
    for study in (given, tiny_with_people):
        with pytest.raises(TanhengError) as caught:
            check_file(study)
        assert str(caught.value) == "totals.csv: line 2, column 'emissions' is 'abc', not a number"


def test_a_study_file_that_is_not_there_is_told_as_it_was_given(tmp_path: Path) -> None:
    with pytest.raises(TanhengError, match=r"henann.study\.toml: there is no such file; 'tanheng new DIR' writes one"):
        check_file(tmp_path / "henann" / "study.toml")


def test_codes_mapped_by_hand_are_known(tiny: Path) -> None:
    CASES["unknown code"][0](tiny)
    replace('legend = "six-classes"', 'legend = "six-classes"\ncodes = { 9 = "water", 77 = "" }')(tiny)
    found = run_study(tiny).tables["stock_by_class"].set_index(["year", "land_class"])["area_km2"]
    assert found[(2010, "water")] == 3.0


def test_emissions_may_be_spread_evenly_on_request(tiny_with_people: Path) -> None:
    PEOPLE["nobody there"][0](tiny_with_people)
    replace("[drivers.height]", '[demand]\nwithout_weight = "area"\n[drivers.height]')(tiny_with_people)
    results = run_study(tiny_with_people)
    demand = results.dataset["demand"].sel(year=2000).values
    np.testing.assert_allclose(demand[np.isfinite(demand)], 1000 * 12 / 44 / 11)
    assert any("spread evenly by area" in text for text in results.warnings)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_leave_to_write_is_refused(tiny: Path) -> None:
    tiny.parent.chmod(0o555)
    try:
        with pytest.raises(TanhengError, match="can't be written"):
            run_study(tiny)
    finally:
        tiny.parent.chmod(0o755)


def test_the_command_ends_with_code_2_and_one_message(tiny: Path) -> None:
    (tiny.parent / "b.tif").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "tanheng", "run", str(tiny)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("tanheng: ")


def zones_with(code: str | None, name: str | None) -> Spoil:
    def spoil(study: Path) -> None:
        middle, south = WEST + 2000, NORTH - 3000
        rows = [zone("a", "west", WEST, south, middle, NORTH), zone(code, name, middle, south, WEST + 4000, NORTH)]
        write_zones(study.parent / "z.gpkg", rows)
        replace("[land_cover]", '[zones.z]\nfile = "z.gpkg"\nid = "code"\nname = "name"\n[land_cover]')(study)

    return spoil


@pytest.mark.parametrize(
    ("code", "name", "column"), [(None, "east", "code"), ("b", None, "name"), ("b", "  ", "name"), ("", "east", "code")]
)
def test_zones_without_an_id_or_a_name_are_refused(tiny: Path, code: str | None, name: str | None, column: str) -> None:
    zones_with(code, name)(tiny)
    message = rf"z\.gpkg: column '{column}' is empty in 1 of 2 polygons \(the first is number 2\)"
    with pytest.raises(TanhengError, match=message):
        run_study(tiny)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
@pytest.mark.parametrize(
    "entry",
    [
        "[grid]\nresolution = {}",
        "[value]\nprice = 10.0\ndiscount_rate_percent = {}",
        "[value]\nprice = {}\ndiscount_rate_percent = 5.0",
        "[analysis]\nfalse_discovery_rate = {}",
    ],
)
def test_numbers_that_are_not_finite_are_refused_with_their_key(tiny: Path, entry: str, number: str) -> None:
    replace("[land_cover]", entry.format(number) + "\n[land_cover]")(tiny)
    key = next(line.split(" =")[0] for line in entry.splitlines() if "{}" in line)
    with pytest.raises(TanhengError, match=rf"{key}: write a finite number"):
        run_study(tiny)
