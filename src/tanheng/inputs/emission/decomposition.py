"""What the decomposition of emissions needs beside the account: output and population by year, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tanheng.inputs.emission.emissions import EmissionInputs
from tanheng.inputs.problems import Problems
from tanheng.io.tables import read_economy
from tanheng.io.vectors import Polygons
from tanheng.language import listed, tr
from tanheng.study import Decomposition, Study


@dataclass(frozen=True)
class DecompositionInputs:
    """Output and population of the region and of zones.

    Attributes
    ----------
    settings : Decomposition
    economy : pandas.DataFrame
        Columns ``year, zone, gdp, population``; the zone is an id as the emissions have it, blank for the region.
    """

    settings: Decomposition
    economy: pd.DataFrame


def open_decomposition(
    study: Study,
    base: Path,
    zones: Mapping[str, Polygons],
    emissions: EmissionInputs | None,
    problems: Problems,
) -> DecompositionInputs | None:
    """Output and population of a study; none where it does not ask for a decomposition. Problems are gathered."""
    settings = study.decomposition
    if settings is None:
        return None
    economy = problems.attempt(read_economy, base / settings.table, settings.columns)
    if economy is None:
        return None
    polygons = zones.get(study.emissions.zones or "") if study.emissions is not None else None
    known = polygons.numbers() if polygons is not None else {}
    lost = sorted(set(economy["zone"]) - {""} - set(known))
    if lost:
        problems.add(
            tr("{table}: zone(s) that the emissions do not have: {names}", table=settings.table, names=listed(lost[:5]))
        )
        return None
    if polygons is not None:
        economy = economy.assign(zone=[polygons.ids[known[zone]] if zone else "" for zone in economy["zone"]])
    problems.add(*_missing(economy, study.years, settings.table))
    if emissions is not None:
        problems.add(*_uncovered(economy, emissions.given, settings.table))
    of_region = economy[economy["zone"] == ""]
    if of_region["population"].isna().any() and of_region["population"].notna().any():
        problems.add(
            tr(
                "{table}: population is given for some years and not for others; give it for all, or for none, so that it comes from one source",
                table=settings.table,
            )
        )
    if settings.prices == "current":
        problems.warn(
            tr(
                "output is at current prices: rising prices look like growth and like falling intensity; take output at the prices of one year"
            )
        )
    if study.population is None and economy["population"].isna().any():
        problems.add(tr("{table}: without population maps it needs the column 'population'", table=settings.table))
    if (economy["zone"] != "").any() and economy.loc[economy["zone"] != "", "population"].isna().any():
        problems.add(tr("{table}: rows of zones need the column 'population'", table=settings.table))
    if emissions is not None and (economy["zone"] != "").any() and not _by_zone(emissions.given):
        problems.add(
            tr("{table}: has rows of zones, but the emissions are given for the region alone", table=settings.table)
        )
    return DecompositionInputs(settings, economy)


def _uncovered(economy: pd.DataFrame, tables: Iterable[pd.DataFrame], table: str) -> list[str]:
    """Zones with emissions that have no row of output, where there is none for the region: their sum would not be that of the region."""
    if (economy["zone"] == "").any():
        return []
    emitting = {str(zone) for rows in tables if "zone" in rows for zone in rows["zone"]}
    lacking = sorted(emitting - set(economy["zone"]) - {""})
    problems = []
    if lacking:
        problems.append(
            tr(
                "{table}: no output of {zones}, which have emissions; add them, or rows of the region (without a zone)",
                table=table,
                zones=listed(lacking[:5]),
            )
        )
    if "" in emitting or not emitting:
        problems.append(
            tr(
                "{table}: some emissions are of the region and not of a zone; add rows of the region (without a zone)",
                table=table,
            )
        )
    return problems


def _missing(economy: pd.DataFrame, years: Iterable[int], table: str) -> list[str]:
    """Years of the study without a row, by zone."""
    gaps = []
    for zone, rows in economy.groupby("zone", sort=False):
        missing = [year for year in years if year not in set(rows["year"])]
        if missing:
            place = tr(" for zone '{zone}'", zone=zone) if zone else ""
            gaps.append(tr("{table}: no row{place} for {years}", table=table, place=place, years=listed(missing)))
    return gaps


def _by_zone(tables: Iterable[pd.DataFrame]) -> bool:
    return any("zone" in table and (table["zone"] != "").any() for table in tables)
