"""Energy statistics as yearbooks print them."""
