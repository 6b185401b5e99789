from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from conftest import SMALL_MAPS, printed
from tanheng.language import speaking
from tanheng.pipeline.run import run_study


def _with(study: Path, text: str) -> Path:
    study.write_text(study.read_text(encoding="utf-8").replace(SMALL_MAPS, text), encoding="utf-8")
    return printed(study)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_theme_is_printed_by_year_and_side_by_side(tiny_with_people: Path, language: str) -> None:
    _with(tiny_with_people, '[maps]\nformats = ["pdf", "svg"]\ndpi = 100\nbreaks = "natural"\n')
    with speaking(language):
        folder = run_study(tiny_with_people).folder / "maps"
    for theme in ("land_use", "supply", "demand", "balance"):
        for when in ("2000", "2010", "years"):
            for ending in ("png", "svg", "pdf"):
                assert (folder / f"{theme}_{when}.{ending}").stat().st_size > 1000


def test_prints_have_the_dots_that_are_asked_for(tiny_with_people: Path) -> None:
    _with(tiny_with_people, "")
    folder = run_study(tiny_with_people).folder / "maps"
    for path in folder.glob("*_2010.png"):
        with Image.open(path) as picture:
            assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
            assert min(picture.size) > 900


def test_panels_can_be_left_out(tiny_with_people: Path) -> None:
    _with(tiny_with_people, "[maps]\npanels = false\nlabels = false\nbreaks = { balance = [-1, 40] }\n")
    assert not list((run_study(tiny_with_people).folder / "maps").glob("*_years.*"))
