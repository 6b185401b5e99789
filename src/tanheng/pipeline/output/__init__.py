"""What a run and a plan leave in their folder: grids, tables, maps, pages, and what a GIS opens."""
