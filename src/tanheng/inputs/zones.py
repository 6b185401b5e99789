"""Zone layers of a study, and the economic output of their zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from tanheng.inputs.drivers import DriverInputs
from tanheng.inputs.problems import Problems
from tanheng.inputs.zone_names import names_of
from tanheng.io.vectors import Polygons, polygon_columns, read_polygons
from tanheng.language import LANGUAGES, language, listed, tr, worded
from tanheng.study import Study, ZoneLayer


@dataclass(frozen=True)
class EconomyInputs:
    """Economic output of the zones of a layer: a table with ``year`` (0 for all years), ``zone``, ``value``; totals or densities."""

    layer: str
    kind: Literal["total", "density"]
    table: pd.DataFrame


def open_zones(study: Study, base: Path, problems: Problems) -> dict[str, Polygons]:
    """Zone layers by label; those that can't be read are problems."""
    layers = {}
    for label, layer in study.zones.items():
        with problems.at(f"zones.{label}"):
            polygons = problems.attempt(_read_zones, base / layer.file, layer)
        if polygons is not None:
            layers[label] = polygons
    return layers


def _read_zones(path: Path, layer: ZoneLayer) -> Polygons:
    """Zones with their names in the language that is spoken, where the file has them in it."""
    name = None if layer.name is None else worded(layer.name)
    columns = polygon_columns(path, layer.layer) if name else ()
    in_language = f"{name}_{language()}"
    shown = in_language if in_language in columns and set(layer.name or ()) <= {""} else name
    known = [name, *(f"{name}_{code}" for code in LANGUAGES), *(layer.name or {}).values()]
    others = [column for column in dict.fromkeys(known) if column and column in columns and column != shown]
    polygons = read_polygons(path, layer.id, shown, layer.layer, others)
    if not others:
        return polygons
    names = dict(zip([shown, *others], [polygons.names, *polygons.other_names], strict=True))
    headings = layer.name or {}
    in_languages = {
        code: next(names[column] for column in (headings.get(code), f"{name}_{code}", name) if column in names)
        for code in LANGUAGES
    }
    return replace(polygons, by_language=in_languages)


def economy_of(study: Study, drivers: Iterable[DriverInputs]) -> EconomyInputs | None:
    """Economic output that the study names a driver for; none where it names none."""
    if study.economy is None:
        return None
    by_name = {driver.name: driver for driver in drivers}
    driver = by_name.get(study.economy.driver)
    if driver is None or driver.table is None:
        return None
    return EconomyInputs(driver.settings.zones or "", study.economy.kind, driver.table)


#: Zones that a note names.
_SHOWN = 5


def economy_notes(economy: EconomyInputs | None, zones: Mapping[str, Polygons], years: Sequence[int]) -> list[str]:
    """Notes on years in which a zone has no economic output: shares of the others would be wrong, so coefficients are left out."""
    if economy is None or economy.layer not in zones:
        return []
    layer, found = zones[economy.layer], []
    called = names_of(layer)
    for year in years:
        known = set(economy.table.loc[economy.table["year"].isin([year, 0]), "zone"].astype(str))
        lacking = [zone for zone in layer.ids if zone not in known]
        if lacking:
            found.append(
                tr(
                    "economy: {count} zone(s) of '{layer}' have no output in {year} ({names}); the economic contribution coefficients of that year "
                    "are left out, since shares of the other zones would be too high",
                    count=len(lacking),
                    layer=economy.layer,
                    year=year,
                    names=listed([str(called.get(zone, zone)) for zone in lacking[:_SHOWN]]),
                )
            )
    return found


def repair_notes(layers: Iterable[Polygons]) -> list[str]:
    """Warnings on polygons that had to be repaired."""
    return [
        tr(
            "{path}: {repaired} polygon(s) with invalid geometry were repaired",
            path=polygons.path,
            repaired=polygons.repaired,
        )
        for polygons in layers
        if polygons.repaired
    ]
