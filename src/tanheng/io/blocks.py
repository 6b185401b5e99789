"""Finished blocks on disk, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path

import numpy as np

from tanheng import __version__
from tanheng.errors import OutputError
from tanheng.land.engine import BlockCounts, CountTask, LandMap
from tanheng.language import tr


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class FolderOfBlocks:
    """Blocks in a folder, each under a key of everything that its counts depend on.

    The key holds the bytes of the maps, their place, the meaning of their codes, the grid, the block, the pairs and
    tanheng's version: what was counted from another input or under another setting has another key, and is not found.

    Parameters
    ----------
    folder : Path
        Made when the first block is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._maps: dict[int, str] = {}
        self.reused = 0

    def _map_key(self, item: LandMap) -> str:
        if id(item) not in self._maps:
            files = getattr(item.source, "files", (item.source.name,))
            contents = [content_hash(Path(name)) if Path(name).is_file() else name for name in files]
            parts = [
                contents,
                item.year,
                asdict(item.source.pixels),
                repr(item.source),
                sorted(item.lookup.codes.items()),
                item.lookup.classes,
            ]
            self._maps[id(item)] = hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()
        return self._maps[id(item)]

    def key(self, task: CountTask) -> str:
        """Key of a task."""
        parts = [
            __version__,
            asdict(task.grid),
            asdict(task.block),
            asdict(task.common),
            task.pairs,
            task.within_first,
            [self._map_key(item) for item in task.maps],
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def get(self, task: CountTask) -> BlockCounts | None:
        """Counts of a block that was finished before; a file that is damaged counts as none."""
        path = self.folder / f"{self.key(task)}.npz"
        if not path.exists():
            return None
        try:
            with path.open("rb") as stream, np.load(stream) as held:
                counts = BlockCounts(task.block, held["shares"], held["pairs"], int(held["pixels"]))
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error, MemoryError):
            return None
        if not _fits(counts, task):
            return None
        self.reused += 1
        return counts

    def put(self, task: CountTask, counts: BlockCounts) -> None:
        """Keep the counts of a block; they appear whole or not at all.

        Raises
        ------
        OutputError
            The file can't be written.
        """
        path = self.folder / f"{self.key(task)}.npz"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.unfinished")
            with unfinished.open("wb") as stream:
                np.savez(stream, shares=counts.shares, pairs=counts.pairs, pixels=counts.pixels)
            unfinished.replace(path)
        except OSError as error:
            raise OutputError(
                tr(
                    "{path}: finished blocks can't be kept ({reason}); is the disk full?",
                    path=path,
                    reason=error.strerror,
                )
            ) from error

    def any(self) -> bool:
        """Whether a block is kept."""
        return any(self.folder.glob("*.npz"))

    def clear(self) -> None:
        """Remove all blocks: the run is done."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _fits(counts: BlockCounts, task: CountTask) -> bool:
    """Whether counts can be those of a task: their shapes, and shares from nothing to a little over the whole cell."""
    block, classes = task.block, len(task.maps[0].lookup.classes)
    shapes = (
        (len(task.maps), classes + 1, block.rows, block.columns),
        (len(task.pairs), classes, classes, block.rows, block.columns),
    )
    return all(
        array.shape == shape and array.dtype == np.float64 and bool(((array >= 0) & (array <= _MOST_SHARE)).all())
        for array, shape in zip((counts.shares, counts.pairs), shapes, strict=True)
    )


#: Part of a cell that a class may hold: a whole one, and the rounding of its lines.
_MOST_SHARE = 1.001
