"""Stages of emissions: the account, what drives it, and its allocation to cells."""
