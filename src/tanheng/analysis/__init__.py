"""Analysis: what goes with supply, demand and their ratio. Pure functions on arrays."""

from tanheng.analysis.correlation import identity_gap, pearson

__all__ = ["identity_gap", "pearson"]
