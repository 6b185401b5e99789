"""The stages of a run, one file each: inputs in, tables, grids, notes and checks out."""
