"""What a land-use plan may do: cells with areas by class, what a conversion is worth, and limits.

::

    area[i, k]        ha of class k in cell i today
    y[i, k, l]        ha of cell i that go from class k to class l; l = k stays            (what is planned)
    sum_l y = area    every hectare goes somewhere
    gain              sum over terms of factor[i] * per_ha[k, l] * y[i, k, l], maximised
    limit             lower <= sum of factor[i] * per_ha[k, l] * y[i, k, l] <= upper
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import tr

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Held:
    """What a hectare of each class holds, by place: the same in all cells of a place, as in those of a zone with densities of its own.

    Attributes
    ----------
    per_ha : numpy.ndarray, shape (places, classes)
    place : numpy.ndarray of int, shape (cells,)
    """

    per_ha: Values
    place: NDArray[np.int64]


@dataclass(frozen=True)
class Term:
    """An amount per hectare of each conversion, times a factor of the cell.

    Attributes
    ----------
    per_ha : numpy.ndarray, shape (from class, to class)
    factor : numpy.ndarray, shape (cells,), optional
        One everywhere where absent.
    held : Held, optional
        What the class after the plan holds in the place of the cell, on top.
    """

    per_ha: Values
    factor: Values | None = None
    held: Held | None = None

    def amounts(self, cell: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]) -> Values:
        """Amount per hectare of conversions in cells, all of shape (conversions,)."""
        amount_per_ha = self.per_ha[start, end]
        if self.held is not None:
            amount_per_ha = amount_per_ha + self.held.per_ha[self.held.place[cell], end]
        return np.asarray(amount_per_ha if self.factor is None else amount_per_ha * self.factor[cell])

    def times(self, weight: float) -> Term:
        """The same with another weight."""
        held = None if self.held is None else Held(weight * self.held.per_ha, self.held.place)
        return Term(weight * self.per_ha, self.factor, held)

    @property
    def largest(self) -> float:
        """An amount per hectare that no conversion exceeds."""
        held = 0.0 if self.held is None else float(np.abs(self.held.per_ha).max(initial=0.0))
        factor = 1.0 if self.factor is None else float(np.abs(self.factor).max(initial=0.0))
        return (float(np.abs(self.per_ha).max(initial=0.0)) + held) * factor


@dataclass(frozen=True)
class Limit:
    """A range that an amount of the whole plan must keep to.

    Attributes
    ----------
    name : str
        How it is called to a reader: "area of cropland in Zhengzhou".
    term : Term
    lower, upper : float
        In `units`; infinite where there is none.
    units : str
    """

    name: str
    term: Term
    lower: float = -math.inf
    upper: float = math.inf
    units: str = "ha"


@dataclass(frozen=True)
class PlanProblem:
    """A planning problem.

    Attributes
    ----------
    classes : tuple of str
    area : numpy.ndarray, shape (cells, classes), ha
    gain : tuple of Term
        What is maximised, in t C or any other unit of value; a hectare that stays should be worth nothing.
    allowed : numpy.ndarray of bool, shape (from class, to class)
        Staying is always allowed.
    limits : tuple of Limit
    may_change : numpy.ndarray of bool, shape (cells,), optional
        Cells outside protected land.
    may_become : numpy.ndarray of bool, shape (cells, classes), optional
        Classes that a cell is fit for.
    max_change : float
        Largest part of a cell that may change.
    whole : bool
        Change whole cells only; every cell must then hold one class.
    preference : numpy.ndarray, shape (cells, classes), optional
        Among cells that are worth the same, those with smaller values become the class first.
    """

    classes: tuple[str, ...]
    area: Values
    gain: tuple[Term, ...]
    allowed: Mask
    limits: tuple[Limit, ...] = ()
    may_change: Mask | None = None
    may_become: Mask | None = None
    max_change: float = 1.0
    whole: bool = False
    preference: Values | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check shapes and values.

        Raises
        ------
        InputError
            A shape does not fit, an area is negative or missing, or whole cells are asked of mixed ones.
        """
        cells, classes = self.area.shape if self.area.ndim == 2 else (0, 0)
        if classes != len(self.classes) or cells == 0:
            raise InputError(
                tr(
                    "areas of shape (cells, {count} classes) were expected, got {shape}",
                    count=len(self.classes),
                    shape=self.area.shape,
                )
            )
        if not np.isfinite(self.area).all() or (self.area < 0).any():
            raise InputError(tr("areas must be finite and not negative; leave cells without data out"))
        if self.area.sum() == 0:
            raise InputError(tr("there is no land to plan: all areas are zero"))
        if not 0 <= self.max_change <= 1:
            raise InputError(
                tr(
                    "the largest part of a cell that may change is from 0 to 1, got {max_change}",
                    max_change=self.max_change,
                )
            )
        _fits(self.allowed, (classes, classes), "allowed")
        _fits(self.may_change, (cells,), "may_change")
        _fits(self.may_become, (cells, classes), "may_become")
        _fits(self.preference, (cells, classes), "preference")
        for term in (*self.gain, *(limit.term for limit in self.limits)):
            _fits(term.per_ha, (classes, classes), "per_ha")
            _fits(term.factor, (cells,), "factor")
            if term.held is not None:
                _fits(term.held.place, (cells,), "place")
                _fits(term.held.per_ha, (len(term.held.per_ha), classes), "held")
            if not np.isfinite(term.largest):
                raise InputError(tr("amounts per hectare and factors of cells must be finite"))
        for limit in self.limits:
            if limit.lower > limit.upper:
                raise InputError(
                    tr(
                        "{name}: at least {lower:g} and at most {upper:g} {units} can't both hold",
                        name=limit.name,
                        lower=limit.lower,
                        upper=limit.upper,
                        units=limit.units,
                    )
                )
        if self.whole and ((self.area > 0).sum(axis=1) > 1).any():
            raise InputError(tr("whole cells were asked for, but some hold more than one class; plan on shares"))
        if self.whole and self.max_change < 1:
            raise InputError(tr("whole cells and a largest part of a cell below 1 can't go together"))


