"""The folder of results as an RO-Crate, read back by the library that repositories use."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

from rocrate.rocrate import ROCrate

from conftest import LAST, STUDY, with_outputs, write_map
from tanheng.io.results.crate import crate_entities, write_crate
from tanheng.pipeline.run import run_study


def test_the_crate_is_read_back_with_every_file(tiny: Path) -> None:
    results = run_study(tiny)
    folder = results.folder
    (folder / "maps" / "图 1.png").write_bytes(b"")
    write_crate(folder, results.record)
    crate = ROCrate(folder)
    assert crate.name == "Tiny"
    # Identifiers are URIs (RO-Crate 1.1, "Encoding file paths"): no spaces, and no letters but ASCII ones.
    identifiers = {item.id for item in crate.root_dataset["hasPart"]}
    assert "maps/%E5%9B%BE%201.png" in identifiers
    held = {unquote(name) for name in identifiers}
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    beside = {name for name in written if ".zarr/" not in name} - {"ro-crate-metadata.json"}
    assert beside <= held
    assert "results.zarr/" in held
    assert all((folder / name).exists() for name in held)


def test_the_run_names_its_inputs_by_hash_and_its_software(tiny: Path) -> None:
    results = run_study(tiny)
    graph = json.loads((results.folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    by_id = {item["@id"]: item for item in graph}
    run = by_id["#run"]
    hashes = {by_id[item["@id"]]["identifier"] for item in run["object"]}
    assert hashes == {f"sha256:{item['sha256']}" for item in results.record["inputs"]}
    assert by_id["#tanheng"]["softwareVersion"] == results.record["versions"]["tanheng"]


def test_authors_and_licence_of_the_study_stand_in_it(tiny: Path) -> None:
    tiny.write_text('authors = ["A. Author", "作者"]\nlicense = "CC-BY-4.0"\n' + STUDY, encoding="utf-8")
    crate = ROCrate(run_study(tiny).folder)
    assert crate.license == "CC-BY-4.0"
    assert [person["name"] for person in crate.root_dataset["author"]] == ["A. Author", "作者"]


def test_each_input_is_an_entity_of_its_own_also_where_two_hold_the_same(tiny: Path) -> None:
    write_map(tiny.parent / "a.tif", LAST)
    results = run_study(tiny)
    entities = crate_entities(results.folder, results.record)
    inputs = [item for item in entities if item["@id"].startswith("#input-")]
    assert [item["name"] for item in inputs] == [item["file"] for item in results.record["inputs"]]
    assert len({item["@id"] for item in entities}) == len(entities)
    assert len({item["identifier"] for item in inputs}) < len(inputs)


def test_title_and_note_stand_in_one_language(tiny: Path) -> None:
    notes = 'note = "Of a test."\nnote_zh = "试验用。"\n'
    tiny.write_text('title_zh = "小区"\n' + with_outputs(STUDY, notes), encoding="utf-8")
    for spoken, title, note in (("zh", "小区", "试验用。"), ("en", "Tiny", "Of a test.")):
        results = run_study(tiny, language=spoken)
        root = crate_entities(results.folder, results.record)[0]
        assert (root["name"], root["description"]) == (title, note)
