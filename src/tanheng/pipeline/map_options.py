"""What the maps of a run and of a plan need from the inputs: outlines with names, and how the study wants them printed."""

from __future__ import annotations

from tanheng.inputs.study_inputs import Inputs
from tanheng.report.cartography.backdrop import Outline
from tanheng.report.style.map_options import MapOptions


def outlines_of(inputs: Inputs) -> dict[str, Outline]:
    """Boundary of the region and the zone layers, from the user's files alone."""
    zones = {
        layer: Outline(polygons.geometries, polygons.crs, polygons.names) for layer, polygons in inputs.zones.items()
    }
    if inputs.land.boundary is None:
        return zones
    return {"region": Outline(inputs.land.boundary.geometries, inputs.land.boundary.crs), **zones}


def map_options(inputs: Inputs) -> MapOptions:
    """Choices of the study's [maps], with the note of [outputs]."""
    study = inputs.study
    asked = study.maps
    return MapOptions(
        formats=asked.formats,
        dpi=asked.dpi,
        breaks=asked.breaks
        if isinstance(asked.breaks, str)
        else {str(theme): given for theme, given in asked.breaks.items()},
        classes=asked.classes,
        labels=asked.label_layer(study.named_zones),
        panels=asked.panels,
        years=asked.own_maps(study.years),
        note=study.outputs.told_note,
        approval=asked.approval,
    )
