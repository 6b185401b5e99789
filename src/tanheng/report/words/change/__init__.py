"""Change of land and of emissions in words."""
