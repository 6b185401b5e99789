"""Rasters of values laid on the grid: whole cells, or the land of a class in them."""
