"""Stages of statistics: what goes with supply and demand, where they part, and how sure that is."""
