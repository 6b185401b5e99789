"""What supply comes from beside the land: yearly uptake by class, or net ecosystem production."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tanheng.inputs.problems import Problems
from tanheng.inputs.yearly import rasters_by_year
from tanheng.io.rasters import Raster
from tanheng.io.tables import read_uptake
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
    """

    settings: BalanceChoice
    uptake: Mapping[str, float] | None
    nep: Mapping[int, Raster]


def open_balance(study: Study, base: Path, problems: Problems) -> BalanceInputs:
    """What the balance of a study needs; problems are gathered."""
    settings = study.balance
    with problems.at("balance.uptake"):
        uptake = problems.attempt(read_uptake, base / settings.uptake) if settings.uptake else None
    with problems.at("balance.nep"):
        nep = rasters_by_year(study.years, base, settings.nep, problems) if settings.nep else {}
    return BalanceInputs(settings, uptake, nep)
