"""Maps for print."""
