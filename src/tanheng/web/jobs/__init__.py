"""Jobs: runs of the command line as child processes, their journal, and their true state."""
