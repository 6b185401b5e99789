"""Stages of statistics: correlation, geographical detector, clusters, hot spots and mismatch."""
