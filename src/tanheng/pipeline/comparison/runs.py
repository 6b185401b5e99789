"""Two runs side by side: what differs in their settings, inputs and results."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tanheng.io.results.folder import MARK
from tanheng.io.results.record import RunRecord
from tanheng.io.results.tables import read_result_table
from tanheng.language import tr
from tanheng.tables.columns import adds_up
from tanheng.tables.scenarios import observed_rows

#: Tables whose figures are compared, with the columns that name a row.
_COMPARED = {
    "stock_by_class": ("year", "land_class"),
    "balance": ("year",),
    "change": ("from_year", "to_year"),
    "emissions": ("year", "zone", "sector", "fuel"),
    "balance_by_zone": ("year", "zone_layer", "zone_id"),
    "mismatch_indices": ("year",),
    "correlation": ("year", "method", "variable", "driver"),
}


@dataclass(frozen=True)
class Run:
    """A finished run as its folder holds it."""

    folder: Path
    record: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs; each table has a column for either."""

    runs: tuple[Run, Run]
    settings: pd.DataFrame
    inputs: pd.DataFrame
    figures: pd.DataFrame
    only_in_one: list[str]


def compare_runs(first: Path, second: Path) -> Comparison:
    """What differs between two folders of results.

    Raises
    ------
    InputError
        A folder holds no finished run.
    """
    runs = read_run(first), read_run(second)
    names = [set(run.tables) for run in runs]
    return Comparison(
        runs,
        _settings(*(run.record for run in runs)),
        _inputs(*(run.record for run in runs)),
        _figures(*(run.tables for run in runs)),
        sorted(names[0] ^ names[1]),
    )


def read_run(folder: Path) -> Run:
    """A finished run, read from its folder.

    Raises
    ------
    InputError
        There is no record of a run or no table of stocks, or one of the files can't be read.
    """
    record = RunRecord.read(folder / MARK).as_data()
    # Without it there is no run, and every comparison needs it.
    paths = {folder / "tables" / "stock_by_class.csv", *(folder / "tables").glob("*.csv")}
    tables = {path.stem: read_result_table(path) for path in sorted(paths)}
    return Run(folder, record, tables)


def _flat(value: object, name: str = "") -> dict[str, str]:
    """Settings by their full names, each as text."""
    if isinstance(value, Mapping):
        flat: dict[str, str] = {}
        for key, inner in value.items():
            # A text without a language stands under an empty key.
            flat |= _flat(inner, ".".join(filter(None, (name, str(key)))))
        return flat
    return {name: json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}


def _settings(first: Mapping[str, Any], second: Mapping[str, Any]) -> pd.DataFrame:
    """Settings and versions that differ; one that only a newer version knows, and that is not made use of, is none.

    A section that only one of both runs has is one difference, and not one for each of its defaults.
    """
    settings = _without_lone(first["settings"], second["settings"])
    flat = [
        _flat(own) | _flat(record["versions"], "versions")
        for own, record in zip(settings, (first, second), strict=True)
    ]
    names = list(dict.fromkeys([*flat[0], *flat[1]]))
    rows = [(name, flat[0].get(name, ""), flat[1].get(name, "")) for name in names]
    nothing = {"", "null"}
    differ = [
        (name, *("–" if text in nothing else text for text in texts))
        for name, *texts in rows
        if texts[0] != texts[1] and set(texts) != nothing
    ]
    return pd.DataFrame(differ, columns=["setting", "first", "second"])


def _without_lone(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings of both runs, in which a section that only one of them has is told by one word."""
    one, other = dict(first), dict(second)
    for key in {*one, *other}:
        held = one.get(key), other.get(key)
        if held[0] is None and isinstance(held[1], Mapping):
            other[key] = tr("asked for")
        elif held[1] is None and isinstance(held[0], Mapping):
            one[key] = tr("asked for")
    return one, other


def _inputs(first: Mapping[str, Any], second: Mapping[str, Any]) -> pd.DataFrame:
    """Input files whose content differs, or that one of both lacks."""
    hashes = [{item["file"]: item["sha256"] for item in record["inputs"]} for record in (first, second)]
    rows = [
        (name, *(held.get(name, "")[:12] for held in hashes))
        for name in dict.fromkeys([*hashes[0], *hashes[1]])
        if hashes[0].get(name) != hashes[1].get(name)
    ]
    return pd.DataFrame(rows, columns=["file", "first", "second"])


def _figures(first: Mapping[str, pd.DataFrame], second: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Figures that differ by more than rounding, largest relative difference first in each table."""
    differences = [
        _table_differences(name, first[name], second[name], keys)
        for name, keys in _COMPARED.items()
        if name in first and name in second
    ]
    columns = ["table", "row", "column", "first", "second", "difference", "relative"]
    parts = [part for part in differences if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _table_differences(name: str, first: pd.DataFrame, second: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    first, second = (_of_one_kind(table, other) for table, other in ((first, second), (second, first)))
    keys = tuple(key for key in ("scenario", *keys) if key in first and key in second)
    named = [_named(table, keys) for table in (first, second)]
    together = named[0][named[0].duplicated()].union(named[1][named[1].duplicated()])
    one, other = (_keyed(name, table, index, together) for table, index in zip((first, second), named, strict=True))
    both = one.add_suffix("|1").join(other.add_suffix("|2"), how="outer")
    rows = []
    for key, values in both.iterrows():
        where = ", ".join(str(part) for part in (key if isinstance(key, tuple) else (key,)))
        for column in dict.fromkeys(str(label).rpartition("|")[0] for label in both.columns):
            one, other = (float(values.get(f"{column}|{side}", math.nan)) for side in (1, 2))
            if _differ(one, other):
                rows.append((name, where, column, one, other, other - one, _relative(one, other)))
    columns = ["table", "row", "column", "first", "second", "difference", "relative"]
    differences = pd.DataFrame(rows, columns=columns)
    return differences.sort_values("relative", key=lambda item: item.abs(), ascending=False, kind="stable")


def _of_one_kind(table: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Table without simulated years, where the other run has none."""
    return table if "scenario" in other else observed_rows(table)


def _named(table: pd.DataFrame, keys: tuple[str, ...]) -> pd.MultiIndex:
    """What names each row, as text."""
    return pd.MultiIndex.from_frame(table[list(keys)].map(lambda part: "" if pd.isna(part) else str(part)))


def _keyed(name: str, table: pd.DataFrame, named: pd.MultiIndex, together: pd.Index) -> pd.DataFrame:
    """Figures of a table by what names a row; of several rows of one name there are sums, and nothing that does not add up."""
    numbers = [column for column in table.select_dtypes("number").columns if column not in named.names]
    figures = table[numbers].astype(float).set_axis(named)
    sums = figures.groupby(level=list(named.names), sort=False).sum(min_count=1)
    # Left out where either run has several rows: what is of each row alone has no like on the other side.
    sums.loc[sums.index.isin(together), [column for column in numbers if not adds_up(column, name)]] = math.nan
    return sums


def _differ(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) != math.isnan(other)
    return not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _relative(one: float, other: float) -> float:
    return (other - one) / abs(one) if one else math.nan
