"""Studies in the folder of the app: found, shown as a form, changed, checked."""
