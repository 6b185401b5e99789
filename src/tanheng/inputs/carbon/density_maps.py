"""Maps of carbon density: opened, and looked at for slips of unit, depth and error before the long work starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.choices import POOLS
from tanheng.errors import InputError, UnitError
from tanheng.factors.densities import POOL_WORDS, CarbonDensities
from tanheng.factors.density_ranges import density_ranges
from tanheng.factors.legends import class_hint
from tanheng.inputs.checks.raster_checks import check_values, value_strips
from tanheng.inputs.problems import Problems
from tanheng.inputs.yearly import rasters_by_year
from tanheng.io.rasters import Raster, each_once, locate, open_only
from tanheng.language import listed, name_of, tr
from tanheng.study import DensityMap, Study
from tanheng.units import conversion_factor

#: Densities are given per area of land, as carbon or as dry matter.
_OF_CARBON, _OF_MATTER = "t C ha-1", "t ha-1"


@dataclass(frozen=True)
class DensityMapInputs:
    """A map of carbon density.

    Attributes
    ----------
    settings : DensityMap
    rasters : mapping of int to Raster
        By year.
    standard_error : Raster, optional
    factor : float
        From the numbers of the rasters to t C/ha.
    """

    settings: DensityMap
    rasters: Mapping[int, Raster]
    standard_error: Raster | None
    factor: float

    @property
    def all_rasters(self) -> tuple[Raster, ...]:
        """Every raster, once each."""
        more = [self.standard_error] if self.standard_error is not None else []
        return each_once([*self.rasters.values(), *more])


def open_density_maps(
    study: Study, base: Path, tables: Mapping[int, CarbonDensities], problems: Problems
) -> tuple[DensityMapInputs, ...]:
    """Maps of carbon density of a study; problems are gathered, and a map that can't be read is left out."""
    maps = []
    for number, settings in enumerate(study.carbon_density.maps, start=1):
        with problems.at(f"carbon_density.maps {number}"):
            factor = problems.attempt(_factor, settings)
            rasters = rasters_by_year(study.years, base, settings, problems)
            error = settings.standard_error
            spread = problems.attempt(open_only, locate(error, base)) if error else None
            if factor is None or not rasters or (error and spread is None):
                continue
            item = DensityMapInputs(settings, rasters, spread, factor)
            _check(item, study, tables, problems)
            maps.append(item)
    if study.carbon_density.uncertainty is None and any(item.standard_error is not None for item in maps):
        with problems.at("carbon_density.uncertainty"):
            problems.warn(
                tr(
                    "no uncertainty of the tables' densities is given, which count as certain: intervals hold the errors of the maps alone"
                )
            )
    return tuple(maps)


def pools_of_place(maps: Sequence[DensityMapInputs], classes: Sequence[str]) -> tuple[str, ...]:
    """Pools that a map gives for all classes: they belong to the place, and say nothing of what a conversion would change.

    Mountains have forest and much carbon in the soil; a field in the plain that becomes forest does not get the soil of mountains.
    """
    of_all = [item.settings for item in maps if not item.settings.classes or set(item.settings.classes) >= set(classes)]
    return tuple(pool for pool in POOLS if any(pool in settings.pools for settings in of_all))


def check_classes(maps: tuple[DensityMapInputs, ...], classes: tuple[str, ...], problems: Problems) -> None:
    """Note classes that a map is for and the study does not have."""
    for number, item in enumerate(maps, start=1):
        with problems.at(f"carbon_density.maps {number}"):
            problems.add(
                *[
                    tr("there is no class '{name}'{nearest}", name=name, nearest=class_hint(name, classes))
                    for name in item.settings.classes
                    if name not in classes
                ]
            )


