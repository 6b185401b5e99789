"""What yearly flows of land need: how fast each pool of each class responds, categories, and gains and losses that are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from tanheng.accounting.flows.delays import AT_ONCE, Response, linear
from tanheng.errors import nearest
from tanheng.factors.kinds_of_land import CATEGORIES, kind_of_land
from tanheng.inputs.problems import Problems
from tanheng.io.tables import read_gains_and_losses, read_growth
from tanheng.language import listed, name_of, tr
from tanheng.study import Flows, Study

#: Years in which a forest grows up, and all else, where the study says nothing: the IPCC's transition period, and one for herbs (Ch. 5 and 6).
_FOREST_YEARS, _OTHER_YEARS = 20.0, 1.0


@dataclass(frozen=True)
class FlowInputs:
    """How the pools of land respond to conversions, and what is given beside them.

    Attributes
    ----------
    settings : Flows
    growth : mapping of str to Response
        Of the biomass of each class.
    soil, dead : Response
    categories : mapping of str to str
        IPCC category of each class.
    given : pandas.DataFrame, optional
        Columns ``year, land_class, gain_t_c, loss_t_c``.
    """

    settings: Flows
    growth: Mapping[str, Response]
    soil: Response
    dead: Response
    categories: Mapping[str, str]
    given: pd.DataFrame | None


def open_flows(study: Study, base: Path, classes: tuple[str, ...], problems: Problems) -> FlowInputs | None:
    """How land of a study responds; none where it does not ask for yearly flows. Problems are gathered."""
    settings = study.flows
    if settings is None or not classes:
        return None
    curves = problems.attempt(read_growth, base / settings.growth) if settings.growth else {}
    given = problems.attempt(read_gains_and_losses, base / settings.given) if settings.given else None
    named = {
        "biomass_years": settings.biomass_years,
        "categories": settings.categories,
        "growth": curves or {},
        "given": [] if given is None else given["land_class"],
    }
    for place, names in named.items():
        with problems.at(f"flows.{place}"):
            problems.add(
                *[
                    tr("there is no class '{name}'{nearest}", name=name, nearest=nearest(name, classes))
                    for name in dict.fromkeys(names)
                    if name not in classes
                ]
            )
    growth = {}
    for name in classes:
        if curves and name in curves:
            with problems.at("flows.growth"):
                growth[name] = problems.attempt(partial(Response), *curves[name]) or AT_ONCE
        else:
            usual = _FOREST_YEARS if kind_of_land(name) == "forest" else _OTHER_YEARS
            growth[name] = linear(settings.biomass_years.get(name, usual))
    categories = {name: settings.categories.get(name) or CATEGORIES.get(kind_of_land(name), "") for name in classes}
    unknown = [name for name, category in categories.items() if not category]
    if unknown:
        with problems.at("flows.categories"):
            problems.add(
                tr(
                    "which category of the IPCC {classes} belong to is not known; write it, as {{ {first} = 'grassland' }}",
                    classes=listed(map(name_of, unknown)),
                    first=unknown[0],
                )
            )
    soil, dead = linear(settings.soil_years), linear(settings.dead_years)
    return FlowInputs(settings, growth, soil, dead, categories, given)
