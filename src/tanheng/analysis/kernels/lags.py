"""Autocorrelations of a grid by class of distance."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled


@compiled()
def distance_class(down, right, width):
    """Class of distance of a lag: 0 for a cell with itself, k for distances above (k - 1) widths up to k widths."""
    return int(np.ceil(np.sqrt(float(down * down + right * right)) / width - 1e-9))


@compiled()
def sums_by_class(by_lag, columns, width, classes):
    """Sums over pairs by class of distance, from sums by lag for the lags that go down or along a row.

    `by_lag` has the shape (rows, periodic columns): lag (down, right) stands at [down, right] or [down, right - columns of it]; what
    goes up is the same once more.
    """
    sums = np.zeros(classes)
    rows, size = by_lag.shape
    for down in range(rows):
        twice = 1.0 if down == 0 else 2.0
        for right in range(columns):
            k = distance_class(down, right, width)
            value = float(by_lag[down, right])
            if right > 0:
                value += float(by_lag[down, size - right])
            sums[k] += twice * value
    return sums


@compiled()
def laid_by_class(by_class, rows, columns, width):
    """Value of the class of each lag of a quadrant, shape (rows, columns); 0 beyond the last class."""
    laid = np.zeros((rows, columns), by_class.dtype)
    for down in range(rows):
        for right in range(columns):
            k = distance_class(down, right, width)
            if k < len(by_class):
                laid[down, right] = by_class[k]
    return laid


@compiled()
def square(spectrum):
    """Put the square of its size in place of each number of a spectrum."""
    rows, columns = spectrum.shape
    for row in range(rows):
        for column in range(columns):
            value = spectrum[row, column]
            spectrum[row, column] = value.real * value.real + value.imag * value.imag
