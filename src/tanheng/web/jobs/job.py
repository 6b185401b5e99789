"""A job: what was asked, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

#: As OGC API - Processes calls them.
State = Literal["accepted", "running", "successful", "failed", "dismissed"]

#: States after which nothing changes any more.
ENDED: tuple[State, ...] = ("successful", "failed", "dismissed")


@dataclass(frozen=True)
class Job:
    """A run of the command line.

    Attributes
    ----------
    id, process : str
        Process as the API calls it: ``run``, ``plan`` ...
    title : str
        What it is of, for people.
    command : sequence of str
        Arguments of ``tanheng``.
    study, results : str
        Study file and folder of results, from the root of the app; empty where there is none.
    language : str
    created, started, finished : float
        Seconds since 1970; 0 where it has not come to that.
    pid : int
    state : str
    stage, done, total, seconds_left
        How far it is.
    message : str
        What stopped it.
    problems : sequence of mapping
        Problems of the study, with their places.
    """

    id: str
    process: str
    title: str
    command: Sequence[str]
    study: str = ""
    results: str = ""
    language: str = "en"
    created: float = 0.0
    started: float = 0.0
    finished: float = 0.0
    pid: int = 0
    state: State = "accepted"
    stage: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    message: str = ""
    problems: Sequence[dict[str, Any]] = field(default_factory=tuple)

    @property
    def has_ended(self) -> bool:
        """Whether nothing changes any more."""
        return self.state in ENDED
