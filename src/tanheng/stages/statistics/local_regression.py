"""Stage: balance of zones on drivers, with coefficients that differ from place to place (geographically weighted regression)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tanheng.accounting.rates import over
from tanheng.accounting.summaries import zone_sums
from tanheng.analysis.regression.geographic import chance_of_local, global_regression, local_regression
from tanheng.errors import InputError
from tanheng.language import listed, name_of, tr
from tanheng.stages.drivers import DriverOnGrid
from tanheng.stages.found import Found
from tanheng.stages.land.stock import Land
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.study import Analysis
from tanheng.tables.balance_columns import columns_in
from tanheng.units import HA_PER_KM2

Values = NDArray[np.float64]

#: Zones up to which the distances between all of them are held.
_MOST_ZONES = 1500

#: Random deals of the zones over their places.
_DEALS = 99

CONSTANT = "constant"


def regress_locally(
    settings: Analysis,
    land: Land,
    layers: Mapping[str, ZoneLayer],
    balance: pd.DataFrame,
    drivers: list[DriverOnGrid],
) -> Found:
    """Local regression of the balance per hectare of the zones of a layer on the means of drivers in them, for the last year.

    Parameters
    ----------
    balance : pandas.DataFrame
        Table of the balance by zone.
    """
    label = settings.local_regression
    if label is None or not drivers:
        return Found()
    layer, year = layers[label], int(balance["year"].max())
    rows = balance[(balance["zone_layer"] == label) & (balance["year"] == year) & (balance["zone_id"] != "-")]
    rows = rows.set_index("zone_id").reindex(list(layer.ids))
    y = over(rows[columns_in(balance).balance].to_numpy(float), rows["area_km2"].to_numpy(float) * HA_PER_KM2)
    chosen = [driver for driver in drivers if not settings.local_drivers or driver.name in settings.local_drivers]
    means = np.column_stack([_zone_means(driver, layer, land, year) for driver in chosen])
    kept = np.isfinite(y) & np.isfinite(means).all(axis=1)
    if kept.sum() > _MOST_ZONES:
        return Found(
            notes=(
                tr(
                    "local regression is left out: {count} zones are more than {most}",
                    count=int(kept.sum()),
                    most=_MOST_ZONES,
                ),
            )
        )
    places = np.array([(point.x, point.y) for point in shapely.centroid(layer.shapes[kept])]) / 1000.0
    names = [driver.name for driver in chosen]
    try:
        return _found(label, year, rows[kept], names, _standard(y[kept]), _standard(means[kept]), places, settings.seed)
    except InputError as error:
        return Found(notes=(tr("local regression is left out: {reason}", reason=error),))


def _zone_means(driver: DriverOnGrid, layer: ZoneLayer, land: Land, year: int) -> Values:
    """Mean of a driver over the land of each zone; NaN where it is not known."""
    values = driver.values.sel(year=year) if "year" in driver.values.dims else driver.values
    layer_values = np.asarray(values.values, float)
    part = np.where(np.isfinite(layer_values), np.asarray(land.fraction.values, float), 0.0)
    total = zone_sums(layer.weights, np.nan_to_num(layer_values) * part)
    return over(total, zone_sums(layer.weights, part))[:-1]


def _standard(values: Values) -> Values:
    """Values less their mean, over their standard deviation, so that coefficients can be compared."""
    spread = values.std(axis=0)
    if (spread == 0).any():
        raise InputError(tr("a variable is the same in all zones"))
    return np.asarray((values - values.mean(axis=0)) / spread)


def _found(
    label: str, year: int, rows: pd.DataFrame, names: list[str], y: Values, x: Values, places: Values, seed: int
) -> Found:
    """Tables of the fit and of the coefficients of each zone, and a note on drivers that go together."""
    local, (whole, aicc, r2) = local_regression(y, x, places), global_regression(y, x)
    chance = chance_of_local(y, x, places, np.random.default_rng(seed), _DEALS)
    fit = {
        "zone_layer": label,
        "year": year,
        "zones": len(y),
        "neighbours": local.neighbours,
        "effective_parameters": local.effective_parameters,
        "aicc": local.aicc,
        "aicc_of_one": aicc,
        "r2": local.r2,
        "r2_of_one": r2,
        "p_random_places": chance,
    }
    table = [
        {
            "zone_layer": label,
            "year": year,
            "zone_id": zone,
            "zone_name": row.zone_name,
            "driver": name,
            "coefficient": local.coefficients[place, number],
            "coefficient_of_one": whole[number],
            "t_value": local.t[place, number],
            "is_significant": "yes" if abs(local.t[place, number]) > local.critical_t else "no",
            "r2_local": local.r2_local[place],
        }
        for place, (zone, row) in enumerate(zip(rows.index, rows.itertuples(), strict=True))
        for number, name in enumerate((CONSTANT, *names))
    ]
    tables = {"local_regression_fit": pd.DataFrame([fit]), "local_regression": pd.DataFrame(table)}
    return Found(tables, notes=tuple(_collinear(names, x)))


def _collinear(names: list[str], x: Values) -> list[str]:
    """Note on drivers that go together so closely that their coefficients can't be told apart."""
    if len(names) < 2:
        return []
    matrix = np.abs(np.corrcoef(x.T))
    pairs = [
        f"{name_of(names[one])}, {name_of(names[other])}"
        for one in range(len(names))
        for other in range(one + 1, len(names))
        if matrix[one, other] > 0.8
    ]
    if not pairs:
        return []
    return [
        tr(
            "local regression: {pairs} go together (|r| above 0.8), so their coefficients can't be told apart",
            pairs=listed(pairs),
        )
    ]
