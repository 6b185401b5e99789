"""Room that a folder takes and may take."""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from pathlib import Path

from tanheng.errors import OutputError
from tanheng.language import tr

#: Seconds for which a measured size holds.
_HOLDS_S = 5.0


class Space:
    """Room of a folder.

    Parameters
    ----------
    folder : Path
    quota : float
        Bytes that it may take; infinity where nothing but the disk limits it.
    """

    def __init__(self, folder: Path, quota: float = math.inf) -> None:
        self.folder, self.quota = folder, quota
        self._lock = threading.Lock()
        self._size, self._until = 0, -math.inf

    def used(self) -> int:
        """Bytes that the folder takes, as of a few seconds ago at most."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._size = size_of(self.folder)
                self._until = time.monotonic() + _HOLDS_S
            return self._size

    def refuse(self, size: int = 0) -> None:
        """Measure the folder, and refuse so many bytes more.

        Raises
        ------
        OutputError
            The folder would take more than its quota.
        """
        if math.isfinite(self.quota) and self.used() + size > self.quota:
            raise OutputError(self.message())

    def take(self, size: int) -> None:
        """Count bytes that are about to be written; the folder is not measured for it.

        Raises
        ------
        OutputError
            The folder would take more than its quota.
        """
        with self._lock:
            self._size += size
            beyond = self._size > self.quota
        if beyond:
            raise OutputError(self.message())

    def is_full(self) -> bool:
        """Whether the folder takes more than its quota."""
        return math.isfinite(self.quota) and self.used() > self.quota

    def message(self) -> str:
        """That the quota is used up, and the way to mend it."""
        return tr(
            "Your folder may take {quota:,.3g} GB and holds {used:,.3g} GB. Remove data or results that you no longer need, or ask for more room.",
            quota=self.quota / 1e9,
            used=self.used() / 1e9,
        )


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder, links not followed.

    Examples
    --------
    >>> size_of(Path("there is no such folder"))
    0
    """
    size = 0
    for place, _, names in os.walk(folder, followlinks=False):
        for name in names:
            with contextlib.suppress(OSError):  # gone in the meantime
                size += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118  many files, quickly
    return size
