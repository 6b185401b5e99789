"""Kernels that numba compiles, with what it made kept between starts.

Numba's own cache does the keeping. Three things are added to it. The folder is the user's own, among the caches of the system, on every system. Its
name is a digest of the source of *all* kernels: numba looks at the file of one function only, and would run a kernel whose callees in another
file have changed in its old form. And what is read is checked first: a file that was cut off or changed is compiled anew, and a folder that others
can write to is not read at all, since what is kept is code.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import platformdirs
from numba import njit

try:
    from tanheng.kernel_cache import KernelCache
except (ImportError, AttributeError):
    # A numba to come may keep things in another way: kernels are then compiled at each start.
    KernelCache = None  # type: ignore[assignment, misc]

_PACKAGE = Path(__file__).parent
#: Files whose content decides what the kernels are.
SOURCES = (
    "compiled.py",
    "kernel_cache.py",
    *(f"analysis/kernels/{name}.py" for name in ("tables", "lags", "stencil", "ranking", "blocks")),
    *(f"land/kernels/{name}.py" for name in ("arguments", "rows", "coarse", "fine", "moved", "warped")),
    *(
        f"simulation/kernels/{name}.py"
        for name in ("windows", "distances", "scores", "assignment", "patches", "parts", "comparison")
    ),
)
#: Age at which what other sources or versions made goes, seconds: 30 days. Another branch may still want it.
_KEPT_SECONDS = 30 * 86_400


def compiled(**options: object) -> Callable[[Callable[..., Any]], Any]:
    """Decorator of a function that numba compiles at its first call, to run with the GIL released.

    Examples
    --------
    >>> @compiled()
    ... def twice(x):
    ...     return 2 * x
    >>> twice(4)
    8
    """

    def decorate(function: Callable[..., Any]) -> Any:  # noqa: ANN401  numba has no types
        made = njit(nogil=True, **options)(function)
        # Where numba is told to compile nothing, the function is what it was.
        if KernelCache is not None and hasattr(made, "_cache"):
            made._cache = _CacheAtFirstCall(function, made._cache)  # noqa: SLF001  numba opens no other door
        return made

    return decorate


class _CacheAtFirstCall:
    """Cache of a kernel whose folder is looked for, or made, when the kernel is first called, so that importing does nothing."""

    def __init__(self, function: Callable[..., Any], otherwise: object) -> None:
        self._function, self._otherwise = function, otherwise

    @cached_property
    def _cache(self) -> object:
        folder = cache_folder()
        return self._otherwise if folder is None else KernelCache(self._function, folder)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  what numba asks of its caches
        return getattr(self._cache, name)


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Folder of what was compiled from these sources by this numba; None where none can be made, or others may write to it."""
    try:
        above = Path(platformdirs.user_cache_dir("tanheng", appauthor=False)) / "kernels"
        folder = above / _key()
        above.parent.mkdir(parents=True, exist_ok=True)
        for made in (above, folder):
            made.mkdir(mode=0o700, exist_ok=True)
        trusted = is_own(folder) and is_own(above)
    except (OSError, RuntimeError):
        return None
    if not trusted:
        return None
    _remove_old(above, folder)
    return folder


def is_own(folder: Path) -> bool:
    """Whether nobody but this user can write to a folder; on Windows the folder of the user's data is taken to be so.

    Raises
    ------
    OSError
        There is no such folder.
    """
    if not hasattr(os, "getuid"):
        return True
    status = folder.lstat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _key() -> str:
    """Digest of everything that decides what a kernel becomes, but for the processor, which numba itself looks at."""
    digest = hashlib.sha256(repr([sys.version_info[:2], *map(metadata.version, ("numba", "llvmlite"))]).encode())
    for source in SOURCES:
        digest.update((_PACKAGE / source).read_bytes())
    return digest.hexdigest()[:24]


def _remove_old(above: Path, kept: Path) -> None:
    """Remove what other sources or versions made long ago; what can't be removed stays."""
    oldest = time.time() - _KEPT_SECONDS
    for folder in above.iterdir():
        # Another process may be removing it as well.
        with contextlib.suppress(OSError):
            if folder != kept and folder.is_dir() and folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
