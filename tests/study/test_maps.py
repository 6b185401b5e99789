from __future__ import annotations

from typing import Any

import pytest

from tanheng.errors import StudyError
from tanheng.study.model import Study
from tanheng.study.reading import parse_study

BASE = {
    "title": "A",
    "years": [2000],
    "land_cover": {"legend": "six-classes", "maps": {"2000": "a.tif"}},
    "carbon_density": {"table": "henan-six-classes"},
    "zones": {"city": {"file": "a.shp", "id": "code"}, "county": {"file": "b.shp", "id": "code", "name": "name"}},
}


def _study(**maps: Any) -> Study:
    return parse_study({**BASE, "maps": maps})


def test_names_are_of_the_first_layer_that_has_them() -> None:
    study = _study()
    assert study.maps.label_layer(study.named_zones) == "county"
    assert _study(labels=False).maps.label_layer(study.named_zones) is None
    assert _study(labels="county").maps.label_layer(study.named_zones) == "county"


def test_breaks_are_a_method_or_by_theme() -> None:
    assert _study(breaks="natural").maps.breaks == "natural"
    given = _study(breaks={"balance": [-100, 0, 50], "demand": "quantile"}).maps.breaks
    assert given == {"balance": (-100.0, 0.0, 50.0), "demand": "quantile"}


@pytest.mark.parametrize(
    ("maps", "told"),
    [
        ({"labels": "conty"}, "did you mean 'county'"),
        ({"labels": "city"}, "has no 'name' column"),
        ({"breaks": {"balance": [50, 0]}}, "ascending"),
        ({"breaks": {"balanse": [0, 50]}}, "balanse"),
        ({"breaks": "equal"}, "breaks"),
        ({"formats": ["gif"]}, "formats"),
        ({"dpi": 5}, "dpi"),
        ({"aproval": "x"}, "did you mean 'approval'"),
    ],
)
def test_what_can_not_be_printed_is_refused(maps: dict[str, Any], told: str) -> None:
    with pytest.raises(StudyError, match=told):
        _study(**maps)
