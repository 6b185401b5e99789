"""What all pictures and pages share: colours, class breaks, fonts, themes of maps."""
