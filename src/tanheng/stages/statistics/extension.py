"""Statistics of cells from outside: one object holds the function, its variables, tables and maps, and one call adds them all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.report.style.themes import KindTheme, Theme, declare_theme
from tanheng.schema import Variable, declare, refuse_taken
from tanheng.stages.statistics.statistic import CellStatistic
from tanheng.tables.titles import ResultTable, declare_table, refuse_taken_table

#: Group of entry points under which an installed package offers its extensions.
GROUP = "tanheng.statistics"


@dataclass(frozen=True)
class Extension:
    """A statistic of cells from outside, and what its results are called.

    Attributes
    ----------
    statistic : CellStatistic
    variables : tuple of Variable
        Grids that it finds, with their units and meaning.
    tables : tuple of ResultTable
        Tables that it finds, with their titles and columns.
    themes : tuple of Theme or KindTheme
        How its grids are drawn, in the maps and in the report.
    """

    statistic: CellStatistic
    variables: tuple[Variable, ...] = ()
    tables: tuple[ResultTable, ...] = ()
    themes: tuple[Theme | KindTheme, ...] = ()


_FROM_OUTSIDE: dict[str, CellStatistic] = {}


def register_statistic(extension: Extension) -> None:
    """Add a statistic of cells: every run computes it from now on, after those of the program.

    Raises
    ------
    AlignmentError
        A variable has the name of another one.
    InputError
        A table has the name of another one, or a statistic has that of one registered before.

    Examples
    --------
    One that no study wants, and that finds nothing; docs/architecture.md has one that finds something.

    >>> from tanheng.public.extension import CellStatistic, Extension, Findings
    >>> nothing = CellStatistic("nothing", lambda subject: Findings(), lambda years: 0, lambda settings: False)
    >>> register_statistic(Extension(nothing))
    """
    name = extension.statistic.name
    if _FROM_OUTSIDE.get(name, extension.statistic) is not extension.statistic:
        raise InputError(tr("a statistic '{name}' is registered already; give yours another name", name=name))
    for variable in extension.variables:
        refuse_taken(variable)
    for table in extension.tables:
        refuse_taken_table(table)
    for variable in extension.variables:
        declare(variable)
    for table in extension.tables:
        declare_table(table)
    for theme in extension.themes:
        declare_theme(theme)
    _FROM_OUTSIDE[name] = extension.statistic


def statistics_from_outside() -> tuple[CellStatistic, ...]:
    """Statistics that were registered, or that installed packages offer."""
    _load_installed()
    return tuple(_FROM_OUTSIDE.values())


@lru_cache(maxsize=1)
def _load_installed() -> None:
    for entry in entry_points(group=GROUP):
        register_statistic(entry.load())
