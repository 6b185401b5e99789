"""Stage: how sure a plan is: its gain under the study's uncertainty, the plan under other densities, and the front against another goal."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.accounting.intervals.propagation import density_half_width
from tanheng.choices import POOLS
from tanheng.inputs.plan import PlanInputs
from tanheng.language import tr
from tanheng.planning.pareto import front
from tanheng.planning.problem import Flows, Limit, PlanProblem, Term
from tanheng.planning.stability import stability
from tanheng.stages.planning.problem import PlanLand, cost_term
from tanheng.stages.uncertainty.input_errors import DensityErrors


def plan_front(opened: PlanInputs, land: PlanLand, problem: PlanProblem) -> pd.DataFrame:
    """What the plan gains for each amount of the other goal that the study names."""
    plan, name = opened.plan, opened.plan.pareto or ""
    if name == "cost":
        other = Limit("cost", cost_term(opened, land), upper=0.0, units=plan.currency)
    else:
        held = np.tile([opened.values[name][item] for item in land.classes], (len(land.classes), 1))
        other = Limit(name, Term(held), units=tr("units of the table"))
    points = front(problem, other, plan.pareto_points, gap=plan.gap, seconds=plan.seconds)
    return pd.DataFrame([{name: point.other, "gain": point.gain, "gap": point.gap} for point in points])


def plan_stability(opened: PlanInputs, land: PlanLand, problem: PlanProblem, flows: Flows) -> dict[str, float]:
    """How much of the plan stays in it when densities are drawn anew."""
    plan = opened.plan
    stable = stability(
        problem,
        flows,
        land.densities.held,
        plan.density_spread,
        plan.draws,
        plan.seed,
        gap=plan.gap,
        seconds=plan.seconds,
    )
    low, high = np.quantile(stable.gain, [0.025, 0.975])
    return {
        "draws": plan.draws,
        "density_spread": plan.density_spread,
        "kept_mean": float(stable.kept.mean()),
        "kept_least": float(stable.kept.min()),
        "gain_low": float(low),
        "gain_high": float(high),
        "gain_positive": float((stable.gain > 0).mean()),
    }


def gain_half_width(errors: DensityErrors | None, land: PlanLand, flows: Flows) -> float | None:
    """Half-width of the gain from the study's own uncertainty of the densities, t C; none where it gives none."""
    if errors is None:
        return None
    coords = {"land_class": list(land.classes), "carbon_pool": list(POOLS)}
    held = xr.DataArray(land.densities.changes(flows), dims=("land_class", "carbon_pool"), coords=coords)
    return float(density_half_width(errors.of(held) * errors.relative, errors.correlation))
