"""Pixels of any size in the CRS of the grid, one by one."""

from __future__ import annotations

from tanheng.compiled import compiled
from tanheng.land.kernels.arguments import Codes
from tanheng.land.kernels.rows import add_row, add_row_pair, add_row_values


@compiled(_nrt=False, inline="always")
def lay_over(line, row, columns, height):
    """Lay a line over a row of cells, of each of which it takes the height."""
    for column in range(columns):
        line.cells[column] = row * columns + column
        line.weights[column] = height


@compiled(_nrt=False)
def count_coarse(codes, width, place, line, out):
    """Add class areas of a window to `out[cell, class]`; cells in row-major order."""
    columns = place.edges_x.shape[0] - 1
    rows = place.edges_y.shape[0] - 1
    first = 0
    for number in range(codes.rows.shape[0]):
        upper = place.origin_y + (place.top + number) * place.size_y
        lower = place.origin_y + (place.top + number + 1) * place.size_y
        while first < rows and place.edges_y[first + 1] <= upper:
            first += 1
        row = first
        while row < rows and place.edges_y[row] < lower:
            height = min(lower, place.edges_y[row + 1]) - max(upper, place.edges_y[row])
            lay_over(line, row, columns, height)
            pixels = Codes(codes.rows[number], codes.words[number], codes.lookup)
            add_row(pixels, width, place.left, place.origin_x, place.size_x, line, columns, out)
            row += 1


@compiled(_nrt=False)
def count_pair_coarse(first_map, second_map, width, classes, place, line, out):
    """Add areas of pairs of classes of two windows on the same pixels to `out[cell, from * classes + to]`."""
    columns = place.edges_x.shape[0] - 1
    rows = place.edges_y.shape[0] - 1
    first = 0
    for number in range(first_map.rows.shape[0]):
        upper = place.origin_y + (place.top + number) * place.size_y
        lower = place.origin_y + (place.top + number + 1) * place.size_y
        while first < rows and place.edges_y[first + 1] <= upper:
            first += 1
        row = first
        while row < rows and place.edges_y[row] < lower:
            height = min(lower, place.edges_y[row + 1]) - max(upper, place.edges_y[row])
            lay_over(line, row, columns, height)
            before = Codes(first_map.rows[number], first_map.words[number], first_map.lookup)
            after = Codes(second_map.rows[number], second_map.words[number], second_map.lookup)
            add_row_pair(before, after, width, classes, place.left, place.origin_x, place.size_x, line, columns, out)
            row += 1


@compiled(_nrt=False)
def sum_aligned(values, place, line, area, total):
    """Add area, and area times value, of a window to `area[cell]` and `total[cell]`."""
    columns = place.edges_x.shape[0] - 1
    rows = place.edges_y.shape[0] - 1
    for number in range(values.shape[0]):
        upper = place.origin_y + (place.top + number) * place.size_y
        lower = place.origin_y + (place.top + number + 1) * place.size_y
        for row in range(rows):
            if place.edges_y[row + 1] <= upper or place.edges_y[row] >= lower:
                continue
            height = min(lower, place.edges_y[row + 1]) - max(upper, place.edges_y[row])
            lay_over(line, row, columns, height)
            add_row_values(values[number], place.left, place.origin_x, place.size_x, line, columns, area, total)
