"""Stages of a simulation: what change is learned, how well it is predicted, and the future land use."""
