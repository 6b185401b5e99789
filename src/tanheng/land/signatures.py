"""What the kernels that Python calls take, in the order of their arguments."""

from __future__ import annotations

_CODES, _WORDS, _LOOKUP = "uint8[:,::1]", "uint64[:,::1]", "int16[::1]"
_WHOLE, _WHOLES, _REAL, _REALS, _TABLE = "int64", "int64[::1]", "float64", "float64[::1]", "float64[:,::1]"

_MAP = (_CODES, _WORDS, _WHOLE, _LOOKUP)
_PAIR = (_CODES, _WORDS, _LOOKUP, _CODES, _WORDS, _LOOKUP, _WHOLE, _WHOLE)
#: top, left, origin_x, size_x, edges_x, origin_y, size_y, edges_y
_ALIGNED = (_WHOLE, _WHOLE, _REAL, _REAL, _REALS, _REAL, _REAL, _REALS)
#: top, left, nodes_x, nodes_y, first_u, first_v, step_u, step_v, slices, first_row, first_column, rows, columns
_WARPED = (_WHOLE, _WHOLE, _TABLE, _TABLE, _REAL, _REAL, _REAL, _REAL, *[_WHOLE] * 5)
#: reach_rows, reach_columns, edges, cells, weights, spans, box
_SPANS = (_WHOLE, _WHOLE, _REALS, _WHOLES, _REALS, "int64[:,::1]", _WHOLES)
#: counts, seen, whole, parts, crossed, heights, sums
_BANDS = (_CODES, "int16[:,::1]", "int64[:,::1]", _TABLE, _WHOLES, _REALS, "int64[:,::1]")

SIGNATURES: dict[str, tuple[str, ...]] = {
    "count_aligned": (_CODES, _WHOLE, _LOOKUP, *_ALIGNED, *_BANDS, _TABLE),
    "count_coarse": (*_MAP, *_ALIGNED, _WHOLES, _REALS, _TABLE),
    "count_pair_coarse": (*_PAIR, *_ALIGNED, _WHOLES, _REALS, _TABLE),
    "count_moved_aligned": (*_PAIR, *_ALIGNED, _WHOLES, _REALS, _TABLE),
    "stay": (_TABLE, _TABLE, _REAL, _REAL, "float64[:,:,::1]"),
    "sum_aligned": (_TABLE, *_ALIGNED, _WHOLES, _REALS, _REALS, _REALS),
    "count_warped": (*_MAP, *_WARPED, *_SPANS, _TABLE, _REALS),
    "count_pair_warped": (*_PAIR, *_WARPED, *_SPANS, _TABLE, _REALS),
    "sum_warped": (_TABLE, *_WARPED, _WHOLE, _REALS, _WHOLES, _REALS, _REALS, _REALS, _REALS),
}

#: How many of a kernel's last arguments are written: what it works in, and its results.
WRITTEN: dict[str, int] = {
    "count_aligned": 8,
    "count_coarse": 3,
    "count_pair_coarse": 3,
    "count_moved_aligned": 3,
    "stay": 1,
    "sum_aligned": 4,
    "count_warped": 7,
    "count_pair_warped": 7,
    "sum_warped": 6,
}
