"""The table [plan] of a study file: what a land-use plan may do, and what is told beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from tanheng.language import listed, mark, mark_name, name_of, tr
from tanheng.study.parts import Name, Part, Truth, Year, within
from tanheng.units import CO2_PER_C

#: What money is called where a study does not say.
CURRENCY = mark_name("currency")

Share = Annotated[float, Field(ge=0)]


def _refuse_reversed(land_class: str, least: float | None, most: float | None, units: str = "") -> None:
    """Refuse a range whose lower end lies above its upper one; a share of today's area is told in percent as well."""
    if least is not None and most is not None and least > most:
        raise ValueError(
            tr(
                "{land_class}: at least {least} and at most {most} leave nothing; exchange them",
                land_class=name_of(land_class),
                least=_told(least, units),
                most=_told(most, units),
            )
        )


def _told(value: float, units: str) -> str:
    """An end of a range as a reader takes it.

    Examples
    --------
    >>> _told(1.02, "%"), _told(12.5, "km2")
    ('1.02 (102 %)', '12.5 km2')
    """
    if units == "%":
        return f"{value:g} ({value * 100:g} %)"
    return f"{value:,.10g} {units}".strip()


#: Times of today's area from which on a share is a slip for one in percent.
_PERCENT = 50.0


def _refuse_percent(name: str, share: float | None, *, store: bool = False) -> None:
    if share is not None and share >= _PERCENT:
        template = (
            mark("{name}: {share:g} means {share:g} times today's carbon stock; write {percent:g} for {share:g} %")
            if store
            else mark("{name}: {share:g} is {share:g} times today's area; write {percent:g} for {share:g} %")
        )
        raise ValueError(
            tr(
                template,
                name=name,
                share=share,
                percent=share / 100,
            )
        )


class PlanLimit(Part):
    """Range of the area of a class after the plan: as a share of today's area, or in km2; of the region, or of zones."""

    land_class: Name = Field(alias="class")
    zones: str | None = None
    zone: str | None = None
    at_least: Share | None = None
    at_most: Share | None = None
    at_least_km2: Share | None = None
    at_most_km2: Share | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        low, high = (self.at_least, self.at_least_km2), (self.at_most, self.at_most_km2)
        if all(item is None for item in (*low, *high)):
            raise ValueError(
                tr("name 'at_least' or 'at_most' (shares of today's area), or 'at_least_km2', 'at_most_km2'")
            )
        if None not in low or None not in high:
            raise ValueError(tr("give an end of a range once: as a share of today's area, or in km2"))
        for name, share in (("at_least", self.at_least), ("at_most", self.at_most)):
            _refuse_percent(name, share)
        for least, most, units in zip(low, high, ("%", "km2"), strict=True):
            _refuse_reversed(self.land_class, least, most, units)
        if self.zone is not None and self.zones is None:
            raise ValueError(tr("'zone' needs 'zones', the layer it belongs to"))
        return self


def _crossed(limits: Iterable[PlanLimit]) -> Iterator[str]:
    """Entries for one class and one place of which no area can keep both."""
    groups: dict[tuple[str, str | None, str | None], list[PlanLimit]] = {}
    for item in limits:
        groups.setdefault((item.land_class, item.zones, item.zone), []).append(item)
    for (land_class, _, zone), items in groups.items():
        for end, units in (("", "%"), ("_km2", "km2")):
            low = max((x for item in items if (x := getattr(item, f"at_least{end}")) is not None), default=-math.inf)
            high = min((x for item in items if (x := getattr(item, f"at_most{end}")) is not None), default=math.inf)
            if low > high:
                yield tr(
                    "limits: {land_class} is asked to keep at least {least} in one entry and at most {most} in another{zone}; no "
                    "area meets both",
                    land_class=name_of(land_class),
                    least=_told(low, units),
                    most=_told(high, units),
                    zone="" if zone is None else f" ({zone})",
                )


class PlanCarbon(Part):
    """Least stored carbon after the plan, as a share of today's; of the region, or of each zone of a layer."""

    at_least: Share
    zones: str | None = None
    zone: str | None = None

    @model_validator(mode="after")
    def _is_no_percentage(self) -> Self:
        _refuse_percent("at_least", self.at_least, store=True)
        return self


class PlanMask(Part):
    """Land where a class may not go, or which nothing but a class may become: polygons, or a raster with a threshold."""

    file: Name
    land_class: Name = Field(alias="class")
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _range_holds_something(self) -> Self:
        _refuse_reversed(self.land_class, self.at_least, self.at_most)
        return self


class PlanLand(Part):
    """Land that is protected or reserved: polygons, or a raster where it is not zero."""

    file: Name
    land_class: Name | None = Field(default=None, alias="class")


