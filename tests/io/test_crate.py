"""The folder of results as an RO-Crate, read back by the library that repositories use."""

from __future__ import annotations

import json
from pathlib import Path

from rocrate.rocrate import ROCrate

from conftest import STUDY
from tanheng.pipeline.run import run_study


def test_the_crate_is_read_back_with_every_file(tiny: Path) -> None:
    folder = run_study(tiny).folder
    crate = ROCrate(folder)
    assert crate.name == "Tiny"
    held = {item.id for item in crate.root_dataset["hasPart"]}
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
