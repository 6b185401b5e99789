"""Regressions whose coefficients differ from place to place."""
