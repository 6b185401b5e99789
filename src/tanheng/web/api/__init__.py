"""OGC API - Processes 1.0 over the jobs of the app."""
