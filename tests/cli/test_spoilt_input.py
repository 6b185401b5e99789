"""Spoilt input of every kind, in every command: the outcome is right or one short message, and nothing is left behind.

Each file of a study that has them all is spoilt in each of some thirty ways, with one seed; the commands run in this process.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from conftest import STUDY, tiny_study_with_people, with_outputs
from tanheng.cli import app as command_line

#: Letters of a message, and seconds of a case, at the most.
MOST_LETTERS, MOST_SECONDS = 2000, 60

# ruff: noqa: E501  tables are easier to read on one line
TABLES = {
    "pools.csv": "class,above,below,soil,dead\ncropland,5,1,80,0\nforest,60,15,100,5\ngrassland,3,8,90,0\nwater,0,0,60,0\nbuilt-up,0,0,60,0\nunused,1,1,50,0\n",
    "legend.csv": "code,class\n1,cropland\n2,forest\n3,grassland\n4,water\n5,built-up\n6,unused\n0,\n",
    "totals.csv": "year,zone,sector,emissions,unit\n2000,,industry,1000,t CO2\n2000,a,homes,200,t CO2\n2010,,industry,2000,t CO2\n2010,a,homes,300,t CO2\n",
    "activity.csv": "year,sector,fuel,quantity,unit\n2000,industry,raw_coal,1000,t\n2010,industry,diesel,2000,t\n",
    "balance.csv": "year,fuel,flow,quantity,unit\n2000,raw_coal,thermal power,-10,10^4 t\n2010,raw_coal,thermal power,-12,10^4 t\n",
    "processes.csv": "year,activity,quantity,unit\n2000,cement,10,t\n2010,cement,12,t\n",
    "points.csv": "year,sector,longitude,latitude,emissions,unit\n2000,industry,112.9431,36.2094,1,t CO2\n",
    "gdp.csv": "zone,year,value\na,2000,10\nb,2000,20\na,2010,30\nb,2010,50\n",
    "uptake.csv": "class,uptake\ncropland,0\nforest,2\ngrassland,1\nwater,0\nbuilt-up,0\nunused,0\n",
    "costs.csv": "from,to,cost\ncropland,forest,10\ngrassland,forest,20\n",
    "values.csv": "class,habitat\ncropland,1\nforest,5\ngrassland,3\nwater,4\nbuilt-up,0\nunused,1\n",
    "factors.csv": "fuel,factor,value,unit,source\nraw_coal,net_calorific_value,20,TJ/Gg,lab\nraw_coal,carbon_content,26,t C/TJ,lab\nraw_coal,oxidised_fraction,1,1,lab\n",
    "own.csv": "a,b,c\n" + "\n".join(f"{i},{i * i % 7},{i % 3}" for i in range(20)) + "\n",
    "args.json": json.dumps({"args": {"lulc_bas_path": "a.tif", "carbon_pools_path": "pools.csv", "lulc_bas_year": 2000}}),
    "zones.geojson": json.dumps(
        {
            "type": "FeatureCollection",
            "crs": {"type": "name", "properties": {"name": "EPSG:4326"}},
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": code, "name": f"zone {code}"},
                    "geometry": {"type": "Polygon", "coordinates": [[[w, 36.0], [w + 0.2, 36.0], [w + 0.2, 36.4], [w, 36.4], [w, 36.0]]]},
                }
                for code, w in (("a", 112.759), ("b", 112.959))
            ],
        }
    ),
}  # fmt: skip

PLAN = """
[plan]
costs = "costs.csv"
values = "values.csv"
weights = { carbon = 1, habitat = 1, cost = 1 }
"""


def _study(emissions: str, more: str = "") -> str:
    return (
        with_outputs(STUDY, "report = false\n")
        .replace('legend = "six-classes"', 'legend = "legend.csv"')
        .replace("henan-six-classes", "pools.csv")
        + f"""
