"""Breaks of classes, and sums over pairs of points."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled


@compiled()
def last_starts(weight, total, squares, most):
    """Where the last of `layer + 1` classes starts when they hold the first `end` values with the least squares."""
    n = len(weight) - 1
    starts = np.zeros((most, n + 1), np.int32)
    former = np.zeros(n + 1)
    for end in range(1, n + 1):
        former[end] = squares[end] - total[end] ** 2 / weight[end]
    tasks = np.empty((128, 4), np.int64)
    for layer in range(1, most):
        best = np.full(n + 1, np.inf)
        tasks[0] = (layer + 1, n, layer, n - 1)
        waiting = 1
        while waiting > 0:
            waiting -= 1
            low, high, first, last = tasks[waiting]
            if low > high:
                continue
            end = (low + high) // 2
            at = first
            for start in range(first, min(last, end - 1) + 1):
                inside = total[end] - total[start]
                cost = former[start] + squares[end] - squares[start] - inside**2 / (weight[end] - weight[start])
                if cost < best[end]:
                    best[end] = cost
                    at = start
            starts[layer, end] = at
            tasks[waiting] = (low, end - 1, first, at)
            tasks[waiting + 1] = (end + 1, high, at, last)
            waiting += 2
        former = best
    return starts


@compiled()
def pair_sums(x, y, at, width, count):
    """Pairs, and products of deviations of both variables, by class of distance."""
    pairs, of_x, of_y = np.zeros(count), np.zeros(count), np.zeros(count)
    for i in range(len(x)):
        pairs[0] += 1.0
        of_x[0] += x[i] * x[i]
        of_y[0] += y[i] * y[i]
        for j in range(i + 1, len(x)):
            k = max(1, int(np.ceil(np.hypot(at[i, 0] - at[j, 0], at[i, 1] - at[j, 1]) / width - 1e-9)))
            k = min(k, count - 1)
            pairs[k] += 2.0
            of_x[k] += 2.0 * x[i] * x[j]
            of_y[k] += 2.0 * y[i] * y[j]
    return pairs, of_x, of_y


@compiled()
def row_sums(of_x, of_y, at, width):
    """Row sums of both matrices of autocorrelation by class of distance."""
    sum_x, sum_y = np.full(len(at), of_x[0]), np.full(len(at), of_y[0])
    for i in range(len(at)):
        for j in range(i + 1, len(at)):
            k = max(1, int(np.ceil(np.hypot(at[i, 0] - at[j, 0], at[i, 1] - at[j, 1]) / width - 1e-9)))
            k = min(k, len(of_x) - 1)
            sum_x[i] += of_x[k]
            sum_x[j] += of_x[k]
            sum_y[i] += of_y[k]
            sum_y[j] += of_y[k]
    return sum_x, sum_y


@compiled()
def tails_by_row(rows, indptr, weights, values, lag, draws, tolerance, above, below):
    """Draws whose lag is not below, and not above, that of each row; draws are numbers among the other cells."""
    for i in rows:
        start, count = indptr[i], indptr[i + 1] - indptr[i]
        for p in range(draws.shape[0]):
            drawn = 0.0
            for j in range(count):
                other = draws[p, j]
                if other >= i:
                    other += 1
                drawn += weights[start + j] * values[other]
            if drawn >= lag[i] - tolerance:
                above[i] += 1
            if drawn <= lag[i] + tolerance:
                below[i] += 1


@compiled()
def squares(y, group, mean):
    """Sums of squares of y about the means of its groups, and about its own mean."""
    whole = y.mean()
    within, total = 0.0, 0.0
    for start in range(0, len(y), 4096):
        near, far = 0.0, 0.0
        for i in range(start, min(start + 4096, len(y))):
            near += (y[i] - mean[group[i]]) ** 2
            far += (y[i] - whole) ** 2
        within += near
        total += far
    return within, total


@compiled()
def common_moments(x, y):
    """Number of the places where both are finite; of each there its mean, spread of values, largest size and squares; products.

    Sums are taken over short runs first, so that those of many values stay exact.
    """
    n = 0
    sums = np.zeros(2)
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for start in range(0, len(x), 4096):
        part = np.zeros(2)
        for i in range(start, min(start + 4096, len(x))):
            if np.isfinite(x[i]) and np.isfinite(y[i]):
                n += 1
                part[0] += x[i]
                part[1] += y[i]
                low[0], high[0] = min(low[0], x[i]), max(high[0], x[i])
                low[1], high[1] = min(low[1], y[i]), max(high[1], y[i])
        sums += part
    mean = sums / max(n, 1)
    products = np.zeros(3)
    for start in range(0, len(x), 4096):
        part = np.zeros(3)
        for i in range(start, min(start + 4096, len(x))):
            if np.isfinite(x[i]) and np.isfinite(y[i]):
                one, other = x[i] - mean[0], y[i] - mean[1]
                part[0] += one * one
                part[1] += other * other
                part[2] += one * other
        products += part
    return n, low, high, products


@compiled()
def overlaid_squares(y, first, second):
    """Cells that count in two layers of strata laid over each other, and sums of squares within the strata of each, of both, and in all.

    Cells count whose y is finite and whose strata are from 0 on. The first numbers are of cells, of strata of the first, of the second and
    of both; then come the sums of squares in the same order, and that of all cells.
    """
    rows, columns = first.max() + 1, second.max() + 1
    count, total = np.zeros((rows, columns)), np.zeros((rows, columns))
    for n in range(y.size):
        if first[n] >= 0 and second[n] >= 0 and np.isfinite(y[n]):
            count[first[n], second[n]] += 1.0
            total[first[n], second[n]] += y[n]
    of_rows, of_columns = count.sum(axis=1), count.sum(axis=0)
    cells = of_rows.sum()
    both = total / np.maximum(count, 1.0)
    one, other = total.sum(axis=1) / np.maximum(of_rows, 1.0), total.sum(axis=0) / np.maximum(of_columns, 1.0)
    middle = total.sum() / max(cells, 1.0)
    within = np.zeros(4)
    for n in range(y.size):
        i, j = first[n], second[n]
        if i >= 0 and j >= 0 and np.isfinite(y[n]):
            within[0] += (y[n] - one[i]) ** 2
            within[1] += (y[n] - other[j]) ** 2
            within[2] += (y[n] - both[i, j]) ** 2
            within[3] += (y[n] - middle) ** 2
    return cells, (of_rows > 0).sum(), (of_columns > 0).sum(), (count > 0).sum(), within
