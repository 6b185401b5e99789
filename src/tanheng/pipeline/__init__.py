"""The one place where files meet pure functions; no arithmetic in it."""
