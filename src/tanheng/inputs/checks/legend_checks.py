"""Whether a legend fits the maps and the densities: rows that it leaves unused, and classes that no map has."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache

from tanheng.factors.catalogue import alias_key, names, read_builtin
from tanheng.factors.densities import CarbonDensities
from tanheng.factors.kinds_of_land import kind_of_land
from tanheng.factors.legends import Legend, class_named, fitting_legends, legend_from
from tanheng.language import listed, tr


def unused_densities(densities: CarbonDensities, legend: Legend) -> tuple[list[str], list[str]]:
    """Problems of classes that have two rows under two names, and notes on rows whose densities are not used.

    A built-in table may have more classes than a legend; of a user's own table each row is meant.

    Examples
    --------
    >>> legend = Legend("mine", {1: "forest", 3: "forest"}, written={1: ("forest",), 3: ("shrub",)})
    >>> own = CarbonDensities("d.csv", {"forest": {}, "shrub": {}})
    >>> print(unused_densities(own, legend)[1][0])  # doctest: +ELLIPSIS
    d.csv: the row 'shrub' is not used: the legend counts code 3 (shrub) as 'forest'; ...
    """
    problems, notes, nowhere = [], [], []
    for name in densities.values:
        if name in legend.classes:
            continue
        other = class_named(name, legend.classes)
        if other is not None:
            problems.append(
                tr(
                    "{name}: '{one}' and '{other}' are one class, and both have a row; leave one",
                    name=densities.name,
                    one=name,
                    other=other,
                )
            )
            continue
        codes = [code for code, held in legend.written.items() if alias_key(name) in map(alias_key, held)]
        counted = [code for code in codes if legend.codes.get(code) not in (None, name)]
        if counted:
            notes.append(
                tr(
                    "{name}: the row '{row}' is not used: the legend counts code {code} ({row}) as '{land_class}'; is that so? To give it its own "
                    'densities, write codes = {{ {code} = "{row}" }} in [land_cover], or a legend of your own',
                    name=densities.name,
                    row=name,
                    code=counted[0],
                    land_class=legend.codes[counted[0]],
                )
            )
        elif densities.name not in _titles_of_built_in():
            nowhere.append(name)
    if nowhere:
        notes.append(
            tr(
                "{name}: no code of the legend is {names}; these densities are not used",
                name=densities.name,
                names=listed(map(repr, nowhere)),
            )
        )
    return problems, notes


@cache
def _titles_of_built_in() -> frozenset[str]:
    return frozenset(read_builtin("carbon_densities", name).title for name in names("carbon_densities"))


def absent_classes(legend: Legend, classes: Iterable[str], met: Collection[str], codes: Iterable[int]) -> list[str]:
    """Question about cropland or built-up land that no map has: few regions have none, and a wrong legend easily finds none.

    Parameters
    ----------
    met : collection of str
        Classes that some map has.
    codes : iterable of int
        Codes that were found on the maps.
    """
    lacking = [name for name in classes if name not in met and kind_of_land(name) in {"cropland", "built-up"}]
    if not lacking or not met:
        return []
    found = sorted(set(codes))
    fitting = fitting_legends(found) if found else []
    others = [name for name in fitting if legend_from(name).codes != legend.codes][:4]
    return [
        tr(
            "land_cover: no map has any land of {names}; is '{legend}' the right legend? {hint}",
            names=listed(map(repr, lacking)),
            legend=legend.name,
            hint=tr("The codes {codes} also fit: {others}.", codes=listed(found[:12]), others=listed(others))
            if others
            else "",
        )
    ]
