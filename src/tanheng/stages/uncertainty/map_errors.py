"""Stage: errors of the land maps: areas and stocks adjusted by samples, and how much change errors alone could make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.intervals.map_error import (
    Estimate,
    accuracies,
    adjusted_areas,
    adjusted_mean,
    areas_from_accuracies,
    seems_transposed,
)
from tanheng.accounting.intervals.propagation import map_error_half_width
from tanheng.errors import StudyError
from tanheng.factors.map_accuracies import StatedAccuracy
from tanheng.inputs.map_error import MapErrorInputs
from tanheng.io.map_errors import ANY, ChangeErrors, MapErrors
from tanheng.land.plausible_change import accuracy_that_explains, change_by_error_alone
from tanheng.language import listed, name_of, tr
from tanheng.stages.found import Found
from tanheng.stages.land.change import Changes, LandChange
from tanheng.stages.land.stock import Land, class_areas
from tanheng.units import HA_PER_KM2

Values = NDArray[np.float64]

#: How far the areas that follow from published accuracies may be from the mapped total before it is told, and before they are refused.
_FAR, _TOO_FAR = 0.1, 0.25


@dataclass(frozen=True)
class MapError:
    """What errors of the maps do to the stock of a year, and to its change, by first and last year (twice the same for a stock).

    Attributes
    ----------
    half_width : mapping of (int, int) to float
        t C.
    adjusted : mapping of (int, int) to float
        Stock or change as the sample has it, t C; absent where the mapped one stands.
    """

    half_width: Mapping[tuple[int, int], float] = field(default_factory=dict)
    adjusted: Mapping[tuple[int, int], float] = field(default_factory=dict)
    found: Found = field(default_factory=Found)


def area_errors(land: Land, changes: Changes, area_uncertainty: Mapping[str, float]) -> MapError:
    """Map errors from a relative half-width of the area of each class; maps of different years are taken to err independently."""
    if not area_uncertainty:
        return MapError()
    classes = list(land.classes)
    relative = xr.DataArray(
        [area_uncertainty.get(name, 0.0) for name in classes], dims="land_class", coords={"land_class": classes}
    )
    half = {}
    for year in land.years:
        density = land.density_of_conversion.sel(year=year, drop=True).sum("carbon_pool")
        half[year, year] = float(map_error_half_width(class_areas(land, year), density, relative))
    pairs = [(item.first, item.last) for item in changes.items]
    return MapError({**half, **{(one, two): float(np.hypot(half[one, one], half[two, two])) for one, two in pairs}})


def account_map_errors(
    given: MapErrorInputs, area_uncertainty: Mapping[str, float], land: Land, changes: Changes
) -> MapError:
    """Areas, stocks and changes adjusted for map error as far as samples tell, and what errors alone could make.

    Raises
    ------
    StudyError
        A class or a conversion that the maps show has too few places in the sample.
    """
    _refuse_unsampled(given, land, changes)
    plain = area_errors(land, changes, area_uncertainty)
    half, adjusted = dict(plain.half_width), dict(plain.adjusted)
    tables: dict[str, pd.DataFrame] = {}
    notes: list[str] = []
    rows: list[dict[str, object]] = []
    means: dict[int, Estimate] = {}
    for year, errors in given.samples.items():
        means[year], more, told = _year(errors, land, year)
        rows += more
        notes += told
        total = float(class_areas(land, year).sum())
        adjusted[year, year], half[year, year] = (float(part) * total for part in _parts(means[year]))
    if rows:
        tables["map_accuracy"] = pd.DataFrame(rows)
    conversions: list[dict[str, object]] = []
    for item in changes.items:
        pair = (item.first, item.last)
        area = float(item.area.sum())
        if pair in given.change:
            mean, more = _change(given.change[pair], item, land)
            conversions += more
        elif set(pair) <= set(means):
            one, other = means[item.first], means[item.last]
            mean = Estimate(other.value - one.value, np.hypot(one.half_width, other.half_width))
        else:
            continue
        adjusted[pair], half[pair] = (float(part) * area for part in _parts(mean))
    if conversions:
        tables["change_accuracy"] = pd.DataFrame(conversions)
    against = pd.DataFrame([_against(given, item) for item in changes.items])
    if len(against):
        tables["change_against_error"] = against
    return MapError(half, adjusted, Found(tables, notes=tuple(notes)))


def _parts(estimate: Estimate) -> tuple[Values, Values]:
    return estimate.value, estimate.half_width


def class_densities(land: Land, year: int) -> Values:
    """Density of each class over all pools, t C ha-1; what belongs to the place is the same for all classes, whatever the map calls it."""
    return np.asarray(land.density_of_conversion.sel(year=year, drop=True).sum("carbon_pool").values, np.float64)


def _year(errors: MapErrors, land: Land, year: int) -> tuple[Estimate, list[dict[str, object]], list[str]]:
    """Mean carbon density of the region in a year with its half-width, t C ha-1, and rows on the classes of its map."""
    areas = class_areas(land, year).values
    density = class_densities(land, year)
    if errors.counts is None:
        return _published(errors, areas, density, year)
    known = accuracies(errors.counts, areas)
    area = adjusted_areas(errors.counts, areas)
    rows = [
        {
            "year": year,
            "land_class": name,
            "sample_places": float(errors.counts[number].sum()),
            "area_km2": areas[number] / HA_PER_KM2,
            "adjusted_area_km2": area.value[number] / HA_PER_KM2,
            "adjusted_half_width_km2": area.half_width[number] / HA_PER_KM2,
            "users_accuracy": known.users.value[number],
            "users_half_width": known.users.half_width[number],
            "producers_accuracy": known.producers.value[number],
            "producers_half_width": known.producers.half_width[number],
            "overall_accuracy": float(known.overall.value),
            "overall_half_width": float(known.overall.half_width),
            "source": errors.name,
        }
        for number, name in enumerate(errors.classes)
    ]
    return adjusted_mean(errors.counts, areas, density), rows, _direction(errors.name, errors.counts, areas)


def _direction(name: str, counts: Values, areas: Values) -> list[str]:
    """Note on a matrix that may have been written the other way round."""
    if not seems_transposed(counts, areas):
        return []
    return [
        tr(
            "{name}: its columns sum to equal numbers or to the proportions of the map, as the rows of a sample drawn by mapped class do, and its "
            "rows do not. Rows must be what the map shows, columns what is there; is the table transposed?",
            name=name,
        )
    ]


def _published(
    errors: MapErrors, areas: Values, density: Values, year: int
) -> tuple[Estimate, list[dict[str, object]], list[str]]:
    """The same where accuracies are published, not the matrix behind them."""
    assert errors.users is not None and errors.producers is not None and errors.samples is not None  # noqa: S101, PT018  one or the other is given
    users, producers = (np.where(areas > 0, item, 1.0) for item in (errors.users, errors.producers))
    area, total = areas_from_accuracies(areas, users, producers, errors.samples)
    weights = area.value / area.value.sum()
    mean = float(weights @ density)
    spread = area.half_width / areas.sum() * (density - mean)
    rows = [
        {
            "year": year,
            "land_class": name,
            "sample_places": errors.samples[number],
            "area_km2": areas[number] / HA_PER_KM2,
            "adjusted_area_km2": area.value[number] / HA_PER_KM2,
            "adjusted_half_width_km2": area.half_width[number] / HA_PER_KM2,
            "users_accuracy": errors.users[number],
            "producers_accuracy": errors.producers[number],
            "overall_accuracy": float(areas @ users / areas.sum()),
            "source": errors.name,
        }
        for number, name in enumerate(errors.classes)
    ]
    notes = []
    if abs(total - 1.0) > _FAR:
        text = tr(
            "{name}: the areas that follow from these accuracies sum to {percent:.0f} % of the region before rescaling; the accuracies may refer "
            "to another region, or not belong together",
            name=errors.name,
            percent=100 * total,
        )
        if abs(total - 1.0) > _TOO_FAR:
            raise StudyError([text])
        notes.append(text)
    return Estimate(np.asarray(mean), np.asarray(np.sqrt((spread**2).sum()))), rows, notes


def _strata(errors: ChangeErrors, item: LandChange) -> Values:
    """Mapped area of each stratum of a sample of the change, ha; that of ``*`` is every conversion which no other stratum names."""
    area = {
        (str(one), str(other)): float(item.area.sel(from_class=one, to_class=other))
        for one in item.area["from_class"].values
        for other in item.area["to_class"].values
    }
    named = {stratum: area[stratum] for stratum in errors.strata if stratum != (ANY, ANY)}
    rest = sum(area.values()) - sum(named.values())
    return np.array([rest if stratum == (ANY, ANY) else named[stratum] for stratum in errors.strata])


def _change(errors: ChangeErrors, item: LandChange, land: Land) -> tuple[Estimate, list[dict[str, object]]]:
    """Mean change of the carbon density over a period, t C ha-1, and rows on its conversions."""
    areas = _strata(errors, item)
    place = {name: number for number, name in enumerate(land.classes)}
    before, after = class_densities(land, item.first), class_densities(land, item.last)
    step = np.array([after[place[to]] - before[place[of]] for of, to in errors.conversions])
    adjusted = adjusted_areas(errors.counts, areas)
    rows = [
        {
            "from_year": item.first,
            "to_year": item.last,
            "from_class": of,
            "to_class": to,
            "area_km2": float(item.area.sel(from_class=of, to_class=to)) / HA_PER_KM2,
            "adjusted_area_km2": adjusted.value[number] / HA_PER_KM2,
            "adjusted_half_width_km2": adjusted.half_width[number] / HA_PER_KM2,
            "source": errors.name,
        }
        for number, (of, to) in enumerate(errors.conversions)
    ]
    return adjusted_mean(errors.counts, areas, step), rows


def _refuse_unsampled(given: MapErrorInputs, land: Land, changes: Changes) -> None:
    """Refuse a sample without places in a class, or in a conversion, that the maps of the region show."""
    problems = []
    for year, errors in given.samples.items():
        areas = class_areas(land, year).values
        enough = errors.counts.sum(axis=1) >= 2 if errors.counts is not None else errors.users * errors.producers > 0  # type: ignore[operator]
        lacking = [number for number in range(len(areas)) if areas[number] > 0 and not enough[number]]
        if lacking:
            problems.append(
                tr(
                    "{name}: the map of {year} shows {classes}, with fewer than two sample units (or no accuracy); add "
                    "reference samples there, or merge the classes in the legend",
                    name=errors.name,
                    year=year,
                    classes=listed(
                        tr("{name} ({area:,.1f} km2)", name=name_of(errors.classes[n]), area=areas[n] / HA_PER_KM2)
                        for n in lacking
                    ),
                )
            )
    for pair, sample in given.change.items():
        item = changes.of(*pair)
        left = float(item.area.sum()) - float(_strata(sample, item).sum())
        if (ANY, ANY) not in sample.strata and left > 1e-9 * float(item.area.sum()):
            problems.append(
                tr(
                    "{name}: {area:,.1f} km2 of the land lie in no stratum of this sample; add a stratum with '*' in both columns, and reference "
                    "samples there",
                    name=sample.name,
                    area=left / HA_PER_KM2,
                )
            )
    if problems:
        raise StudyError(problems)


def _sampled(given: MapErrorInputs, year: int, areas: NDArray[np.float64]) -> StatedAccuracy | None:
    """Overall accuracy of the map of a year by its sample, classes weighing as the map shows them (Olofsson et al. 2014, eq. 1)."""
    errors = given.samples.get(year)
    if errors is None or areas.sum() <= 0:
        return None
    users = errors.users
    if errors.counts is not None:
        places = errors.counts.sum(axis=1)
        users = np.divide(np.diag(errors.counts), places, out=np.zeros(len(places)), where=places > 0)
    assert users is not None  # noqa: S101  counts or accuracies are given
    return StatedAccuracy(float(areas @ np.nan_to_num(users) / areas.sum()), Path(errors.name).name)


def _against(given: MapErrorInputs, item: LandChange) -> dict[str, object]:
    """What differs between two maps beside what their errors alone could make."""
    whole = float(item.area.sum())
    share = 1.0 - float(np.trace(item.area.values)) / whole if whole > 0 else np.nan
    stated = [
        _sampled(given, year, item.area.sum(other).values) or given.stated.get(year)
        for year, other in ((item.first, "to_class"), (item.last, "from_class"))
    ]
    row: dict[str, object] = {
        "from_year": item.first,
        "to_year": item.last,
        "changed_km2": share * whole / HA_PER_KM2,
        "changed_share": share,
        "accuracy_that_explains": accuracy_that_explains(share),
        "accuracy_first": np.nan,
        "accuracy_last": np.nan,
        "share_by_error_alone": np.nan,
        "verdict": "no accuracy is stated",
        "source": "",
    }
    if (item.first, item.last) in given.change:
        return row | {"verdict": "change is sampled"}
    one, other = stated
    if one is None or other is None:
        return row
    alone = change_by_error_alone(one.overall, other.overall)
    sources: Iterator[str] = iter(dict.fromkeys((one.source, other.source)))
    return row | {
        "accuracy_first": one.overall,
        "accuracy_last": other.overall,
        "share_by_error_alone": alone,
        "verdict": "within what classification error could explain"
        if alone >= share
        else "more than classification error could explain",
        "source": "; ".join(sources),
    }
