"""The command line. Commands are thin; what they need is imported when they run, so that help answers at once."""

from tanheng.cli.app import main

__all__ = ["main"]
