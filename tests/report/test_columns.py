from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tanheng.pipeline.run import run_study
from tanheng.report.words.cells import NAMES, cell_words
from tanheng.tables.columns import _KNOWN, _OF_TABLE, _ROWS, column_of, column_title, column_titles, holds_words


def test_each_identifier_stands_once() -> None:
    assert not [name for name, number in Counter(column.name for column in _ROWS).items() if number > 1]


def test_every_column_of_a_run_is_known_and_no_table_has_two_of_one_title(tiny_with_people: Path) -> None:
    for table, frame in run_study(tiny_with_people).tables.items():
        unknown = [name for name in frame.columns if name not in _KNOWN and (table, name) not in _OF_TABLE]
        assert not unknown, table
        titles = column_titles(list(frame.columns), table)
        assert len(set(titles)) == len(titles), table


def test_columns_of_words_are_those_that_hold_words(tiny_with_people: Path) -> None:
    for table, frame in run_study(tiny_with_people).tables.items():
        for name in frame.columns:
            words = all(isinstance(value, str) for value in frame[name]) and len(frame) > 0
            assert holds_words(name, table) == words, (table, name)


def test_a_unit_follows_the_title() -> None:
    assert column_title("stock_t_c") == "stored carbon, t C"
    assert column_title("stock_t_c_2005") == "stored carbon 2005, t C"
    assert column_title("built-up_change_km2") == "change of built-up, km²"
    assert column_title("litter_t_c") == "litter, t C"


def test_the_same_identifier_may_mean_something_else_in_another_table() -> None:
    assert column_of("zone", "zoning").title == "zone of management"
    assert column_of("zone", "emissions").title == "zone"


@pytest.mark.parametrize(
    ("value", "column", "expected"),
    [
        ("raw_coal", "fuel", "raw coal"),
        ("supply", "variable", "carbon supply"),
        ("factor of raw_coal", "cause", "factor of raw coal"),
        ("population_density elevation", "controls", "population density, elevation"),
        ("my_zone", "zone_name", "my_zone"),
        ("", "fuel", ""),
    ],
)
def test_values_are_shown_in_words(value: str, column: str, expected: str) -> None:
    assert cell_words(value, column) == expected


def test_names_are_english_and_stand_once() -> None:
    assert all(name.isascii() for name in NAMES)
    assert len(set(NAMES)) == len(NAMES)
