"""Scenarios of future land use by hand: the land of today, and the areas that are asked of each class in a year to come."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.choices import POOLS
from tanheng.errors import InputError
from tanheng.inputs.problems import Problems
from tanheng.inputs.simulation.land import LandOfDates
from tanheng.inputs.simulation.opening import MapsOfLand, open_land_inside
from tanheng.inputs.study_inputs import open_inputs
from tanheng.io.rasters import files_open
from tanheng.io.results.tables import read_result_table
from tanheng.language import listed, tr
from tanheng.pipeline.freshness import BESIDE_A_PLAN, changes_since, record_of
from tanheng.plain_files import small_file
from tanheng.reach import confined_to
from tanheng.simulation.landscape import OUTSIDE, Landscape, cells_by_class
from tanheng.study import parse_study
from tanheng.tables.scenarios import OBSERVED, observed_rows
from tanheng.units import HA_PER_KM2
from tanheng.web.home import Home
from tanheng.web.studies.checking import checked
from tanheng.web.studies.files import study_path, version_of, write_bytes
from tanheng.web.studies.form import StudyState, edited, state_of

#: End of the name of the table beside a study that holds the areas of its scenarios.
_DEMAND = "demand_by_hand.csv"

#: Bytes of a table that is read here: those that tanheng writes of classes and scenarios have a few kB.
_LARGEST = 5_000_000

#: Scenarios, and letters of the name of one.
_MOST, _LONGEST = 12, 60

#: Pixels of all maps that the server itself counts, a byte each.
_MOST_PIXELS = 300_000_000

#: How far areas may be from the land of today, as a share of it.
_ROUNDING = 1e-3

#: Growth of each factor of Kaya in a year that may be set.
RATES = ("population", "income", "energy_intensity", "carbon_intensity")


@dataclass(frozen=True)
class HandScenario:
    """A scenario.

    Attributes
    ----------
    name : str
    areas : mapping of str to float
        Area of each class in the last year, km2.
    outlook : mapping of str to float
        Growth in a year, relative; empty where the outlook is that of all.
    """

    name: str
    areas: Mapping[str, float]
    outlook: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ClassToday:
    """A land class today.

    Attributes
    ----------
    name : str
    area : float
        km2.
    density : float
        Mean of its land, t C/ha.
    grows, shrinks : bool
        Whether it was observed to gain land, and to lose some: where to is learned from nothing else.
    """

    name: str
    area: float
    density: float
    grows: bool
    shrinks: bool


@dataclass(frozen=True)
class LandToday:
    """Land of the last observed year, and the scenarios that were made of it.

    Attributes
    ----------
    year : int
    cell_km2 : float
        Area of a pixel of the map: what is simulated is a whole number of them.
    classes : sequence of ClassToday
    to : sequence of int
        Years that are simulated.
    draws : int
    scenarios : sequence of HandScenario
    has_outlook : bool
        Whether emissions can be told for years to come.
    """

    year: int
    cell_km2: float
    classes: list[ClassToday]
    to: list[int]
    draws: int
    scenarios: list[HandScenario]
    has_outlook: bool


def land_today(home: Home, name: str) -> LandToday:
    """Land of the last observed year of a study that has been run.

    Raises
    ------
    InputError
        It has no results, they are of other land, or its future is simulated by zone.
    """
    state = state_of(home, name)
    if not state.results.get("results"):
        raise InputError(tr("{path}: there are no results yet to start from; run the study first", path=name))
    _refuse_old(home, state)
    settings = state.entries.get("simulate", {})
    if settings.get("zones"):
        raise InputError(
            tr("This study simulates by zone, so that its demand needs a table with zones; see docs/simulation.md.")
        )
    if settings.get("resolution") == "cells":
        raise InputError(
            tr(
                "This study simulates the shares of cells, for which areas cannot be set interactively; see docs/simulation.md."
            )
        )
    table = _table_of(home, state, "stock_by_class")
    land = _land_of_maps(home, state)
    counts = cells_by_class(Landscape(land.lands[-1]), len(land.classes))[0] * land.cell_km2
    gained, lost = _moved(land, last_alone=settings.get("period", "last") == "last")
    year = land.years[-1]
    density = _densities(table[table["year"] == year], _pools_of_place(state, land.classes))
    classes = [
        ClassToday(name, float(counts[k]), density.get(name, 0.0), bool(gained[k]), bool(lost[k]))
        for k, name in enumerate(land.classes)
    ]
    to = [int(one) for one in _as_list(settings.get("to", year + 10))]
    has_outlook = "emissions" in state.entries and not isinstance(settings.get("outlook"), str)
    scenarios = _held(home, name, settings, to[-1])
    return LandToday(year, land.cell_km2, classes, to, int(settings.get("draws", 10)), scenarios, has_outlook)


def write_scenarios(
    home: Home, name: str, version: str, to: Sequence[int], draws: int, scenarios: Sequence[HandScenario]
) -> StudyState:
    """Write scenarios into a study and their areas, which change evenly from today's, into a table beside it.

    The study stays as it was where they can't be simulated.

    Raises
    ------
    InputError
        Names, years or areas are wrong or can't be reached, or the study was changed elsewhere since that version.
    OutputError
        A file can't be written.
    """
    today = land_today(home, name)
    _refuse_years(to, today.year)
    _refuse_names([one.name for one in scenarios])
    for scenario in scenarios:
        _refuse_areas(scenario, today)
    settings = state_of(home, name).entries.get("simulate", {})
    table = demand_name(name)
    if settings.get("demand") != table and study_path(home, name).with_name(table).exists():
        raise InputError(tr("{file}: is there already and not of these scenarios; rename or remove it", file=table))
    changes: list[tuple[list[str | int], object]] = [
        (["simulate", "to"], list(to)),
        (["simulate", "draws"], draws),
        (["simulate", "demand"], table),
        (["simulate", "scenarios"], None),
    ]
    if today.has_outlook:
        changes += _outlooks(settings, scenarios)
    path = study_path(home, name)
    held = {one: one.read_bytes() if one.exists() else None for one in (path, path.with_name(table))}
    written = edited(home, name, version, changes, (table, _table(today, to, scenarios).encode("utf-8-sig")))
    wrong = [str(one["text"]) for one in checked(home, name).problems if str(one["place"]).startswith("simulate")]
    if wrong:
        _take_back(held, written.version)
        raise InputError("\n".join(wrong))
    return written


def _take_back(held: Mapping[Path, bytes | None], version: str) -> None:
    """Put files back as they were, unless the first has been changed since a version."""
    if version_of(next(iter(held)).read_bytes()) != version:
        return
    for path, data in held.items():
        if data is None:
            path.unlink(missing_ok=True)
        else:
            write_bytes(path, data)


def demand_name(name: str) -> str:
    """Name of the table of a study's scenarios.

    Examples
    --------
    >>> demand_name("county/study.toml")
    'study_demand_by_hand.csv'
    """
    return f"{PurePosixPath(name).stem}_{_DEMAND}"


def _outlooks(settings: Mapping[str, Any], scenarios: Sequence[HandScenario]) -> list[tuple[list[str | int], object]]:
    """Outlook of each scenario, without growth where one says none and others do; those of scenarios that are gone go as well."""
    before = settings.get("outlook")
    none = dict.fromkeys(RATES, 0.0) if any(one.outlook for one in scenarios) else None
    kept = {one.name: dict(one.outlook) or none for one in scenarios}
    gone = dict.fromkeys(set(before if isinstance(before, Mapping) else ()) - {*kept, "all"})
    return [(["simulate", "outlook", name], value) for name, value in (gone | kept).items()]


def _refuse_old(home: Home, state: StudyState) -> None:
    """Refuse results that were made with other settings of the land, or of other files."""
    record = record_of(home.place(state.results["results"]))
    base = study_path(home, state.name).parent
    study = parse_study(state.entries, state.name)
    changes = changes_since(study, base, record, BESIDE_A_PLAN) if record else ["run.json"]
    if changes:
        raise InputError(
            tr(
                "{path}: its results are old ({changes}); run the study again first",
                path=state.name,
                changes=listed(changes),
            )
        )


def _land_of_maps(home: Home, state: StudyState) -> LandOfDates:
    """Land of the maps of a study, pixel by pixel, as its simulation takes it."""
    path = study_path(home, state.name)
    with confined_to(home.reach), files_open():
        inputs = open_inputs(parse_study(state.entries, path.name), path.parent)
        pixels = sum(one.source.pixels.width * one.source.pixels.height for one in inputs.land.maps)
        if pixels > _MOST_PIXELS:
            raise InputError(
                tr(
                    "The maps have {count:,} pixels, too many to be counted here ({most:,}). Write the areas into a table; see docs/simulation.md.",
                    count=pixels,
                    most=_MOST_PIXELS,
                )
            )
        problems = Problems()
        given = MapsOfLand(inputs.land.maps, inputs.land.legend, inputs.classes, inputs.land.boundary, {}, None)
        land = open_land_inside(given, problems)
        problems.stop_if_any()
    assert land is not None  # noqa: S101  else there was a problem
    return land


def _moved(land: LandOfDates, *, last_alone: bool) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which classes gained land and which lost some, by the pixels of the last period or of all."""
    gained, lost = (np.zeros(len(land.classes), bool) for _ in range(2))
    pairs = list(pairwise(land.lands))
    for one, other in pairs[-1:] if last_alone else pairs:
        changed = (one != other) & (one != OUTSIDE) & (other != OUTSIDE)
        gained[np.unique(other[changed])] = True
        lost[np.unique(one[changed])] = True
    return gained, lost


