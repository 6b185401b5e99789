"""The table [maps] of a study file: how maps are printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from tanheng.choices import MapBreaks, ThemeName
from tanheng.errors import nearest
from tanheng.language import listed, tr
from tanheng.study.parts import OneLine, Part, Truth

#: Years up to which each is drawn on maps of its own.
_FEW_YEARS = 6

ByHand = Annotated[tuple[FiniteFloat, ...], Field(min_length=1)]


class MapPrints(Part):
    """Formats, class breaks, names of zones, and the approval number of maps; the note stands in [outputs]."""

    formats: tuple[Literal["png", "svg", "pdf"], ...] = ("png",)
    dpi: Annotated[int, Field(ge=72, le=1200)] = 300
    breaks: MapBreaks | dict[ThemeName, MapBreaks | ByHand] = "auto"
    classes: Annotated[int, Field(ge=2, le=12)] = 7
    labels: Truth | str = True
    panels: Truth = True
    years: tuple[int, ...] = ()
    approval: OneLine = ""

    @model_validator(mode="after")
    def _breaks_ascend(self) -> Self:
        for theme, given in self.breaks.items() if isinstance(self.breaks, dict) else ():
            if not isinstance(given, str) and list(given) != sorted(set(given)):
                raise ValueError(tr("breaks.{theme}: write each break once, in ascending order", theme=theme))
        return self

    def year_problems(self, years: tuple[int, ...]) -> list[str]:
        """What is wrong with the years that are drawn on maps of their own, given those of the study."""
        return [
            tr("maps.years: {year} is none of the study's years; write some of {years}", year=year, years=listed(years))
            for year in self.years
            if year not in years
        ]

    def own_maps(self, years: tuple[int, ...]) -> tuple[int, ...]:
        """Years that are drawn on maps of their own: those asked for, else all of a few, or the first, a middle and the last of many.

        Examples
        --------
        >>> MapPrints().own_maps((1995, 2005, 2015)), MapPrints().own_maps(tuple(range(1990, 2021)))
        ((1995, 2005, 2015), (1990, 2005, 2020))
        """
        if self.years or len(years) <= _FEW_YEARS:
            return self.years or years
        return years[0], years[len(years) // 2], years[-1]

    def label_problems(self, named: Mapping[str, bool]) -> list[str]:
        """What is wrong with the layer whose names are written, given the layers and whether each has names."""
        if isinstance(self.labels, bool) or named.get(self.labels):
            return []
        if self.labels in named:
            return [tr("maps.labels: zone layer '{layer}' has no 'name' column in the study", layer=self.labels)]
        hint = nearest(self.labels, named)
        return [tr("maps.labels: there is no zone layer '{layer}'{hint}", layer=self.labels, hint=hint)]

    def label_layer(self, named: Mapping[str, bool]) -> str | None:
        """Layer whose names are written: the one that is asked for, else the first one with names."""
        if isinstance(self.labels, str):
            return self.labels
        return next((layer for layer, has_names in named.items() if has_names), None) if self.labels else None
