"""Kernels that count one window of pixels into the cells of one block.

At the bottom of all stands a row of pixels, taken as runs of equal codes and laid over the cells it crosses. The row is
described by *intervals*: positions where it passes from one cell to the next, the cell of each interval (-1: none), and
the area that one unit of length has there. Pixel `i` reaches from ``origin + (left + i) * size`` to
``origin + (left + i + 1) * size``, where `left` is the first column of the window: the figures are those of the whole
raster, so that no cell depends on the window it was read with.

Two geometries make the intervals:

* *aligned*: the raster lies in the CRS of the grid. Lengths are then exact, and whole numbers of a small unit where
  the coordinates are (see `tanheng.land.overlay`), so that sums do not depend on their order.
* *warped*: any other CRS. Each row of pixels is cut into sub-rows; a sub-row is a line whose way through the grid is
  interpolated between the nodes of a lattice that is projected exactly. Where it crosses a cell line it is cut.

Arrays come in as plain numpy; every kernel releases the GIL. All kernels stand in this one file because numba's cache
looks at the file of a function alone: one that was changed in another file would be called in its old form.
"""

from __future__ import annotations

import numpy as np
from numba import njit

#: Class index of a code that means "no data", and of one that the legend lacks, in the tables that kernels look up.
NO_DATA = -1

_EACH_BYTE = np.uint64(0x0101010101010101)


@njit(nogil=True, cache=True, inline="always")
def run_end(row, words, start, stop):
    """First position after `start` where the code changes; eight pixels are compared at a time."""
    code = row[start]
    end = start + 1
    while end < stop and (end & 7) != 0:
        if row[end] != code:
            return end
        end += 1
    # Both factors unsigned: numba turns a mix of signed and unsigned into floats, which drop the last bits.
    pattern = np.uint64(code) * _EACH_BYTE
    word = end >> 3
    last = stop >> 3
    while word < last and words[word] == pattern:
        word += 1
    end = max(end, word << 3)
    while end < stop and row[end] == code:
        end += 1
    return end


@njit(nogil=True, cache=True, inline="always")
def spread(first, last, position, edges, cells, weights, count, out, index):
    """Add the stretch from `first` to `last` to the intervals it covers; returns where to go on."""
    while position < count and edges[position + 1] <= first:
        position += 1
    while position < count and edges[position] < last:
        low = max(first, edges[position])
        high = min(last, edges[position + 1])
        cell = cells[position]
        if cell >= 0:
            out[cell, index] += (high - low) * weights[position]
        if edges[position + 1] > last:
            break
        position += 1
    return position


@njit(nogil=True, cache=True)
def add_row(row, words, stop, lookup, left, origin, size, edges, cells, weights, count, out):
    """Add the classes of one row of pixels to `out[cell, class]`."""
    start = 0
    position = 0
    while start < stop:
        end = run_end(row, words, start, stop)
        index = lookup[row[start]]
        if index >= 0:
            position = spread(
                origin + (left + start) * size,
                origin + (left + end) * size,
                position,
                edges,
                cells,
                weights,
                count,
                out,
                index,
            )
            if position >= count:
                return
        start = end


@njit(nogil=True, cache=True)
def add_row_pair(
    row_a,
    words_a,
    lookup_a,
    row_b,
    words_b,
    lookup_b,
    stop,
    classes,
    left,
    origin,
    size,
    edges,
    cells,
    weights,
    count,
    out,
):
    """Add the pairs of classes of two maps to `out[cell, from * classes + to]`, where both have data."""
    start = 0
    position = 0
    end_a = 0
    end_b = 0
    while start < stop:
        if end_a <= start:
            end_a = run_end(row_a, words_a, start, stop)
        if end_b <= start:
            end_b = run_end(row_b, words_b, start, stop)
        end = min(end_a, end_b)
        index_a = lookup_a[row_a[start]]
        index_b = lookup_b[row_b[start]]
        if 0 <= index_a < classes and 0 <= index_b < classes:
            position = spread(
                origin + (left + start) * size,
                origin + (left + end) * size,
                position,
                edges,
                cells,
                weights,
                count,
                out,
                index_a * classes + index_b,
            )
            if position >= count:
                return
        start = end


@njit(nogil=True, cache=True)
def add_row_values(row, left, origin, size, edges, cells, weights, count, area, total):
    """Add area and area times value of the pixels that have one to `area[cell]` and `total[cell]`."""
    width = row.shape[0]
    for position in range(count):
        cell = cells[position]
        if cell < 0:
            continue
        pixel = max(0, int((edges[position] - origin) / size) - left - 1)
        while pixel < width and origin + (left + pixel) * size < edges[position + 1]:
            low = max(edges[position], origin + (left + pixel) * size)
            high = min(edges[position + 1], origin + (left + pixel + 1) * size)
            value = row[pixel]
            if high > low and not np.isnan(value):
                part = (high - low) * weights[position]
                area[cell] += part
                total[cell] += part * value
            pixel += 1


