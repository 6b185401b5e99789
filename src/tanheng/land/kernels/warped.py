"""A raster in another CRS: sub-rows cut where they cross the lines between cells."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled
from tanheng.land.kernels.arguments import Codes
from tanheng.land.kernels.rows import EACH_BYTE, add_row, add_row_pair, add_row_values, run_end


@compiled(_nrt=False)
def data_spans(land, width, spans):
    """Write the columns of each line outside which neither it nor those in its reach have data."""
    codes, words, lookup = land.rows, land.words, land.lookup
    reach_rows, reach_columns = spans.reach_rows, spans.reach_columns
    lines = codes.shape[0]
    groups = (lines + reach_rows - 1) // reach_rows
    first, last, low, high = spans.lines[0], spans.lines[1], spans.lines[2], spans.lines[3]
    first[:] = width
    last[:] = 0
    low[:] = width
    high[:] = 0
    for line in range(lines):
        group = line // reach_rows
        start = 0
        while start < low[group] and lookup[codes[line, start]] < 0:
            start = run_end(codes[line], words[line], start, width)
        low[group] = min(low[group], start)
        stop = width
        while stop > high[group] and lookup[codes[line, stop - 1]] < 0:
            stop -= 1
            code = codes[line, stop]
            pattern = np.uint64(code) * EACH_BYTE
            while (stop & 7) == 0 and stop > high[group] and words[line, (stop >> 3) - 1] == pattern:
                stop -= 8
        high[group] = max(high[group], stop)
    for line in range(lines):
        group = line // reach_rows
        start = width
        stop = 0
        for near in range(max(group - 1, 0), min(group + 2, groups)):
            start = min(start, low[near])
            stop = max(stop, high[near])
        if stop > start:
            first[line] = max(start - reach_columns, 0)
            last[line] = min(stop + reach_columns, width)


@compiled(_nrt=False, inline="always")
def height_of(place, number, part):
    """Height of the middle of a sub-row on the lattice, in its steps."""
    return (place.top + number + (part + 0.5) / place.slices - place.first_v) / place.step_v


@compiled(_nrt=False)
def cut_line(place, v, left, right, by_pixel, line, footprint):
    """Intervals of the sub-row at height `v` of the lattice: where it crosses cell lines, in pixels; returns their number."""
    nodes_x, nodes_y, step_u, step_v, first_u = place.nodes_x, place.nodes_y, place.step_u, place.step_v, place.first_u
    first_row, first_column, rows, columns = place.first_row, place.first_column, place.rows, place.columns
    edges, cells, weights = line.edges, line.cells, line.weights
    lattice_row = int(v)
    fraction = v - int(v)
    depth = 1.0 / place.slices
    count = 0
    edges[0] = left
    upper_x, lower_x = nodes_x[lattice_row], nodes_x[lattice_row + 1]
    upper_y, lower_y = nodes_y[lattice_row], nodes_y[lattice_row + 1]
    rest = 1.0 - fraction
    down_scale = 0.5 / step_v
    per_pixel = 1.0 / step_u
    bx = rest * upper_x[0] + fraction * lower_x[0]
    by = rest * upper_y[0] + fraction * lower_y[0]
    for piece in range(nodes_x.shape[1] - 1):
        ax = bx
        ay = by
        bx = rest * upper_x[piece + 1] + fraction * lower_x[piece + 1]
        by = rest * upper_y[piece + 1] + fraction * lower_y[piece + 1]
        if count + 20 > cells.size:
            raise ValueError("a line of pixels crosses more cells than its lattice allows")
        start = first_u + piece * step_u
        if start + step_u <= left or start >= right:
            continue
        if count == 0:
            edges[0] = max(start, left)
        end = min(start + step_u, right)
        dx = bx - ax
        dy = by - ay
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
        weight = depth
        if not by_pixel:
            down_x = (lower_x[piece] - upper_x[piece] + lower_x[piece + 1] - upper_x[piece + 1]) * down_scale
            down_y = (lower_y[piece] - upper_y[piece] + lower_y[piece + 1] - upper_y[piece + 1]) * down_scale
            weight = abs(dx * down_y - dy * down_x) * per_pixel * depth  # cells per pixel
        column = int(np.floor(ax))
        row = int(np.floor(ay))
        # Parts of the piece at which the next cell line across and along is met, and from one to the next.
        next_x = 2.0
        next_y = 2.0
        pace_x = 0.0
        pace_y = 0.0
        if dx != 0.0:
            pace_x = 1.0 / abs(dx)
            next_x = (column + 1 - ax) * pace_x if dx > 0 else (ax - column) * pace_x
        if dy != 0.0:
            pace_y = 1.0 / abs(dy)
            next_y = (row + 1 - ay) * pace_y if dy > 0 else (ay - row) * pace_y
        done = False
        while not done:
            met = min(next_x, next_y)
            done = met >= 1.0
            position = end if done else min(end, start + met * step_u)
            if position > edges[count]:
                inside = first_row <= row < first_row + rows and first_column <= column < first_column + columns
                cell = (row - first_row) * columns + column - first_column if inside else -1
                cells[count] = cell
                weights[count] = weight
                if inside:
                    footprint[cell] += (position - edges[count]) * weight
                count += 1
                edges[count] = position
            if position >= end:
                break
            if next_x <= next_y:
                column += 1 if dx > 0 else -1
                next_x += pace_x
            else:
                row += 1 if dy > 0 else -1
                next_y += pace_y
    return count


@compiled(_nrt=False)
def count_warped(land, width, place, line, spans, out, footprint):
    """Add class areas of a window in another CRS, in cells, to `out[cell, class]`; the raster's own to `footprint`.

    Columns out of reach of any data are passed over: a cell with data gets its whole footprint. The first and last line
    and column that were not are written to `box`.
    """
    data_spans(land, width, spans)
    first, last = spans.lines[0], spans.lines[1]
    for number in range(land.rows.shape[0]):
        if last[number] <= first[number]:
            continue
        row = Codes(land.rows[number], land.words[number], land.lookup)
        for part in range(place.slices):
            v = height_of(place, number, part)
            count = cut_line(place, v, place.left + first[number], place.left + last[number], False, line, footprint)
            add_row(row, width, place.left, 0.0, 1.0, line, count, out)
    span_box(first, last, spans.box)


@compiled(_nrt=False)
def span_box(first, last, box):
    """Write first and last line, and first and last column, of the spans of lines; all zero where there are none."""
    top, bottom, low, high = -1, 0, 0, 0
    for line in range(first.shape[0]):
        if last[line] > first[line]:
            if top < 0:
                top, low = line, first[line]
            bottom = line + 1
            low = min(low, first[line])
            high = max(high, last[line])
    box[0] = max(top, 0)
    box[1] = bottom
    box[2] = low
    box[3] = high


@compiled(_nrt=False)
def count_pair_warped(first_map, second_map, width, classes, place, line, spans, out, footprint):
    """Add areas of pairs of classes of two windows on the same pixels in another CRS, in cells."""
    data_spans(first_map, width, spans)
    first, last = spans.lines[0], spans.lines[1]
    for number in range(first_map.rows.shape[0]):
        if last[number] <= first[number]:
            continue
        before = Codes(first_map.rows[number], first_map.words[number], first_map.lookup)
        after = Codes(second_map.rows[number], second_map.words[number], second_map.lookup)
        for part in range(place.slices):
            v = height_of(place, number, part)
            count = cut_line(place, v, place.left + first[number], place.left + last[number], False, line, footprint)
            add_row_pair(before, after, width, classes, place.left, 0.0, 1.0, line, count, out)
    span_box(first, last, spans.box)


@compiled(_nrt=False)
def sum_warped(values, place, by_pixel, line, area, total, footprint):
    """Add area (in cells, or in pixels) and area times value of a window in another CRS."""
    for number in range(values.shape[0]):
        for part in range(place.slices):
            v = height_of(place, number, part)
            count = cut_line(place, v, place.left, place.left + values.shape[1], by_pixel, line, footprint)
            add_row_values(values[number], place.left, 0.0, 1.0, line, count, area, total)
