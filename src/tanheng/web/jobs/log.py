"""The log of a job: events that its process writes, and what they say of its state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tanheng.errors import shortened
from tanheng.language import tr
from tanheng.web.jobs.job import Job

#: Largest count that the journal keeps.
_LARGEST = 2**53

#: Letters of a message of a process that are kept.
_MOST = 2000


class Tail:
    """Events of a log that have come since the last look, and what the ones before said.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self.job: Job | None = None
        self.at = 0.0
        self.code: int | None = None

    def events(self) -> Iterator[dict[str, Any]]:
        """Events that are new; lines of other text are events ``output``. A line that is still being written is left for later."""
        try:
            with self.path.open("rb") as stream:
                stream.seek(self.offset)
                data = stream.read()
        except OSError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self.offset += len(whole)
        for line in whole.decode("utf-8", "replace").split("\n")[:-1]:
            try:
                event = json.loads(line)
            except ValueError:
                event = None
            yield event if isinstance(event, dict) and "event" in event else {"event": "output", "text": line}


def state_from(job: Job, tail: Tail, errors: Path, *, alive: bool) -> Job:
    """State of a job from its log; a job whose process ended without writing an exit code has failed."""
    now = tail.job or replace(job, stage="", done=0, total=0, seconds_left=None)
    for event in tail.events():
        try:
            now, tail.code = _after(now, event, tail.code)
            tail.at = float(event.get("at", tail.at))
        except (KeyError, TypeError, ValueError):
            continue  # a line that is no event of ours
    tail.job = now
    if alive:
        return now
    return replace(_ended(now, errors, tail.code), finished=max(tail.at, job.started), seconds_left=None)


def _after(job: Job, event: dict[str, Any], code: int | None) -> tuple[Job, int | None]:
    """A job after one more event, and its exit code where that is told."""
    match event["event"]:
        case "stage":
            return replace(job, stage=str(event.get("name", "")), done=0, total=0, seconds_left=None), code
        case "steps":
            left = event.get("seconds_left")
            done, total = (min(max(int(event[key]), 0), _LARGEST) for key in ("done", "total"))
            return replace(job, done=done, total=total, seconds_left=None if left is None else float(left)), code
        case "error":
            return replace(
                job, problems=tuple(dict(one) | {"text": str(one["text"])} for one in event["problems"])
            ), code
        case "exit":
            return job, int(event.get("code", 1))
    return job, code


def _ended(job: Job, errors: Path, code: int | None) -> Job:
    if code == 0:
        return replace(job, state="successful", message="")
    if code is None:
        message = tr("It was ended before it was done: the computer or somebody stopped it. No results were written.")
    elif job.problems:
        message = "\n".join(str(problem["text"]) for problem in job.problems)
    else:
        message = _last_words(errors)
    return replace(job, state="failed", message=shortened(message, _MOST))


def _last_words(errors: Path) -> str:
    """What a process said of its end: its own message, else the end of a traceback."""
    try:
        text = errors.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
    start = text.rfind("tanheng: ")
    return text[start + len("tanheng: ") :] if start >= 0 else text[-_MOST:]
