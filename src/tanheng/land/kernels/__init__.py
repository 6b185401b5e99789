"""Kernels that count one window of pixels into the cells of one block.

At the bottom of all stands a row of pixels, taken as runs of equal codes and laid over the cells it crosses (`rows`). The row is
described by *intervals*: positions where it passes from one cell to the next, the cell of each interval (-1: none), and
the area that one unit of length has there. Pixel `i` reaches from ``origin + (left + i) * size`` to
``origin + (left + i + 1) * size``, where `left` is the first column of the window: the figures are those of the whole
raster, so that no cell depends on the window it was read with.

Two geometries make the intervals:

* *aligned*: the raster lies in the CRS of the grid. Lengths are then exact, and whole numbers of a small unit where
  the coordinates are (see `tanheng.land.lattice.overlay`), so that sums do not depend on their order. Pixels at most half as large as
  cells are counted in bands (`fine`, and `moved` for two maps), others one by one (`coarse`).
* *warped*: any other CRS. Each row of pixels is cut into sub-rows; a sub-row is a line whose way through the grid is
  interpolated between the nodes of a lattice that is projected exactly. Where it crosses a cell line it is cut (`warped`).
"""
