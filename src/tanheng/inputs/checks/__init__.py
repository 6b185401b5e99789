"""What the values, places and years of a study's inputs tell before the long work starts."""
