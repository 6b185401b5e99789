"""The table [simulate] of a study file: how future land use is simulated."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from tanheng.language import listed, tr
from tanheng.study.parts import Name, Part, Truth, Year, within
from tanheng.study.plan import PlanLand

#: Growth in a year, relative: 0.02 is 2 %.
Rate = Annotated[float, Field(gt=-1, le=1)]
Amount = Annotated[float, Field(ge=0)]


def _as_years(value: object) -> object:
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


class Quota(Part):
    """Most land that a conversion may take in one step."""

    from_class: Name = Field(alias="from")
    to_class: Name = Field(alias="to")
    km2: Amount


class Outlook(Part):
    """Population and future emissions, by growth from the last year of the study, or by year.

    Growth of emissions is that of population times income per head times energy per income times carbon per energy (Kaya).
    """

    population: Rate | dict[Year, Amount] = 0.0
    income: Rate = 0.0
    energy_intensity: Rate = 0.0
    carbon_intensity: Rate = 0.0
    emissions: dict[Year, Amount] | None = None
    unit: Name | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.emissions is not None and self.unit is None:
            raise ValueError(tr("'emissions' need 'unit', as '10^4 t CO2'"))
        rates = (self.income, self.energy_intensity, self.carbon_intensity)
        if self.emissions is not None and any(rates):
            raise ValueError(tr("give 'emissions' by year, or rates of income and intensity, not both"))
        return self


#: Draws that scores are averaged over at least, and where only the most likely map is asked for.
_FEWEST_SCORED, _SCORED_OF_BEST = 5, 10


class Simulate(Part):
    """Future land use."""

    to: Annotated[tuple[Year, ...], BeforeValidator(_as_years), Field(min_length=1)]
    resolution: Literal["map", "cells"] = "map"
    mode: Literal["best", "draw", "patches"] = "draw"
    draws: Annotated[int, Field(ge=1, le=10_000), within("draws")] = 10
    model: Literal["logit", "lightgbm"] = "logit"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    demand: Name = "markov"
    demand_uncertainty: Literal["observed"] | Annotated[float, Field(strict=True, ge=0, le=3)] = "observed"
    period: Literal["last", "all"] = "last"
    step_years: Annotated[float, Field(gt=0, le=1000)] | None = None
    drivers: tuple[Name, ...] | None = None
    suitability: dict[Name, Name] = Field(default_factory=dict)
    distance_to: dict[Name, Name] = Field(default_factory=dict)
    windows: tuple[Annotated[int, Field(ge=3, le=63)], ...] = (3, 7, 15, 31)
    zones: Name | None = None
    protected: tuple[PlanLand, ...] = ()
    forbidden: tuple[tuple[Name, Name], ...] = ()
    quotas: tuple[Quota, ...] = ()
    scenarios: str | Truth = True
    outlook: Name | dict[Name, Outlook] | None = None
    fallback: Truth = False
    score_on_training: Truth = False
    write_draws: Truth = False

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        problems = []
        if list(self.to) != sorted(set(self.to)):
            problems.append(tr("to: write each year once, in ascending order"))
        even = [side for side in self.windows if side % 2 == 0]
        if even:
            problems.append(
                tr("windows: {names} are even; a window has a middle cell, so its side is odd", names=listed(even))
            )
        if self.mode == "best" and "draws" in self.model_fields_set and self.draws > 1:
            problems.append(tr("draws: mode 'best' has one map; take the mode 'draw' or 'patches' for more"))
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def scored_draws(self) -> int:
        """Draws of a model and of chance that scores are averaged over, however few maps are asked for."""
        return _SCORED_OF_BEST if self.mode == "best" else max(_FEWEST_SCORED, self.draws)
