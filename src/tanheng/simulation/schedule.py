"""The conversions of each step up to the last year, in whole cells, checked before any of them is placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, StudyError
from tanheng.language import listed, name_of, tr
from tanheng.simulation.demand import Chain, fitted_to_totals, markov_chain, step_of, with_factors
from tanheng.simulation.whole_cells import Conflict, whole_conversions

#: Entries of a chain that count as a conversion which has been seen.
_SEEN = 1e-12
#: Cells by which demands are the same, and from which on a cut is noted.
_SAME, _SOME = 1e-6, 0.5


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
        Areas of the classes demanded for the year, cells, which need not be whole; None between two years.
    wanted : array, shape (zones, classes, classes), or None
        Conversions that a chain asks for, before quotas and protected land cut them.
    """

    year: float
    conversions: NDArray[np.int64]
    asked: NDArray[np.float64] | None = None
    wanted: NDArray[np.float64] | None = None


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
    """Schedule by a Markov chain in each zone; what quotas and protection do not allow stays as it is, and is noted."""
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
    cells, before, steps = start.cells.copy(), float(start.year), []
    problems: list[str] = []
    former, moved, cut = start.cells.astype(float), 0.0, np.zeros_like(rules.most)
    carried, every = np.zeros(start.observed.shape), np.arange(start.observed.shape[1])
    for year, ends in step_years(start.year, to, longest):
        goal = totals.get(year)
        for number, end in enumerate(ends, start=1):
            chains = [step_of(chain, (end - before) / start.period) for chain in start.chains]
            moved = max([moved, *(chain.moved for chain in chains)])
            factors = np.where(rules.allowed, rules.factors, 0.0)
            priors = np.stack(
                [now[:, None] * with_factors(chain.chain, factors) for now, chain in zip(cells, chains, strict=True)]
            )
            room = shared_quotas(rules.most, priors)
            if goal is None:
                # What rounding to whole cells leaves over goes into the next step: many short steps lose nothing.
                wanted = np.maximum(priors + carried, 0.0)
                step, lost = _chain_step(start, cells, wanted, room, end)
                carried = np.where(lost > _SAME, 0.0, wanted - step.conversions)
                # What is cut stays as it is, and is not asked for again: a row carries as much as it holds back.
                carried[:, every, every] = 0.0
                carried[:, every, every] = -carried.sum(axis=2)
                cut += lost.sum(axis=0)
            else:
                wanted_area = former + (goal - former) * number / len(ends)
                step = _total_step(start, cells, priors, room, wanted_area, rules, end, problems)
            steps.append(replace(step, asked=step.asked if end == ends[-1] else None))
            cells, before = step.conversions.sum(axis=1), end
        former = cells.astype(float)
    if problems:
        raise StudyError(problems)
    return Schedule(tuple(steps), (*_root_notes(moved), *_cut_notes(start, cut)))


