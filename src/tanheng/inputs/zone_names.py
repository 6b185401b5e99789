"""Zones as tables name them: by their codes or their names."""

from __future__ import annotations

from difflib import get_close_matches

import pandas as pd

from tanheng.errors import InputError, nearest
from tanheng.io.vectors import Polygons
from tanheng.language import listed, tr

#: Columns that tell the rows of a table of emissions or of values apart.
_KEYS = ("year", "sector", "fuel", "zone")


def names_of(polygons: Polygons | None) -> dict[str, str]:
    """Name of each zone of a layer, by its identifier; empty without a layer."""
    return {} if polygons is None else dict(zip(polygons.ids, polygons.names, strict=True))


def zone_hint(zone: str, polygons: Polygons) -> str:
    """Hint at the zone that was meant, by its name or identifier, or at those there are, by both."""
    alike = [code for name, code in zip(polygons.names, polygons.ids, strict=True) if name == zone]
    if len(alike) > 1:
        return tr("; {names} are zones of this name: give the identifier in place of the name", names=listed(alike))
    close = get_close_matches(zone, (*polygons.names, *polygons.ids), n=1, cutoff=0.6)
    if close:
        return nearest(zone, close)
    pairs = list(zip(polygons.names, polygons.ids, strict=True))[:20]
    return nearest(
        zone, [name if name == code else tr("{name} ({code})", name=name, code=code) for name, code in pairs]
    )


def by_id(table: pd.DataFrame | None, polygons: Polygons, name: str) -> pd.DataFrame | None:
    """Table of a file whose zones are identifiers, where some were given by a name that only one zone has.

    Raises
    ------
    InputError
        A zone is given twice, by its id and its name or by two names.
    """
    if table is None:
        return None
    known = polygons.numbers()
    named = table.assign(zone=[polygons.ids[known[zone]] if zone in known else zone for zone in table["zone"]])
    keys = [column for column in _KEYS if column in named]
    twice = named[named.duplicated(keys, keep=False) & (named["zone"] != "")]
    if len(twice):
        key = twice.iloc[0]
        same = twice[(twice[keys] == key[keys]).all(axis=1)]
        raise InputError(
            tr(
                "{name}: {names} are one zone, and both have a row of {rest}; take one out",
                name=name,
                names=listed(repr(str(zone)) for zone in table.loc[same.index, "zone"]),
                rest=listed(str(key[column]) for column in keys[:-1] if str(key[column])),
            )
        )
    return named
