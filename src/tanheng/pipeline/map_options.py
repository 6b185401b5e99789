"""What the maps of a run and of a plan need from the inputs: outlines with names, and how the study wants them printed."""

from __future__ import annotations

from dataclasses import replace

from tanheng.inputs.study_inputs import Inputs
from tanheng.report.cartography.backdrop import Outline
from tanheng.report.style.map_options import MapOptions
from tanheng.study import Study
from tanheng.study.maps import MapPrints


def outlines_of(inputs: Inputs) -> dict[str, Outline]:
    """Boundary of the region and the zone layers, from the user's files alone."""
    zones = {
        layer: Outline(polygons.geometries, polygons.crs, polygons.names) for layer, polygons in inputs.zones.items()
    }
    if inputs.land.boundary is None:
        return zones
    return {"region": Outline(inputs.land.boundary.geometries, inputs.land.boundary.crs), **zones}


def map_options(study: Study) -> MapOptions:
    """Choices of the study's [maps], with the note of [outputs]."""
    settings = study.maps
    return replace(
        class_options(settings, study.outputs.told_note),
        formats=settings.formats,
        dpi=settings.dpi,
        labels=settings.label_layer(study.named_zones),
        panels=settings.panels,
        years=settings.own_maps(study.years),
        approval=settings.approval,
    )


def class_options(settings: MapPrints, note: str) -> MapOptions:
    """Choices that the map on the screen shares with those for print: class breaks, and the note."""
    breaks = (
        settings.breaks
        if isinstance(settings.breaks, str)
        else {str(theme): given for theme, given in settings.breaks.items()}
    )
    return MapOptions(breaks=breaks, classes=settings.classes, note=note)
