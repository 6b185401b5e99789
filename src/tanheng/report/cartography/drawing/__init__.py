"""What is drawn on: paper in inches, windows on a map, what they show, and the press."""
