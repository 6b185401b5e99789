"""Change of land between years: transitions, their intensity, and whether maps can tell it."""
