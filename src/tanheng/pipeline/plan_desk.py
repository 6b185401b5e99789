"""A plan worked out by hand: the land of a finished run held ready, and solved again for other limits and weights."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ValidationError

from tanheng.choices import BY_HAND
from tanheng.errors import InputError, StudyError
from tanheng.inputs.carbon.density_maps import pools_of_place
from tanheng.inputs.plan import PlanInputs, open_plan
from tanheng.inputs.study_inputs import open_inputs
from tanheng.io.rasters import files_open
from tanheng.io.results.store import read_dataset
from tanheng.language import telling_from, tr
from tanheng.pipeline.freshness import BESIDE_A_PLAN, changes_since, record_of
from tanheng.planning.problem import Flows, Term, amount
from tanheng.planning.solve import Plan as SolvedPlan
from tanheng.planning.solve import best_plan
from tanheng.stages.planning.certainty import gain_half_width
from tanheng.stages.planning.problem import PlanLand, plan_land, plan_problem, value_difference
from tanheng.stages.planning.tables import areas_table, carbon_gain, conversion_layers, transitions_table
from tanheng.stages.uncertainty.input_errors import DensityErrors, density_errors
from tanheng.stages.zone_layers import lay_zones
from tanheng.study import Plan, load_study
from tanheng.study.faults import fault_messages

#: Seconds that a plan by hand may take.
_SECONDS = 20.0


@dataclass(frozen=True)
class HandPlan:
    """A plan by hand.

    Attributes
    ----------
    gain_t_c : float
        Stored carbon that the settled land gains.
    gain_half_width_t_c : float, optional
        Half of its 95 % interval by the uncertainty of the densities, where the study gives one.
    goal, bound, gap : float
        Worth of the plan, a bound that no plan under its limits exceeds, and what lies between.
    converted_km2 : float
    cost : float, optional
        Where the study gives costs.
    values : sequence of (name, gain)
        Of each column of the study's table of values, whatever its weight.
    areas : sequence of (class, km2 today, km2 after)
    conversions : sequence of (from, to, km2)
        The largest first.
    seconds : float
    whole : bool
        Whether each cell is converted as a whole or not at all.
    """

    gain_t_c: float
    gain_half_width_t_c: float | None
    goal: float
    bound: float
    gap: float
    converted_km2: float
    cost: float | None
    values: list[list[Any]]
    areas: list[list[Any]]
    conversions: list[list[Any]]
    seconds: float
    whole: bool


@dataclass(frozen=True)
class PlanDesk:
    """Land of a finished run with the inputs of its plan.

    Attributes
    ----------
    inputs : PlanInputs
    land : PlanLand
    errors : DensityErrors, optional
        Of the densities, where the study gives them an uncertainty.
    """

    inputs: PlanInputs
    land: PlanLand
    errors: DensityErrors | None = None

    def changed(self, changes: Mapping[str, Any]) -> Plan:
        """Settings of the plan with some of them changed; limits of zones stay beside those of the region that are given.

        Raises
        ------
        StudyError
            What is wrong with them.
        """
        settings = self.inputs.plan.model_dump(by_alias=True, exclude_unset=True)
        given = {name: changes[name] for name in BY_HAND if name in changes}
        if isinstance(given.get("limits"), list):
            of_zones = [item for item in settings.get("limits", ()) if item.get("zones") is not None]
            given["limits"] = [*given["limits"], *of_zones]
        try:
            return Plan.model_validate(settings | given)
        except ValidationError as error:
            placed = [{**item, "loc": ("plan", *item["loc"])} for item in error.errors()]
            raise StudyError(fault_messages(placed, tr("plan"), {"plan": settings | given})) from None

    def solved(self, changes: Mapping[str, Any]) -> tuple[HandPlan, NDArray[np.float64]]:
        """Best plan under changed settings, and the map of its land use: the number of the largest class of each cell.

        Raises
        ------
        StudyError
            What is wrong with the settings.
        InfeasibleError
            The limits conflict; the message says which, and by how much.
        """
        began = time.monotonic()
        inputs = replace(self.inputs, plan=self.changed(changes))
        problem = plan_problem(inputs, self.land)
        plan = best_plan(problem, gap=1e-5, seconds=_SECONDS)
        _, after = conversion_layers(self.land, plan.flows)
        return self._told(inputs, plan, time.monotonic() - began, whole=problem.whole), after

    def _told(self, inputs: PlanInputs, plan: SolvedPlan, seconds: float, *, whole: bool) -> HandPlan:
        areas, moved = areas_table(self.land, plan.flows), transitions_table(inputs, self.land, plan.flows)
        largest = moved.sort_values("area_km2", ascending=False)
        return HandPlan(
            gain_t_c=carbon_gain(self.land, plan.flows),
            gain_half_width_t_c=gain_half_width(self.errors, self.land, plan.flows),
            goal=plan.gain,
            bound=plan.bound,
            gap=plan.gap,
            converted_km2=float(moved["area_km2"].sum()),
            cost=float(moved["cost"].sum()) if inputs.cost is not None else None,
            values=[[name, self._value(inputs, name, plan.flows)] for name in inputs.values],
            areas=_rows(areas, ["land_class", "area_today_km2", "area_after_km2"]),
            conversions=_rows(largest, ["from_class", "to_class", "area_km2"]),
            seconds=seconds,
            whole=whole,
        )

    def _value(self, inputs: PlanInputs, name: str, flows: Flows) -> float:
        return amount(Term(value_difference(inputs, self.land.classes, name)), flows)


def _rows(table: pd.DataFrame, columns: list[str]) -> list[list[Any]]:
    """Rows of some columns, as plain numbers and texts."""
    return [
        [value.item() if isinstance(value, np.generic) else value for value in row] for row in table[columns].values
    ]


def open_desk(path: Path) -> PlanDesk:
    """Desk of a study whose results are there and still hold.

    Raises
    ------
    StudyError
        All problems of the study, its inputs and its plan.
    InputError
        The study has no results, or they are old.
    """
    with files_open(), telling_from(path):
        study = load_study(path)
        if study.plan is None:
            study = study.model_copy(update={"plan": Plan()})
        inputs = open_inputs(study, path.parent)
        record = record_of(inputs.output)
        if record is None:
            raise InputError(tr("{path}: there are no results yet to plan from; run the study first", path=path.name))
        changes = changes_since(study, path.parent, record, BESIDE_A_PLAN)
        if changes:
            raise InputError(
                tr(
                    "{path}: its results are old ({changes}); run the study again first",
                    path=path.name,
                    changes=changes[0],
                )
            )
        opened = open_plan(inputs)
        dataset = read_dataset(inputs.output / "results.zarr")
        layers = lay_zones(inputs.zones, inputs.grid, np.asarray(dataset["region_fraction"].values, float))
        of_place = pools_of_place(inputs.densities.maps, inputs.classes)
        year = opened.plan.year or study.years[-1]
        errors = density_errors(inputs.densities.settings, inputs.classes)
        land = plan_land(inputs, layers, dataset, year)
        return PlanDesk(opened, land, None if errors is None else errors.of_means(of_place))
