"""Stage: how sure the demanded land is, and the carbon of it, in each scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.inputs.simulation.opening import SimulationInputs
from tanheng.language import tr
from tanheng.simulation.demand import transition_counts
from tanheng.simulation.demand_spread import (
    Bounds,
    DemandSpread,
    DemandStep,
    RateErrors,
    demand_spread,
    half_of_range,
    rate_errors,
)
from tanheng.simulation.landscape import Landscape, cells_by_class
from tanheng.simulation.schedule import Schedule, ScheduledStep
from tanheng.stages.simulation.future import start_of
from tanheng.stages.simulation.tables import with_scenario
from tanheng.units import HA_PER_KM2

#: Demands that are drawn: matrices of the classes, no maps.
_DRAWS = 4000
#: Demand that continues what was observed, and so errs as the past tells.
_CONTINUED = frozenset({"markov", "linear"})
#: Longest period over the shortest, up to which they count as alike.
_ALIKE = 1.5


@dataclass(frozen=True)
class LandDemandErrors:
    """What demand may be in each scenario.

    Attributes
    ----------
    errors : RateErrors
    spreads : mapping of str to DemandSpread
        By the name of the scenario.
    start : array, shape (classes,)
        Cells of each class on the last map.
    cell_km2 : float
    """

    errors: RateErrors
    spreads: Mapping[str, DemandSpread]
    start: NDArray[np.int64]
    cell_km2: float

    def cells(self, scenario: str, year: int) -> NDArray[np.float64]:
        """Cells of each class that may be demanded, shape (draws, classes)."""
        spread = self.spreads[scenario]
        return np.asarray(self.start @ spread.drawn[:, spread.years.index(year)])

    def half_width(self, scenario: str, years: tuple[int, ...], density: NDArray[np.float64]) -> float:
        """Half of the 95 % range of the stock in a year, or of its change from the first year to the second, t C; 0 for the last map.

        Parameters
        ----------
        density : array, shape (classes,), t C ha-1
        """
        hectares = self.cell_km2 * HA_PER_KM2
        known = self.spreads[scenario].years
        stocks = [self.cells(scenario, year) @ density * hectares for year in years if year in known]
        if not stocks:
            return 0.0
        return float(half_of_range(stocks[-1] - stocks[0] if len(stocks) > 1 else stocks[0]))

    def zone_half_width(
        self, scenario: str, year: int, moved: NDArray[np.int64], density: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Half of the 95 % range of the stock of each zone, t C: its conversions are as much more or less as those of the region.

        Parameters
        ----------
        moved : array, shape (zones, classes, classes)
            Cells of each zone by their class on the last map and in the year.
        density : array, shape (classes,), t C ha-1
        """
        spread = self.spreads[scenario]
        at = spread.years.index(year)
        central = spread.central[at]
        off = ~np.eye(central.shape[0], dtype=bool) & (central > 0)
        ratio = (spread.drawn[:, at] / np.where(off, central, 1.0))[:, off]
        gain = (density[None, :] - density[:, None]) * self.cell_km2 * HA_PER_KM2
        return half_of_range(ratio @ (moved * gain)[:, off].T)


def land_demand_errors(inputs: SimulationInputs, schedules: Mapping[str, Schedule]) -> LandDemandErrors | None:
    """What demand may be, from how rates differed between the observed periods or as the study says; None where nothing says it."""
    errors = _errors(inputs)
    if errors is None or errors.common == errors.own == 0:
        return None
    land, classes = inputs.land, len(inputs.land.classes)
    start = cells_by_class(Landscape(land.lands[-1]), classes)[0]
    first = land.years[0] if inputs.settings.period == "all" else land.years[-2]
    today, spreads = start_of(inputs), {}
    # Land in no zone stays as it is.
    outside = start - today.cells.sum(axis=0)
    for scenario in inputs.scenarios:
        steps = [_step(step, outside) for step in schedules[scenario.name].steps]
        bounds = Bounds(scenario.rules.most, today.fixed.sum(axis=0) + outside)
        since = (float(first), float(land.years[-1]))
        to, seed = inputs.settings.to, inputs.settings.seed
        spreads[scenario.name] = demand_spread(steps, to, since, errors, _DRAWS, seed, bounds)
    return LandDemandErrors(errors, spreads, start, land.cell_km2)


def _step(step: ScheduledStep, outside: NDArray[np.int64]) -> DemandStep:
    """A step of all zones and the land in none."""
    placed = step.conversions.sum(axis=0).astype(float)
    wanted = placed if step.wanted is None else step.wanted.sum(axis=0)
    return DemandStep(step.year, placed + np.diag(outside), wanted + np.diag(outside))


def _errors(inputs: SimulationInputs) -> RateErrors | None:
    asked, years = inputs.settings.demand_uncertainty, inputs.land.years
    if not isinstance(asked, str):
        return RateErrors.given(asked, float(years[-1] - years[-2]))
    if inputs.settings.demand not in _CONTINUED:
        return None
    lands, classes = inputs.land.lands, len(inputs.land.classes)
    counts = [transition_counts(lands[k], lands[k + 1], classes)[0] for k in range(len(lands) - 1)]
    return rate_errors(np.stack(counts), years)


