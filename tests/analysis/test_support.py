"""Means over the blocks that stand for one pixel of a coarse map."""

from __future__ import annotations

import numpy as np

from tanheng.analysis.support import block_means


def test_blocks_of_one_value_are_that_value_to_the_last_bit() -> None:
    # A table by zone gives all cells of a zone one value; blocks of it are ties, however many of their cells are known.
    values = np.full((40, 40), 0.1)
    values[np.random.default_rng(1).random(values.shape) < 0.4] = np.nan
    found = block_means(values, 9)
    assert set(found[np.isfinite(found)].tolist()) == {0.1}


def test_a_block_of_which_less_than_half_is_known_has_no_mean() -> None:
    # Two of four cells are half; of the cut blocks at the edge, one of two is.
    values = np.array([[1.0, 3.0, 5.0], [np.nan, np.nan, np.nan], [np.nan, np.nan, 2.0]])
    assert block_means(values, 2).tolist()[0] == [2.0, 5.0]
    assert np.isnan(block_means(values, 2)[1, 0])
    assert block_means(values, 2)[1, 1] == 2.0
