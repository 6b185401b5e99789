from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from conftest import STUDY
from tanheng.pipeline.run import run_study
from tanheng.report.breaks import diverging_breaks, quantile_breaks


def test_the_report_opens_offline_and_says_what_it_is(tiny_with_people: Path) -> None:
    results = run_study(tiny_with_people)
    text = (results.folder / "report.html").read_text(encoding="utf-8")
    assert 'src="http' not in text
    assert "<link" not in text
    assert "<script" not in text
    assert "a stock minus a flow" in text
    assert "not where smoke leaves" in text
    assert "no number of independent observations" in text
    assert "carbon neutral" not in text.lower()


def test_titles_are_escaped(tiny: Path) -> None:
    tiny.write_text(STUDY.replace('"Tiny"', '"<b>Tiny</b> & 中文"'), encoding="utf-8")
    text = (run_study(tiny).folder / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Tiny&lt;/b&gt; &amp; 中文" in text


def test_maps_are_wide_enough_to_read(tiny_with_people: Path) -> None:
    results = run_study(tiny_with_people)
    for path in (results.folder / "maps").glob("*.png"):
        with Image.open(path) as picture:
            assert min(picture.size) > 400


finite = st.floats(-1e9, 1e9, allow_subnormal=False)


@given(arrays(float, st.integers(1, 50), elements=finite))
def test_breaks_rise_and_hold_every_value(values: np.ndarray) -> None:
    breaks = quantile_breaks(values)
    assert len(breaks) >= 2
    assert all(low < high for low, high in itertools.pairwise(breaks))
    assert breaks[0] <= values.min()
    assert breaks[-1] >= values.max()


@given(arrays(float, st.integers(1, 50), elements=finite))
def test_zero_is_always_a_break_of_diverging_maps(values: np.ndarray) -> None:
    breaks = diverging_breaks(values)
    assert 0.0 in breaks
    assert all(low < high for low, high in itertools.pairwise(breaks))