@njit(nogil=True, cache=True)
def count_aligned(codes, words, width, lookup, top, left, origin_x, size_x, edges_x, origin_y, size_y, edges_y, out):
    """Add class areas of a window to `out[cell, class]`; cells of the block in row-major order."""
    columns = edges_x.shape[0] - 1
    rows = edges_y.shape[0] - 1
    cells = np.empty(columns, np.int64)
    weights = np.empty(columns, np.float64)
    first = 0
    for line in range(codes.shape[0]):
        upper = origin_y + (top + line) * size_y
        lower = origin_y + (top + line + 1) * size_y
        while first < rows and edges_y[first + 1] <= upper:
            first += 1
        row = first
        while row < rows and edges_y[row] < lower:
            height = min(lower, edges_y[row + 1]) - max(upper, edges_y[row])
            for column in range(columns):
                cells[column] = row * columns + column
                weights[column] = height
            add_row(
                codes[line],
                words[line],
                width,
                lookup,
                left,
                origin_x,
                size_x,
                edges_x,
                cells,
                weights,
                columns,
                out,
            )
            row += 1


@njit(nogil=True, cache=True)
def count_pair_aligned(
    codes_a, words_a, lookup_a, codes_b, words_b, lookup_b, width, classes,
    top, left, origin_x, size_x, edges_x, origin_y, size_y, edges_y, out,
):  # fmt: skip
    """Add areas of pairs of classes of two windows on the same pixels to `out[cell, from * classes + to]`."""
    columns = edges_x.shape[0] - 1
    rows = edges_y.shape[0] - 1
    cells = np.empty(columns, np.int64)
    weights = np.empty(columns, np.float64)
    first = 0
    for line in range(codes_a.shape[0]):
        upper = origin_y + (top + line) * size_y
        lower = origin_y + (top + line + 1) * size_y
        while first < rows and edges_y[first + 1] <= upper:
            first += 1
        row = first
        while row < rows and edges_y[row] < lower:
            height = min(lower, edges_y[row + 1]) - max(upper, edges_y[row])
            for column in range(columns):
                cells[column] = row * columns + column
                weights[column] = height
            add_row_pair(
                codes_a[line], words_a[line], lookup_a, codes_b[line], words_b[line], lookup_b, width, classes,
                left, origin_x, size_x, edges_x, cells, weights, columns, out,
            )  # fmt: skip
            row += 1


@njit(nogil=True, cache=True)
def sum_aligned(values, top, left, origin_x, size_x, edges_x, origin_y, size_y, edges_y, area, total):
    """Add area, and area times value, of a window to `area[cell]` and `total[cell]`."""
    columns = edges_x.shape[0] - 1
    rows = edges_y.shape[0] - 1
    cells = np.empty(columns, np.int64)
    weights = np.empty(columns, np.float64)
    for line in range(values.shape[0]):
        upper = origin_y + (top + line) * size_y
        lower = origin_y + (top + line + 1) * size_y
        for row in range(rows):
            if edges_y[row + 1] <= upper or edges_y[row] >= lower:
                continue
            height = min(lower, edges_y[row + 1]) - max(upper, edges_y[row])
            for column in range(columns):
                cells[column] = row * columns + column
                weights[column] = height
            add_row_values(values[line], left, origin_x, size_x, edges_x, cells, weights, columns, area, total)


@njit(nogil=True, cache=True)
def cut_line(
    nodes_x, nodes_y, lattice_row, fraction, step_u, step_v, first_u, left, right, first_row, first_column, rows, columns, depth,
    by_pixel, edges, cells, weights, footprint,
):  # fmt: skip
    """Intervals of one sub-row: where it crosses cell lines, in pixels; returns their number."""
    count = 0
    edges[0] = left
    for piece in range(nodes_x.shape[1] - 1):
        start = first_u + piece * step_u
        if start + step_u <= left or start >= right:
            continue
        ax = (1 - fraction) * nodes_x[lattice_row, piece] + fraction * nodes_x[lattice_row + 1, piece]
        ay = (1 - fraction) * nodes_y[lattice_row, piece] + fraction * nodes_y[lattice_row + 1, piece]
        bx = (1 - fraction) * nodes_x[lattice_row, piece + 1] + fraction * nodes_x[lattice_row + 1, piece + 1]
        by = (1 - fraction) * nodes_y[lattice_row, piece + 1] + fraction * nodes_y[lattice_row + 1, piece + 1]
        dx = bx - ax
        dy = by - ay
        if count == 0:
            edges[0] = max(start, left)
        end = min(start + step_u, right)
        outside = (
            max(ax, bx) < first_column
            or min(ax, bx) > first_column + columns
            or max(ay, by) < first_row
            or min(ay, by) > first_row + rows
            or np.isnan(dx + dy)
        )
        if outside:
            cells[count] = -1
            weights[count] = 0.0
            count += 1
            edges[count] = end
            continue
        down_x = 0.5 * (
            nodes_x[lattice_row + 1, piece] - nodes_x[lattice_row, piece]
            + nodes_x[lattice_row + 1, piece + 1] - nodes_x[lattice_row, piece + 1]
        ) / step_v  # fmt: skip
        down_y = 0.5 * (
            nodes_y[lattice_row + 1, piece] - nodes_y[lattice_row, piece]
            + nodes_y[lattice_row + 1, piece + 1] - nodes_y[lattice_row, piece + 1]
        ) / step_v  # fmt: skip
        # cells per pixel, or pixels per pixel, times the height of the sub-row in pixels
        weight = depth if by_pixel else abs(dx / step_u * down_y - dy / step_u * down_x) * depth
        column = int(np.floor(ax))
        row = int(np.floor(ay))
        done = 0.0
        while True:
            to_x = 2.0
            if dx > 0:
                to_x = (column + 1 - ax) / dx
            elif dx < 0:
                to_x = (column - ax) / dx
            to_y = 2.0
            if dy > 0:
                to_y = (row + 1 - ay) / dy
            elif dy < 0:
                to_y = (row - ay) / dy
            done = min(1.0, max(done, min(to_x, to_y)))
            position = end if done >= 1.0 else min(end, start + done * step_u)
            if position > edges[count]:
                inside = first_row <= row < first_row + rows and first_column <= column < first_column + columns
                cells[count] = (row - first_row) * columns + column - first_column if inside else -1
                weights[count] = weight
                if inside:
                    footprint[cells[count]] += (position - edges[count]) * weight
                count += 1
                edges[count] = position
            if done >= 1.0 or position >= end:
                break
            if to_x <= to_y:
                column += 1 if dx > 0 else -1
            else:
                row += 1 if dy > 0 else -1
    return count


