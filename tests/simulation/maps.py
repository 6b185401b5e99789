"""Landscapes made from known truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tanheng.simulation.features import FeatureSet, feature_set
from tanheng.simulation.landscape import OUTSIDE, Driver, Landscape, as_codes, levels_of


def smooth(seed: int, shape: tuple[int, int], sigma: float = 4.0) -> NDArray[np.float64]:
    """Smooth noise with mean 0 and standard deviation 1."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), sigma, mode="wrap")
    return (noise - noise.mean()) / noise.std()


def land(seed: int, shape: tuple[int, int] = (60, 80), classes: int = 3) -> NDArray[np.uint8]:
    """Patchy land with a corner outside."""
    surface = np.argmax([smooth(seed + k, shape) for k in range(classes)], axis=0).astype(np.uint8)
    surface[:5, :5] = OUTSIDE
    return surface


def driver(name: str, values: NDArray[np.float64]) -> Driver:
    """Driver with all of its levels."""
    levels = levels_of(values)
    return Driver(name, as_codes(values, levels), levels)


def landscape(seed: int, shape: tuple[int, int] = (60, 80), drivers: int = 1) -> tuple[Landscape, FeatureSet]:
    """Landscape with smooth drivers, and its features."""
    given = tuple(driver(f"d{n}", smooth(100 * seed + n, shape)) for n in range(drivers))
    return Landscape(land(seed, shape), given), feature_set(3, given)