def _factor(settings: DensityMap) -> float:
    """Factor from the unit of a map to t C/ha; an InputError says how the unit is to be written."""
    units = settings.units
    for target in (_OF_CARBON, _OF_MATTER):
        try:
            factor = conversion_factor(units, target)
        except UnitError:
            continue
        if target == _OF_CARBON and settings.quantity == "dry matter":
            raise InputError(
                tr("units '{units}' are of carbon, but 'quantity' says dry matter: which is it?", units=units)
            )
        return factor * (settings.carbon_fraction if settings.quantity == "dry matter" else 1.0)
    raise InputError(
        tr(
            "units '{units}' are not those of carbon or dry matter per area of land, as 't C ha-1', 't ha-1', 'kg C m-2', '0.1 t ha-1'; a "
            "content in g/kg or kg/m3 is first multiplied by bulk density and depth",
            units=units,
        )
    )


def _check(item: DensityMapInputs, study: Study, tables: Mapping[int, CarbonDensities], problems: Problems) -> None:
    """Values, error, depth and year of a map."""
    for raster in item.all_rasters:
        problems.warn(*(problems.attempt(check_values, raster, item.settings.pool) or []))
    if not study.carbon_density.accept_unusual:
        for raster in each_once(item.rasters.values()):
            problems.attempt(partial(_check_densities, item=item), raster)
            problems.warn(*_unusual_mean(raster, item))
    if item.standard_error is not None:
        problems.attempt(_check_error, item)
        problems.warn(*_small_error(item))
    problems.warn(*_depth_notes(item, tables), *_year_notes(item, study))


def _unusual_mean(raster: Raster, item: DensityMapInputs) -> list[str]:
    """Warning on a map whose mean is one that few lands have: a unit that is wrong ten times lies within what single places hold."""
    total, count = 0.0, 0
    for values in value_strips(raster):
        known = values[values > 0] if item.settings.pool == "above" else values[~np.isnan(values)]
        total, count = total + float(known.sum()), count + known.size
    if not count:
        return []
    pool, mean = item.settings.pool, total / count * item.factor
    # Maps of biomass hold zeros where nothing grows; what is left is mostly forest.
    known_range = density_ranges()["forest" if pool == "above" else "any", pool]
    low, high = known_range.unusual_below, known_range.unusual_above
    if (low is None or mean >= low) and (high is None or mean <= high):
        return []
    return [
        tr(
            "{path}: its mean is {mean:.3g} t C/ha, which few lands hold in this pool ({low:g} to {high:g}, {source}); check the unit: 1 kg C/m2 is "
            "10 t C/ha",
            path=raster.path,
            mean=mean,
            low=low or 0.0,
            high=high or 0.0,
            source=name_of(known_range.source),
        )
    ]


def _check_densities(raster: Raster, item: DensityMapInputs) -> None:
    """Refuse a map with more carbon than any land is known to hold, or with less than none.

    Raises
    ------
    InputError
        The highest or the lowest density is impossible.
    """
    low, high = _range(value_strips(raster))
    pool = item.settings.pool
    known = density_ranges()["any", pool]
    if low * item.factor < 0:
        raise InputError(
            tr(
                "{path}: has negative values ({least:g}); a carbon density can't be negative: declare the number that means no data "
                "(gdal_edit -a_nodata)",
                path=raster.path,
                least=low,
            )
        )
    most = known.impossible_above
    if most is not None and high * item.factor > most:
        raise InputError(
            tr(
                "{path}: its highest density ({pool}) is {value:g} t C/ha, above {limit:g}, more than any land is known to hold ({source}); "
                "check 'units' ({units}), and the number that means no data. If it is right, write accept_unusual = true in [carbon_density]",
                path=raster.path,
                pool=tr(POOL_WORDS[pool]),
                value=high * item.factor,
                limit=most,
                source=name_of(known.source),
                units=item.settings.units,
            )
        )


def _range(strips: Iterator[NDArray[np.float64]]) -> tuple[float, float]:
    """Lowest and highest value."""
    low, high = np.inf, -np.inf
    for values in strips:
        known = values[~np.isnan(values)]
        low, high = min(low, known.min(initial=np.inf)), max(high, known.max(initial=-np.inf))
    return float(low), float(high)


