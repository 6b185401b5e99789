"""What supply comes from beside the land: yearly uptake by class, or production of ecosystems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tanheng.accounting.flows.respiration import MONTHS
from tanheng.errors import InputError
from tanheng.factors.kinds_of_land import kind_of_land
from tanheng.factors.legends import class_hint
from tanheng.inputs.carbon.production import (
    Production,
    ecosystem_notes,
    jump_notes,
    key_of,
    primary_notes,
    rate_notes,
    read_production,
    refuse_impossible_rates,
    share_notes,
)
from tanheng.inputs.checks.raster_checks import value_strips
from tanheng.inputs.problems import Problems
from tanheng.inputs.yearly import rasters_by_year
from tanheng.io.rasters import Raster, each_once, locate, open_raster
from tanheng.io.tables import read_uptake
from tanheng.language import listed, name_of, tr
from tanheng.study import BalanceChoice, Study


@dataclass(frozen=True)
class BalanceInputs:
    """Mode and norm of the balance, and in mode ``sink`` where uptake comes from.

    Attributes
    ----------
    settings : BalanceChoice
    uptake : mapping of str to float, optional
        t C ha-1 yr-1 by land class.
    nep : mapping of int to Raster
        Net ecosystem production by year, in the units of the settings.
    npp : mapping of int to Raster
        Net primary production by year, in its units.
    respiration : mapping of str to float, optional
        Heterotrophic, t C ha-1 yr-1 by land class.
    temperature, precipitation : tuple of Raster
        By month, for a model of respiration.
    returning : tuple of str
        Classes whose uptake returns within the year.
    """

    settings: BalanceChoice
    uptake: Mapping[str, float] | None
    nep: Mapping[int, Raster]
    npp: Mapping[int, Raster] = field(default_factory=dict)
    respiration: Mapping[str, float] | None = None
    temperature: tuple[Raster, ...] = ()
    precipitation: tuple[Raster, ...] = ()
    returning: tuple[str, ...] = ()

    @property
    def rasters(self) -> dict[str, Raster]:
        """Every raster by its file and band."""
        every = [*self.nep.values(), *self.npp.values(), *self.temperature, *self.precipitation]
        return {key_of(raster): raster for raster in every}


def open_balance(study: Study, base: Path, problems: Problems) -> BalanceInputs:
    """What the balance of a study needs; problems are gathered."""
    settings = study.balance
    with problems.at("balance.uptake"):
        uptake = problems.attempt(_rates, settings.uptake, base, "uptake") if settings.uptake else None
        problems.warn(*rate_notes(settings.uptake or "", uptake or {}))
    with problems.at("balance.nep"):
        nep = rasters_by_year(study.years, base, settings.nep, problems) if settings.nep else {}
        seen = _look(nep, settings.nep_units, None, ecosystem_notes, problems)
        problems.warn(*jump_notes(nep, seen))
    with problems.at("balance.npp"):
        return _with_production(BalanceInputs(settings, uptake, nep), study, base, problems)


def _with_production(balance: BalanceInputs, study: Study, base: Path, problems: Problems) -> BalanceInputs:
    """The same with net primary production and respiration, where the study names them."""
    given = balance.settings.npp
    if given is None:
        return balance
    npp = rasters_by_year(study.years, base, given, problems)
    seen = _look(npp, given.units, given.valid_max, primary_notes, problems)
    problems.warn(*jump_notes(npp, seen), *share_notes(given.respiration.share))
    respiration = given.respiration
    table = None
    if respiration.table is not None:
        table = problems.attempt(_rates, respiration.table, base, "respiration")
    temperature, precipitation = (
        _months(name, base, problems) for name in (respiration.temperature, respiration.precipitation)
    )
    for months, ends, units in ((temperature, (-60.0, 45.0), "°C"), (precipitation, (0.0, 3000.0), "mm")):
        for raster in months:
            problems.attempt(_check_climate, raster, ends, units)
    return BalanceInputs(balance.settings, None, {}, npp, table, temperature, precipitation)


def _rates(name: str, base: Path, column: str) -> dict[str, float]:
    """Yearly uptake or respiration by class.

    Raises
    ------
    InputError
        A class takes up more than vegetation is known to fix.
    """
    rates = read_uptake(name, base, column=column)
    refuse_impossible_rates(name, rates)
    return rates


def _look(
    rasters: Mapping[int, Raster],
    units: str,
    valid_max: float | None,
    asked: Callable[[Raster, Production], list[str]],
    problems: Problems,
) -> dict[str, Production]:
    """What each raster of production holds; problems and questions are gathered."""
    seen = {}
    for raster in each_once(rasters.values()):
        found = problems.attempt(read_production, raster, units, valid_max)
        if found is not None:
            seen[key_of(raster)] = found
            problems.warn(*asked(raster, found))
    return seen


def _months(name: str | None, base: Path, problems: Problems) -> tuple[Raster, ...]:
    """Twelve bands of a raster."""
    if name is None:
        return ()
    months = [problems.attempt(open_raster, locate(name, base), band) for band in range(1, MONTHS + 1)]
    return tuple(item for item in months if item is not None)


def _check_climate(raster: Raster, ends: tuple[float, float], units: str) -> None:
    """Refuse months that no place on Earth has: tenths of a degree, kelvin, a fill number.

    Raises
    ------
    InputError
        A value is outside the ends.
    """
    for values in value_strips(raster):
        known = values[~np.isnan(values)]
        strange = known[(known < ends[0]) | (known > ends[1])]
        if strange.size:
            raise InputError(
                tr(
                    "{path}: band {band} has {value:g}, which no month has in {units} ({low:g} to {high:g}); is it in tenths, in kelvin, "
                    "or a number that means no data?",
                    path=raster.path,
                    band=raster.band,
                    value=float(strange[0]),
                    units=units,
                    low=ends[0],
                    high=ends[1],
                )
            )


def check_classes_of_uptake(balance: BalanceInputs, classes: tuple[str, ...], problems: Problems) -> BalanceInputs:
    """Balance with the classes whose uptake returns within the year; unknown classes, and classes without a respiration, are problems."""
    settings = balance.settings
    if settings.mode != "sink" or settings.uptake is not None or not classes:
        return balance
    crops = tuple(name for name in classes if kind_of_land(name) == "cropland")
    returning = settings.returning if settings.returning is not None else (crops if settings.npp is not None else ())
    with problems.at("balance.returning"):
        problems.add(
            *[
                tr("there is no class '{name}'{nearest}", name=name, nearest=class_hint(name, classes))
                for name in returning
                if name not in classes
            ]
        )
        if settings.returning is None and settings.nep is not None and crops:
            problems.warn(
                tr(
                    "the uptake of {crops} counts as sink, though what crops fix returns within the year where they are harvested "
                    "and eaten; leave it out with returning = [{names}], or write returning = []",
                    crops=listed(map(name_of, crops)),
                    names=", ".join(f"'{name}'" for name in crops),
                )
            )
    if balance.respiration is not None:
        lacking = [name for name in classes if name not in balance.respiration]
        if lacking:
            with problems.at("balance.npp.respiration"):
                problems.add(tr("no row for class {names}", names=listed(map(name_of, lacking))))
    return BalanceInputs(
        settings,
        balance.uptake,
        balance.nep,
        balance.npp,
        balance.respiration,
        balance.temperature,
        balance.precipitation,
        tuple(name for name in returning if name in classes),
    )
