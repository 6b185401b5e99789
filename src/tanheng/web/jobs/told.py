"""A job and its log as their page takes them, in the language of who reads it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tanheng.language import Message, message_of, tr
from tanheng.web.jobs.job import Job
from tanheng.web.jobs.journal import Journal


def job_data(job: Job, journal: Journal, folder: Path) -> dict[str, object]:
    """A job as the scripts of its page take it.

    Its results are named while they are there, from the folder of the app; `ahead` is how many jobs of its owner come before one that
    waits.
    """
    waits = job.state == "accepted"
    kept = bool(job.results) and (folder / job.results).exists()
    data = asdict(job)
    problems = [_problem_again(problem) for problem in job.problems]
    return {key: data[key] for key in _TOLD} | {
        "title": job.told_title,
        "stage": job.told_stage,
        "message": "\n".join(problem["text"] for problem in problems) or job.told_message,
        "problems": problems,
        "begun": begun(job),
        "ahead": sum(one.created < job.created for one in journal.unfinished()) if waits else 0,
        "results": job.results if kept else "",
        "removed": job.state == "successful" and bool(job.results) and not kept,
        "ended": job.has_ended,
    }


def begun(job: Job) -> str:
    """When a job began, by the clock of this computer; empty where it has not."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(job.started)) if job.started else ""


_TOLD = ("id", "process", "study", "state", "done", "total", "seconds_left", "created", "started", "finished")


def tells_end(log: str) -> bool:
    """Whether the events of a log say why the process ended."""
    return any(_event_of(line).get("event") in {"error", "stopped", "done"} for line in log.split("\n"))


def _event_of(line: str) -> dict[str, Any]:
    """Event of a line; empty where it is other text."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def log_again(log: str) -> str:
    """A log, what its events say in the language that is spoken; other lines as they are."""
    return "\n".join(_line_again(line) for line in log.split("\n"))


def _line_again(line: str) -> str:
    try:
        event = _event_of(line)
        return json.dumps(_event_again(event), ensure_ascii=False) if event else line
    except (ValueError, KeyError, TypeError):
        return line  # text of another program, or cut


def _event_again(event: dict[str, Any]) -> dict[str, Any]:
    match event.get("event"):
        case "stage":
            return event | {"title": tr(str(event["name"]))}
        case "warning" if "message" in event:
            return event | {"text": _again(event["message"])}
        case "notes" if "message" in event:
            said = event["message"]
            return event | {"heading": _again(said["heading"]), "texts": [_again(text) for text in said["texts"]]}
        case "error":
            return event | {"problems": [_problem_again(problem) for problem in event["problems"]]}
    return event


def _problem_again(problem: Mapping[str, Any]) -> dict[str, Any]:
    """A problem in the language that is spoken; of a log of before, as it was said then."""
    said = {key: value for key, value in problem.items() if key != "message"}
    return said | ({"text": _again(problem["message"])} if "message" in problem else {})


def _again(held: object) -> str:
    """What `tanheng.language.plain_message` has kept, in the language that is spoken."""
    message = message_of(held)
    return message.again() if isinstance(message, Message) else str(message)
