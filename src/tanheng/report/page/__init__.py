"""Pages of one file: the report, a plan, a comparison."""
