"""Words of the report: figures with units, cells of tables, and sentences made by rules."""
