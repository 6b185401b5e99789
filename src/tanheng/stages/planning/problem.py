"""Stage: the planning problem of a study, from the land of a year and what [plan] says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.summaries import zone_weights
from tanheng.errors import InputError
from tanheng.factors.densities import POOLS
from tanheng.inputs.plan import PlanInputs
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import name_of, tr
from tanheng.planning.problem import Limit, PlanProblem, Term, area_of, stock_gain
from tanheng.planning.spread import nearness
from tanheng.stages.allocation import zone_cover
from tanheng.study import PlanLimit
from tanheng.units import HA_PER_KM2


@dataclass(frozen=True)
class PlanLand:
    """Land of the year that is planned from.

    Attributes
    ----------
    year : int
    mask : numpy.ndarray of bool, shape (rows, columns)
        Cells with land; all arrays by cell follow it in reading order.
    area : numpy.ndarray, shape (cells, classes), ha
    density : numpy.ndarray, shape (classes,), t C/ha
    pools : numpy.ndarray, shape (classes, pools), t C/ha
        The density by carbon pool.
    zones : mapping of str to scipy.sparse.csr_matrix, shape (zones, cells)
        Part of each cell in each zone of a layer.
    """

    year: int
    mask: NDArray[np.bool_]
    area: NDArray[np.float64]
    density: NDArray[np.float64]
    pools: NDArray[np.float64]
    zones: Mapping[str, sparse.csr_matrix]
    nearness: NDArray[np.float64]


def plan_land(inputs: Inputs, dataset: xr.Dataset, year: int) -> PlanLand:
    """Land of a year as cells with areas by class."""
    share = np.asarray(dataset["land_share"].sel(year=year).transpose("land_class", "y", "x").values, float)
    mask = np.isfinite(share).all(axis=0) & (share.sum(axis=0) > 0)
    area = share[:, mask].T * inputs.grid.cell_area_ha
    fraction = np.asarray(dataset["region_fraction"].values, float)
    zones = {
        label: zone_weights(zone_cover(inputs, polygons), fraction)[:-1][:, mask.ravel()].tocsr()
        for label, polygons in inputs.zones.items()
    }
    density = inputs.densities[year]
    pools = np.array([[density.values[name][pool] for pool in POOLS] for name in inputs.classes])
    return PlanLand(year, mask, _without_crumbs(area), pools.sum(axis=1), pools, zones, nearness(share, mask))


def _without_crumbs(area: NDArray[np.float64]) -> NDArray[np.float64]:
    """Areas without what rounding left of classes that a cell does not hold."""
    return np.where(area > 1e-9 * area.sum(axis=1, keepdims=True), area, 0.0)


def allowed_conversions(inputs: Inputs, opened: PlanInputs) -> NDArray[np.bool_]:
    """Conversions that the plan may use, shape (from class, to class)."""
    plan, classes = opened.plan, inputs.classes
    allowed = np.ones((len(classes), len(classes)), bool)
    for number, name in enumerate(classes):
        if name in plan.fixed:
            allowed[number] = False
        if name in plan.no_new:
            allowed[:, number] = False
    for one, other in plan.forbidden:
        allowed[classes.index(one), classes.index(other)] = False
    np.fill_diagonal(allowed, val=True)
    return allowed


def plan_problem(inputs: Inputs, opened: PlanInputs, land: PlanLand) -> PlanProblem:
    """The problem as the study states it."""
    return PlanProblem(
        classes=inputs.classes,
        area=land.area,
        gain=gain_terms(inputs, opened, land),
        allowed=allowed_conversions(inputs, opened),
        limits=tuple(_limits(inputs, opened, land)),
        may_change=opened.may_change[land.mask],
        may_become=_fit(inputs, opened, land),
        max_change=opened.plan.max_change,
        whole=_whole(opened, land),
        preference=land.nearness,
    )


def _whole(opened: PlanInputs, land: PlanLand) -> bool:
    asked = opened.plan.whole_cells
    if isinstance(asked, bool):
        return asked
    one_class = bool(((land.area > 0).sum(axis=1) == 1).all())
    return one_class and opened.plan.max_change == 1.0


def _fit(inputs: Inputs, opened: PlanInputs, land: PlanLand) -> NDArray[np.bool_] | None:
    if not opened.may_become:
        return None
    every = np.ones(land.mask.shape, bool)
    return np.stack([opened.may_become.get(name, every)[land.mask] for name in inputs.classes], axis=1)


def gain_terms(inputs: Inputs, opened: PlanInputs, land: PlanLand) -> tuple[Term, ...]:
    """Terms of what is maximised: stored carbon first, then values and costs by their weights."""
    weights = opened.plan.weights
    terms = [Term(weights.get("carbon", 0.0) * stock_gain(land.density))]
    terms += [
        Term(weight * value_difference(inputs, opened, name))
        for name, weight in weights.items()
        if name not in {"carbon", "cost"}
    ]
    if "cost" in weights:
        cost = cost_term(opened, land)
        terms.append(Term(-abs(weights["cost"]) * cost.per_ha, cost.factor))
    return tuple(terms)


def value_difference(inputs: Inputs, opened: PlanInputs, name: str) -> NDArray[np.float64]:
    """Value per ha gained by each conversion."""
    return stock_gain([opened.values[name][item] for item in inputs.classes])


def cost_term(opened: PlanInputs, land: PlanLand) -> Term:
    """Cost of conversions."""
    classes = land.area.shape[1]
    cost = np.zeros((classes, classes)) if opened.cost is None else opened.cost
    return Term(cost, None if opened.cost_factor is None else opened.cost_factor[land.mask])


def _limits(inputs: Inputs, opened: PlanInputs, land: PlanLand) -> Iterable[Limit]:
    classes = len(inputs.classes)
    for item in opened.plan.limits:
        number = inputs.classes.index(item.land_class)
        for where, factor in _places(inputs, land, item.zones, item.zone):
            today = float(land.area[:, number].sum() if factor is None else factor @ land.area[:, number])
            low, high = _range(item, today)
            yield Limit(
                tr("area of {land_class}{where}", land_class=name_of(item.land_class), where=where),
                Term(area_of(classes, number), factor),
                low,
                high,
            )
    stored = np.tile(land.density, (classes, 1))
    for carbon in opened.plan.carbon:
        for where, factor in _places(inputs, land, carbon.zones, carbon.zone):
            held = land.area @ land.density
            today = float(held.sum() if factor is None else factor @ held)
            yield Limit(
                tr("carbon stored{where}", where=where),
                Term(stored, factor),
                lower=carbon.at_least * today,
                units="t C",
            )
    if opened.plan.budget is not None:
        yield Limit(tr("cost"), cost_term(opened, land), upper=opened.plan.budget, units=opened.plan.currency)


def _range(item: PlanLimit, today: float) -> tuple[float, float]:
    low = -math.inf if item.at_least is None else item.at_least * today
    low = low if item.at_least_km2 is None else item.at_least_km2 * HA_PER_KM2
    high = math.inf if item.at_most is None else item.at_most * today
    return low, high if item.at_most_km2 is None else item.at_most_km2 * HA_PER_KM2


def _places(
    inputs: Inputs, land: PlanLand, layer: str | None, zone: str | None
) -> Iterable[tuple[str, NDArray[np.float64] | None]]:
    """The region, each zone of a layer, or one zone: words for it, and the part of each cell in it."""
    if layer is None:
        yield "", None
        return
    polygons = inputs.zones[layer]
    for unit, (code, name) in enumerate(zip(polygons.ids, polygons.names, strict=True)):
        if zone is None or zone in (code, name):
            factor = np.asarray(land.zones[layer][unit].toarray()).ravel()
            if factor.any():
                yield tr(" in {name}", name=name), factor
            elif zone is not None:
                raise InputError(
                    tr(
                        "plan: there is a limit on {name} of '{layer}', which has no land in the region with data of {year}",
                        name=name,
                        layer=layer,
                        year=land.year,
                    )
                )
