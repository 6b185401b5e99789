"""Room that folders take and may take."""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tanheng.errors import OutputError
from tanheng.language import tr

#: Seconds for which a measured size holds.
_HOLDS_S = 5.0

#: Bytes that the smallest file and a folder count: they take a block of the disk, and a place among its files.
SMALLEST = 4096


class Space:
    """Room of a user.

    Parameters
    ----------
    folders : sequence of Path
        Their files and folders count together.
    quota : float
        Bytes that they may take; infinity where nothing but the disk limits it.
    """

    def __init__(self, folders: Sequence[Path], quota: float = math.inf) -> None:
        self.folders, self.quota = tuple(folders), quota
        self._lock = threading.Lock()
        self._measuring = threading.Lock()
        self._size, self._reserved, self._until = 0, 0, -math.inf

    def used(self) -> int:
        """Bytes that are taken, as of a few seconds ago at most; one thread measures, and others go on with what was measured before."""
        stale = time.monotonic() >= self._until
        if stale and self._measuring.acquire(blocking=math.isinf(self._until)):
            try:
                if time.monotonic() >= self._until:
                    size = sum(map(size_of, self.folders))
                    with self._lock:
                        self._size, self._until = size, time.monotonic() + _HOLDS_S
            finally:
                self._measuring.release()
        return self._size

    def refuse(self, size: int = 0) -> None:
        """Measure the folders, and refuse so many bytes more.

        Raises
        ------
        OutputError
            They would take more than the quota.
        """
        if math.isfinite(self.quota) and self.used() + self._reserved + size > self.quota:
            raise OutputError(self.message())

    @contextlib.contextmanager
    def reserved(self) -> Iterator[Reservation]:
        """Room for what is written in the block; what is there after it counts by being measured."""
        held = Reservation(self)
        try:
            yield held
        finally:
            with self._lock:
                self._reserved -= held.size
                self._size += held.size
                self._until = min(self._until, time.monotonic())

    def reserve(self, size: int) -> None:
        """Count bytes that are about to be written; nothing is measured for it.

        Raises
        ------
        OutputError
            The folders would take more than the quota.
        """
        with self._lock:
            if self._size + self._reserved + size > self.quota:
                raise OutputError(self.message())
            self._reserved += size

    def is_full(self) -> bool:
        """Whether more than the quota is taken."""
        return math.isfinite(self.quota) and self.used() > self.quota

    def ending(self) -> str:
        """That a job was ended because the quota is used up, by what it wrote among others."""
        return tr(
            "The job was stopped: with what it had written until then, your folder held {used:,.3g} GB, and it may take {quota:,.3g} GB. "
            "Remove data or results that you no longer need, or ask for more room.",
            quota=self.quota / 1e9,
            used=self._size / 1e9,
        )

    def message(self) -> str:
        """That the quota is used up, and the way to mend it."""
        return tr(
            "Your folder may take {quota:,.3g} GB and holds {used:,.3g} GB. Remove data or results that you no longer need, or ask for more room.",
            quota=self.quota / 1e9,
            used=self._size / 1e9,
        )


class Reservation:
    """Room that is kept while something is written."""

    def __init__(self, space: Space) -> None:
        self.space, self.size = space, 0

    def more(self, size: int) -> None:
        """Keep room for more bytes.

        Raises
        ------
        OutputError
            There is none.
        """
        self.space.reserve(size)
        self.size += size


def size_of(folder: Path) -> int:
    """Bytes that a folder takes with all that is in it, links not followed; small files and folders count as a block of the disk.

    Examples
    --------
    >>> size_of(Path("there is no such folder"))
    0
    """
    size = 0
    for place, folders, names in os.walk(folder, followlinks=False):
        size += SMALLEST * len(folders)
        for name in names:
            with contextlib.suppress(OSError):  # gone in the meantime
                size += max(os.lstat(os.path.join(place, name)).st_size, SMALLEST)  # noqa: PTH118  many files, quickly
    return size
