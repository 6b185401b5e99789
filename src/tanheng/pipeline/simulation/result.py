"""A finished simulation: what went in, what was learned and scored, and where its maps are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from tanheng.inputs.simulation.opening import SimulationInputs
from tanheng.simulation.schedule import Schedule
from tanheng.stages.simulation.demand_spread import LandDemandErrors
from tanheng.stages.simulation.ensemble import Ensemble
from tanheng.stages.simulation.learning import Learned
from tanheng.stages.simulation.trial import TrialFound


@dataclass(frozen=True)
class Simulation:
    """A finished simulation.

    Attributes
    ----------
    folder : Path
    inputs : SimulationInputs
    trial : TrialFound
    learned : Learned
        What the future land use is simulated with.
    schedules : mapping of str to Schedule
        By the name of the scenario.
    ensemble : Ensemble
    tables : mapping of str to pandas.DataFrame
    files : mapping of (str, int) to Path
        Map of land use by scenario and year.
    notes : tuple of str
    demand_errors : LandDemandErrors, optional
        What demand may be, where that is known.
    record : mapping
        As in run.json.
    """

    folder: Path
    inputs: SimulationInputs
    trial: TrialFound
    learned: Learned
    schedules: Mapping[str, Schedule]
    ensemble: Ensemble
    tables: Mapping[str, pd.DataFrame]
    files: Mapping[tuple[str, int], Path]
    notes: tuple[str, ...]
    demand_errors: LandDemandErrors | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    page: str = "report.html"

    def at(self, folder: Path) -> Simulation:
        """The same simulation in the folder that its own has become."""
        files = {key: folder / path.relative_to(self.folder) for key, path in self.files.items()}
        return replace(self, folder=folder, files=files)
