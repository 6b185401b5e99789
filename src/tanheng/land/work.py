"""Pieces of work that a stage is made of, most of them of one year: done one after the other, or by a crew of workers elsewhere.

A piece keeps its layers in the store of the run, and what it finds besides is data that JSON holds. So a piece that is finished is
recalled where a run that was stopped goes on, and a piece may be done by another process that sees the same store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Work(Generic[T]):
    """A piece of work.

    Attributes
    ----------
    do : callable
        Keeps its layers, and returns what it finds besides.
    pack, unpack : callable
        To what JSON holds, and back.
    name, of : object
        What the piece is: its stage, and its year or period.
    """

    do: Callable[[], T]
    pack: Callable[[T], object]
    unpack: Callable[[Any], T]
    name: str
    of: tuple[object, ...] = ()

    def packed(self) -> object:
        """What it finds, as JSON holds it."""
        return self.pack(self.do())


class Noted(Protocol):
    """Notes which pieces of work of a run are finished; the store of its layers does."""

    #: Workers elsewhere that see the store; none where all is done in this process.
    crew: Crew | None

    def remember(self, data: object, name: str, *of: object) -> None:
        """Note that a piece of work is finished, and what it found besides its layers, as JSON holds it."""

    def recall(self, name: str, *of: object) -> Any:  # noqa: ANN401  whatever was noted
        """What a finished piece of work found; none where it is not finished."""


class Crew(Protocol):
    """Does pieces of work side by side, in processes that see the store of the run."""

    def results(self, works: Sequence[Work[Any]]) -> Iterator[tuple[int, object]]:
        """Number of each piece with what it found, packed, in the order in which they are done."""


def layers_of(do: Callable[[], object], name: str, *of: object) -> Work[bool]:
    """Piece of work that finds nothing but its layers."""

    def keep() -> bool:
        do()
        return True

    return Work(keep, bool, bool, name, of)


def finished(cells: Noted, work: Work[T]) -> T:
    """What a piece of work finds: done now, or recalled where a run that was stopped had finished it."""
    data = cells.recall(work.name, *work.of)
    if data is not None:
        return work.unpack(data)
    result = work.do()
    cells.remember(work.pack(result), work.name, *work.of)
    return result


def _nothing() -> None:
    pass


def all_finished(cells: Noted, works: Sequence[Work[T]], elsewhere: Callable[[], None] = _nothing) -> list[T]:
    """What pieces of work find that need nothing of each other, in their order.

    Parameters
    ----------
    elsewhere : callable
        Called for each piece that was not done in this process, so that the progress of its steps can be told.

    Examples
    --------
    >>> from tanheng.grid import ALBERS_CHINA, Grid
    >>> from tanheng.land.cells import HeldCells
    >>> cells = HeldCells(Grid(ALBERS_CHINA.to_wkt(), 0.0, 0.0, 1000.0, 1, 2))
    >>> all_finished(cells, [Work(lambda: 2.5, float, float, "sink", (year,)) for year in (2005, 2015)])
    [2.5, 2.5]
    """
    results: dict[int, T] = {}
    for number, work in enumerate(works):
        data = cells.recall(work.name, *work.of)
        if data is not None:
            results[number] = work.unpack(data)
            elsewhere()
    left = [number for number in range(len(works)) if number not in results]
    if cells.crew is None or len(left) == 1:
        return [results[number] if number in results else finished(cells, work) for number, work in enumerate(works)]
    for place, data in cells.crew.results([works[number] for number in left]):
        work = works[left[place]]
        cells.remember(data, work.name, *work.of)
        results[left[place]] = work.unpack(data)
        elsewhere()
    return [results[number] for number in range(len(works))]
