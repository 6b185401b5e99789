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

    The map is continued by its mirror images to twice its length and width, since without them its northern edge would meet the
    southern one: a trend across the region would then be left out, and chance would look too small. The amplitudes of
    the Fourier transform (zero outside the mask, around its mean) are kept and the phases drawn anew; the outcome is read on
    the mask, and the map's own values are laid out in its order.

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
        drawn_map = np.empty_like(ordered)
        drawn_map[np.argsort(maps.drawn(of_map, maps.phases(noise)), kind="stable")] = ordered
        yield drawn_map


class RandomMaps:
    """Random maps on a mask: phases that all variables share, and the amplitudes of each; of 32-bit numbers.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)
    seed : int
    """

    def __init__(self, mask: NDArray[np.bool_], seed: int) -> None:
        self.mask, self.seed = mask, seed
        self._half = tuple(fft.next_fast_len(length, real=True) for length in mask.shape)
        self._size = tuple(2 * length for length in self._half)

    def amplitude(self, values: Values) -> NDArray[np.float32]:
        """Amplitudes of the Fourier transform of a map and its mirror images, zero outside the mask, around its mean.

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
        rows, columns = self.mask.shape
        filled = np.zeros(self._half, np.float32)
        spread = float(inside.std())
        # Brought to one size: only the order of what is drawn counts, and 32 bits hold no extremes.
        filled[:rows, :columns][self.mask] = (inside - inside.mean()) / (spread if spread > 0 else 1.0)
        mirrored = np.pad(filled, [(0, length) for length in self._half], mode="symmetric")
        return np.asarray(np.abs(fft.rfft2(mirrored)))

    def noise(self, count: int) -> Iterator[NDArray[np.float32]]:
        """Random numbers from 0 to 1 for each random map, from which its phases are made."""
        rng = np.random.default_rng(self.seed)
        rows, columns = self._size
        for _ in range(count):
            yield rng.random((rows, columns // 2 + 1), np.float32)

    def phases(self, noise: NDArray[np.float32]) -> NDArray[np.complex64]:
        """Random phases of a real map: uniform, and mirrored where a frequency is its own mirror image."""
        angle = noise * np.float32(2.0 * np.pi)
        turns = np.empty(noise.shape, np.complex64)
        np.cos(angle, out=turns.real)
        np.sin(angle, out=turns.imag)
        middle = self._size[0] // 2
        for column in (0, -1):
            edge = turns[:, column]
            edge[middle + 1 :] = np.conj(edge[middle - 1 : 0 : -1])
            edge[[0, middle]] = np.sign(edge[[0, middle]].real)
        return turns

    def drawn(self, amplitude: NDArray[np.float32], phases: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Random map with some amplitudes and phases, shape (known cells,)."""
        rows, columns = self.mask.shape
        # Rows of the mirror images are not needed, so they are left out before the second half of the transform.
        lines = fft.ifft(amplitude * phases, axis=0, overwrite_x=True)[:rows]
        return np.asarray(fft.irfft(lines, self._size[1], axis=1)[:, :columns][self.mask])