def _fits(array: NDArray[np.generic] | None, shape: tuple[int, ...], name: str) -> None:
    if array is not None and array.shape != shape:
        raise InputError(
            tr("'{name}' must have the shape {expected}, got {shape}", name=name, expected=shape, shape=array.shape)
        )


def stock_gain(density: Sequence[float] | Values) -> Values:
    """Stored carbon gained by a conversion, t C/ha, shape (from class, to class).

    Examples
    --------
    >>> stock_gain([66.81, 149.95]).round(2).tolist()
    [[0.0, 83.14], [-83.14, 0.0]]
    """
    values = np.asarray(density, np.float64)
    return np.asarray(values[None, :] - values[:, None])


def area_of(classes: int, number: int) -> Values:
    """Amount per hectare that counts the area a class has after the plan.

    Examples
    --------
    >>> area_of(2, 1).tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    """
    per_ha = np.zeros((classes, classes))
    per_ha[:, number] = 1.0
    return per_ha


def changed(classes: int) -> Values:
    """Amount per hectare that counts the area that changes."""
    return 1.0 - np.eye(classes)


def amount(term: Term, flows: Flows) -> float:
    """Amount of a term in a plan."""
    return float(np.sum(flows.area * term.amounts(flows.cell, flows.start, flows.end)))


@dataclass(frozen=True)
class Flows:
    """Hectares by cell, class today and class after the plan; one row for each that is not zero, staying included.

    Attributes
    ----------
    cell, start, end : numpy.ndarray of int, shape (rows,)
    area : numpy.ndarray, shape (rows,), ha
    """

    cell: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    area: Values

    def after(self, cells: int, classes: int) -> Values:
        """Area by class after the plan, shape (cells, classes), ha."""
        return np.asarray(np.bincount(self.cell * classes + self.end, self.area, cells * classes), np.float64).reshape(
            cells, classes
        )

    def transitions(self, classes: int) -> Values:
        """Area by class today and after the plan, shape (from class, to class), ha."""
        return np.asarray(np.bincount(self.start * classes + self.end, self.area, classes**2), np.float64).reshape(
            classes, classes
        )
