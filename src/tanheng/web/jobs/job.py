"""A job: what was asked, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tanheng.language import Message, tr, worded

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
        How far it is; the stage by its English name.
    message : str
        What stopped it.
    problems : sequence of mapping
        Problems of the study, with their places, as the events of ``--progress json`` have them.
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
    def told_stage(self) -> str:
        """Stage in the language that is spoken."""
        return tr(self.stage)

    @property
    def told_message(self) -> str:
        """What stopped it, in the language that is spoken."""
        return self.message.again() if isinstance(self.message, Message) else self.message

    @property
    def has_ended(self) -> bool:
        """Whether nothing changes any more."""
        return self.state in ENDED
