"""Intervals: what is uncertain, and how that is carried to totals and cells."""