def _pools_of_place(state: StudyState, classes: Sequence[str]) -> tuple[str, ...]:
    """Pools that a map gives for all classes: a conversion leaves them as they are."""
    maps = parse_study(state.entries, state.name).carbon_density.maps
    of_all = [one for one in maps if not one.classes or len(set(one.classes)) >= len(classes)]
    return tuple(pool for pool in POOLS if any(pool in one.pools for one in of_all))


def _densities(rows: pd.DataFrame, of_place: Sequence[str]) -> dict[str, float]:
    """Mean carbon density of each class that has land, t C/ha, with pools of the place at their mean over all land.

    Examples
    --------
    Two classes of 1 km2 with 10 and 20 t C/ha, of which the soil, 5 and 15, is that of the place.

    >>> rows = pd.DataFrame({"land_class": ["a", "b"], "area_km2": 1.0, "stock_t_c": [1000.0, 2000.0], "soil_t_c": [500.0, 1500.0]})
    >>> _densities(rows, ["soil"])
    {'a': 15.0, 'b': 15.0}
    """
    rows = rows[rows["area_km2"] > 0]
    hectares, columns = rows["area_km2"] * HA_PER_KM2, [f"{pool}_t_c" for pool in of_place]
    place = float(rows[columns].to_numpy().sum() / hectares.sum()) if len(rows) else 0.0
    own = (rows["stock_t_c"] - rows[columns].sum(axis=1)) / hectares + place
    return dict(zip(rows["land_class"], own.tolist(), strict=True))