def _check_error(item: DensityMapInputs) -> None:
    """Refuse standard errors that are mostly larger than what they are of: a variance, a percentage, or another unit.

    Raises
    ------
    InputError
        More than half of the pixels with a density have a larger error, or one is negative.
    """
    first, error = next(iter(item.rasters.values())), item.standard_error
    assert error is not None  # noqa: S101  the caller looked
    low, _ = _range(value_strips(error))
    if low < 0:
        raise InputError(tr("{path}: has negative standard errors ({least:g})", path=error.path, least=low))
    if first.pixels != error.pixels:
        middle, typical = (_median(value_strips(raster)) for raster in (first, error))
        larger = 1.0 if typical > middle else 0.0
    else:
        counts = np.zeros(2)
        for values, errors in zip(value_strips(first), value_strips(error), strict=True):
            there = (values > 0) & ~np.isnan(errors)
            counts += [np.count_nonzero(there), np.count_nonzero(there & (errors > values))]
        larger = counts[1] / counts[0] if counts[0] else 0.0
    if larger > 0.5:
        raise InputError(
            tr(
                "{path}: the standard error is larger than the density on {percent:.0f} % of the pixels; is it a variance, a percentage, or in "
                "other units than '{units}'?",
                path=error.path,
                percent=100 * larger,
                units=item.settings.units,
            )
        )


def _small_error(item: DensityMapInputs) -> list[str]:
    """Warning on standard errors below a hundredth of the density: maps are not known so well, and fractions look so."""
    first, error = next(iter(item.rasters.values())), item.standard_error
    assert error is not None  # noqa: S101  the caller looked
    middle, typical = (_median(value_strips(raster)) for raster in (first, error))
    if not 0.0 < typical < _LEAST_ERROR * middle:
        return []
    return [
        tr(
            "{path}: its standard error is {typical:.2g} where the density is {middle:.3g} {units}, less than one percent; is it a fraction of the "
            "density? It must be in the units of the map",
            path=error.path,
            typical=typical,
            middle=middle,
            units=item.settings.units,
        )
    ]


#: Standard error as a share of the density below which it is asked about: those of biomass and soil maps are tenths.
_LEAST_ERROR = 0.01


def _median(strips: Iterator[NDArray[np.float64]]) -> float:
    """Median of the medians of strips."""
    held = [float(np.nanmedian(values)) for values in strips if np.isfinite(values).any()]
    return float(np.median(held)) if held else 0.0


def _depth_notes(item: DensityMapInputs, tables: Mapping[int, CarbonDensities]) -> list[str]:
    """Warning on soil of another depth than that of the table which fills the map's gaps, and gives the other classes."""
    depth = item.settings.depth_cm
    others = {table.soil_depth_cm for table in tables.values()} - {None, depth}
    if depth is None or not others:
        return []
    what = (
        tr("classes without the map are of another depth and can't be compared with it")
        if item.settings.classes
        else tr("land where the map has no value takes the table's")
    )
    return [
        tr(
            "soil to {depth:g} cm in the map, to {others} cm in the table: {what}",
            depth=depth,
            others=listed(f"{value:g}" for value in others if value is not None),
            what=what,
        )
    ]


def _year_notes(item: DensityMapInputs, study: Study) -> list[str]:
    """Warning on one map for several years: of its pool no change can be seen but where land changes."""
    if item.settings.map is None or len(study.years) < 2:
        return []
    of = item.settings.year
    if of is None:
        return [
            tr(
                "one map stands for {years}; say which year it is of ('year'). A pool that does not change with time changes only where land "
                "goes to a class without the map",
                years=listed(study.years),
            )
        ]
    return [
        tr(
            "the map of {of} stands for {years}; a pool that does not change with time changes only where land goes to a class without the map",
            of=of,
            years=listed(study.years),
        )
    ]
