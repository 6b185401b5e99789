"""Stage: the planning problem of a study, from the land of a year and what [plan] says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.errors import InputError
from tanheng.grid import Grid
from tanheng.inputs.carbon.density_maps import pools_of_place
from tanheng.inputs.plan import PlanInputs
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import name_of, tr
from tanheng.planning.problem import Limit, PlanProblem, Term, area_of, stock_gain
from tanheng.planning.spread import nearness
from tanheng.planning.unit_weights import demand_factor
from tanheng.stages.planning.densities import PlaceDensities, place_densities, zoned_densities
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.study import Plan, PlanLimit
from tanheng.units import HA_PER_KM2


@dataclass(frozen=True)
class PlanLand:
    """Land of the year that is planned from.

    Attributes
    ----------
    grid : Grid
    classes : tuple of str
    year : int
    mask : numpy.ndarray of bool, shape (rows, columns)
        Cells with land; all arrays by cell follow it in reading order.
    area : numpy.ndarray, shape (cells, classes), ha
    densities : PlaceDensities
    layers : mapping of str to ZoneLayer
        Zone layers of the study.
    zones : mapping of str to scipy.sparse.csr_matrix, shape (zones, cells)
        Part of each cell with land in each zone of a layer.
    demand : numpy.ndarray, shape (cells,), t C yr-1, optional
        Emissions allotted to each cell, where the run has them.
    """

    grid: Grid
    classes: tuple[str, ...]
    year: int
    mask: NDArray[np.bool_]
    area: NDArray[np.float64]
    densities: PlaceDensities
    layers: Mapping[str, ZoneLayer]
    zones: Mapping[str, sparse.csr_matrix]
    nearness: NDArray[np.float64]
    demand: NDArray[np.float64] | None = None


def plan_land(inputs: Inputs, layers: Mapping[str, ZoneLayer], dataset: xr.Dataset, year: int) -> PlanLand:
    """Land of a year of a run's dataset, as cells with areas by class."""
    grid = inputs.grid
    share = np.asarray(dataset["land_share"].sel(year=year).transpose("land_class", "y", "x").values, float)
    mask = np.isfinite(share).all(axis=0) & (share.sum(axis=0) > 0)
    area = share[:, mask].T * grid.cell_area_ha
    zones = {label: layer.of_zones[:, mask.ravel()].tocsr() for label, layer in layers.items()}
    classes = tuple(str(name) for name in dataset["land_class"].values)
    area = _without_crumbs(area)
    zoned = zoned_densities(inputs.densities, layers, year, classes)
    of_place = pools_of_place(inputs.densities.maps, classes)
    densities = place_densities(dataset["carbon_density"].sel(year=year), area, mask, zoned, of_place)
    near = nearness(share, mask)
    demand = None
    if "demand" in dataset and year in dataset["demand"]["year"].values:
        demand = np.nan_to_num(np.asarray(dataset["demand"].sel(year=year).values, float)[mask])
    return PlanLand(grid, classes, year, mask, area, densities, layers, zones, near, demand)


def _without_crumbs(area: NDArray[np.float64]) -> NDArray[np.float64]:
    """Areas without what rounding left of classes that a cell does not hold."""
    return np.where(area > 1e-9 * area.sum(axis=1, keepdims=True), area, 0.0)


def allowed_conversions(plan: Plan, classes: tuple[str, ...]) -> NDArray[np.bool_]:
    """Conversions that the plan may use, shape (from class, to class)."""
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


def plan_problem(opened: PlanInputs, land: PlanLand) -> PlanProblem:
    """The problem as the study states it."""
    return PlanProblem(
        classes=land.classes,
        area=land.area,
        gain=gain_terms(opened, land),
        allowed=allowed_conversions(opened.plan, land.classes),
        limits=tuple(_limits(opened, land)),
        may_change=opened.may_change[land.mask],
        may_become=_fit(opened, land),
        max_change=opened.plan.max_change,
        whole=_whole(opened, land),
        preference=land.nearness,
    )