def shared_quotas(most: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quotas of each zone: its part of what all zones want of the conversion, in whole cells that sum to the quota.

    Parameters
    ----------
    most : array, shape (classes, classes)
        Infinity where there is no quota.
    wanted : array, shape (zones, classes, classes)

    Examples
    --------
    >>> wanted = np.zeros((2, 2, 2))
    >>> wanted[:, 0, 1] = 30, 10
    >>> shared_quotas(np.array([[np.inf, 11.0], [np.inf, np.inf]]), wanted)[:, 0, 1].tolist()
    [8.0, 3.0]
    """
    room = np.broadcast_to(most, wanted.shape).copy()
    for i, j in np.argwhere(np.isfinite(most)):
        total = wanted[:, i, j].sum()
        if total > 0 and most[i, j] < total:
            room[:, i, j] = whole_totals(wanted[:, i, j], int(most[i, j]))
    return room


def _chain_step(
    start: Start, cells: NDArray[np.int64], priors: NDArray[np.float64], room: NDArray[np.float64], end: float
) -> tuple[ScheduledStep, NDArray[np.float64]]:
    """Step of a chain as far as quotas and protection allow; asked for is all of it. And the cells that were cut, by zone and conversion."""
    off, size = ~np.eye(priors.shape[1], dtype=bool), priors.shape[1]
    conversions = np.zeros(priors.shape, np.int64)
    demanded = np.zeros(priors.shape[:2])
    cut = np.zeros(priors.shape)
    for zone, (now, prior) in enumerate(zip(cells, priors, strict=True)):
        free = np.maximum(now - start.fixed[zone], 0)
        none = np.full((size, size), np.inf)
        whole = whole_conversions(prior, now, none, now)
        leaving = np.where(off, np.minimum(prior, room[zone]), 0.0)
        part = np.minimum(1.0, free / np.maximum(leaving.sum(axis=1), 1e-300))
        wanted = leaving * part[:, None]
        np.fill_diagonal(wanted, now - wanted.sum(axis=1))
        in_cells = whole_conversions(wanted, now, np.where(off, np.ceil(wanted), np.inf), free)
        assert not isinstance(in_cells, Conflict) and not isinstance(whole, Conflict)  # noqa: S101, PT018  staying is allowed
        same = np.abs(wanted - prior).max(initial=0.0) < _SAME
        conversions[zone] = whole if same else in_cells
        demanded[zone] = whole.sum(axis=0)
        cut[zone] = np.where(off & ~same, prior - wanted, 0.0)
    return ScheduledStep(end, conversions, demanded, priors), np.maximum(cut, 0.0)


def _total_step(
    start: Start,
    cells: NDArray[np.int64],
    priors: NDArray[np.float64],
    room: NDArray[np.float64],
    demanded: NDArray[np.float64],
    rules: Rules,
    end: float,
    problems: list[str],
) -> ScheduledStep:
    """Step to areas; what can't be met is added to the problems."""
    conversions = np.zeros(priors.shape, np.int64)
    for zone, now in enumerate(cells):
        moved = _to_areas(start, zone, now, priors[zone], room[zone], demanded[zone], rules, end)
        if isinstance(moved, str):
            problems.append(moved)
        conversions[zone] = np.diag(now) if isinstance(moved, str) else moved
    return ScheduledStep(end, conversions, demanded)


def _to_areas(
    start: Start,
    zone: int,
    now: NDArray[np.int64],
    prior: NDArray[np.float64],
    room: NDArray[np.float64],
    demanded: NDArray[np.float64],
    rules: Rules,
    end: float,
) -> NDArray[np.int64] | str:
    """Conversions that lead to areas in one zone, or what is wrong."""
    free = np.maximum(now - start.fixed[zone], 0)
    target = whole_totals(demanded, int(now.sum()))
    others = ~np.eye(now.size, dtype=bool)
    unseen = [k for k in range(now.size) if target[k] > now[k] and not (prior[:, k] > _SEEN)[others[k]].any()]
    if unseen:
        return _never_grew(start, zone, unseen, end)
    seen = np.where(prior > _SEEN, room, 0.0)
    conversions = whole_conversions(
        fitted_to_totals(prior, now.astype(float), target.astype(float)), now, seen, free, target
    )
    return conversions if not isinstance(conversions, Conflict) else _conflict(start, zone, conversions, rules, end)


def _cut_notes(start: Start, cut: NDArray[np.float64]) -> list[str]:
    """Note on conversions that quotas and protection leave less of than the chain asks for."""
    names = [name_of(name) for name in start.classes]
    parts = [
        tr("{one} → {other} by {count:,.0f} cells", one=names[i], other=names[j], count=cut[i, j])
        for i, j in np.argwhere(cut >= _SOME)
    ]
    if not parts:
        return []
    return [
        tr(
            "land demand: quotas and protected land allow less change than the Markov chain demands: {parts}; the remaining "
            "land stays as it is",
            parts=listed(parts),
        )
    ]


def _root_notes(moved: float) -> list[str]:
    if moved <= _SEEN:
        return []
    return [
        tr(
            "land demand: the matrix root for a step is not a valid transition matrix; its entries were adjusted by at most {moved:.2g}",
            moved=moved,
        )
    ]


def whole_totals(demanded: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Whole cells of each class that sum to a total, by largest remainder; areas are scaled to it first.

    Examples
    --------
    >>> whole_totals(np.array([5.6, 3.2, 1.2]), 10).tolist()
    [6, 3, 1]
    """
    scaled = demanded * (total / demanded.sum()) if demanded.sum() > 0 else demanded
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
    asked = start.cells.astype(float)
    for year, ends in step_years(start.year, to, longest):
        whole = np.rint(given[year]).astype(np.int64)
        whole[:, np.arange(whole.shape[1]), np.arange(whole.shape[1])] = 0
        asked = asked + given[year].sum(axis=1) - given[year].sum(axis=2)
        problems += _conversion_problems(start, whole, cells, year)
        done, over = np.zeros_like(whole), np.zeros(rules.most.shape, np.int64)
        # Zones round at different steps, so that their sum is spread as evenly as each of them.
        phase = (np.cumsum(whole, axis=0) - whole) % len(ends)
        for number, end in enumerate(ends, start=1):
            so_far = (whole * number + phase) // len(ends)
            moved = so_far - done
            done = so_far
            over = np.maximum(over, moved.sum(axis=0))
            stay = cells - moved.sum(axis=2)
            conversions = moved.copy()
            conversions[:, np.arange(stay.shape[1]), np.arange(stay.shape[1])] = stay
            steps.append(ScheduledStep(end, conversions, asked if end == ends[-1] else None))
            cells = conversions.sum(axis=1)
        problems += _quota_problems(start, over, rules, year)
    if problems:
        raise InputError("\n".join(problems)) if len(problems) == 1 else StudyError(problems)
    return Schedule(tuple(steps))


def _conversion_problems(start: Start, whole: NDArray[np.int64], cells: NDArray[np.int64], year: int) -> list[str]:
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
    return problems


def _quota_problems(start: Start, over: NDArray[np.int64], rules: Rules, year: int) -> list[str]:
    """Conversions of which a step up to a year takes more than is allowed.

    Parameters
    ----------
    over : array of int, shape (classes, classes)
        Most cells that one step takes in all zones together.
    """
    names = [name_of(name) for name in start.classes]
    return [
        tr(
            "demand: {year}: {count:,} cells from '{one}' to '{other}' in one step are more than the quota allows ({most:,.0f})",
            year=year,
            count=int(over[i, j]),
            one=names[i],
            other=names[j],
            most=float(rules.most[i, j]),
        )
        for i, j in np.argwhere((over > rules.most) & ~np.eye(len(names), dtype=bool))
    ]
