"""The conversions of each step up to the last year, in whole cells, checked before any of them is placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, StudyError
from tanheng.language import listed, name_of, tr
from tanheng.simulation.demand import Chain, fitted_to_totals, markov_chain, step_of, with_factors
from tanheng.simulation.whole_cells import Conflict, whole_conversions

#: Entries of a chain that count as a conversion which has been seen.
_SEEN = 1e-12


@dataclass(frozen=True)
class ScheduledStep:
    """Conversions of one step, met in its last year.

    Attributes
    ----------
    year : float
        Year that the step ends in; a fraction between two years that are asked for.
    conversions : array of int, shape (zones, classes, classes)
        The diagonal holds the cells that stay.
    asked : array, shape (zones, classes), or None
        Areas of the classes demanded for the year, cells; None where the demand is of conversions, or between two years.
    """

    year: float
    conversions: NDArray[np.int64]
    asked: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Rules:
    """What demand must keep to.

    Attributes
    ----------
    factors : array, shape (classes, classes)
        What a scenario multiplies the chance of each conversion by.
    most : array, shape (classes, classes)
        Most cells of a conversion in a step, over all zones; 0 where it is forbidden, infinity where there is no quota.
    """

    factors: NDArray[np.float64]
    most: NDArray[np.float64]

    @classmethod
    def none(cls, classes: int) -> Rules:
        """No rules."""
        return cls(np.ones((classes, classes)), np.full((classes, classes), np.inf))

    @property
    def allowed(self) -> NDArray[np.bool_]:
        """Conversions that may be."""
        return (self.most > 0) & (self.factors > 0) | np.eye(self.most.shape[0], dtype=bool)


@dataclass(frozen=True)
class Start:
    """Where a schedule starts from.

    Attributes
    ----------
    year : int
    cells : array of int, shape (zones, classes)
    fixed : array of int, shape (zones, classes)
        Cells of each class that may not change.
    observed : array of int, shape (zones, classes, classes)
        Conversions of the period that demand is derived from.
    period : float
        Its years.
    classes, zones : tuple of str
        Names for messages.
    """

    year: int
    cells: NDArray[np.int64]
    fixed: NDArray[np.int64]
    observed: NDArray[np.int64]
    period: float
    classes: tuple[str, ...]
    zones: tuple[str, ...]

    @property
    def chains(self) -> list[Chain]:
        """Chain of the observed period in each zone."""
        return [markov_chain(counts) for counts in self.observed]


@dataclass(frozen=True)
class Schedule:
    """Steps to the years asked for, and what a reader should know of them."""

    steps: tuple[ScheduledStep, ...]
    notes: tuple[str, ...] = ()


def step_years(start: int, to: Sequence[int], longest: float) -> list[tuple[int, list[float]]]:
    """Years in which steps end, by the year asked for that they lead to; no step is longer than `longest` years.

    Examples
    --------
    >>> step_years(2015, [2020, 2040], 10)
    [(2020, [2020.0]), (2040, [2030.0, 2040.0])]
    """
    found, before = [], start
    for year in to:
        count = max(1, int(np.ceil((year - before) / longest - 1e-9)))
        found.append((year, [before + (year - before) * (n + 1) / count for n in range(count)]))
        before = year
    return found


def markov_schedule(start: Start, to: Sequence[int], rules: Rules, longest: float) -> Schedule:
    """Schedule by a Markov chain in each zone.

    Raises
    ------
    StudyError
        More cells would have to change than may.
    """
    return _scheduled(start, to, rules, longest, {})


def total_schedule(
    start: Start, to: Sequence[int], rules: Rules, longest: float, totals: Mapping[int, NDArray[np.float64]]
) -> Schedule:
    """Schedule to areas of the classes in each zone by year, shape (zones, classes); conversions are as like the observed as can be.

    Raises
    ------
    StudyError
        The areas conflict with rules, masks, or with what has ever been observed.
    """
    return _scheduled(start, to, rules, longest, totals)


def _scheduled(
    start: Start, to: Sequence[int], rules: Rules, longest: float, totals: Mapping[int, NDArray[np.float64]]
) -> Schedule:
    cells, before, steps, problems, moved = start.cells.copy(), float(start.year), [], [], 0.0
    former = start.cells.astype(float)
    for year, ends in step_years(start.year, to, longest):
        for end in ends:
            goal = totals.get(year)
            asked = None
            if goal is not None:
                share = (ends.index(end) + 1) / len(ends)
                asked = former + (goal - former) * share
            conversions = np.zeros_like(start.observed)
            room = rules.most.copy()
            for zone in range(cells.shape[0]):
                chain = step_of(start.chains[zone], (end - before) / start.period)
                moved = max(moved, chain.moved)
                found = _zone_step(start, zone, cells[zone], chain.chain, rules, room, asked, end)
                if isinstance(found, str):
                    problems.append(found)
                    found = np.diag(cells[zone])
                conversions[zone] = found
                room = room - np.where(np.isfinite(room), found, 0)
            steps.append(ScheduledStep(end, conversions, asked if end == ends[-1] else None))
            cells, before = conversions.sum(axis=1), end
        former = cells.astype(float)
    if problems:
        raise StudyError(problems)
    return Schedule(tuple(steps), tuple(_root_notes(moved)))


def _root_notes(moved: float) -> list[str]:
    if moved <= _SEEN:
        return []
    return [
        tr(
            "demand: the chain of a step is a matrix root that is no chain; its entries were changed by at most {moved:.2g} to make it one",
            moved=moved,
        )
    ]


def _zone_step(
    start: Start,
    zone: int,
    now: NDArray[np.int64],
    chain: Chain,
    rules: Rules,
    room: NDArray[np.float64],
    asked: NDArray[np.float64] | None,
    end: float,
) -> NDArray[np.int64] | str:
    """Conversions of one step in one zone, or what is wrong."""
    free = np.maximum(now - start.fixed[zone], 0)
    factors = np.where(rules.allowed, rules.factors, 0.0)
    prior = now[:, None] * with_factors(chain, factors)
    if asked is None:
        found = whole_conversions(np.minimum(prior, _capped(room)), now, room, free)
        return found if not isinstance(found, Conflict) else _beyond_masks(start, zone, end)
    target = whole_totals(asked[zone], int(now.sum()))
    unseen = [
        k for k in range(now.size) if target[k] > now[k] and not (prior[:, k] > _SEEN)[np.arange(now.size) != k].any()
    ]
    if unseen:
        return _never_grew(start, zone, unseen, end)
    seen = np.where(prior > _SEEN, room, 0.0)
    found = whole_conversions(fitted_to_totals(prior, now.astype(float), target.astype(float)), now, seen, free, target)
    return found if not isinstance(found, Conflict) else _conflict(start, zone, found, rules, end)


def _capped(room: NDArray[np.float64]) -> NDArray[np.float64]:
    capped = room.copy()
    np.fill_diagonal(capped, np.inf)
    return capped


def whole_totals(asked: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Whole cells of each class that sum to a total, by largest remainder; areas are scaled to it first.

    Examples
    --------
    >>> whole_totals(np.array([5.6, 3.2, 1.2]), 10).tolist()
    [6, 3, 1]
    """
    scaled = asked * (total / asked.sum()) if asked.sum() > 0 else asked
    whole = np.floor(scaled + 1e-9).astype(np.int64)
    order = np.argsort(-(scaled - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def _place(start: Start, zone: int) -> str:
    return tr("zone '{zone}', ", zone=start.zones[zone]) if len(start.zones) > 1 else ""


def _never_grew(start: Start, zone: int, unseen: list[int], end: float) -> str:
    return tr(
        "demand: {place}{year:g}: {names} should grow, but no allowed conversion to it was observed, so nothing says where; give the "
        "conversions in a table from_class,to_class, or leave its area as it is",
        place=_place(start, zone),
        year=end,
        names=listed(repr(name_of(start.classes[k])) for k in unseen),
    )


def _beyond_masks(start: Start, zone: int, end: float) -> str:
    return tr(
        "demand: {place}{year:g}: more land should change than protection and forbidden conversions leave; protect less, or demand less",
        place=_place(start, zone),
        year=end,
    )


def _conflict(start: Start, zone: int, conflict: Conflict, rules: Rules, end: float) -> str:
    names = [name_of(name) for name in start.classes]
    few = [
        tr("'{name}' lacks {count:,.0f} cells", name=names[k], count=conflict.too_few[k])
        for k in np.flatnonzero(conflict.too_few > 0.5)
    ]
    many = [
        tr("'{name}' has {count:,.0f} cells too many", name=names[k], count=conflict.too_many[k])
        for k in np.flatnonzero(conflict.too_many > 0.5)
    ]
    tight = [
        f"{names[i]} → {names[j]}" for i, j in np.argwhere(np.isfinite(rules.most) & ~np.eye(len(names), dtype=bool))
    ]
    return tr(
        "demand: {place}{year:g}: these areas can't be reached: {what}. The constraints are protected land ({fixed:,} cells), conversions "
        "that are forbidden or have a quota ({tight}), conversions never observed. Ease one of them, or change the areas",
        place=_place(start, zone),
        year=end,
        what=listed([*few, *many]),
        fixed=int(start.fixed[zone].sum()),
        tight=listed(tight) if tight else tr("none"),
    )


def conversion_schedule(
    start: Start, to: Sequence[int], longest: float, given: Mapping[int, NDArray[np.float64]], rules: Rules
) -> Schedule:
    """Schedule of conversions that are given by year, shape (zones, classes, classes), cells; each over the time since the year before.

    Raises
    ------
    InputError
        More cells of a class should change than there are, or may.
    """
    cells, steps, problems = start.cells.copy(), [], []
    for year, ends in step_years(start.year, to, longest):
        whole = np.rint(given[year]).astype(np.int64)
        whole[:, np.arange(whole.shape[1]), np.arange(whole.shape[1])] = 0
        problems += _conversion_problems(start, whole, cells, rules, year)
        done = np.zeros_like(whole)
        for number, end in enumerate(ends, start=1):
            so_far = whole * number // len(ends)
            moved = so_far - done
            done = so_far
            stay = cells - moved.sum(axis=2)
            conversions = moved.copy()
            conversions[:, np.arange(stay.shape[1]), np.arange(stay.shape[1])] = stay
            steps.append(ScheduledStep(end, conversions))
            cells = conversions.sum(axis=1)
    if problems:
        raise InputError("\n".join(problems)) if len(problems) == 1 else StudyError(problems)
    return Schedule(tuple(steps))


def _conversion_problems(
    start: Start, whole: NDArray[np.int64], cells: NDArray[np.int64], rules: Rules, year: int
) -> list[str]:
    names, problems = [name_of(name) for name in start.classes], []
    for zone, origin in np.argwhere(whole.sum(axis=2) > np.maximum(cells - start.fixed, 0)):
        problems.append(
            tr(
                "demand: {place}{year}: {count:,} cells of '{name}' should change, and {free:,} may (of {all:,}, {fixed:,} protected)",
                place=_place(start, zone),
                year=year,
                count=int(whole[zone, origin].sum()),
                name=names[origin],
                free=max(0, int(cells[zone, origin] - start.fixed[zone, origin])),
                all=int(cells[zone, origin]),
                fixed=int(start.fixed[zone, origin]),
            )
        )
    over = np.argwhere((whole.sum(axis=0) > rules.most) & ~np.eye(len(names), dtype=bool))
    problems += [
        tr(
            "demand: {year}: {count:,} cells from '{one}' to '{other}' are more than are allowed ({most:,.0f})",
            year=year,
            count=int(whole[:, i, j].sum()),
            one=names[i],
            other=names[j],
            most=float(rules.most[i, j]),
        )
        for i, j in over
    ]
    return problems
