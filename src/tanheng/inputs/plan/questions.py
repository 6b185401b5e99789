"""Settings of a plan that may be slips: masks that meet no cell, limits and rates in another unit, prices of other years."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tanheng.inputs.checks.study_notes import rate_notes
from tanheng.language import name_of, tr
from tanheng.study import Plan, PlanMask

#: Multiple of today's area below which a limit asks for less than half of a class.
_HALF = 0.5


def plan_questions(plan: Plan, start: int) -> Iterator[str]:
    """Questions about limits, rates and prices.

    Parameters
    ----------
    start : int
        Year that is planned from.
    """
    for item in plan.limits:
        if item.at_least is not None and 0 < item.at_least < _HALF:
            yield tr(
                "plan.limits: {land_class} may shrink to {share:g} times its area of today ({percent:.3g} %); is that so? Multiples of today's area, "
                "not shares of the region, are meant",
                land_class=name_of(item.land_class),
                share=item.at_least,
                percent=100.0 * item.at_least,
            )
    yield from rate_notes("plan.discount_rate_percent", plan.discount_rate_percent)
    if plan.price_path and max(plan.price_path) < start:
        yield tr(
            "plan.price_path: all its years are before {start}, from where the plan begins, so that the price of {last} is used throughout; "
            "is that so?",
            start=start,
            last=max(plan.price_path),
        )


def empty_mask(key: str, file: str, inside: NDArray[np.bool_]) -> list[str]:
    """Question about protected or reserved land that covers no cell."""
    if inside.any():
        return []
    return [
        tr(
            "plan.{key}: {file} covers no grid cell by half or more, so that it changes nothing; is it of this region, in the right CRS, "
            "and are its areas larger than half a cell?",
            key=key,
            file=file,
        )
    ]


def empty_fit(item: PlanMask, mean: NDArray[np.float64], fits: NDArray[np.bool_]) -> list[str]:
    """Question about a raster of which no cell is within the limits.

    Parameters
    ----------
    mean : numpy.ndarray, shape (rows, columns)
        Of the raster in each cell, NaN where it has no data.
    """
    if fits.any():
        return []
    if not np.isfinite(mean).any():
        return [
            tr(
                "plan.fit: {file} has no data on the grid, so that {land_class} can spread nowhere; is it of this region?",
                file=item.file,
                land_class=name_of(item.land_class),
            )
        ]
    return [
        tr(
            "plan.fit: no cell of {file} is within the limits, so that {land_class} can spread nowhere; its values go from {low:g} to {high:g}. "
            "Are the limits in its unit?",
            file=item.file,
            land_class=name_of(item.land_class),
            low=float(np.nanmin(mean)),
            high=float(np.nanmax(mean)),
        )
    ]
