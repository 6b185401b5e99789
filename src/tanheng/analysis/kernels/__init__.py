"""Loops of the analysis that numpy has no words for, compiled by numba."""
