"""Who is let in: the one user of a machine by a one-time token, or several people by tokens of their own."""
