"""Stages of land: counted, what it stores, and how both change."""
