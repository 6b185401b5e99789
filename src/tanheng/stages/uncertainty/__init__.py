"""Uncertainty: errors of what goes in, and intervals of cells and of totals."""
