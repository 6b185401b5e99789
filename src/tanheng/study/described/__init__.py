"""What each field of a study file means: once, in words that every form, page and template takes."""
