"""What a finished run shows, in wings that do not know each other but for words and style. No science is computed here."""
