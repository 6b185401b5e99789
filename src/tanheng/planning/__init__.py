"""Planning: where to change land use, with a proof that no plan is better. Pure functions on arrays."""