def _table_of(home: Home, state: StudyState, table_name: str) -> pd.DataFrame:
    """Table of the results, its rows of the observed years."""
    path = home.place(f"{state.results['results']}/tables/{table_name}.csv")
    return observed_rows(_read(home, path, _NEEDED[table_name]))


#: Columns of the tables that are read, texts first and then numbers that must be known.
_NEEDED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "stock_by_class": (("land_class",), ("year", "area_km2", "stock_t_c", *(f"{pool}_t_c" for pool in POOLS))),
    _DEMAND: (("scenario", "class"), ("year", "area_km2")),
}


def _read(home: Home, path: Path, needed: tuple[tuple[str, ...], tuple[str, ...]]) -> pd.DataFrame:
    """A small table that tanheng has written; somebody may have changed it since.

    Raises
    ------
    InputError
        It is not there, too large, or is not such a table.
    """
    with confined_to(home.reach):
        size = small_file(path).stat().st_size
    table = _parsed(path, *needed) if size <= _LARGEST else None
    if table is None:
        raise InputError(
            tr("{path}: is not the table that tanheng wrote; run the study again, or remove it", path=path.name)
        )
    return table


def _parsed(path: Path, texts: tuple[str, ...], numbers: tuple[str, ...]) -> pd.DataFrame | None:
    """Table with texts and numbers that are all known; none where it is not such a one."""
    try:
        table = read_result_table(path)
    except InputError:
        return None
    if table.empty or not {*texts, *numbers} <= set(table):
        return None
    table = table.assign(
        **{name: pd.to_numeric(table[name], errors="coerce") for name in numbers},
        **{name: table[name].astype(str) for name in texts},
    )
    return table if np.isfinite(table[list(numbers)].to_numpy(float)).all() else None


