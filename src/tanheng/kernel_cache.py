"""Numba's cache of a compiled function, with files that are checked before they are trusted."""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba.core import caching

_DIGEST_BYTES = 32


class KernelCache(caching.FunctionCache):  # type: ignore[misc]
    """Numba's cache of one function, in a folder whose name stands for all kernels: see `tanheng.compiled`."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self._name, self._py_func = repr(function), function
        self._impl = _Impl(function, folder)
        self._cache_path = str(folder)
        self._cache_file = _CheckedFile(str(folder), self._impl.filename_base, self._impl.locator.get_source_stamp())
        self.enable()


class _Impl(caching.CompileResultCacheImpl):  # type: ignore[misc]
    """What numba keeps of a function, under its name and line."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self._lineno = function.__code__.co_firstlineno
        self._locator = _Locator(folder, self._lineno)
        self._filename_base = self.get_filename_base(
            f"{function.__module__}.{function.__qualname__}", getattr(sys, "abiflags", "")
        )


class _Locator(caching._CacheLocator):  # type: ignore[misc]  # noqa: SLF001
    """Where it is kept."""

    def __init__(self, folder: Path, line: int) -> None:
        self._folder, self._line, self._py_file = str(folder), line, str(folder)

    def get_cache_path(self) -> str:
        return self._folder

    def get_source_stamp(self) -> str:
        return Path(self._folder).name

    def get_disambiguator(self) -> str:
        return str(self._line)


class _CheckedFile(caching.IndexDataCacheFile):  # type: ignore[misc]
    """Numba's pair of files, each behind a digest of its content; one that does not fit it counts as none."""

    def save(self, key: object, data: object) -> None:
        """Keep what was compiled; where the disk is full or can't be written, it is compiled again next time."""
        try:
            super().save(key, data)
        except OSError:
            return

    def _dump(self, obj: object) -> bytes:
        data: bytes = super()._dump(obj)
        return hashlib.sha256(data).digest() + data

    def _load_index(self) -> dict[Any, str]:
        index: dict[Any, str] | None = _checked(Path(self._index_path))
        return index or {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        with self._open_for_write(self._index_path) as file:
            file.write(self._dump(overloads))

    def _load_data(self, name: str) -> Any:  # noqa: ANN401
        return _checked(Path(self._data_path(name)))


def _checked(path: Path) -> Any:  # noqa: ANN401
    """Content of a file that was kept whole, else None."""
    try:
        held = path.read_bytes()
    except OSError:
        return None
    data = held[_DIGEST_BYTES:]
    if hashlib.sha256(data).digest() != held[:_DIGEST_BYTES]:
        return None
    return pickle.loads(data)  # noqa: S301  only from a folder that nobody else can write to, and whole
