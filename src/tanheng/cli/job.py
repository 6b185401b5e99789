"""A command as a job of the app: its exit code is the last line of its output, so that it is known whoever reads it."""

from __future__ import annotations

import json
import sys
import time

from tanheng.cli import main
from tanheng.cli.json_lines import events_apart


def run() -> None:
    """Run the command line and write its exit code; the first argument is the id of the job, which identifies the process."""
    del sys.argv[1]
    events = events_apart()
    code: object = 1
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
        raise
    finally:
        events.write(json.dumps({"event": "exit", "at": round(time.time(), 3), "code": code}) + "\n")
        events.flush()


if __name__ == "__main__":
    run()
