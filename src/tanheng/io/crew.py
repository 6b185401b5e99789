"""Pieces of work of a run done by the workers of a dask cluster, which see the folder that the run keeps its layers in."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from tanheng.errors import OutputError
from tanheng.land.pools import Cluster
from tanheng.land.work import Work
from tanheng.language import tr


@dataclass(frozen=True)
class ClusterCrew:
    """Workers of a cluster.

    All pieces of a stage go to the workers as one parcel in the folder of the run, so that what they have in common is written once
    and read once by each worker.

    Attributes
    ----------
    cluster : Cluster
    folder : Path
        Of the layers; the workers see it under the same name.
    """

    cluster: Cluster
    folder: Path

    def results(self, works: Sequence[Work[Any]]) -> Iterator[tuple[int, object]]:
        """Number of each piece with what it found, packed.

        Raises
        ------
        OutputError
            The parcel can't be written.
        InputError
            The cluster is lost; what was finished is kept.
        """
        parcel = self._written(works)
        try:
            yield from self.cluster.results(partial(_done, str(parcel)), range(len(works)))
        finally:
            parcel.unlink(missing_ok=True)

    def _written(self, works: Sequence[Work[Any]]) -> Path:
        import cloudpickle  # comes with dask.distributed; knows functions within functions as well

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.folder, suffix=".parcel", delete=False) as stream:
                cloudpickle.dump(list(works), stream)
        except OSError as error:
            reason = error.strerror or error
            raise OutputError(
                tr("{path}: can't be written ({reason}); is the disk full?", path=self.folder, reason=reason)
            ) from error
        return Path(stream.name)


class _Opened(threading.local):
    """The parcel that a thread of a worker has opened last: pieces may note on what they share, so threads share none."""

    parcel = ""
    works: Sequence[Work[Any]] = ()


_opened = _Opened()


def _done(parcel: str, number: int) -> object:
    """What one piece of a parcel found, packed; runs in a worker."""
    import cloudpickle

    if _opened.parcel != parcel:
        with Path(parcel).open("rb") as stream:
            _opened.works = cloudpickle.load(stream)
        _opened.parcel = parcel
    return _opened.works[number].packed()
