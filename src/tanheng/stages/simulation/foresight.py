"""Drivers that seem to know the change they are to explain: made from a later land map, as a distance to its towns is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from tanheng.inputs.simulation.opening import SimulationInputs
from tanheng.language import name_of, tr
from tanheng.simulation.landscape import GAP
from tanheng.simulation.learned.sampling import Sample

#: Share of the changed cells that have one end of a driver's values, and share of the cells that stay, from which on it is asked about.
_CHANGED, _STAYED = 0.8, 0.05


def foreseeing_drivers(inputs: SimulationInputs, samples: Mapping[int, Sample], years: tuple[int, int]) -> list[str]:
    """Questions about drivers of which nearly all land that changes has the lowest or highest value, and hardly any land that stays.

    A map of the towns of a later year, or of the distance to them, is 1 or 0 just where land became a town. Few real drivers part
    land so sharply.
    """
    classes = inputs.land.classes
    return list(
        dict.fromkeys(
            _question(driver.name, classes[origin], classes[target], years)
            for origin, sample in samples.items()
            for number, driver in enumerate(inputs.drivers)
            for target in _parted(sample, sample.codes[:, number], driver.levels.size - 1)
        )
    )


def _question(driver: str, one: str, other: str, years: tuple[int, int]) -> str:
    return tr(
        "driver '{name}': nearly all '{one}' that became '{other}' from {first} to {last} has the same extreme value, and hardly any that stayed: "
        "was it made from a map of {last} or later? Then scores are too high, and nothing is predicted; give the driver as it was in {first}",
        name=driver,
        one=name_of(one),
        other=name_of(other),
        first=years[0],
        last=years[1],
    )


def _parted(sample: Sample, codes: NDArray[np.uint16], highest: int) -> Iterator[int]:
    """Targets whose cells a driver parts from those that stay, by one of its ends."""
    known = codes != GAP
    stayed = (sample.target == 0) & known
    for number, target in enumerate(sample.targets, start=1):
        changed = (sample.target == number) & known
        if not changed.any() or not stayed.any():
            continue
        for end in (codes == 0, codes == highest):
            if end[changed].mean() >= _CHANGED and end[stayed].mean() <= _STAYED:
                yield target
                break
