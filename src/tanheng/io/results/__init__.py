"""Results on disk: their folder and its lock, the record, the store, tables and the crate."""
