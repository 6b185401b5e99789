"""Emissions of fuel, processes and other gases, and what drives them."""
