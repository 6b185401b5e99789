"""Memory of the process: how much it has held, and what the system can have back."""

from __future__ import annotations

import contextlib
import ctypes
import sys

#: Number of the setting of glibc for how many heaps threads may open.
_HEAPS = -8


def peak_memory() -> int | None:
    """Largest memory that this process has held, bytes; none where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def share_one_heap() -> None:
    """Let all threads share one heap, so that layers that one has freed serve another; where the library of C can (glibc)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_HEAPS, 1)


def give_back() -> None:
    """Give memory that is free inside the process back to the system, where the library of C can (glibc)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
