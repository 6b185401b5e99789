"""A job: what was asked, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tanheng.language import Message, worded

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
    title : str or mapping of str to str
        What it is of, for people: a text, a message, or texts by language.
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
    title: str | Mapping[str, str]
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
    def told_title(self) -> str:
        """Title in the language that is spoken."""
        return self.title.again() if isinstance(self.title, Message) else worded(self.title)

    @property
    def has_ended(self) -> bool:
        """Whether nothing changes any more."""
        return self.state in ENDED
