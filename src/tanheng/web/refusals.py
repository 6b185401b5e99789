"""What the app refuses for reasons of its own; each is answered with a status of its own (`tanheng.web.answers.status_of`)."""

from __future__ import annotations

from tanheng.errors import InputError


class NotThereError(InputError):
    """What is asked for is not there."""


class TooManyError(InputError):
    """One user asks for too much at once."""


class ChangedElsewhereError(InputError):
    """The file is not the one that an edit was made on."""
