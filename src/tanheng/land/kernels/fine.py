"""Pixels at most half as large as cells, counted in bands of rows that lie in one row of cells."""

from __future__ import annotations

from tanheng.compiled import compiled

#: Pixels of a row that are counted together: few codes meet in so many, and they fill some vector registers.
STRETCH = 1024


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
            counted = counts[rank_of[code] - 1, start:stop]
            counted[:] = 0
            for line in range(first, last):
                add_equal(codes[line, start:stop], code, counted)
            add_counts(counted, part)
            position = first_open(part, rows, position)
        for rank in range(number):
            if done[order[rank]] == 0:
                counts[rank, start:stop] = 0
    return number


@compiled(_nrt=False)
def add_band(bands, number, counted, lookup, size_x, out):
    """Add `counted` rows of pixels to the one or two rows of cells that they lie in. Cells wholly without data are passed over."""
    counts, seen, sums = bands.counts, bands.seen[0], bands.sums
    whole, parts, rows, heights = bands.whole, bands.parts, bands.crossed, bands.heights
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
def columns_of_cells(width, place, whole, parts):
    """Bounds of the whole pixels of each cell, and the lengths of the two that are cut by its sides."""
    left, origin_x, size_x, edges_x = place.left, place.origin_x, place.size_x, place.edges_x
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
def count_aligned(codes, width, lookup, place, bands, out):
    """Add class areas of a window to `out[cell, class]`, for pixels at most half as large as cells.

    The rows of pixels that lie wholly in a row of cells are counted together by code and column, in bytes, eight to
    sixty-four pixels an instruction; then each cell sums its columns. A pixel on a cell line is split by its overlap.
    """
    top, origin_y, size_y, edges_y = place.top, place.origin_y, place.size_y, place.edges_y
    rows = edges_y.shape[0] - 1
    columns_of_cells(width, place, bands.whole, bands.parts)
    bands.seen[1] = 0
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
            bands.crossed[which] = here if inside else -1
            bands.heights[which] = min(lower, edges_y[here + 1]) - max(upper, edges_y[here]) if inside else 0.0
        if whole_line:
            bands.heights[0] = size_y
        number = count_band(codes, width, line, end, bands.seen, number, bands.counts)
        add_band(bands, number, end - line, lookup, place.size_x, out)
        line = end
