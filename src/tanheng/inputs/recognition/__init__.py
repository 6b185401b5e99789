"""What a file is likely to be: recognised from its contents, with figures, and with what a study could take it for."""
