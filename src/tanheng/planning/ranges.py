"""Ranges of areas that a scenario asks for."""

from __future__ import annotations

import math

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.units import HA_PER_KM2

#: Room left around a range of shares, ha, so that rounding does not make it empty.
_ROOM = 1e-6


def reachable_range(name: str, least: float, most: float, cell: float) -> tuple[float, float]:
    """Range of the area of a class; where no number of whole cells lies in it, the nearest numbers around it.

    Parameters
    ----------
    name : str
        Class, for the message.
    least, most : float
        ha; infinite where an end is open.
    cell : float
        Area of a whole cell, ha; 0 where cells may be divided.

    Raises
    ------
    InputError
        The range is empty.

    Examples
    --------
    With cells of 100 ha no number of them is between 210 and 260 ha: 200 and 300 ha are the nearest.

    >>> reachable_range("forest", 210.0, 260.0, 100.0)
    (200.0, 300.0)
    >>> reachable_range("forest", 210.0, 320.0, 100.0)
    (210.0, 320.0)
    """
    if least > most * (1 + 1e-12):
        raise InputError(
            tr(
                "area of {name}: at least {least:,.6g} km2 and at most {most:,.6g} km2 can't both hold",
                name=name,
                least=least / HA_PER_KM2,
                most=most / HA_PER_KM2,
            )
        )
    if cell == 0:
        return max(least - _ROOM, 0.0), most + _ROOM
    closed = math.isfinite(least) and math.isfinite(most)
    if not closed or math.floor(most / cell + 1e-9) >= math.ceil(least / cell - 1e-9):
        return least, most
    return max(math.floor(least / cell) * cell, 0.0), math.ceil(most / cell) * cell