def demand_interval(inputs: SimulationInputs, errors: LandDemandErrors) -> pd.DataFrame:
    """Area of each class that is demanded by scenario and year, with the range that holds 95 % of what may be, km2."""
    rows: list[dict[str, object]] = []
    km2 = inputs.land.cell_km2
    for scenario in inputs.scenarios:
        spread = errors.spreads[scenario.name]
        for year in inputs.settings.to:
            central = errors.start @ spread.central[spread.years.index(year)] * km2
            low, high = np.quantile(errors.cells(scenario.name, year) * km2, [0.025, 0.975], axis=0)
            rows += [
                {
                    **with_scenario(inputs, scenario),
                    "year": year,
                    "class": name,
                    "area_km2": central[k],
                    "low_km2": low[k],
                    "high_km2": high[k],
                }
                for k, name in enumerate(inputs.land.classes)
            ]
    return pd.DataFrame(rows)


def carbon_interval(
    inputs: SimulationInputs, errors: LandDemandErrors, carbon: pd.DataFrame, density: NDArray[np.float64]
) -> pd.DataFrame:
    """Change of the stock since the last map by scenario and year, with the half-width that demand gives it, t C.

    Parameters
    ----------
    carbon : pandas.DataFrame
        As `carbon_table` makes it.
    density : array, shape (classes,), t C ha-1
    """
    keys = [name for name in ("scenario", "year") if name in carbon]
    table = carbon.groupby(keys, sort=False)["stock_change_t_c"].sum().reset_index()
    only = inputs.scenarios[0].name
    names = table["scenario"] if "scenario" in table else [only] * len(table)
    halves = [
        errors.half_width(str(name), (int(year),), density) for name, year in zip(names, table["year"], strict=True)
    ]
    return table.assign(half_width_demand_t_c=halves)


def scenario_difference(
    inputs: SimulationInputs, errors: LandDemandErrors, density: NDArray[np.float64]
) -> pd.DataFrame:
    """How much more each scenario stores than the first, by year, t C, with the range that holds 95 % of what it may be.

    The same errors of rates are assumed in all scenarios, so differences vary less than the stores.

    Parameters
    ----------
    density : array, shape (classes,), t C ha-1
    """
    hectares = errors.cell_km2 * HA_PER_KM2
    than, *others = inputs.scenarios
    rows: list[dict[str, object]] = []
    for scenario in others:
        for number, year in enumerate(inputs.settings.to):
            central = [errors.start @ errors.spreads[one.name].central[number] @ density for one in (scenario, than)]
            drawn = errors.cells(scenario.name, year) - errors.cells(than.name, year)
            low, high = np.quantile(drawn @ density * hectares, [0.025, 0.975])
            rows.append(
                {
                    "scenario": scenario.name,
                    "than_scenario": than.name,
                    "year": year,
                    "stock_difference_t_c": (central[0] - central[1]) * hectares,
                    "low_t_c": low,
                    "high_t_c": high,
                }
            )
    return pd.DataFrame(rows)


def demand_notes(inputs: SimulationInputs, errors: LandDemandErrors | None) -> list[str]:
    """What the interval of the demand for land rests on, or why there is none."""
    if errors is not None and errors.errors.compared:
        return [*_basis(inputs, errors.errors), *_uneven(inputs)]
    if errors is not None or inputs.settings.demand_uncertainty != "observed":
        return []
    if inputs.settings.demand not in _CONTINUED:
        return [
            tr(
                "land demand: has no interval, since it is given and not derived from the maps; give a number as 'demand_uncertainty', or compare "
                "scenarios"
            )
        ]
    if len(inputs.land.years) < 3:
        return [
            tr(
                "land demand: has no interval, since two maps do not show how rates change from period to period; give a third map, or "
                "'demand_uncertainty', or compare scenarios"
            )
        ]
    return [
        tr(
            "land demand: has no interval, since no conversion was seen often enough in two periods running for its rates to be compared; give "
            "'demand_uncertainty', or compare scenarios"
        )
    ]


def _basis(inputs: SimulationInputs, errors: RateErrors) -> list[str]:
    """On how little the interval rests, and what is not in it."""
    notes = [
        tr(
            "land demand: its interval rests on how {count} rates of conversion differed between {periods} observed periods; a policy or a break "
            "that the maps do not show is not in it, and errors of the maps count as change of rates",
            count=errors.compared,
            periods=len(inputs.land.years) - 1,
        )
    ]
    if errors.left_out:
        notes.append(
            tr(
                "land demand: {count} conversion(s) began or stopped between two periods; their rates have no part in its interval",
                count=errors.left_out,
            )
        )
    return notes


def _uneven(inputs: SimulationInputs) -> list[str]:
    """That periods differ in length, so that errors of the maps alone make rates differ."""
    lengths = np.diff(inputs.land.years)
    if lengths.max() <= _ALIKE * lengths.min():
        return []
    return [
        tr(
            "land demand: the observed periods have {short} to {long} years; errors of the maps do not grow with the length of a period, so that "
            "they alone make rates differ, and the interval wide: take maps at even intervals",
            short=int(lengths.min()),
            long=int(lengths.max()),
        )
    ]
