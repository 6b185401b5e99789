"""What emissions are allocated by: population, point sources, and the layers that weights name; opened and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pyproj
import shapely

from tanheng.errors import InputError, nearest
from tanheng.grid import Grid, project, transformer
from tanheng.inputs.drivers import DriverInputs
from tanheng.inputs.emission.emissions import canonical_sector
from tanheng.io.rasters import Raster
from tanheng.io.vectors import Polygons
from tanheng.language import tr
from tanheng.study import Demand, Study


@dataclass(frozen=True)
class DemandInputs:
    """What emissions are allocated by.

    Attributes
    ----------
    years : tuple of int
    settings : Demand
    population : mapping of int to Raster
        By year.
    population_kind : {"density", "count"}
        ``density`` (persons per km2) or ``count`` (persons per pixel).
    zone_layer : str
        Name of the zone layer that emissions are known for; empty where they are known for the region alone.
    zones : Polygons, optional
        That layer.
    points : pandas.DataFrame, optional
        Point sources with the number of their cell.
    drivers : mapping of str to DriverInputs
        Drivers with maps, which weights may name.
    """

    years: tuple[int, ...]
    settings: Demand
    population: Mapping[int, Raster]
    population_kind: Literal["density", "count"]
    zone_layer: str
    zones: Polygons | None
    points: pd.DataFrame | None
    drivers: Mapping[str, DriverInputs]


def unmatched_sectors(study: Study, rows: list[pd.DataFrame], points: pd.DataFrame | None) -> list[str]:
    """Weights and point sources of sectors that emit nothing, by any of their names."""
    known = {canonical_sector(str(item)) for table in rows for item in table["sector"]}
    by_year = {
        (int(year), canonical_sector(str(item)))
        for table in rows
        for year, item in zip(table["year"], table["sector"], strict=True)
    }
    sectors = [canonical_sector(item.sector) for item in study.demand.weights if item.sector != "*"]
    faults = [
        tr(
            "demand.weights: no emissions are given for sector '{sector}'{nearest}",
            sector=item.sector,
            nearest=nearest(item.sector, known),
        )
        for item in study.demand.weights
        if item.sector != "*" and canonical_sector(item.sector) not in known
    ]
    faults += [
        tr("demand.weights: sector '{name}' appears twice, by two of its names", name=name)
        for name in set(sectors)
        if sectors.count(name) > 1
    ]
    if points is not None:
        faults += [
            tr(
                "{points}: sector '{sector}' has point sources in {year}, and no emissions of its own in that year",
                points=study.demand.points,
                sector=row.sector,
                year=row.year,
            )
            for row in points.drop_duplicates(["year", "sector"]).itertuples()
            if row.year in study.years and (int(row.year), canonical_sector(str(row.sector))) not in by_year
        ]
    return faults


def unknown_weights(study: Study, drivers: Mapping[str, object], classes: tuple[str, ...]) -> list[str]:
    """Layers that weights of demand name and the study does not have."""
    known = ("population", *drivers, *classes)
    settings = study.demand
    named = [(item.sector, (*item.by, *item.inside)) for item in settings.weights] + [
        ("compare_with", tuple(settings.compare_with or {}))
    ]
    return [
        tr(
            "demand.weights, {sector}: there is no layer '{name}'{nearest}; known are population, drivers with maps and classes",
            sector=sector,
            name=name,
            nearest=nearest(name, known),
        )
        for sector, names in named
        for name in names
        if name not in known and name not in study.drivers
    ]


def repeated_points(points: pd.DataFrame, name: str) -> list[str]:
    """Question about point sources that are listed twice: in one year at one place, with the same emissions."""
    twice = points[points.duplicated(["year", "sector", "longitude", "latitude", "emissions_t_c"])]
    if twice.empty:
        return []
    first = twice.iloc[0]
    return [
        tr(
            "{name}: point sources are listed twice ({count} in all), as that of {year} at {longitude:g}, {latitude:g}: same year, sector, place and "
            "emissions; are these separate plants?",
            name=name,
            count=len(twice),
            year=int(first["year"]),
            longitude=float(first["longitude"]),
            latitude=float(first["latitude"]),
        )
    ]


def points_on_cells(points: pd.DataFrame, grid: Grid, boundary: Polygons | None, name: str) -> pd.DataFrame:
    """Point sources with the number of their cell.

    Raises
    ------
    InputError
        A point lies outside the region.
    """
    x, y = transformer(pyproj.CRS(4326), grid.crs).transform(
        points["longitude"].to_numpy(), points["latitude"].to_numpy()
    )
    west, _, _, north = grid.bounds
    column = np.floor((np.asarray(x) - west) / grid.resolution).astype(int)
    row = np.floor((north - np.asarray(y)) / grid.resolution).astype(int)
    inside = (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
    if boundary is not None:
        whole = shapely.union_all(project(boundary.geometries, boundary.crs, grid.crs))
        inside &= shapely.contains_xy(whole, x, y)
    if not inside.all():
        at = points[~inside].iloc[0]
        raise InputError(
            tr(
                "{name}: {count} point(s) lie outside the region, the first at {longitude:g}, {latitude:g} ({sector}); are "
                "longitude and latitude in their columns?",
                name=name,
                count=int((~inside).sum()),
                longitude=at.longitude,
                latitude=at.latitude,
                sector=at.sector,
            )
        )
    return points.assign(cell=row * grid.columns + column, x=x, y=y)
