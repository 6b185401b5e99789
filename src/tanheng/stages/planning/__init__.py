"""Stages of a plan: its problem, its tables, and what is told beside it."""
