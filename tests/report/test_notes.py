"""Warnings stand by what to do about them, like ones together, in every language."""

from __future__ import annotations

from tanheng.alike import together
from tanheng.language import Message, speaking, tr
from tanheng.report.words.notes import CHECK, KNOW, STATE, action_of, grouped


def note(year: int, km2: float = 3.0) -> str:
    return tr("{year}: {km2} km2 have no data", year=year, km2=km2)


def test_notes_that_differ_in_the_year_alone_are_one() -> None:
    assert together([note(2000), note(2010), note(2020)]) == ["2000, 2010, 2020: 3.0 km2 have no data"]
    assert together([note(2000), note(2010, 4.0)]) == [note(2000), note(2010, 4.0)]


def test_ends_of_periods_and_figures_are_not_strung_together() -> None:
    periods = [tr("{first}-{last}: land is left out", first=first, last=2015) for first in (1995, 2005)]
    assert len(together(periods)) == 2
    figures = [tr("{share:.1f} % is missing", share=share) for share in (1.0, 2.0)]
    assert len(together(figures)) == 2


def test_joined_notes_are_said_again_in_another_language() -> None:
    joined = together([tr("{year}: {name}", year=year, name="x") for year in (2000, 2010)])[0]
    assert isinstance(joined, Message)
    with speaking("zh"):
        assert joined.again() == "2000、2010：x" or "2000、2010" in joined.again()


def test_what_to_do_follows_from_the_template() -> None:
    assert action_of(tr("{name}: 15 times as much; is that so, or is a unit wrong?", name="coal")) == CHECK
    assert action_of(tr("{name}: no interval; write totals_uncertainty", name="totals")) == STATE
    assert action_of(note(2000)) == KNOW
    assert action_of(tr("{name}: has rows of coal and of coke; it is counted twice", name="energy")) == CHECK
    assert action_of(tr("{first} and {last} name the same map, so nothing can change", first=1, last=2)) == CHECK
    assert action_of("whatever came from a file") == KNOW


def test_no_note_is_lost() -> None:
    notes = [note(2000), note(2010), tr("{name}: write it", name="a"), "plain"]
    assert sum(map(len, grouped(notes).values())) == 3
