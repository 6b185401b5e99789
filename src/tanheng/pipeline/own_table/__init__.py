"""Statistics of somebody's own table, without a study: the same functions as on the grid."""
