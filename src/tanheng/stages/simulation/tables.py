"""Tables of a simulation: demand, scores, what was learned, and carbon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.inputs.simulation.demand import ONLY, Scenario
from tanheng.inputs.simulation.opening import SimulationInputs
from tanheng.simulation.demand import markov_chain, step_of, transition_counts
from tanheng.simulation.features import Feature
from tanheng.simulation.landscape import Landscape, cells_by_class
from tanheng.simulation.measures import Merit
from tanheng.simulation.schedule import Schedule
from tanheng.simulation.validation import Scores
from tanheng.stages.simulation.learning import Learned
from tanheng.stages.simulation.trial import TrialFound

Rows = list[dict[str, object]]


def with_scenario(inputs: SimulationInputs, scenario: Scenario) -> dict[str, object]:
    """Column of the scenario; none where there is only one, which has no name of its own."""
    return {} if [item.name for item in inputs.scenarios] == [ONLY] else {"scenario": scenario.name}


def demand_tables(
    inputs: SimulationInputs, schedules: Mapping[str, Schedule], simulated: Mapping[tuple[str, int], NDArray[np.int64]]
) -> dict[str, pd.DataFrame]:
    """Areas of the classes asked for and simulated by year, in all and by zone, and the conversions of each step.

    Parameters
    ----------
    simulated : mapping of (str, int) to array, shape (zones, classes)
        Cells of each class counted on the simulated map, by scenario and year.
    """
    total: Rows = []
    by_zone: Rows = []
    conversions: Rows = []
    km2, classes = inputs.land.cell_km2, inputs.land.classes
    for scenario in inputs.scenarios:
        named = with_scenario(inputs, scenario)
        before: float = inputs.land.years[-1]
        for step in schedules[scenario.name].steps:
            moved = step.conversions.sum(axis=0) + np.diag(land_outside_zones(inputs))
            conversions += [
                {
                    **named,
                    "from_year": _year(before),
                    "to_year": _year(step.year),
                    "from_class": classes[i],
                    "to_class": classes[j],
                    "area_km2": moved[i, j] * km2,
                }
                for i, j in np.argwhere(moved > 0)
            ]
            before = step.year
            key = (scenario.name, int(step.year))
            if key not in simulated or not float(step.year).is_integer():
                continue
            demanded = step.asked if step.asked is not None else step.conversions.sum(axis=1).astype(float)
            rows = _areas(inputs, demanded, simulated[key])
            outside = land_outside_zones(inputs)
            by_zone += [{**named, "year": key[1], "zone": inputs.names.zones[z], **row} for z, k, row in rows]
            total += [{**named, "year": key[1], **_summed(rows, k, outside[k] * km2)} for k in range(len(classes))]
    tables = {"demand": total, "conversions": conversions}
    if len(inputs.names.zones) > 1:
        tables["demand_by_zone"] = by_zone
    return {name: pd.DataFrame(rows) for name, rows in tables.items()}


def _year(year: float) -> float | int:
    return int(year) if float(year).is_integer() else round(float(year), 2)


def _areas(
    inputs: SimulationInputs, demanded: NDArray[np.float64], cells: NDArray[np.int64]
) -> list[tuple[int, int, dict[str, object]]]:
    km2 = inputs.land.cell_km2
    return [
        (z, k, {"class": name, "asked_km2": float(demanded[z, k]) * km2, "simulated_km2": int(cells[z, k]) * km2})
        for z in range(cells.shape[0])
        for k, name in enumerate(inputs.land.classes)
    ]


def land_outside_zones(inputs: SimulationInputs) -> NDArray[np.int64]:
    """Cells of each class that lie in no zone, and stay as they are; shape (classes,)."""
    classes, last = len(inputs.land.classes), inputs.land.lands[-1]
    if not inputs.zones.size:
        return np.zeros(classes, np.int64)
    inside = cells_by_class(Landscape(last, zones=inputs.zones), classes, len(inputs.names.zones)).sum(axis=0)
    return np.asarray(cells_by_class(Landscape(last), classes)[0] - inside)


def _summed(rows: Iterable[tuple[int, int, dict[str, object]]], number: int, outside_km2: float) -> dict[str, object]:
    """Area of a class over all zones and the land outside of them."""
    here = [row for _, k, row in rows if k == number]
    asked, made = (sum(float(str(row[name])) for row in here) + outside_km2 for name in ("asked_km2", "simulated_km2"))
    return {"class": here[0]["class"], "asked_km2": asked, "simulated_km2": made}


def trial_tables(inputs: SimulationInputs, trial: TrialFound) -> dict[str, pd.DataFrame]:
    """Scores by resolution, class and transition, kinds of disagreement, shapes of change, and operating curves."""
    classes = inputs.land.classes
    tables: dict[str, Rows] = {
        "validation": [
            {"model": one.model, "resolution_cells": side, **merit_row(merit), "standard_deviation": one.spread[side]}
            for one in trial.scores
            for side, merit in one.merit.items()
        ],
        "validation_by_class": [
            {"model": one.model, "from_class": classes[i], **merit_row(merit)}
            for one in trial.scores
            for i, merit in one.by_origin.items()
        ],
        "validation_by_transition": [
            {"model": one.model, "from_class": classes[i], "to_class": classes[j], **merit_row(merit)}
            for one in trial.scores
            for (i, j), merit in one.by_transition.items()
        ],
        "disagreement": [
            {
                "model": one.model,
                "quantity_disagreement": one.disagreement.quantity,
                "exchange_disagreement": one.disagreement.exchange,
                "shift_disagreement": one.disagreement.shift,
                "kappa": one.kappa,
            }
            for one in trial.scores
        ],
        "demand_validation": _chain_against_observed(inputs) if trial.held_out == "dates" else [],
        "patches": _shapes(trial, classes),
        "operating_curve": [
            {"from_class": classes[i], "to_class": classes[j], "cells_above": int(above), "changed_above": int(changed)}
            for (i, j), curve in trial.curves.items()
            for above, changed in curve
        ],
    }
    return {name: pd.DataFrame(rows) for name, rows in tables.items() if rows}


def _chain_against_observed(inputs: SimulationInputs) -> Rows:
    """Net change of each class in the last period, as the Markov chain of the period before would have it, and as observed."""
    classes, km2 = inputs.land.classes, inputs.land.cell_km2
    one, two, three = inputs.land.lands[-3:]
    first, second, third = inputs.land.years[-3:]
    chain = markov_chain(transition_counts(one, two, len(classes))[0])
    observed = transition_counts(two, three, len(classes))[0]
    now, after = observed.sum(axis=1), observed.sum(axis=0)
    by_chain = now @ step_of(chain, (third - second) / (second - first)).chain
    return [
        {
            "class": name,
            "from_year": second,
            "to_year": third,
            "observed_change_km2": float(after[k] - now[k]) * km2,
            "chain_change_km2": float(by_chain[k] - now[k]) * km2,
        }
        for k, name in enumerate(classes)
    ]


def merit_row(merit: Merit) -> dict[str, object]:
    """Columns of a merit: cells by kind, and the figure."""
    return {
        "hits": merit.hits,
        "misses": merit.misses,
        "false_alarms": merit.false_alarms,
        "wrong_hits": merit.wrong_hits,
        "figure_of_merit": merit.figure_of_merit,
        "error_cells": merit.errors,
    }


def _shapes(trial: TrialFound, classes: Sequence[str]) -> Rows:
    count, size, edge = trial.observed_shape
    named = [("observed", count, size, edge)]
    named += [(one.model, dict(one.patches), dict(one.patch_cells), dict(one.edges)) for one in trial.scores]
    return [
        {"model": name, "to_class": classes[k], "patches": n[k], "mean_cells": cells[k], "edges_per_cell": sides[k]}
        for name, n, cells, sides in named
        for k in n
    ]


def _feature_row(inputs: SimulationInputs, feature: Feature) -> dict[str, object]:
    classes = inputs.land.classes
    return {
        "driver": feature.name or feature.kind,
        "of_class": classes[feature.land_class] if feature.land_class >= 0 else "",
        "window_cells": feature.window or "",
    }


def learning_tables(inputs: SimulationInputs, learned: Learned) -> dict[str, pd.DataFrame]:
    """What was learned: importance of each driver, responses, reliability, and the models."""
    classes, listed = inputs.land.classes, inputs.features.listed
    drivers: Rows = []
    responses: Rows = []
    reliability: Rows = []
    models: Rows = []
    for origin, appraisal in learned.appraisals.items():
        sample = learned.samples[origin]
        drivers += [
            {"from_class": classes[origin], **_feature_row(inputs, feature), "importance": float(value)}
            for feature, value in zip(listed, appraisal.importance, strict=True)
        ]
        for number, target in enumerate(appraisal.targets):
            pair = {"from_class": classes[origin], "to_class": classes[target]}
            models.append(
                {
                    **pair,
                    "changed_cells": int(sample.changed[number]),
                    "stayed_cells": sample.stayed,
                    "sampled_cells": int(sample.cells.size),
                    "ridge": appraisal.ridge,
                    "skill": appraisal.skill,
                    "area_under_curve": float(appraisal.area_under_curve[number]),
                }
            )
            reliability += [
                {**pair, "group": group, "predicted": row[0], "observed": row[1], "cells": row[2]}
                for group, row in enumerate(appraisal.reliability[number], start=1)
                if row[2] > 0
            ]
            responses += [
                {
                    **pair,
                    **_feature_row(inputs, listed[curve.feature]),
                    "value": float(value),
                    "log_odds": float(logs[number]),
                }
                for curve in learned.curves[origin]
                for value, logs in zip(curve.values, curve.log_odds, strict=True)
            ]
    tables = {"drivers": drivers, "responses": responses, "reliability": reliability, "models": models}
    return {name: pd.DataFrame(rows) for name, rows in tables.items() if rows}


#: Figure of merit of chance from which on a block holds all change there is, and standard errors that a difference must exceed.
_ALL, _ERRORS = 1.0 - 1e-9, 2.0


def below_random(scores: Sequence[Scores], model: str) -> list[int]:
    """Sides of the blocks at which a model's figure of merit is not above that of random change by two standard errors of both.

    A block that holds all of the landscape says nothing: every model that meets the demand agrees with the observed change there.
    """
    by_name = {one.model: one for one in scores}
    own, chance = by_name[model], by_name["random"]
    sides = []
    for side, merit in own.merit.items():
        other = float(np.nan_to_num(chance.merit[side].figure_of_merit))
        noise = np.sqrt(sum(one.spread[side] ** 2 / max(one.draws - 1, 1) for one in (own, chance)))
        if other < _ALL and not merit.figure_of_merit > other + _ERRORS * noise:
            sides.append(side)
    return sides


def null_resolution(scores: Sequence[Scores], model: str) -> int | None:
    """Side of the smallest blocks from which on a model errs in fewer cells than a map on which nothing changes; None where it never does.

    Figures of merit can't tell: that of no change is zero by definition.

    References
    ----------
    Pontius, Huffaker and Denman 2004, Useful techniques of validation for spatially explicit land-change models.
    """
    by_name = {one.model: one for one in scores}
    own, still = by_name[model].merit, by_name["no change"].merit
    better = [side for side in own if own[side].errors < still[side].errors]
    lasting = [side for side in own if all(other in better for other in own if other >= side)]
    return min(lasting) if lasting else None
