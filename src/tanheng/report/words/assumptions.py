"""What the intervals of a run rest on, as the study gives it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from tanheng.factors.densities import POOL_WORDS
from tanheng.language import joined, listed, name_of, tr


def uncertainty_assumptions(settings: Mapping[str, Any]) -> str:
    """One sentence with every half-width that the study gives; empty where it gives none.

    Examples
    --------
    >>> density = {"uncertainty": {"soil": 0.2}, "correlation": 0.5, "within_class": 0.0}
    >>> uncertainty_assumptions({"carbon_density": density, "emissions": None, "land_cover": {"area_uncertainty": {}}})
    'The study gives these half-widths: carbon densities soil 20 %, correlation between classes 0.5.'
    """
    parts = [
        *_densities(settings["carbon_density"]),
        *_areas(settings["land_cover"]),
        *_emissions(settings.get("emissions")),
    ]
    return tr("The study gives these half-widths: {parts}.", parts=listed(parts)) if parts else ""


def _percent(value: float) -> str:
    return f"{100 * value:.3g} %"


def _by_name(halves: Mapping[str, float]) -> str:
    return " ".join(f"{name_of(name)} {_percent(half)}" for name, half in halves.items())


def _densities(given: Mapping[str, Any]) -> list[str]:
    halves = given.get("uncertainty")
    if halves is None:
        return []
    half_widths = _by_name(halves) if isinstance(halves, Mapping) else _percent(halves)
    parts = [
        tr("carbon densities {halves}", halves=half_widths),
        tr("correlation between classes {value:g}", value=given["correlation"]),
    ]
    if given["within_class"]:
        parts.append(tr("variation within a class {half}", half=_percent(given["within_class"])))
    return parts


def _areas(given: Mapping[str, Any]) -> list[str]:
    halves = given.get("area_uncertainty")
    return [tr("mapped areas {halves}", halves=_by_name(halves))] if halves else []


def _emissions(given: Mapping[str, Any] | None) -> list[str]:
    if not given:
        return []
    if given.get("totals") is None:
        return [tr("activity data {half}", half=_percent(given["activity_uncertainty"]))]
    totals = given.get("totals_uncertainty")
    if totals is None:
        return []
    half_widths = _by_name(totals) if isinstance(totals, Mapping) else _percent(totals)
    return [tr("emission totals {halves}", halves=half_widths)]


def _files(maps: Mapping[str, Any]) -> str:
    """Names of the rasters, without the folders of the machine: run.json has the whole paths."""
    return listed(PurePath(path).name for path in ([maps["map"]] if maps["map"] else maps["maps"].values()))


def density_sources(given: Mapping[str, Any]) -> list[str]:
    """Sentences on densities that come from maps, or that differ by zone.

    Examples
    --------
    >>> soil = {"pool": "soil", "map": "soc.tif", "maps": None, "classes": [], "year": 2010, "depth_cm": 30.0, "below_ratio": None, "source": ""}
    >>> density_sources({"zones": None, "maps": [soil]})
    ['Carbon density, soil (to 30 cm): the map soc.tif of 2010 in place of the table, averaged over the land of each class in each cell.']
    """
    sources = []
    if given.get("zones"):
        sources.append(tr("Carbon densities are given by zone of the layer {layer}.", layer=name_of(given["zones"])))
    return [*sources, *(_density_map(item) for item in given.get("maps", ()))]


def _density_map(item: Mapping[str, Any]) -> str:
    words = POOL_WORDS[item["pool"]]
    pool = tr(words)
    if item["depth_cm"] is not None:
        pool = tr("{pool} (to {depth:g} cm)", pool=pool, depth=item["depth_cm"])
    file = _files(item)
    figures = {
        "pool": pool,
        "file": file if item["year"] is None else tr("{file} of {year}", file=file, year=item["year"]),
        "classes": listed(map(name_of, item["classes"])),
    }
    text = (
        tr(
            "Carbon density, {pool}: the map {file} in place of the table for {classes}, averaged over the land of each class in each cell.",
            **figures,
        )
        if item["classes"]
        else tr(
            "Carbon density, {pool}: the map {file} in place of the table, averaged over the land of each class in each cell.",
            **figures,
        )
    )
    more = [item["source"]] if item["source"] else []
    if item["below_ratio"] is not None:
        more.insert(0, tr("Below ground: {ratio:g} times that above.", ratio=item["below_ratio"]))
    return joined([text, *more])


def production_source(given: Mapping[str, Any]) -> str:
    """Where yearly uptake comes from, of the part of a study on its balance.

    Examples
    --------
    >>> maps = {"map": "nep.tif", "maps": None}
    >>> production_source({"nep": maps, "npp": None})
    'net ecosystem production (nep.tif)'
    >>> respiration = {"share": 0.5, "table": None, "model": None}
    >>> production_source({"nep": None, "npp": maps | {"respiration": respiration}})
    'net primary production (nep.tif) less heterotrophic respiration (taken as 0.5 of it)'
    """
    maps = given["npp"] or given["nep"]
    file = _files(maps)
    if given["npp"] is None:
        return tr("net ecosystem production ({file})", file=file)
    respiration = maps["respiration"]
    if respiration["share"] is not None:
        way = tr("taken as {share:g} of it", share=respiration["share"])
    else:
        way = respiration["table"] or tr("model of Pei et al. 2010, made for alpine steppe")
    return tr("net primary production ({file}) less heterotrophic respiration ({way})", file=file, way=way)
