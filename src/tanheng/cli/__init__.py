"""The command line. Commands are thin; what they need is imported when they run, so that help answers at once."""

import sys

from tanheng.cli.speech import asked_language, speak_in_help
from tanheng.language import speaking


def main() -> None:
    """Run the command line in the language that is asked for, and end the process with its exit code."""
    chosen = asked_language(sys.argv[1:])
    with speaking(chosen):
        speak_in_help(chosen)
        from tanheng.cli.app import main as run

        run()


__all__ = ["main"]
