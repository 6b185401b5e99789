"""What a study names, opened and checked; every problem is found before the long work starts."""
