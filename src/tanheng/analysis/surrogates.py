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
    maps = RandomMaps(mask, seed)
    of_map = maps.amplitude(values)
    ordered = np.sort(values[mask])
    for noise in maps.noise(count):
        found = np.empty_like(ordered)
        found[np.argsort(maps.drawn(of_map, maps.phases(noise)), kind="stable")] = ordered
        yield found


class RandomMaps:
    """Random maps on a mask: phases that all variables share, and the amplitudes of each; of 32-bit numbers.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)
    seed : int
    """

    def __init__(self, mask: NDArray[np.bool_], seed: int) -> None:
        self.mask, self.seed = mask, seed
        self._size = tuple(fft.next_fast_len(length, real=True) for length in mask.shape)

    def amplitude(self, values: Values) -> NDArray[np.float32]:
        """Amplitudes of the Fourier transform of a map, zero outside the mask, around its mean.

        Raises
        ------
        InputError
            A cell of the mask has no finite value.
        """
        inside = values[self.mask]
        if not np.isfinite(inside).all():
            raise InputError(
                tr("{count} cells of the mask have no finite value", count=int((~np.isfinite(inside)).sum()))
            )
        filled = np.zeros(self.mask.shape, np.float32)
        spread = float(inside.std())
        # Brought to one size: only the order of what is drawn counts, and 32 bits hold no extremes.
        filled[self.mask] = (inside - inside.mean()) / (spread if spread > 0 else 1.0)
        return np.asarray(np.abs(fft.rfft2(filled, self._size)))

    def noise(self, count: int) -> Iterator[Values]:
        """White noise for each random map."""
        rng = np.random.default_rng(self.seed)
        for _ in range(count):
            yield rng.standard_normal(self._size)

    def phases(self, noise: Values) -> NDArray[np.complex64]:
        """Random phases: those of white noise are uniform, and fit a real map at the frequencies that are their own mirror."""
        spectrum = fft.rfft2(noise.astype(np.float32))
        strength = np.abs(spectrum)
        return np.asarray(spectrum / np.where(strength > 0, strength, np.float32(1.0)))

    def drawn(self, amplitude: NDArray[np.float32], phases: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Random map with some amplitudes and phases, shape (known cells,)."""
        rows, columns = self.mask.shape
        return np.asarray(fft.irfft2(amplitude * phases, self._size)[:rows, :columns][self.mask])
