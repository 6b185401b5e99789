"""What is told beside a plan, as its stages gather it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Layer = NDArray[np.float64]


@dataclass
class Beside:
    """Tables, grids (with the names of their kinds), notes, and arrows (from x, y to x, y with an amount) of what is told beside a plan."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    arrows: list[tuple[float, float, float, float, float]] = field(default_factory=list)
