"""Autocorrelations of a grid by class of distance."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled


@compiled()
def distance_class(down, right, width):
    """Class of distance of a lag: 0 for a cell with itself, k for distances above (k - 1) widths up to k widths."""
    return int(np.ceil(np.sqrt(float(down * down + right * right)) / width - 1e-9))


@compiled()
def _is_beyond(down, right, k, width):
    """Whether a lag is of a class above k."""
    edge = (k + 1e-9) * width
    return float(down * down + right * right) > edge * edge


@compiled()
def add_by_class(sums, by_lag, first, columns, width):
    """Add sums by lag, for the lags that go down or along a row, to sums over pairs by class of distance.

    `by_lag` has the shape (rows from the first on, periodic columns): lag (first + row, right) stands at [row, right] or
    [row, right - columns of it]; what goes up is the same once more.
    """
    rows, size = by_lag.shape
    for row in range(rows):
        down = first + row
        twice = 1.0 if down == 0 else 2.0
        k = 0
        for right in range(columns):
            while _is_beyond(down, right, k, width):
                k += 1
            value = float(by_lag[row, right])
            if right > 0:
                value += float(by_lag[row, size - right])
            sums[k] += twice * value


@compiled()
def laid_by_class(by_class, rows, columns, width):
    """Value of the class of each lag of a quadrant, shape (rows, columns); 0 beyond the last class."""
    laid = np.zeros((rows, columns), by_class.dtype)
    for down in range(rows):
        k = 0
        for right in range(columns):
            while _is_beyond(down, right, k, width):
                k += 1
            if k < len(by_class):
                laid[down, right] = by_class[k]
    return laid


@compiled()
def squared(spectrum):
    """Square of the size of each number of a spectrum."""
    rows, columns = spectrum.shape
    power = np.empty((rows, columns), spectrum.real.dtype)
    for row in range(rows):
        for column in range(columns):
            value = spectrum[row, column]
            power[row, column] = value.real * value.real + value.imag * value.imag
    return power


@compiled()
def times_mirrored(spectrum, kernel):
    """Spectrum times a real kernel of which the rows of the upper half are given, with the middle one; the lower half mirrors them."""
    rows, columns = spectrum.shape
    product = np.empty((rows, columns), spectrum.dtype)
    for row in range(rows):
        of = min(row, rows - row)
        for column in range(columns):
            product[row, column] = spectrum[row, column] * kernel[of, column]
    return product
