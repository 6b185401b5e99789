"""What maps of production and tables of rates tell before the run: fill numbers, scales left out, one quantity given for another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.factors.kinds_of_land import kind_of_land
from tanheng.inputs.checks.raster_checks import value_strips
from tanheng.io.rasters import Raster
from tanheng.language import name_of, tr
from tanheng.units import conversion_factor

#: Most carbon that vegetation is known to fix in a year, t C/ha, with room: tropical forests and grasslands fix up to about 25 (Del Grosso et
#: al. 2008, Ecology 89, 2117).
MOST_FIXED = 40.0

#: Net primary production up to which land is desert or tundra, t C/ha a year (Saugier, Roy and Mooney 2001, Terrestrial Global Productivity, Ch. 23:
#: deserts 1.25, tundra 0.9).
_DESERT = 1.3

#: Mean net primary production of a region beyond that of tropical forests, t C/ha a year (Saugier, Roy and Mooney 2001: 12.5).
_MOST_MEAN_NPP = 12.5

#: Mean net ecosystem production of a region that only its most productive forests reach, t C/ha a year (Yu et al. 2014, PNAS 111, 4910: subtropical
#: forests of East Asia 3.6), and the highest of a pixel below which the unit is asked about.
_MOST_MEAN_NEP, _LEAST_NEP = 3.6, 0.3

#: Rate of uptake of a class that no forest keeps up over years, and the highest of a table below which the unit is asked about, t C/ha a year.
_MOST_RATE, _LEAST_RATE = 6.0, 0.1

#: Share of production that heterotrophs respire, beyond which it is asked about.
_USUAL_SHARES = (0.3, 0.9)

#: Ratio of the means of two years beyond which it is asked about, and the least mean for it, t C/ha a year.
_JUMP, _LEAST_MEAN = 3.0, 0.5

#: Numbers that products of MODIS write where there is no production: town, water, bare land (MOD17, LP DAAC), and the largest
#: that is valid.
_FILLS = ((32761, 32767, 32700), (65529, 65535, 65500))

#: Part of the lowest fill number that real values stay below, where it is one.
_GAP = 0.9


@dataclass(frozen=True)
class Production:
    """Values of a raster of production, t C/ha a year; those above `valid_max` left out.

    Attributes
    ----------
    lowest, highest : float
        At most and at least 0.
    mean : float
        Over the pixels that are neither 0 nor missing; NaN where there is none.
    """

    lowest: float
    highest: float
    mean: float


def read_production(raster: Raster, units: str, valid_max: float | None) -> Production:
    """Look at a raster of production, or at a sample of a large one.

    Raises
    ------
    InputError
        A value is beyond what vegetation is known to fix, or is a number that means no data; or the units are not those of a flow of carbon.
    """
    factor = conversion_factor(units, "t C ha-1 yr-1")
    seen = _Seen(raster, valid_max)
    for values in value_strips(raster):
        seen.add(values[~np.isnan(values)])
    if seen.low * factor < -MOST_FIXED:
        raise InputError(
            tr(
                "{path}: its lowest value is {value:g} {units}, {carbon:.3g} t C/ha a year, more than land is known to lose ({most:g}); does it "
                "mean no data? Declare it (gdal_edit -a_nodata)",
                path=raster.path,
                value=seen.low,
                units=units,
                carbon=seen.low * factor,
                most=MOST_FIXED,
            )
        )
    if seen.high * factor > MOST_FIXED:
        raise InputError(
            tr(
                "{path}: its highest value is {value:g} {units}, {carbon:.3g} t C/ha a year, more than vegetation is known to fix "
                "({most:g}); is a scale left out (MOD17A3: 0.0001 kg C m-2), or does it mean no data? Declare it "
                "(gdal_edit -a_nodata), or write valid_max",
                path=raster.path,
                value=seen.high,
                units=units,
                carbon=seen.high * factor,
                most=MOST_FIXED,
            )
        )
    seen.refuse_fills()
    mean = seen.total * factor / seen.count if seen.count else float("nan")
    return Production(seen.low * factor, seen.high * factor, mean)


class _Seen:
    """What was seen of a raster so far, in its own units."""

    def __init__(self, raster: Raster, valid_max: float | None) -> None:
        self.raster, self.most = raster, np.inf if valid_max is None else valid_max
        self.low, self.high, self.total, self.count = 0.0, 0.0, 0.0, 0
        self.fills = [0] * len(_FILLS)
        self.highest_other = [-np.inf] * len(_FILLS)

    def add(self, known: NDArray[np.float64]) -> None:
        """Values of a strip that are not missing."""
        valid = known[known <= self.most]
        self.low = min(self.low, float(known.min(initial=0.0)))
        self.high = max(self.high, float(valid.max(initial=0.0)))
        grown = valid[valid != 0.0]
        self.total, self.count = self.total + float(grown.sum()), self.count + grown.size
        stored = (valid - self.raster.offset) / self.raster.scale
        for number, (first, last, _) in enumerate(_FILLS):
            fill = (stored >= first - 0.5) & (stored <= last + 0.5)
            self.fills[number] += int(fill.sum())
            self.highest_other[number] = max(
                self.highest_other[number], float(stored.max(initial=-np.inf, where=~fill))
            )

    def refuse_fills(self) -> None:
        """Refuse numbers of MODIS that mean no data, where all other values are well below them."""
        for (first, last, valid), count, other in zip(_FILLS, self.fills, self.highest_other, strict=True):
            if count and other < _GAP * first:
                raise InputError(
                    tr(
                        "{path}: {count:,} of the pixels read have a number from {first} to {last}, which MODIS writes where there is no production "
                        "(towns, water, bare land); all others are at most {other:g}. Write valid_max = {most:g} in [balance.npp], or set these "
                        "numbers to one and declare it as nodata (gdal_edit -a_nodata)",
                        path=self.raster.path,
                        count=count,
                        first=first,
                        last=last,
                        other=max(other, 0.0),
                        most=valid * self.raster.scale + self.raster.offset,
                    )
                )


def primary_notes(raster: Raster, seen: Production) -> list[str]:
    """Questions about net primary production as low as that of a desert, or a mean above that of tropical forests."""
    if 0.0 < seen.highest < _DESERT:
        return [
            tr(
                "{path}: its highest value is {highest:.2g} t C/ha a year, no more than deserts fix (most vegetation 2 to 12); is the scale of the "
                "units right?",
                path=raster.path,
                highest=seen.highest,
            )
        ]
    if seen.mean > _MOST_MEAN_NPP:
        return [
            tr(
                "{path}: its mean is {mean:.3g} t C/ha a year, more than tropical forests fix ({most:g}); is it gross primary production, or "
                "is the scale of the units right?",
                path=raster.path,
                mean=seen.mean,
                most=_MOST_MEAN_NPP,
            )
        ]
    return []


def ecosystem_notes(raster: Raster, seen: Production) -> list[str]:
    """Questions about net ecosystem production that is hardly there, or beyond what regions are known to keep."""
    highest = max(seen.highest, -seen.lowest)
    if 0.0 < highest < _LEAST_NEP:
        return [
            tr(
                "{path}: no value is above {highest:.2g} t C/ha a year; growing forests take up 1 to 5. Are the units right (g, kg or t; by day, "
                "by eight days or by year)?",
                path=raster.path,
                highest=highest,
            )
        ]
    if seen.mean > _MOST_MEAN_NEP:
        return [
            tr(
                "{path}: its mean is {mean:.3g} t C/ha a year, more than the most productive forests of East Asia take up ({most:g}, Yu et al. "
                "2014); is it net primary production (then give it as npp, with respiration), or carbon dioxide, or is a scale left out?",
                path=raster.path,
                mean=seen.mean,
                most=_MOST_MEAN_NEP,
            )
        ]
    return []


def jump_notes(rasters: Mapping[int, Raster], seen: Mapping[str, Production]) -> list[str]:
    """Questions about neighbouring years whose mean production differs more than threefold.

    Parameters
    ----------
    seen : mapping of str to Production
        By the path and band of the raster.
    """
    notes = []
    for (first, one), (last, other) in pairwise(rasters.items()):
        means = [seen[key].mean if key in seen else float("nan") for key in (key_of(one), key_of(other))]
        least, most = min(map(abs, means)), max(map(abs, means))
        if least >= _LEAST_MEAN and most > _JUMP * least:
            notes.append(
                tr(
                    "{first} and {last}: mean production is {one:.3g} and {other:.3g} t C/ha a year; are both maps of the same product, in the "
                    "same units?",
                    first=first,
                    last=last,
                    one=means[0],
                    other=means[1],
                )
            )
    return notes


def key_of(raster: Raster) -> str:
    """Name of a band of a file."""
    return f"{raster.path}:{raster.band}"


def refuse_impossible_rates(name: str, rates: Mapping[str, float]) -> None:
    """Refuse rates beyond what vegetation is known to fix.

    Raises
    ------
    InputError
        Class, rate and limit are named.
    """
    for land_class, rate in rates.items():
        if abs(rate) > MOST_FIXED:
            raise InputError(
                tr(
                    "{name}: '{land_class}': {rate:g} t C/ha a year is more than vegetation is known to fix ({most:g}); check the unit: 1 g C/m2 is "
                    "0.01 t C/ha, and 1 t CO2 0.27 t C",
                    name=name,
                    land_class=name_of(land_class),
                    rate=rate,
                    most=MOST_FIXED,
                )
            )


def rate_notes(name: str, rates: Mapping[str, float]) -> list[str]:
    """Questions about rates of uptake by class: too high, hardly there, or forest that is a source."""
    notes = [
        tr(
            "{name}: '{land_class}': an uptake of {rate:g} t C/ha a year is more than forests keep up over years (1 to 5); is it in t CO2, or "
            "a stock, or net primary production?",
            name=name,
            land_class=name_of(land_class),
            rate=rate,
        )
        for land_class, rate in rates.items()
        if rate > _MOST_RATE
    ]
    notes += [
        tr(
            "{name}: '{land_class}': forest has an uptake of {rate:g} t C/ha a year, so it is a source; is the sign right? Uptake is positive",
            name=name,
            land_class=name_of(land_class),
            rate=rate,
        )
        for land_class, rate in rates.items()
        if rate < 0 and kind_of_land(land_class) == "forest"
    ]
    highest = max(map(abs, rates.values()), default=0.0)
    if 0.0 < highest < _LEAST_RATE:
        notes.append(
            tr(
                "{name}: no class takes up more than {highest:g} t C/ha a year; growing forests take up 0.5 to 5. Is the unit right?",
                name=name,
                highest=highest,
            )
        )
    return notes


def share_notes(share: float | None) -> list[str]:
    """Question about a share of production that is respired and that no region is known to have."""
    if share is None or _USUAL_SHARES[0] <= share <= _USUAL_SHARES[1]:
        return []
    return [
        tr(
            "share = {share:g}: heterotrophs respire about half of net primary production, seldom less than {low:g} or more than {high:g}; is it "
            "the share that is respired, and not the one that stays?",
            share=share,
            low=_USUAL_SHARES[0],
            high=_USUAL_SHARES[1],
        )
    ]