@njit(nogil=True, cache=True)
def count_warped(
    codes, words, width, lookup, top, left, nodes_x, nodes_y, first_u, first_v, step_u, step_v, slices, first_row, first_column, rows, columns,
    out, footprint,
):  # fmt: skip
    """Add class areas of a window in another CRS, in cells, to `out[cell, class]`; the raster's own to `footprint`."""
    most = (nodes_x.shape[1] + 1) * 24
    edges = np.empty(most + 1, np.float64)
    cells = np.empty(most, np.int64)
    weights = np.empty(most, np.float64)
    for line in range(codes.shape[0]):
        for part in range(slices):
            v = (top + line + (part + 0.5) / slices - first_v) / step_v
            count = cut_line(
                nodes_x, nodes_y, int(v), v - int(v), step_u, step_v, first_u, left, left + width,
                first_row, first_column, rows, columns, 1.0 / slices, False, edges, cells, weights, footprint,
            )  # fmt: skip
            add_row(codes[line], words[line], width, lookup, left, 0.0, 1.0, edges, cells, weights, count, out)


@njit(nogil=True, cache=True)
def count_pair_warped(
    codes_a, words_a, lookup_a, codes_b, words_b, lookup_b, width, classes, top, left, nodes_x, nodes_y,
    first_u, first_v, step_u, step_v, slices, first_row, first_column, rows, columns, out, footprint,
):  # fmt: skip
    """Add areas of pairs of classes of two windows on the same pixels in another CRS, in cells."""
    most = (nodes_x.shape[1] + 1) * 24
    edges = np.empty(most + 1, np.float64)
    cells = np.empty(most, np.int64)
    weights = np.empty(most, np.float64)
    for line in range(codes_a.shape[0]):
        for part in range(slices):
            v = (top + line + (part + 0.5) / slices - first_v) / step_v
            count = cut_line(
                nodes_x, nodes_y, int(v), v - int(v), step_u, step_v, first_u, left, left + width,
                first_row, first_column, rows, columns, 1.0 / slices, False, edges, cells, weights, footprint,
            )  # fmt: skip
            add_row_pair(
                codes_a[line], words_a[line], lookup_a, codes_b[line], words_b[line], lookup_b, width, classes,
                left, 0.0, 1.0, edges, cells, weights, count, out,
            )  # fmt: skip


@njit(nogil=True, cache=True)
def sum_warped(
    values, top, left, nodes_x, nodes_y, first_u, first_v, step_u, step_v, slices, first_row, first_column, rows, columns, by_pixel,
    area, total, footprint,
):  # fmt: skip
    """Add area (in cells, or in pixels) and area times value of a window in another CRS."""
    most = (nodes_x.shape[1] + 1) * 24
    edges = np.empty(most + 1, np.float64)
    cells = np.empty(most, np.int64)
    weights = np.empty(most, np.float64)
    for line in range(values.shape[0]):
        for part in range(slices):
            v = (top + line + (part + 0.5) / slices - first_v) / step_v
            count = cut_line(
                nodes_x, nodes_y, int(v), v - int(v), step_u, step_v, first_u, left, left + values.shape[1],
                first_row, first_column, rows, columns, 1.0 / slices, by_pixel, edges, cells, weights, footprint,
            )  # fmt: skip
            add_row_values(values[line], left, 0.0, 1.0, edges, cells, weights, count, area, total)
