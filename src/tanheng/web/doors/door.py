"""What the gate asks of a door: who comes, and to which folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tanheng.web.home import Home


@dataclass(frozen=True)
class Visitor:
    """Who is let in.

    Attributes
    ----------
    home : Home
    name : str
        Empty where there is one user alone.
    """

    home: Home
    name: str = ""


class Door(Protocol):
    """Lets people in."""

    @property
    def asks_who(self) -> bool:
        """Whether people sign in, each with a token of their own."""

    def homes(self) -> Sequence[Home]:
        """Folders of all who may come."""

    def home(self, name: str) -> Home | None:
        """Folder by its name in addresses."""

    def by_session(self, session: str) -> Visitor | None:
        """Who has a session."""

    def by_key(self, key: str) -> Visitor | None:
        """Whose program has a key."""

    def session_for(self, token: str) -> str | None:
        """Key of a new session for a token; none where the token is not good."""

    def close_session(self, session: str) -> None:
        """End a session."""