def _held(home: Home, name: str, settings: Mapping[str, Any], year: int) -> list[HandScenario]:
    """Scenarios that were written before."""
    path = study_path(home, name).with_name(demand_name(name))
    if settings.get("demand") != path.name or not path.is_file():
        return []
    table = _read(home, path, _NEEDED[_DEMAND])
    last = table[table["year"] == year]
    outlook = settings.get("outlook")
    outlooks = outlook if isinstance(outlook, Mapping) else {}
    return [
        HandScenario(
            str(one),
            {str(row["class"]): float(row["area_km2"]) for _, row in rows.iterrows()},
            {rate: value for rate, value in outlooks.get(one, {}).items() if rate in RATES and _is_number(value)},
        )
        for one, rows in last.groupby("scenario", sort=False)
    ]


def _table(today: LandToday, to: Sequence[int], scenarios: Sequence[HandScenario]) -> str:
    """Areas of each scenario and year, which change evenly from today's to those of the last year."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["scenario", "year", "class", "area_km2"])
    for scenario in scenarios:
        for year in to:
            part = (year - today.year) / (to[-1] - today.year)
            for one, cells in zip(today.classes, _cells(today, scenario, part), strict=True):
                writer.writerow([scenario.name, year, one.name, repr(float(cells * today.cell_km2))])
    return stream.getvalue()


def _cells(today: LandToday, scenario: HandScenario, part: float) -> NDArray[np.float64]:
    """Pixels of each class after a part of the way, whole ones: what rounding leaves over falls to the class that moves most."""
    start = np.rint(np.array([one.area for one in today.classes], np.float64) / today.cell_km2)
    step = np.array([scenario.areas[one.name] - one.area for one in today.classes]) / today.cell_km2
    cells: NDArray[np.float64] = np.maximum(start + np.rint(part * step), 0.0)
    cells[np.argmax(np.abs(step) * (cells > 0))] += start.sum() - cells.sum()
    return cells


def _refuse_years(to: Sequence[int], today: int) -> None:
    if not to or list(to) != sorted(set(to)) or to[0] <= today or to[-1] > 9999:
        raise InputError(tr("Write years after {year}, each once, the earliest first.", year=today))


def _refuse_names(names: Sequence[str]) -> None:
    """Refuse names that no table can tell apart."""
    if not 0 < len(names) <= _MOST:
        raise InputError(tr("Write one to {count} scenarios.", count=_MOST))
    for name in names:
        odd = not name.strip() or len(name) > _LONGEST or not name.isprintable() or name.startswith("#")
        if odd or name in {OBSERVED, "all"}:
            raise InputError(tr("'{name}' can't be the name of a scenario; choose another", name=name[:_LONGEST]))
    if len({name.strip() for name in names}) < len(names):
        raise InputError(tr("Two scenarios have one name; rename one of them."))


def _refuse_areas(scenario: HandScenario, today: LandToday) -> None:
    """Refuse areas that are no areas, or not those of the land."""
    known = {one.name: one.area for one in today.classes}
    if set(scenario.areas) != set(known) or not all(_is_number(area) and area >= 0 for area in scenario.areas.values()):
        raise InputError(tr("Scenario '{name}': write an area of zero or more for each class.", name=scenario.name))
    total, land = sum(scenario.areas.values()), sum(known.values())
    if abs(total - land) > _ROUNDING * land:
        raise InputError(
            tr(
                "Scenario '{name}': the areas add up to {total:,.1f} km2, and there are {land:,.1f} km2 of land.",
                name=scenario.name,
                total=total,
                land=land,
            )
        )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401  whatever a study holds
    return list(value) if isinstance(value, (list, tuple)) else [value]
