"""Two runs side by side: what differs in their settings, inputs and results."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tanheng.errors import InputError
from tanheng.io.results import MARK
from tanheng.language import tr

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
        There is no record of a run, or it can't be read.
    """
    try:
        record = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            tr("{path}: there is no such file; name the folder that 'tanheng run' wrote", path=folder / MARK)
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(tr("{path}: can't be read ({reason})", path=folder / MARK, reason=error)) from error
    if "settings" not in record:
        raise InputError(
            tr("{path}: is no record of a study's run; runs of 'tanheng run' can be compared", path=folder / MARK)
        )
    tables = {
        path.stem: pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
        for path in sorted((folder / "tables").glob("*.csv"))
    }
    return Run(folder, record, tables)


def _flat(value: object, name: str = "") -> dict[str, str]:
    """Settings by their full names, each as text."""
    if isinstance(value, Mapping):
        found: dict[str, str] = {}
        for key, inner in value.items():
            found |= _flat(inner, f"{name}.{key}" if name else str(key))
        return found
    return {name: json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}


def _settings(first: Mapping[str, Any], second: Mapping[str, Any]) -> pd.DataFrame:
    """Settings and versions that differ."""
    flat = [_flat(record["settings"]) | _flat(record["versions"], "versions") for record in (first, second)]
    names = list(dict.fromkeys([*flat[0], *flat[1]]))
    rows = [(name, flat[0].get(name, ""), flat[1].get(name, "")) for name in names]
    return pd.DataFrame([row for row in rows if row[1] != row[2]], columns=["setting", "first", "second"])


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
    found = [
        _table_differences(name, first[name], second[name], keys)
        for name, keys in _COMPARED.items()
        if name in first and name in second
    ]
    columns = ["table", "row", "column", "first", "second", "difference", "relative"]
    parts = [part for part in found if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _table_differences(name: str, first: pd.DataFrame, second: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    keys = tuple(key for key in keys if key in first and key in second)
    both = _keyed(first, keys).add_suffix("|1").join(_keyed(second, keys).add_suffix("|2"), how="outer")
    rows = []
    for key, values in both.iterrows():
        where = ", ".join(str(part) for part in (key if isinstance(key, tuple) else (key,)))
        for column in dict.fromkeys(str(label).rpartition("|")[0] for label in both.columns):
            one, other = (float(values.get(f"{column}|{side}", math.nan)) for side in (1, 2))
            if _differ(one, other):
                rows.append((name, where, column, one, other, other - one, _relative(one, other)))
    columns = ["table", "row", "column", "first", "second", "difference", "relative"]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values("relative", key=lambda item: item.abs(), ascending=False, kind="stable")


def _keyed(table: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    """Figures of a table by what names a row; rows of the same name are summed."""
    numbers = [column for column in table.select_dtypes("number").columns if column not in keys]
    text = table[list(keys)].fillna("").astype(str)
    return pd.concat([text, table[numbers]], axis=1).groupby(list(keys), sort=False)[numbers].sum(min_count=1)


def _differ(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) != math.isnan(other)
    return not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _relative(one: float, other: float) -> float:
    return (other - one) / abs(one) if one else math.nan
