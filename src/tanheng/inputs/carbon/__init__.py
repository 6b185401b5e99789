"""Carbon densities and uptake of a study, opened and checked."""
