"""What yearly flows of land need: how fast each pool of each class responds, categories, and gains and losses that are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from tanheng.accounting.flows.delays import Response, linear
from tanheng.accounting.flows.store import Responses
from tanheng.factors.kinds_of_land import CATEGORIES, kind_of_land
from tanheng.factors.legends import class_hint
from tanheng.inputs.class_names import ClassNames
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
    responses : Responses
    categories : mapping of str to str
        IPCC category of each class.
    given : pandas.DataFrame, optional
        Columns ``year, land_class, gain_t_c, loss_t_c``.
    """

    settings: Flows
    responses: Responses
    categories: Mapping[str, str]
    given: pd.DataFrame | None


def open_flows(study: Study, base: Path, classes: tuple[str, ...], problems: Problems) -> FlowInputs | None:
    """How land of a study responds; none where it does not ask for yearly flows. Problems are gathered."""
    settings = study.flows
    if settings is None or not classes:
        return None
    curves = problems.attempt(read_growth, base / settings.growth) if settings.growth else {}
    given = problems.attempt(read_gains_and_losses, base / settings.given) if settings.given else None
    known = ClassNames(classes)
    curves = known.keys(curves or {})
    given = None if given is None else given.assign(land_class=[known.of(name) for name in given["land_class"]])
    named = {
        "biomass_years": settings.biomass_years,
        "categories": settings.categories,
        "growth": curves,
        "given": [] if given is None else given["land_class"],
    }
    for place, names in named.items():
        with problems.at(f"flows.{place}"):
            problems.add(
                *[
                    tr("there is no class '{name}'{nearest}", name=name, nearest=class_hint(name, classes))
                    for name in dict.fromkeys(names)
                    if name not in classes
                ]
            )
    outside = (
        []
        if given is None
        else sorted({int(year) for year in given["year"]} - set(range(study.years[0] + 1, study.years[-1] + 1)))
    )
    if outside:
        with problems.at("flows.given"):
            problems.warn(
                tr(
                    "rows of {years} are left out: yearly flows go from {first} to {last}",
                    years=listed(outside),
                    first=study.years[0] + 1,
                    last=study.years[-1],
                )
            )
    with problems.at("flows.growth"):
        responses = problems.attempt(responses_of, settings, classes, curves or {})
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
    return None if responses is None else FlowInputs(settings, responses, categories, given)


def responses_of(
    settings: Flows,
    classes: tuple[str, ...],
    curves: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = MappingProxyType({}),
) -> Responses:
    """How pools respond, by the settings of a study or, without any, by the defaults of the IPCC.

    Parameters
    ----------
    curves : mapping of str to (ages, shares)
        Growth of classes, where a table gives it.

    Raises
    ------
    InputError
        A curve falls, or does not end with 1.

    Examples
    --------
    >>> found = responses_of(Flows(), ("cropland", "forest"))
    >>> found.growth["forest"].years, found.growth["cropland"].years, found.soil.years
    (20.0, 1.0, 20.0)
    """
    growth = {}
    for name in classes:
        usual = _FOREST_YEARS if kind_of_land(name) == "forest" else _OTHER_YEARS
        growth[name] = Response(*curves[name]) if name in curves else linear(settings.biomass_years.get(name, usual))
    return Responses(growth, linear(settings.soil_years), linear(settings.dead_years))
