"""Random maps that are as rough or smooth as a given one: what chance makes of neighbouring cells that are alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from tanheng.analysis.correlation import Values
from tanheng.errors import InputError
from tanheng.language import tr


def surrogates(values: Values, mask: NDArray[np.bool_], count: int, seed: int = 1) -> Iterator[Values]:
    """Random maps with the values of a map, and nearly its autocorrelation, but no tie to anything else.

    The amplitudes of the map's Fourier transform (zero outside the mask, around its mean) are kept and the phases drawn
    anew; the outcome is read on the mask, and the map's own values are laid out in its order. Autocorrelation beyond the
    size of the region can't be known, and is wrapped around.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, columns)
        Finite where the mask is.
    mask : numpy.ndarray of bool, shape (rows, columns)
    count : int
    seed : int

    Yields
    ------
    numpy.ndarray, shape (known cells,)

    Raises
    ------
    InputError
        A cell of the mask has no finite value.

    References
    ----------
    Theiler, Eubank, Longtin, Galdrikian and Farmer 1992, Physica D 58, 77-94 (amplitude-adjusted Fourier transform).

    Examples
    --------
    >>> field = np.add.outer(np.arange(20.0), np.zeros(20))
    >>> drawn = next(surrogates(field, np.ones((20, 20), bool), 1))
    >>> sorted(drawn) == sorted(field.ravel())
    True
    """
    inside = values[mask]
    if not np.isfinite(inside).all():
        raise InputError(tr("{count} cells of the mask have no finite value", count=int((~np.isfinite(inside)).sum())))
    ordered = np.sort(inside)
    rows, columns = mask.shape
    size = (fft.next_fast_len(rows, real=True), fft.next_fast_len(columns, real=True))
    filled = np.zeros(mask.shape)
    filled[mask] = inside - inside.mean()
    amplitude = np.abs(fft.rfft2(filled, size, workers=-1))
    rng = np.random.default_rng(seed)
    for _ in range(count):
        # The phases of white noise are uniform, and fit a real map at the frequencies that are their own mirror.
        noise = fft.rfft2(rng.standard_normal(size), workers=-1)
        strength = np.abs(noise)
        drawn = fft.irfft2(amplitude * noise / np.where(strength > 0, strength, 1.0), size, workers=-1)
        found = np.empty_like(inside)
        found[np.argsort(drawn[:rows, :columns][mask])] = ordered
        yield found
