"""Future land use: demand for each conversion, suitability learned from observed change, allocation, and scores."""
