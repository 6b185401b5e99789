"""Every table of a run: its columns, units and titles."""
