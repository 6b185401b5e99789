"""Layers of cells in files, for runs whose variables don't fit into memory together."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, OutputError
from tanheng.grid import Grid
from tanheng.land.work import Crew
from tanheng.language import tr

if TYPE_CHECKING:
    from scipy import sparse

Layer = NDArray[np.float64]


class KeptCells:
    """Layers in files of 64-bit numbers.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    grid : Grid
    crew : Crew, optional
        Workers elsewhere that see the folder under the same name.
    """

    def __init__(self, folder: Path, grid: Grid, crew: Crew | None = None) -> None:
        self.folder, self.grid, self.crew = folder, grid, crew

    def __getstate__(self) -> dict[str, Any]:
        """What a worker needs of it; a worker has no crew of its own."""
        return {**self.__dict__, "crew": None}

    def _path(self, name: str, of: tuple[object, ...]) -> Path:
        # A class or a driver may have any name, which need not be that of a file.
        key = hashlib.sha256("\n".join(map(str, (name, *of))).encode()).hexdigest()
        return self.folder / f"{key[:24]}.layer"

    def put(self, layer: Layer, name: str, *of: object) -> None:
        """Keep a layer; it appears whole or not at all.

        Raises
        ------
        OutputError
            The file can't be written.
        """
        whole = np.ascontiguousarray(layer, np.float64)
        self._write(self._path(name, of), lambda stream: stream.write(whole.data))

    def _write(self, path: Path, write: Callable[[BinaryIO], object]) -> None:
        unfinished = path.with_suffix(".unfinished")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as stream:
                write(stream)
            unfinished.replace(path)
        except OSError as error:
            raise _unwritten(path, error) from error

    def put_part(self, part: Layer, row: int, column: int, name: str, *of: object) -> None:
        """Keep a rectangle of a layer.

        Raises
        ------
        OutputError
            The file can't be written.
        """
        path, width = self._path(name, of), self.grid.columns
        whole_rows = part.shape[1] == width
        try:
            if not path.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as stream:
                    stream.truncate(self.grid.rows * width * 8)
            with path.open("r+b") as stream:
                for line, values in enumerate([part] if whole_rows else part):
                    stream.seek(((row + line) * width + column) * 8)
                    stream.write(np.ascontiguousarray(values, np.float64).data)
        except OSError as error:
            raise _unwritten(path, error) from error

    def layer(self, name: str, *of: object, rows: slice = slice(None)) -> Layer:
        """Layer that was kept, or a band of its rows.

        Raises
        ------
        InputError
            The file is missing, or shorter than a layer.
        """
        start, stop, _ = rows.indices(self.grid.rows)
        width = self.grid.columns
        path, count = self._path(name, of), (stop - start) * width
        try:
            values = np.fromfile(path, count=count, offset=start * width * 8)
        except OSError as error:
            raise _damaged(path) from error
        if len(values) != count:
            raise _damaged(path)
        return values.reshape(-1, width)

    def put_matrix(self, matrix: sparse.csr_matrix, name: str, *of: object) -> None:
        """Keep a sparse matrix whose columns are cells.

        Raises
        ------
        OutputError
            The file can't be written.
        """
        parts = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr, "shape": matrix.shape}
        self._write(self._path(name, of), lambda stream: np.savez(stream, **parts))

    def matrix(self, name: str, *of: object) -> sparse.csr_matrix:
        """Sparse matrix that was kept.

        Raises
        ------
        InputError
            The file is missing, or damaged.
        """
        from scipy import sparse

        path = self._path(name, of)
        try:
            with path.open("rb") as stream, np.load(stream) as held:
                return sparse.csr_matrix((held["data"], held["indices"], held["indptr"]), shape=tuple(held["shape"]))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise _damaged(path) from error

    def remember(self, data: object, name: str, *of: object) -> None:
        """Note that a piece of work is finished, and what it found besides its layers.

        Raises
        ------
        OutputError
            The file can't be written.
        """
        text = json.dumps(data).encode()
        self._write(self._noted(name, of), lambda stream: stream.write(text))

    def recall(self, name: str, *of: object) -> Any:  # noqa: ANN401  whatever was noted
        """What a finished piece of work found; none where it is not finished, or its note is damaged."""
        try:
            return json.loads(self._noted(name, of).read_bytes())
        except (OSError, ValueError):
            return None

    def _noted(self, name: str, of: tuple[object, ...]) -> Path:
        return self._path(name, of).with_suffix(".json")


def _damaged(path: Path) -> InputError:
    return InputError(tr("{path}: what the run keeps is damaged; run the study again, without --resume", path=path))


def _unwritten(path: Path, error: OSError) -> OutputError:
    return OutputError(
        tr("{path}: can't be written ({reason}); is the disk full?", path=path, reason=error.strerror or error)
    )