def _whole(opened: PlanInputs, land: PlanLand) -> bool:
    setting = opened.plan.whole_cells
    if isinstance(setting, bool):
        return setting
    one_class = bool(((land.area > 0).sum(axis=1) == 1).all())
    return one_class and opened.plan.max_change == 1.0


def _fit(opened: PlanInputs, land: PlanLand) -> NDArray[np.bool_] | None:
    if not opened.may_become:
        return None
    every = np.ones(land.mask.shape, bool)
    return np.stack([opened.may_become.get(name, every)[land.mask] for name in land.classes], axis=1)


def gain_terms(opened: PlanInputs, land: PlanLand) -> tuple[Term, ...]:
    """Terms of what is maximised: stored carbon first, then values and costs by their weights."""
    weights = opened.plan.weights
    classes = len(land.classes)
    carbon = Term(np.zeros((classes, classes)), unit_factor(opened, land), land.densities.held)
    terms = [carbon.times(weights.get("carbon", 0.0))]
    terms += [
        Term(weight * value_difference(opened, land.classes, name))
        for name, weight in weights.items()
        if name not in {"carbon", "cost"}
    ]
    if "cost" in weights:
        cost = cost_term(opened, land)
        terms.append(Term(-weights["cost"] * cost.per_ha, cost.factor))
    return tuple(terms)


def unit_factor(opened: PlanInputs, land: PlanLand) -> NDArray[np.float64] | None:
    """What a tonne of carbon counts in each cell by the demand of its unit; none where demand does not count."""
    plan = opened.plan
    if plan.demand_weight == 0 or land.demand is None:
        return None
    return demand_factor(land.demand, land.area.sum(axis=1), land.zones[str(plan.demand_zones)], plan.demand_weight)


def value_difference(opened: PlanInputs, classes: tuple[str, ...], name: str) -> NDArray[np.float64]:
    """Value per ha gained by each conversion."""
    return stock_gain([opened.values[name][item] for item in classes])


def cost_term(opened: PlanInputs, land: PlanLand) -> Term:
    """Cost of conversions."""
    classes = land.area.shape[1]
    cost = np.zeros((classes, classes)) if opened.cost is None else opened.cost
    if opened.cost_factor is None:
        return Term(cost, None)
    factor = opened.cost_factor[land.mask]
    gaps = int(np.isnan(factor).sum())
    if gaps:
        raise InputError(
            tr(
                "{name}: has no data in {gaps:,} cells of the region; fill them, a factor of cost is needed everywhere",
                name=opened.plan.cost_map,
                gaps=gaps,
            )
        )
    return Term(cost, factor)


def _limits(opened: PlanInputs, land: PlanLand) -> Iterable[Limit]:
    classes = len(land.classes)
    for item in opened.plan.limits:
        number = land.classes.index(item.land_class)
        for where, factor in _places(land, item.zones, item.zone):
            today = float(land.area[:, number].sum() if factor is None else factor @ land.area[:, number])
            low, high = _range(item, today)
            yield Limit(
                tr("area of {land_class}{where}", land_class=name_of(item.land_class), where=where),
                Term(area_of(classes, number), factor),
                low,
                high,
            )
    for carbon in opened.plan.carbon:
        held = land.densities.stored(land.area).sum(axis=1)
        for where, factor in _places(land, carbon.zones, carbon.zone):
            today = float(held.sum() if factor is None else factor @ held)
            yield Limit(
                tr("carbon stored{where}", where=where),
                Term(np.zeros((classes, classes)), factor, land.densities.held),
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


def _places(land: PlanLand, layer: str | None, zone: str | None) -> Iterable[tuple[str, NDArray[np.float64] | None]]:
    """The region, each zone of a layer, or one zone: words for it, and the part of each cell in it."""
    if layer is None:
        yield "", None
        return
    zones = land.layers[layer]
    for unit, (code, name) in enumerate(zip(zones.ids, zones.names, strict=True)):
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