[zones.part]
file = "zones.geojson"
id = "code"
name = "name"
[population]
kind = "density"
map = "people.tif"
[drivers.height]
map = "height.tif"
[drivers.gdp]
table = "gdp.csv"
zones = "part"
[emissions]
{emissions}
{more}
[analysis]
permutations = 99
"""
    )


STUDIES = {
    "totals": ('totals = "totals.csv"\nzones = "part"', '[demand]\npoints = "points.csv"\n' + PLAN),
    "activity": ('activity = "activity.csv"\nfactors = ["ipcc-2006", "factors.csv"]\nprocesses = "processes.csv"', ""),
    "balance": ('balance = "balance.csv"\nfactors = "china-gbt"', '[balance]\nmode = "sink"\nuptake = "uptake.csv"'),
}

#: Which study reads a file; the others are read by a command of their own.
READ_BY = {
    "activity.csv": "activity",
    "factors.csv": "activity",
    "processes.csv": "activity",
    "balance.csv": "balance",
    "uptake.csv": "balance",
}
OWN = {
    "own.csv": [["correlate", "own.csv", "--x", "a,b"], ["geodetector", "own.csv", "--y", "a", "--x", "b,c"]],
    "args.json": [["import-invest", "args.json", "-o", "imported"]],
    "a.tif": [["stock", "a.tif", "--densities", "pools.csv", "--legend", "legend.csv", "-o", "stock"]],
    "balance.csv": [["factors", "--compare", "balance.csv"]],
    "zones.geojson": [["moran", "zones.geojson", "--x", "code"]],
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spoilt")
    tiny_study_with_people(folder)
    for name, text in TABLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, (emissions, more) in STUDIES.items():
        (folder / f"{name}.toml").write_text(_study(emissions, more), encoding="utf-8")
    (folder / "study.toml").unlink()
    return folder


def _bytes_spoilt(data: bytes, rng: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "cut", data[: len(data) // 2]
    yield "cut at the start", data[len(data) // 3 :]
    yield "noise", rng.bytes(500)
    yield "zeros", bytes(500)
    yield "twice", data + data
    for number in range(4):
        spoilt = bytearray(data)
        for at in rng.integers(0, len(data), 1 + len(data) // 100):
            spoilt[at] = int(rng.integers(0, 256))
        yield f"bytes changed {number}", bytes(spoilt)


def _text_spoilt(text: str, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    lines = text.splitlines()
    yield "utf-16 letters", text.encode("utf-16").decode("latin-1")
    yield "null letters", text.replace(",", ",\0")
    yield "no header", "\n".join(lines[1:])
    yield "header alone", lines[0]
    yield "header twice", "\n".join([lines[0], *lines])
    yield "a quote that is open", text.replace(",", ',"', 1)
    yield "other separators", text.replace(",", "\t;")
    yield "a thousand columns", "\n".join(line + ",x" * 2000 for line in lines)
    yield "a long field", text.replace(",", "," + "x" * 300_000, 1)
    yield "markup", text.replace("forest", "[/x] <b>").replace("industry", "=1+1")
    yield "deep", "[" * 5000 + text
    yield "a long number", text.replace("10", "9" * 5000)
    for word in (
        "1e308",
        "-1",
        "nan",
        "inf",
        "",
        "١٢",
        "1,5",
        "9**9**9**9 t",
        "=cmd()",
        "x" * 5000,
        "../../etc/passwd",
        "\u202e",
    ):
        spots = [at for at, letter in enumerate(text) if letter.isdigit()]
        at = int(rng.choice(spots)) if spots else 0
        yield f"a number is {word[:12]!r}", text[:at] + word + text[at + 1 :]
    for number in range(3):
        cells = lines[-1].split(",")
        cells.pop(int(rng.integers(0, len(cells))))
        yield f"a cell less {number}", "\n".join([*lines[:-1], ",".join(cells)])


def _spoilt(path: Path) -> list[tuple[str, bytes]]:
    rng = np.random.default_rng(len(path.name))
    data = path.read_bytes()
    found = list(_bytes_spoilt(data, rng))
    if path.suffix != ".tif":
        found += [(name, text.encode("utf-8", "surrogatepass")) for name, text in _text_spoilt(data.decode(), rng)]
    return found


def _outcome(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and what was said of an error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["tanheng", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            command_line.main()
    said = capsys.readouterr().err
    return int(end.value.code or 0), said[said.rfind("tanheng: ") :] if "tanheng: " in said else ""


def _fault(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code of a command, and what is wrong with its outcome; empty where nothing is."""
    begun = time.perf_counter()
    try:
        code, said = _outcome(["--lang", "en", *arguments], capsys)
    except Exception as error:  # noqa: BLE001  whatever comes is a fault
        return 1, f"{type(error).__name__}: {str(error)[:200]}"
    if code not in {0, 2} or (code == 2 and not 0 < len(said) <= MOST_LETTERS + 20):
        return code, f"code {code}, {len(said)} letters: {said[:200]}"
    taken = time.perf_counter() - begun
    return code, f"{taken:.0f} s" if taken > MOST_SECONDS else ""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*TABLES, "a.tif", "people.tif", "totals.toml"])
def test_spoilt_input_gets_one_short_message(
    name: str, base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(base)
    whole = (base / name).read_bytes()
    study = name if name.endswith(".toml") else f"{READ_BY.get(name, 'totals')}.toml"
    own = OWN.get(name, [])
    commands = [["check", study], *own] if name not in {"own.csv", "args.json"} else own
    before = sorted(path.name for path in base.iterdir())
    faults: list[str] = []
    taken = 0
    try:
        for way, data in _spoilt(base / name):
            (base / name).write_bytes(data)
            for arguments in commands:
                code, fault = _fault(arguments, capsys)
                if (code, arguments[0]) == (0, "check"):
                    taken += 1
                    # What a check takes is run as well, every sixth time.
                    fault = fault or (_fault(["run", study], capsys)[1] if taken % 6 == 1 else "")
                if fault:
                    faults.append(f"{arguments[0]}, {way}: {fault}")
                for made in MADE:
                    _remove(base / made)
    finally:
        (base / name).write_bytes(whole)
    assert faults == []
    assert sorted(path.name for path in base.iterdir()) == before


#: Folders that the commands make.
MADE = ("imported", "stock", "results")


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def test_the_input_that_is_spoilt_is_right_before(
    base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(base)
    for name in STUDIES:
        assert _outcome(["--lang", "en", "check", f"{name}.toml"], capsys) == (0, "")
    for commands in OWN.values():
        for arguments in commands:
            code, said = _outcome(["--lang", "en", *arguments], capsys)
            assert code == 0 or arguments[0] == "moran", said
    for made in MADE:
        _remove(base / made)
