"""What the page of a simulation says first."""

from __future__ import annotations

import pandas as pd

from tanheng.report.words.simulation_sentences import moves_sentences, verdict

RECORD = {"settings": {"mode": "draw"}, "below_null": [4]}


def scores(at_one_cell: float) -> dict[str, pd.DataFrame]:
    rows = {"model": "draw", "resolution_cells": [1, 4, 16], "figure_of_merit": [at_one_cell, 0.2, 0.6]}
    return {"validation": pd.DataFrame(rows)}


def test_the_verdict_tells_what_single_cells_are_worth() -> None:
    told = verdict(RECORD, scores(0.031))
    assert told.startswith("Of all land that changed, or was predicted to change, 3 % was predicted in its very cell")
    assert "In blocks of 4 cells on a side" in told
    assert verdict(RECORD, scores(0.7)).startswith("In blocks of 4 cells")


def test_change_both_ways_is_told_beside_the_change_of_areas() -> None:
    # Forest gives 60 and takes 40: of 100 km2 that change, 20 change the areas.
    rows = [("forest", "cropland", 60.0), ("cropland", "forest", 40.0), ("forest", "forest", 900.0)]
    table = pd.DataFrame(rows, columns=["from_class", "to_class", "area_km2"]).assign(
        scenario="as now", from_year=2015, to_year=2025.0
    )
    (told,) = moves_sentences({"conversions": table})
    assert told.startswith(
        "as now: From 2015 to 2025, 100 km² change their class. The areas of the classes change by 20 km²"
    )
    assert "the other 80 km²" in told


def test_change_one_way_needs_no_word() -> None:
    table = pd.DataFrame(
        {"from_year": [2015], "to_year": [2025], "from_class": ["a"], "to_class": ["b"], "area_km2": [5.0]}
    )
    assert moves_sentences({"conversions": table}) == []
