"""Yearly flows of carbon of land: what takes time after a conversion, and how inventories count it."""
