"""What a study gives of its emissions, of how they are placed, and of what drives them."""
