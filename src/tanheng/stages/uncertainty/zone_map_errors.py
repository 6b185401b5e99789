"""Stage: areas and stocks of zones adjusted for map error by the error matrix of the whole region: a synthetic estimate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.accounting.intervals.map_error import adjusted_areas, adjusted_mean
from tanheng.accounting.summaries import zone_sums
from tanheng.inputs.map_error import MapErrorInputs
from tanheng.stages.found import Found
from tanheng.stages.land.stock import Land
from tanheng.stages.uncertainty.areas import class_areas_by_zone
from tanheng.stages.uncertainty.map_errors import class_densities
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.units import HA_PER_KM2

Values = NDArray[np.float64]


def account_zone_map_errors(given: MapErrorInputs, land: Land, layers: Mapping[str, ZoneLayer]) -> Found:
    r"""Area of each class and stock of every zone, adjusted by the error matrix of the region of that year.

    The shares of what is there among what the map shows are taken to be those of the region in every zone:

    .. math:: A_{jz} = \sum_i A_{iz} \frac{n_{ij}}{n_i}, \qquad C_z^{adj} = C_z + \sum_j (A_{jz} - A^{map}_{jz}) c_j

    Half-widths are those of the sample of the matrix; that the map may err otherwise in one zone than in another is in none of them.
    Adjusted areas of all zones of a layer, with the land outside of them, sum to those of the region. Years with published accuracies
    have none, since those say nothing of which class is there instead.

    References
    ----------
    Olofsson et al. 2014, Eq. 9-11, with the areas of a zone; Rao and Molina 2015, Small Area Estimation, Ch. 3 (synthetic estimates).
    """
    samples = {year: errors.counts for year, errors in given.samples.items() if errors.counts is not None}
    if not samples or not layers:
        return Found()
    areas: list[dict[str, object]] = []
    stocks: list[dict[str, object]] = []
    for layer in layers.values():
        for year, counts in samples.items():
            for of_areas, of_stock in _zones(layer, land, year, counts):
                areas += of_areas
                stocks.append(of_stock)
    return Found({"adjusted_area_by_zone": pd.DataFrame(areas), "adjusted_stock_by_zone": pd.DataFrame(stocks)})


def _zones(
    layer: ZoneLayer, land: Land, year: int, counts: Values
) -> Iterator[tuple[list[dict[str, object]], dict[str, object]]]:
    """Rows on the classes of each zone that has land, and the row on its stock."""
    mapped = class_areas_by_zone(layer, land, year)
    stock = zone_sums(layer.weights, land.stock.sel(year=year).values)
    density = class_densities(land, year)
    for number, (zone, name) in enumerate(zip(layer.ids, layer.names, strict=True)):
        area = mapped[:, number]
        if not area.sum() > 0:
            continue
        place = {"year": year, "zone_layer": layer.label, "zone_id": zone, "zone_name": name}
        adjusted = adjusted_areas(counts, area)
        rows: list[dict[str, object]] = [
            place
            | {
                "land_class": land_class,
                "area_km2": area[k] / HA_PER_KM2,
                "adjusted_area_km2": adjusted.value[k] / HA_PER_KM2,
                "adjusted_half_width_km2": adjusted.half_width[k] / HA_PER_KM2,
            }
            for k, land_class in enumerate(land.classes)
        ]
        yield (
            rows,
            place
            | {
                "stock_t_c": stock[number],
                "adjusted_value_t_c": stock[number] + float((adjusted.value - area) @ density),
                "half_width_map_error_t_c": float(adjusted_mean(counts, area, density).half_width) * float(area.sum()),
            },
        )
