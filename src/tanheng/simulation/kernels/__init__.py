"""Loops of the simulation, compiled by numba."""
