"""Suitability learned from observed change: samples, models, and how well they do on held-out blocks."""
