"""Tables of a paper as a Word file."""
