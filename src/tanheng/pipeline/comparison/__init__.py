"""Comparisons: two runs, sets of emission factors, and tables of carbon densities."""
