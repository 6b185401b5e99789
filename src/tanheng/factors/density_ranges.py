"""Carbon densities that no land has, or that few lands have: slips of the pen and of the unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tanheng.choices import POOLS
from tanheng.factors.catalogue import packaged_table
from tanheng.factors.densities import POOL_WORDS, CarbonDensities
from tanheng.factors.kinds_of_land import kind_of_land
from tanheng.language import listed, mark, name_of, tr


@dataclass(frozen=True)
class DensityRange:
    """Densities of a pool on a kind of land, t C/ha: unusual below or above, and impossible above; None where not stated."""

    unusual_below: float | None
    unusual_above: float | None
    impossible_above: float | None
    source: str


@cache
def density_ranges() -> Mapping[tuple[str, str], DensityRange]:
    """Ranges by kind of land and pool.

    Examples
    --------
    >>> density_ranges()["any", "above"].impossible_above
    3000.0
    """
    return {
        (row["kind"], row["pool"]): DensityRange(
            _limit(row["unusual_below"]), _limit(row["unusual_above"]), _limit(row["impossible_above"]), row["source"]
        )
        for _, row in packaged_table("density_ranges").rows
    }


def _limit(text: str) -> float | None:
    return float(text) if text else None


@dataclass(frozen=True)
class Strange:
    """Messages on densities that no land has, and on those that few lands have."""

    impossible: list[str]
    unusual: list[str]


def strange_densities(densities: CarbonDensities) -> Strange:
    """Densities of a table beyond the cited ranges.

    Examples
    --------
    >>> table = CarbonDensities("mine.csv", {"forest": {"above": 9500.0, "below": 2.0, "soil": 6.7, "dead": 0.0}})
    >>> for text in (found := strange_densities(table)).impossible + found.unusual: print(text)  # doctest: +ELLIPSIS
    mine.csv: 'forest', above ground: 9500 t C/ha is above 3000, more than any land is known to hold (...); check the unit...
    mine.csv: 'forest', soil: 6.7 t C/ha is below 10, the least of the reference stocks; ... 1 kg C/m2 is 10 t C/ha...
    """
    strange = Strange([], [])
    for land_class, pools in densities.values.items():
        kind = kind_of_land(land_class)
        for pool in POOLS:
            value = pools[pool]
            any_land = density_ranges()["any", pool]
            own = density_ranges().get((kind, pool), any_land)
            at = tr(
                "{name}: '{land_class}', {pool}: {value:g} t C/ha",
                name=densities.name,
                land_class=name_of(land_class),
                pool=tr(POOL_WORDS[pool]),
                value=value,
            )
            if any_land.impossible_above is not None and value > any_land.impossible_above:
                strange.impossible.append(_impossible(at, any_land))
            elif own.unusual_above is not None and value > own.unusual_above:
                strange.unusual.append(
                    tr(
                        "{at} is above {limit:g}, unusual on such land ({source}); check the unit: 1 t/km2 is 0.01 t/ha, "
                        "1 t CO2 0.27 t C, 1 t of dry matter about 0.47 t C",
                        at=at,
                        limit=own.unusual_above,
                        source=name_of(own.source),
                    )
                )
        living = _living(pools)
        if 0 < living < pools["dead"]:
            strange.unusual.append(
                tr(
                    "{name}: '{land_class}': dead organic matter of {dead:g} t C/ha is more than the living biomass of {living:g}; rare "
                    "outside boreal and just felled forest (litter of forests 2 to 55 t C/ha, IPCC 2006 Vol. 4 Ch. 2 Table 2.2)",
                    name=densities.name,
                    land_class=name_of(land_class),
                    dead=pools["dead"],
                    living=living,
                )
            )
    strange.unusual.extend([*_poor_soils(densities), *_doubtful_rows(densities)])
    return strange


def _doubtful_rows(densities: CarbonDensities) -> list[str]:
    """Questions about columns or rows that were exchanged: forests with more roots than wood or less carbon than cropland, towns with more."""
    forests, crops, towns, grass = (
        {name: pools for name, pools in densities.values.items() if kind_of_land(name) == kind}
        for kind in ("forest", "cropland", "built-up", "grassland")
    )
    on_crops = [sum(pools.values()) for pools in crops.values()]
    of_herbs = [_living(pools) for pools in (*crops.values(), *grass.values())]
    poor = [name for name, pools in forests.items() if 0 < sum(pools.values()) < min(on_crops, default=0.0)]
    asked = {
        mark(
            "{name}: {classes}: more biomass below ground than above, although root-to-shoot ratios of forests are 0.2 to 0.6 (IPCC 2006 "
            "Vol. 4 Ch. 4 Table 4.4). Are the columns exchanged?"
        ): [name for name, pools in forests.items() if 0 < pools["above"] < pools["below"]],
        mark("{name}: {classes}: less biomass than cropland or grassland; is that so, or are rows exchanged?"): [
            name
            for name, pools in forests.items()
            if name not in poor and 0 < _living(pools) < max(of_herbs, default=0.0)
        ],
        mark("{name}: {classes}: holds less carbon than cropland; is that so, or are rows exchanged?"): poor,
        mark("{name}: {classes}: holds more carbon than cropland; is that so, or are rows exchanged?"): [
            name for name, pools in towns.items() if on_crops and sum(pools.values()) > _TOWNS * max(on_crops)
        ],
    }
    return [
        tr(template, name=densities.name, classes=listed(map(name_of, names)))
        for template, names in asked.items()
        if names
    ]


#: How many times as much as cropland built-up land may hold: the IPCC takes it to keep the soil that cropland loses a third of.
_TOWNS = 1.5


def _living(pools: Mapping[str, float]) -> float:
    """Biomass above and below ground, t C/ha."""
    return pools["above"] + pools["below"]


def _impossible(at: str, known: DensityRange) -> str:
    return tr(
        "{at} is above {limit:g}, more than any land is known to hold ({source}); check the unit: 1 t/km2 is 0.01 t/ha. If it "
        "is right, write accept_unusual = true in [carbon_density]",
        at=at,
        limit=known.impossible_above,
        source=name_of(known.source),
    )


def _poor_soils(densities: CarbonDensities) -> list[str]:
    """Messages on soils that hold less than any reference soil of their kind, one a limit; zero means that the pool is left out."""
    any_land = density_ranges()["any", "soil"]
    by_range: dict[DensityRange, dict[str, float]] = {}
    for land_class, pools in densities.values.items():
        own = density_ranges().get((kind_of_land(land_class), "soil"), any_land)
        for known in (any_land, own):
            if 0 < pools["soil"] < (known.unusual_below or 0.0):
                by_range.setdefault(known, {})[land_class] = pools["soil"]
                break
    return [_poor(densities.name, poor, known) for known, poor in by_range.items()]


def _poor(name: str, poor: Mapping[str, float], known: DensityRange) -> str:
    first, limit = next(iter(poor)), known.unusual_below or 0.0
    return tr(
        "{name}: '{land_class}', soil: {value:g} t C/ha is below {limit:g}, the least of the reference stocks; so for {names}. "
        "Check the unit: 1 kg C/m2 is 10 t C/ha ({source})",
        name=name,
        land_class=name_of(first),
        value=poor[first],
        limit=limit,
        names=listed(name_of(one) for one in poor),
        source=name_of(known.source),
    )
