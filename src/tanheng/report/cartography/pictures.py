"""Pictures of a run: each theme year by year, and its years side by side, with the same classes over all years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.language import name_of, tr
from tanheng.report.cartography.legend import Entry, Histogram, Legend, span_of
from tanheng.report.cartography.sheet import Layer, Picture
from tanheng.report.style.breaks import classes_of
from tanheng.report.style.map_options import MapOptions
from tanheng.report.style.palettes import class_colours
from tanheng.report.style.themes import (
    LAND_USE,
    KindTheme,
    Theme,
    class_labels,
    kind_themes,
    per_hectare,
    period_of,
    theme_breaks,
    themes,
    time_of,
    title_of,
)

Values = NDArray[np.float64]


def pictures(dataset: xr.Dataset, cell_area_ha: float, options: MapOptions) -> Iterator[Picture]:
    """Every picture of a run, one theme after the other."""
    yield from _land_use(dataset["land_share"], options)
    for theme in themes(dataset):
        yield from _graded(per_hectare(dataset, theme, cell_area_ha), theme, options)
    for kinds in kind_themes(dataset):
        yield from _kinds(dataset[kinds.variable], kinds, options)


def _land_use(share: xr.DataArray, options: MapOptions) -> Iterator[Picture]:
    """Class that holds the largest part of each cell."""
    classes = [str(name) for name in share["land_class"].values]
    colours = tuple(class_colours(classes))
    layers, legends = [], []
    for year in share["year"].values:
        values = np.asarray(share.sel(year=year).transpose("land_class", "y", "x").values)
        known = np.isfinite(values[0])
        layers.append((str(int(year)), np.where(known, np.nan_to_num(values).argmax(axis=0), -1).astype(np.int16)))
        totals = np.nansum(values, axis=(1, 2))
        legends.append(_class_legend(classes, colours, list(totals / (totals.sum() or 1.0))))
    yield from _years("land_use", LAND_USE, layers, colours, legends, _class_legend(classes, colours), options)


def _class_legend(classes: Sequence[str], colours: Sequence[str], shares: Sequence[float] = ()) -> Legend:
    entries = [Entry(colour, name_of(name)) for colour, name in zip(colours, classes, strict=True)]
    return _with_shares(tr("Largest class of the cell"), entries, shares, tr("figures: part of the area"))


def _with_shares(title: str, entries: Sequence[Entry], shares: Sequence[float], figures: str) -> Legend:
    """Legend whose entries bear their shares, where there are any."""
    if not len(shares):
        return Legend(title, tuple(entries))
    borne = [Entry(one.colour, one.label, percent(share)) for one, share in zip(entries, shares, strict=True)]
    return Legend(title, tuple(borne), figures)


def percent(share: float) -> str:
    """Share as a legend shows it.

    Examples
    --------
    >>> percent(0.1234), percent(1.0), percent(0.0002), percent(0.0)
    ('12.3 %', '100 %', '0.02 %', '0 %')
    """
    shown = f"{100 * share:.1f}" if share >= 0.01 else f"{100 * share:.1g}" if share else "0"
    return tr("{share} %", share=shown.removesuffix(".0") if share >= 0.995 else shown)


def _graded(array: xr.DataArray, theme: Theme, options: MapOptions) -> Iterator[Picture]:
    """Quantity in classes."""
    dim = time_of(array)
    array = array.transpose(dim, "y", "x")
    values = np.asarray(array.values, np.float64)
    breaks = options.worked_out.get(theme.name) or theme_breaks(theme, array, options.breaks, options.classes)
    colours = tuple(theme.colours(breaks))
    labels = class_labels(breaks, diverging=theme.diverging)
    entries = tuple(Entry(colour, label) for colour, label in zip(colours, labels, strict=True))
    legend = Legend(tr(theme.units), entries[::-1])
    known = [rank for rank, layer in enumerate(values) if np.isfinite(layer).any()]
    if not known:
        return
    years = [str(array[dim].values[rank]) for rank in known]
    layers = [classes_of(values[rank], breaks) for rank in known]
    every = [values[rank][np.isfinite(values[rank])] for rank in known]
    span = span_of(np.concatenate(every), diverging=theme.diverging)
    histograms = [Histogram(some, breaks, colours, span) for some in every]
    for year, layer, histogram in zip(years, layers, histograms, strict=True):
        if options.draws(year):
            title = title_of(theme.title, year)
            yield Picture(f"{theme.name}_{year}", title, (("", layer),), colours, legend, histogram)
    if options.panels and theme.comparable and len(years) > 1:
        together = Histogram(np.concatenate(every), breaks, colours, span)
        pairs = tuple((period_of(when), layer) for when, layer in options.beside(list(zip(years, layers, strict=True))))
        yield Picture(f"{theme.name}_years", title_of(theme.title), pairs, colours, legend, together)


def difference_picture(difference: xr.DataArray, theme: Theme, when: str) -> Picture:
    """Map of the difference between two runs of a quantity in a year or period; by the hectare where the theme is.

    Parameters
    ----------
    difference : xarray.DataArray, shape (y, x)
        The second run minus the first.
    theme : Theme
        Of the quantity.
    """
    title = tr("{title}: second run minus first", title=tr(theme.title))
    of_both = replace(theme, name=f"difference_{theme.name}", title=title, palette="PuOr", diverging=True)
    return next(_graded(difference.expand_dims(year=[when]), of_both, MapOptions(panels=False)))


def _kinds(array: xr.DataArray, theme: KindTheme, options: MapOptions) -> Iterator[Picture]:
    """Variable of kinds, year by year or period by period."""
    dim = time_of(array)
    colours = tuple(colour for colour, _ in theme.kinds)
    entries = [Entry(colour, name_of(name)) for colour, name in theme.kinds]
    layers, legends = [], []
    for when in array[dim].values:
        values = np.asarray(array.sel({dim: when}).transpose("y", "x").values, np.float64)
        known = np.isfinite(values)
        if known.any():
            layers.append((str(when), np.where(known, np.nan_to_num(values), -1).astype(np.int16)))
            shares = [float((values[known] == number).mean()) for number in range(len(colours))]
            legends.append(_with_shares(tr(theme.legend), entries, shares, tr("figures: part of the cells")))
    shared = Legend(tr(theme.legend), tuple(entries))
    yield from _years(theme.variable, theme.title, layers, colours, legends, shared, options)


def _years(
    name: str,
    title: str,
    layers: Sequence[tuple[str, Layer]],
    colours: tuple[str, ...],
    legends: Sequence[Legend],
    shared: Legend,
    options: MapOptions,
) -> Iterator[Picture]:
    """One picture a year, and all of them with the legend they share."""
    for (when, layer), legend in zip(layers, legends, strict=True):
        if options.draws(when):
            yield Picture(f"{name}_{when}", title_of(title, when), (("", layer),), colours, legend)
    if options.panels and len(layers) > 1:
        headed = tuple((period_of(when), layer) for when, layer in options.beside(layers))
        yield Picture(f"{name}_years", title_of(title), headed, colours, shared)
