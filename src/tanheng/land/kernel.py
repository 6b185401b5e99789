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

Arrays come in as plain numpy, and what a kernel works in it is given: a block is counted thousands of times in the same room.
So they need no count of references either (`_nrt=False`), which would cost a third of the time in degrees.
"""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled

#: Pixels of a row that are counted together: few codes meet in so many, and they fill some vector registers.
STRETCH = 1024

_EACH_BYTE = np.uint64(0x0101010101010101)


@compiled(_nrt=False, inline="always")
def run_end(row, words, start, stop):
    """First position after `start` where the code changes; eight to thirty-two pixels are compared at a time."""
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
    while word + 4 <= last and (
        (words[word] ^ pattern)
        | (words[word + 1] ^ pattern)
        | (words[word + 2] ^ pattern)
        | (words[word + 3] ^ pattern)
    ) == np.uint64(0):
        word += 4
    while word < last and words[word] == pattern:
        word += 1
    end = max(end, word << 3)
    while end < stop and row[end] == code:
        end += 1
    return end


@compiled(_nrt=False, inline="always")
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


@compiled(_nrt=False)
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


@compiled(_nrt=False)
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


@compiled(_nrt=False)
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


@compiled(_nrt=False)
def count_coarse(
    codes, words, width, lookup, top, left, origin_x, size_x, edges_x, origin_y, size_y, edges_y, cells, weights, out
):
    """Add class areas of a window of pixels of any size to `out[cell, class]`; cells in row-major order."""
    columns = edges_x.shape[0] - 1
    rows = edges_y.shape[0] - 1
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
                codes[line], words[line], width, lookup, left, origin_x, size_x, edges_x, cells, weights, columns, out
            )
            row += 1


@compiled(_nrt=False)
def count_pair_coarse(
    codes_a, words_a, lookup_a, codes_b, words_b, lookup_b, width, classes,
    top, left, origin_x, size_x, edges_x, origin_y, size_y, edges_y, cells, weights, out,
):  # fmt: skip
    """Add areas of pairs of classes of two windows on the same pixels to `out[cell, from * classes + to]`."""
    columns = edges_x.shape[0] - 1
    rows = edges_y.shape[0] - 1
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


@compiled(_nrt=False)
def add_equal(row, code, counts):
    """Add one to the count of each pixel that has the code. Compilers turn this loop into vector instructions."""
    for position in range(row.size):
        if row[position] == code:
            counts[position] += 1


@compiled(_nrt=False)
def sum_counts(counts):
    """Sum of counts of one code over neighbouring pixels."""
    total = 0
    for position in range(counts.size):
        total += counts[position]
    return total


@compiled(_nrt=False)
def add_counts(counts, part):
    """Add counts of neighbouring columns to others."""
    for position in range(counts.size):
        part[position] += counts[position]


@compiled(_nrt=False)
def first_open(part, rows, position):
    """First column from `position` on whose counts do not add up to its rows."""
    while position < part.size and part[position] == rows:
        position += 1
    return position


@compiled(_nrt=False)
def count_band(codes, width, first, last, seen, number, counts):
    """Count the rows `first` to `last` (at most 255) by code and column into `counts[code, column]`; its last row is spare.

    The columns are taken in stretches. A stretch is searched for a code that is not counted yet only while the counts of
    one of its columns do not add up to its rows: most stretches hold few codes. `seen` holds the codes in the order of the
    counts, that order by code (plus one, zero: never seen), and which are done. Returns the number of codes seen.
    """
    order, rank_of, done = seen[0], seen[1], seen[2]
    rows = last - first
    for start in range(0, width, STRETCH):
        stop = min(start + STRETCH, width)
        part = counts[256, start:stop]
        part[:] = 0
        done[:] = 0
        position = first_open(part, rows, 0)
        while position < stop - start:
            line = first
            while done[codes[line, start + position]] != 0:
                line += 1
            code = codes[line, start + position]
            done[code] = 1
            if rank_of[code] == 0:
                order[number] = code
                # None were in the stretches before: their counts of it are what memory held.
                counts[number, :start] = 0
                number += 1
                rank_of[code] = number
            found = counts[rank_of[code] - 1, start:stop]
            found[:] = 0
            for line in range(first, last):
                add_equal(codes[line, start:stop], code, found)
            add_counts(found, part)
            position = first_open(part, rows, position)
        for rank in range(number):
            if done[order[rank]] == 0:
                counts[rank, start:stop] = 0
    return number


@compiled(_nrt=False)
def add_band(counts, seen, number, counted, lookup, whole, parts, size_x, rows, heights, sums, out):
    """Add `counted` rows of pixels to one or two rows of cells, which take `heights` of each pixel.

    `whole[cell]` bounds the pixels that lie wholly in a cell; `parts[cell]` are the lengths of the pixels before and behind
    them that fall in it. Cells wholly without data are passed over. `sums` is room to work in.
    """
    columns = whole.shape[0]
    inner, before, behind = sums[0], sums[1], sums[2]
    empty = -1
    for rank in range(number):
        if lookup[seen[rank]] < 0:
            empty = rank
    for column in range(columns):
        start, stop = whole[column]
        left_part, right_part = parts[column]
        first = start - 1 if left_part > 0 else start
        last = stop + 1 if right_part > 0 else stop
        if empty >= 0 and sum_counts(counts[empty, first:last]) == counted * (last - first):
            continue
        inner[:] = 0
        before[:] = 0
        behind[:] = 0
        for rank in range(number):
            index = lookup[seen[rank]]
            if index < 0:
                continue
            if stop > start:
                inner[index] += sum_counts(counts[rank, start:stop])
            if left_part > 0:
                before[index] += counts[rank, start - 1]
            if right_part > 0:
                behind[index] += counts[rank, stop]
        for index in range(sums.shape[1]):
            length = inner[index] * size_x + before[index] * left_part + behind[index] * right_part
            for which in range(rows.shape[0]):
                if rows[which] >= 0:
                    out[rows[which] * columns + column, index] += length * heights[which]


@compiled(_nrt=False)
def columns_of_cells(width, left, origin_x, size_x, edges_x, whole, parts):
    """Bounds of the whole pixels of each cell, and the lengths of the two that are cut by its sides."""
    position = 0
    for column in range(edges_x.shape[0] - 1):
        west, east = edges_x[column], edges_x[column + 1]
        while position > 0 and origin_x + (left + position) * size_x > west:
            position -= 1
        while position < width and origin_x + (left + position) * size_x < west:
            position += 1
        whole[column, 0] = position
        before = origin_x + (left + position) * size_x
        parts[column, 0] = min(before, east) - west if position > 0 and before > west else 0.0
        while position < width and origin_x + (left + position + 1) * size_x <= east:
            position += 1
        whole[column, 1] = position
        behind = origin_x + (left + position) * size_x
        parts[column, 1] = east - behind if position < width and behind < east else 0.0


@compiled(_nrt=False)
def count_aligned(
    codes, width, lookup, top, left, origin_x, size_x, edges_x, origin_y, size_y, edges_y,
    counts, seen, whole, parts, crossed, heights, sums, out,
):  # fmt: skip
    """Add class areas of a window to `out[cell, class]`, for pixels at most half as large as cells.

    The rows of pixels that lie wholly in a row of cells are counted together by code and column, in bytes, eight to
    sixty-four pixels an instruction; then each cell sums its columns. A pixel on a cell line is split by its overlap.
    """
    rows = edges_y.shape[0] - 1
    columns_of_cells(width, left, origin_x, size_x, edges_x, whole, parts)
    seen[1] = 0
    number = 0
    line = 0
    lines = codes.shape[0]
    row = 0
    while line < lines and row < rows:
        upper = origin_y + (top + line) * size_y
        lower = origin_y + (top + line + 1) * size_y
        if edges_y[row + 1] <= upper:
            row += 1
            continue
        if lower <= edges_y[row]:
            line += 1
            continue
        whole_line = upper >= edges_y[row] and lower <= edges_y[row + 1]
        end = line + 1
        if whole_line:
            while end < lines and end - line < 255 and origin_y + (top + end + 1) * size_y <= edges_y[row + 1]:
                end += 1
        for which in range(2):
            here = row + which
            inside = here < rows and edges_y[here] < lower and not (whole_line and which == 1)
            crossed[which] = here if inside else -1
            heights[which] = min(lower, edges_y[here + 1]) - max(upper, edges_y[here]) if inside else 0.0
        if whole_line:
            heights[0] = size_y
        number = count_band(codes, width, line, end, seen, number, counts)
        add_band(counts, seen[0], number, end - line, lookup, whole, parts, size_x, crossed, heights, sums, out)
        line = end


@compiled(_nrt=False)
def add_moved(
    row_a,
    words_a,
    lookup_a,
    row_b,
    words_b,
    lookup_b,
    width,
    classes,
    left,
    origin_x,
    size_x,
    edges_x,
    heights,
    rows,
    out,
):
    """Add the pixels whose class differs between two maps to `out[cell, from * side + to]`; side is classes + 1.

    Index `classes` stands for no data. Equal stretches are passed over eight pixels at a time.
    """
    side = classes + 1
    columns = edges_x.shape[0] - 1
    column = 0
    position = 0
    while position < width:
        if (position & 7) == 0:
            word = position >> 3
            last = width >> 3
            while word + 4 <= last and (
                (words_a[word] ^ words_b[word])
                | (words_a[word + 1] ^ words_b[word + 1])
                | (words_a[word + 2] ^ words_b[word + 2])
                | (words_a[word + 3] ^ words_b[word + 3])
            ) == np.uint64(0):
                word += 4
            while word < last and words_a[word] == words_b[word]:
                word += 1
            position = max(position, word << 3)
            if position >= width:
                return
        end = position + 1
        if row_a[position] != row_b[position]:
            end = min(run_end(row_a, words_a, position, width), run_end(row_b, words_b, position, width))
            index_a = lookup_a[row_a[position]]
            index_b = lookup_b[row_b[position]]
            index_a = index_a if 0 <= index_a < classes else classes
            index_b = index_b if 0 <= index_b < classes else classes
            if index_a != index_b:
                west = origin_x + (left + position) * size_x
                east = origin_x + (left + end) * size_x
                while column < columns and edges_x[column + 1] <= west:
                    column += 1
                across = column
                while across < columns and edges_x[across] < east:
                    length = min(east, edges_x[across + 1]) - max(west, edges_x[across])
                    for which in range(heights.shape[0]):
                        if rows[which] >= 0:
                            out[rows[which] * columns + across, index_a * side + index_b] += length * heights[which]
                    across += 1
        position = end


@compiled(_nrt=False)
def count_moved_aligned(
    codes_a, words_a, lookup_a, codes_b, words_b, lookup_b, width, classes,
    top, left, origin_x, size_x, edges_x, origin_y, size_y, edges_y, crossed, heights, out,
):  # fmt: skip
    """Add areas of pixels whose class differs between two windows on the same pixels, at most half as large as cells."""
    rows = edges_y.shape[0] - 1
    row = 0
    for line in range(codes_a.shape[0]):
        upper = origin_y + (top + line) * size_y
        lower = origin_y + (top + line + 1) * size_y
        while row < rows and edges_y[row + 1] <= upper:
            row += 1
        for which in range(2):
            here = row + which
            inside = here < rows and edges_y[here] < lower
            crossed[which] = here if inside else -1
            heights[which] = min(lower, edges_y[here + 1]) - max(upper, edges_y[here]) if inside else 0.0
        if crossed[0] >= 0:
            add_moved(
                codes_a[line], words_a[line], lookup_a, codes_b[line], words_b[line], lookup_b, width, classes,
                left, origin_x, size_x, edges_x, heights, crossed, out,
            )  # fmt: skip


@compiled(_nrt=False)
def stay(moved, before, scale, least, out):
    """Turn land that moved into transitions `out[from, to, cell]`: what a class had and did not lose stayed.

    `moved[cell, from * side + to]` is in units of which `scale` make a cell, `before[cell, class]` in cells; a rest
    below `least` is rounding.
    """
    classes = before.shape[1]
    side = classes + 1
    for cell in range(before.shape[0]):
        for source in range(classes):
            rest = before[cell, source]
            if rest == 0.0:
                continue
            for target in range(side):
                part = moved[cell, source * side + target] / scale
                rest -= part
                if target < classes:
                    out[source, target, cell] = part
            out[source, source, cell] = rest if rest > least else 0.0


@compiled(_nrt=False)
def data_spans(codes, words, width, lookup, reach_rows, reach_columns, spans):
    """Write columns `spans[0, line]` to `spans[1, line]` outside which neither a line nor those in its reach have data.

    The other two rows of `spans` are room to work in.
    """
    lines = codes.shape[0]
    groups = (lines + reach_rows - 1) // reach_rows
    first, last, low, high = spans[0], spans[1], spans[2], spans[3]
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
            pattern = np.uint64(code) * _EACH_BYTE
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


@compiled(_nrt=False)
def sum_aligned(values, top, left, origin_x, size_x, edges_x, origin_y, size_y, edges_y, cells, weights, area, total):
    """Add area, and area times value, of a window to `area[cell]` and `total[cell]`."""
    columns = edges_x.shape[0] - 1
    rows = edges_y.shape[0] - 1
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


@compiled(_nrt=False)
def cut_line(
    nodes_x, nodes_y, lattice_row, fraction, step_u, step_v, first_u, left, right,
    first_row, first_column, rows, columns, depth, by_pixel, edges, cells, weights, footprint,
):  # fmt: skip
    """Intervals of one sub-row: where it crosses cell lines, in pixels; returns their number."""
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
def count_warped(
    codes, words, width, lookup, top, left, nodes_x, nodes_y, first_u, first_v, step_u, step_v, slices,
    first_row, first_column, rows, columns, reach_rows, reach_columns, edges, cells, weights, spans, box, out, footprint,
):  # fmt: skip
    """Add class areas of a window in another CRS, in cells, to `out[cell, class]`; the raster's own to `footprint`.

    Columns out of reach of any data are passed over: a cell with data gets its whole footprint. The first and last line
    and column that were not are written to `box`.
    """
    data_spans(codes, words, width, lookup, reach_rows, reach_columns, spans)
    first, last = spans[0], spans[1]
    for line in range(codes.shape[0]):
        if last[line] <= first[line]:
            continue
        for part in range(slices):
            v = (top + line + (part + 0.5) / slices - first_v) / step_v
            count = cut_line(
                nodes_x, nodes_y, int(v), v - int(v), step_u, step_v, first_u, left + first[line], left + last[line],
                first_row, first_column, rows, columns, 1.0 / slices, False, edges, cells, weights, footprint,
            )  # fmt: skip
            add_row(codes[line], words[line], width, lookup, left, 0.0, 1.0, edges, cells, weights, count, out)
    span_box(first, last, box)


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
def count_pair_warped(
    codes_a, words_a, lookup_a, codes_b, words_b, lookup_b, width, classes, top, left, nodes_x, nodes_y,
    first_u, first_v, step_u, step_v, slices, first_row, first_column, rows, columns, reach_rows, reach_columns,
    edges, cells, weights, spans, box, out, footprint,
):  # fmt: skip
    """Add areas of pairs of classes of two windows on the same pixels in another CRS, in cells."""
    data_spans(codes_a, words_a, width, lookup_a, reach_rows, reach_columns, spans)
    first, last = spans[0], spans[1]
    for line in range(codes_a.shape[0]):
        if last[line] <= first[line]:
            continue
        for part in range(slices):
            v = (top + line + (part + 0.5) / slices - first_v) / step_v
            count = cut_line(
                nodes_x, nodes_y, int(v), v - int(v), step_u, step_v, first_u, left + first[line], left + last[line],
                first_row, first_column, rows, columns, 1.0 / slices, False, edges, cells, weights, footprint,
            )  # fmt: skip
            add_row_pair(
                codes_a[line], words_a[line], lookup_a, codes_b[line], words_b[line], lookup_b, width, classes,
                left, 0.0, 1.0, edges, cells, weights, count, out,
            )  # fmt: skip
    span_box(first, last, box)


@compiled(_nrt=False)
def sum_warped(
    values, top, left, nodes_x, nodes_y, first_u, first_v, step_u, step_v, slices, first_row, first_column, rows, columns, by_pixel,
    edges, cells, weights, area, total, footprint,
):  # fmt: skip
    """Add area (in cells, or in pixels) and area times value of a window in another CRS."""
    for line in range(values.shape[0]):
        for part in range(slices):
            v = (top + line + (part + 0.5) / slices - first_v) / step_v
            count = cut_line(
                nodes_x, nodes_y, int(v), v - int(v), step_u, step_v, first_u, left, left + values.shape[1],
                first_row, first_column, rows, columns, 1.0 / slices, by_pixel != 0, edges, cells, weights, footprint,
            )  # fmt: skip
            add_row_values(values[line], left, 0.0, 1.0, edges, cells, weights, count, area, total)
