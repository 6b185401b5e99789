"""Whether a legend fits the maps and the densities: rows that it leaves unused, and classes that no map has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache

from tanheng.factors.catalogue import alias_key, names, read_builtin
from tanheng.factors.densities import CarbonDensities
from tanheng.factors.kinds_of_land import kind_of_land
from tanheng.factors.legends import Legend, class_named, fitting_legends, legend_from
from tanheng.language import listed, name_of, tr


def unused_densities(
    densities: CarbonDensities, legend: Legend, codes: Collection[int] | None = None
) -> tuple[list[str], list[str]]:
    """Problems of classes that have two rows under two names, and notes on rows whose densities are not used.

    A built-in table may have more classes than a legend; of a user's own table each row is meant.

    Parameters
    ----------
    codes : collection of int, optional
        Codes that the maps have; all of the legend by default.

    Examples
    --------
    >>> legend = Legend("mine", {1: "forest", 3: "forest"}, written={1: ("forest",), 3: ("shrub",)})
    >>> own = CarbonDensities("d.csv", {"forest": {}, "shrub": {}})
    >>> print(unused_densities(own, legend)[1][0])  # doctest: +ELLIPSIS
    d.csv: rows are not used, since the legend counts their codes as other classes: code 3 (shrub) as 'forest'; is that so? ...
    """
    problems: list[str] = []
    finer: dict[int, str] = {}
    nowhere: list[str] = []
    for name in (name for name in densities.values if name not in legend.classes):
        other = class_named(name, legend.classes)
        own = [code for code, held in legend.written.items() if alias_key(name) in map(alias_key, held)]
        if other is not None:
            problems.append(
                tr(
                    "{name}: '{one}' and '{other}' are one class, and both have a row; leave one",
                    name=densities.name,
                    one=name,
                    other=other,
                )
            )
        elif own:
            finer |= {code: name for code in own if legend.codes.get(code) and (codes is None or code in codes)}
        elif densities.name not in _titles_of_built_in():
            nowhere.append(name)
    return problems, [*_finer(densities, legend, finer), *_nowhere(densities, nowhere)]


def _finer(densities: CarbonDensities, legend: Legend, finer: Mapping[int, str]) -> list[str]:
    """Question about rows for codes that the legend counts as a coarser class."""
    if not finer:
        return []
    counted = [
        tr("code {code} ({row}) as '{land_class}'", code=code, row=row, land_class=legend.codes[code])
        for code, row in finer.items()
    ]
    own = ", ".join(f'{code} = "{row}"' for code, row in finer.items())
    return [
        tr(
            "{name}: rows are not used, since the legend counts their codes as other classes: {counted}; is that so? For densities of their own, "
            "write codes = {{ {own} }} in [land_cover], or a legend of your own",
            name=densities.name,
            counted=listed(counted),
            own=own,
        )
    ]


def _nowhere(densities: CarbonDensities, names: Collection[str]) -> list[str]:
    if not names:
        return []
    return [
        tr(
            "{name}: the legend gives no code to {names}; these densities are not used",
            name=densities.name,
            names=listed(map(repr, names)),
        )
    ]


@cache
def _titles_of_built_in() -> frozenset[str]:
    return frozenset(read_builtin("carbon_densities", name).title for name in names("carbon_densities"))


#: Kinds of land that few regions have none of.
_USUAL = ("cropland", "built-up")


def absent_classes(legend: Legend, met: Collection[str], codes: Collection[int] = ()) -> list[str]:
    """Question about cropland or built-up land that no map has: few regions have none, and a wrong legend easily finds none.

    Parameters
    ----------
    met : collection of str
        Classes that some map has.
    codes : collection of int
        Codes that were found on the maps.
    """
    known, found = _kinds(legend.classes), _kinds(met)
    lacking = [kind for kind in _USUAL if kind in known and kind not in found]
    if not lacking or not met:
        return []
    others = _with_kinds(codes, lacking) if codes else []
    return [
        tr(
            "land_cover: no map has any {names}; is '{legend}' the right legend?{hint}",
            names=listed(map(name_of, lacking)),
            legend=legend.name,
            hint=tr(" By these built-in legends the maps have such land: {others}", others=listed(others))
            if others
            else "",
        )
    ]


def _kinds(classes: Iterable[str]) -> set[str]:
    return {kind_of_land(name) for name in classes}


def _with_kinds(codes: Collection[int], kinds: Collection[str]) -> list[str]:
    """Built-in legends that know all codes, by which they are of some kinds of land among others; the first few."""
    fitting = {name: legend_from(name).codes for name in fitting_legends(codes)}
    return [
        name for name, known in fitting.items() if set(kinds) <= _kinds(filter(None, (known[code] for code in codes)))
    ][:4]
