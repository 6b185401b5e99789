"""Land: from the codes of a map to areas of classes in cells."""
