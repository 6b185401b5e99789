"""Reading and writing: rasters, vectors, tables, results. Nothing is computed here."""
