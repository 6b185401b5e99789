"""Two runs side by side."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from conftest import STUDY, write_map
from tanheng.cli.compare import print_compared
from tanheng.errors import InputError
from tanheng.pipeline.comparison.maps import draw_difference_maps
from tanheng.pipeline.comparison.runs import compare_runs
from tanheng.pipeline.run import run_study


@pytest.fixture
def first(tiny: Path) -> Path:
    return run_study(tiny).folder


def test_a_run_does_not_differ_from_itself(first: Path, tmp_path: Path) -> None:
    again = shutil.copytree(first, tmp_path / "again")
    found = compare_runs(first, again)
    assert found.settings.empty
    assert found.inputs.empty
    assert found.figures.empty
    assert found.only_in_one == []


def test_a_changed_map_shows_in_inputs_and_figures(first: Path, tiny: Path) -> None:
    # Twelve cells of cropland in the first year, 66.81 t C/ha each: 12 * 100 * 66.81 = 80172 t C.
    write_map(tiny.parent / "a.tif", [[1, 1, 1, 1]] * 3)
    second = run_study(tiny, output=tiny.parent / "second").folder
    found = compare_runs(first, second)
    assert list(found.inputs["file"]) == ["a.tif"]
    rows = found.figures[(found.figures["table"] == "stock_by_class") & (found.figures["row"] == "2000, cropland")]
    assert float(rows[rows["column"] == "stock_t_c"]["second"].iloc[0]) == pytest.approx(80172.0)
    assert found.settings.empty or list(found.settings["setting"]) == ["outputs.folder"]


def test_a_changed_setting_is_told_by_its_full_name(first: Path, tiny: Path) -> None:
    tiny.write_text(STUDY + "\n[grid]\nresolution = 500.0\n", encoding="utf-8")
    second = run_study(tiny, output=tiny.parent / "second").folder
    row = compare_runs(first, second).settings.set_index("setting").loc["grid.resolution"]
    assert (row["first"], row["second"]) == ("1000.0", "500.0")


def test_a_section_of_one_run_alone_is_one_difference(first: Path, tiny: Path) -> None:
    tiny.write_text(STUDY + "\n[plan]\nhorizon_years = 5\n", encoding="utf-8")
    second = run_study(tiny, output=tiny.parent / "second").folder
    rows = compare_runs(first, second).settings.set_index("setting")
    assert [name for name in rows.index if name.startswith("plan")] == ["plan"]
    assert tuple(rows.loc["plan"]) == ("–", "asked for")


def test_maps_show_where_two_runs_differ(tiny_with_people: Path, tmp_path: Path) -> None:
    one = run_study(tiny_with_people).folder
    (tiny_with_people.parent / "totals.csv").write_text(
        "year,emissions,unit\n2000,1000,t CO2\n2010,4000,t CO2\n", encoding="utf-8"
    )
    other = run_study(tiny_with_people, output=tmp_path / "other").folder
    found = draw_difference_maps(tmp_path / "maps", compare_runs(one, other))
    names = sorted(path.name for _, path in found.maps)
    # Twice the emissions of 2010: demand and balance differ, land and its carbon do not.
    assert {"difference_demand_2010.png", "difference_balance_2010.png"} <= set(names)
    assert not any("supply_2010" in name or "land_changed" in name for name in names)
    (one / "zones.gpkg").write_bytes(b"damaged")
    assert len(draw_difference_maps(tmp_path / "maps", compare_runs(one, other)).maps) == len(found.maps)
    draw_difference_maps(tmp_path / "maps", compare_runs(one, one))
    assert not list((tmp_path / "maps").iterdir())
    same = draw_difference_maps(tmp_path / "none", compare_runs(one, one))
    assert (same.maps, "the same" in same.reason) == ((), True)
    assert not (tmp_path / "none").exists()


def test_runs_of_other_cells_have_no_difference_maps(first: Path, tiny: Path, tmp_path: Path) -> None:
    tiny.write_text(STUDY + "\n[grid]\nresolution = 500.0\n", encoding="utf-8")
    second = run_study(tiny, output=tiny.parent / "second").folder
    assert "different cells" in draw_difference_maps(tmp_path / "maps", compare_runs(first, second)).reason


def test_a_folder_without_a_run_is_refused(first: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file; name the folder that 'tanheng run' wrote"):
        compare_runs(first, tmp_path / "nothing")


def _with_table(run: Path, folder: Path, name: str, table: pd.DataFrame) -> Path:
    """A run that has a table of its own."""
    shutil.copytree(run, folder)
    table.to_csv(folder / "tables" / f"{name}.csv", index=False)
    return folder


def test_rows_of_one_name_are_summed_in_amounts_alone(first: Path, tmp_path: Path) -> None:
    # 100 t of coal at 0.7 t C/t are 70 t C, in one row as in two halves; twice the carbon of one unit is nothing.
    row = {
        "year": 2000,
        "zone": "",
        "fuel": "raw_coal",
        "quantity": 100.0,
        "carbon_per_unit_t_c": 0.7,
        "emissions_t_c": 70.0,
    }
    half = row | {"quantity": 50.0, "emissions_t_c": 35.0}
    whole = _with_table(first, tmp_path / "whole", "emissions", pd.DataFrame([row]))
    halves = _with_table(
        first, tmp_path / "halves", "emissions", pd.DataFrame([half | {"sector": part} for part in "ab"])
    )
    assert compare_runs(whole, halves).figures.empty
    more = pd.DataFrame([half, half | {"emissions_t_c": 36.0}])
    found = compare_runs(whole, _with_table(first, tmp_path / "more", "emissions", more)).figures
    assert found[["row", "column", "first", "second"]].to_numpy().tolist() == [
        ["2000, , raw_coal", "emissions_t_c", 70.0, 71.0]
    ]


def test_codes_of_zones_are_text(first: Path, tmp_path: Path) -> None:
    rows = [{"year": 2000, "zone_layer": "part", "zone_id": code, "area_km2": 5.0} for code in ("01", "02", "-")]
    one = _with_table(first, tmp_path / "one", "balance_by_zone", pd.DataFrame(rows[:2]))
    other = _with_table(first, tmp_path / "other", "balance_by_zone", pd.DataFrame(rows))
    assert list(compare_runs(one, other).figures["row"]) == ["2000, part, -"]


def test_a_run_without_its_main_table_is_refused_by_name(first: Path, tmp_path: Path) -> None:
    lacking = shutil.copytree(first, tmp_path / "lacking")
    (lacking / "tables" / "stock_by_class.csv").unlink()
    with pytest.raises(InputError, match=r"stock_by_class\.csv: there is no such file; run the study again"):
        compare_runs(first, lacking)
    (lacking / "tables" / "stock_by_class.csv").write_bytes(b"")
    with pytest.raises(InputError, match=r"stock_by_class\.csv: can't be read"):
        compare_runs(first, lacking)


def test_a_setting_that_the_older_version_did_not_know_and_none_asked_for_is_no_difference(
    first: Path, tiny: Path
) -> None:
    second = run_study(tiny, output=tiny.parent / "second").folder
    path = first / "run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["settings"]["grid"].pop("crs") is None
    path.write_text(json.dumps(record), encoding="utf-8")
    assert "grid.crs" not in set(compare_runs(first, second).settings["setting"])


def test_scenarios_do_not_join_the_observed_years(first: Path, tmp_path: Path) -> None:
    table = pd.read_csv(first / "tables" / "stock_by_class.csv", encoding="utf-8-sig")
    future = [table[table["year"] == 2010].assign(year=2030, scenario=name) for name in ("a", "b")]
    folder = _with_table(
        first, tmp_path / "future", "stock_by_class", pd.concat([table.assign(scenario="observed"), *future])
    )
    compared = compare_runs(first, folder)
    assert len(compared.figures) == 0
    page = tmp_path / "out"
    print_compared(compared, page)
    text = (page / "compare.html").read_text(encoding="utf-8")
    assert text.count("carbon stored, 2010") >= 2
    assert "carbon stored, 2030" not in text
