"""Future land use, from maps alone or of a study: the order of the stages, the files, and the page."""
