"""What `import tanheng` offers: studies from their file, and the methods on maps of one's own."""