class Plan(Part):
    """A land-use plan."""

    year: Year | None = None
    horizon_years: Annotated[float, Field(gt=0, le=1000)] = 10.0
    limits: tuple[PlanLimit, ...] = ()
    carbon: tuple[PlanCarbon, ...] = ()
    fixed: tuple[Name, ...] = ("built-up", "water")
    no_new: tuple[Name, ...] = ("water",)
    forbidden: tuple[tuple[Name, Name], ...] = ()
    protected: tuple[PlanLand, ...] = ()
    reserved: tuple[PlanLand, ...] = ()
    fit: tuple[PlanMask, ...] = ()
    max_change: Annotated[float, Field(ge=0, le=1)] = 1.0
    whole_cells: Truth | Literal["auto"] = "auto"
    weights: dict[Name, float] = Field(default_factory=lambda: {"carbon": 1.0})
    demand_weight: Annotated[float, Field(ge=0, le=1)] = 0.0
    demand_zones: str | None = None
    values: str | None = None
    costs: str | None = None
    cost_map: str | None = None
    budget: Annotated[float, Field(ge=0)] | None = None
    currency: Name = CURRENCY
    pareto: str | None = None
    pareto_points: Annotated[int, Field(ge=2, le=200)] = 20
    draws: Annotated[int, Field(ge=0), within("draws")] = 100
    density_spread: Annotated[float, Field(ge=0, le=5)] = 0.2
    scenarios: str | Truth = True
    zoning: Truth = True
    zoning_rules: str | None = None
    unit_rules: str | None = None
    compensation: str | None = None
    price: Annotated[float, Field(ge=0)] = 0.0
    price_per: Literal["t C", "t CO2"] = "t C"
    price_path: dict[Year, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    discount_rate_percent: Annotated[float, Field(gt=-100, le=100)] = 0.0
    gap: Annotated[float, Field(gt=0, le=0.01)] = 1e-6
    seconds: Annotated[float, Field(gt=0, le=86_400)] = 120.0
    seed: Annotated[int, Field(ge=0)] = 1

    @property
    def carbon_alone(self) -> bool:
        """Whether a tonne of carbon counts alike everywhere and nothing else counts."""
        return self.weights == {"carbon": 1.0} and self.demand_weight == 0

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        problems = [*_crossed(self.limits), *self._slips()]
        if (self.demand_weight > 0) != (self.demand_zones is not None):
            problems.append(tr("'demand_weight' and 'demand_zones', the layer of the units, go together"))
        if self.budget is not None and self.costs is None:
            problems.append(tr("budget: needs 'costs', a table from,to,cost per ha"))
        if self.cost_map is not None and self.costs is None:
            problems.append(tr("cost_map: needs 'costs', a table from,to,cost per ha"))
        if self.pareto == "cost" and self.costs is None:
            problems.append(tr("pareto: 'cost' needs 'costs', a table from,to,cost per ha"))
        if self.pareto not in {None, "cost"} and self.values is None:
            problems.append(
                tr("pareto: '{pareto}' needs 'values', a table of values per ha by class", pareto=self.pareto)
            )
        others = [name for name in self.weights if name not in {"carbon", "cost"}]
        if others and self.values is None:
            problems.append(
                tr("weights: {names} need 'values', a table of values per ha by class", names=listed(others))
            )
        if "cost" in self.weights and self.costs is None:
            problems.append(tr("weights: 'cost' needs 'costs', a table from,to,cost per ha"))
        if self.whole_cells is True and self.max_change < 1:
            problems.append(tr("whole_cells: can't go with max_change below 1"))
        if any(land.land_class is None for land in self.reserved):
            problems.append(tr("reserved: each entry needs the 'class' that the land is reserved for"))
        if self.price_path and self.price:
            problems.append(tr("give either 'price', one for all years, or 'price_path', prices by year"))
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _slips(self) -> Iterator[str]:
        """Settings that would be taken without a word, and mean nothing."""
        if self.horizon_years != int(self.horizon_years):
            yield tr("horizon_years: write whole years (got {years:g})", years=self.horizon_years)
        if any(self.weights.get(name, 0.0) < 0 for name in ("carbon", "cost")):
            yield tr("weights: those of 'carbon' and 'cost' must not be negative; costs are subtracted already")
        if not any(self.weights.values()):
            yield tr("weights: at least one must be above zero, as carbon = 1")
        if any(land.land_class is not None for land in self.protected):
            yield tr(
                "protected: takes no 'class', since the land there stays whatever it is; use 'reserved' for land of a class"
            )

    def price_of(self, year: float) -> float:
        """Price of a tonne of carbon in a year: one for all, or straight between those of a path and level beyond its ends."""
        per_t_c = CO2_PER_C if self.price_per == "t CO2" else 1.0
        if not self.price_path:
            return self.price * per_t_c
        years = sorted(self.price_path)
        return float(np.interp(year, years, [self.price_path[one] for one in years])) * per_t_c
