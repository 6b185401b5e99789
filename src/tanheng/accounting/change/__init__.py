"""Change of land between years: transitions, their intensity, and whether it exceeds the error of the maps."""
