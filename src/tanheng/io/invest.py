"""Parameter sets of InVEST's Carbon model, turned into studies."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from tanheng.errors import InputError, OutputError, nearest
from tanheng.factors.reading import read_text
from tanheng.io.rasters import open_raster
from tanheng.language import tr
from tanheng.limits import limit
from tanheng.plain_files import shown

_KEYS = (
    "lulc_bas_path", "lulc_alt_path", "carbon_pools_path", "lulc_bas_year", "lulc_alt_year", "calc_sequestration",
    "do_valuation", "price_per_metric_ton_of_c", "discount_rate", "rate_change", "workspace_dir", "results_suffix", "n_workers",
)  # fmt: skip
#: Names that versions before 3.15 used.
_OLD = {
    "lulc_cur_path": "lulc_bas_path",
    "lulc_fut_path": "lulc_alt_path",
    "lulc_cur_year": "lulc_bas_year",
    "lulc_fut_year": "lulc_alt_year",
}


def import_datastack(path: Path, folder: Path) -> Path:
    """Write a study that calculates what an InVEST Carbon parameter set describes; returns its file.

    Parameters
    ----------
    path : Path
        JSON file: a datastack parameter set (``{"args": ...}``) or the arguments alone; paths in it start at the file.
    folder : Path
        Folder for ``study.toml``; an existing study is left alone.

    Raises
    ------
    InputError
        The file is no such set, or lacks what the model needs.
    OutputError
        The study can't be written.
    """
    arguments = _arguments(path)
    base = path.absolute().parent
    problems = [
        tr("{path}: '{key}' is missing", path=path, key=key)
        for key in ("lulc_bas_path", "carbon_pools_path")
        if not arguments.get(key)
    ]
    if problems:
        raise InputError("\n".join(problems))
    study = folder / "study.toml"
    if study.exists():
        raise OutputError(tr("{study}: is there already; name another folder", study=study))
    text = _study_text(path, base, folder.absolute(), arguments)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        study.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(tr("{study}: can't be written ({reason})", study=study, reason=error.strerror)) from error
    return study


def _arguments(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(tr("{path}: not valid JSON: {error}", path=path, error=shown(error))) from error
    if not isinstance(data, dict):
        raise InputError(
            tr(
                "{path}: is not a parameter set: an object with the arguments of InVEST's Carbon model was expected",
                path=path,
            )
        )
    model = str(data.get("model_id") or data.get("model_name") or "carbon")
    if "carbon" not in model.lower() or "coastal" in model.lower():
        raise InputError(
            tr(
                "{path}: is a parameter set of '{model}'; only InVEST's Carbon model can be imported",
                path=path,
                model=model,
            )
        )
    given = data.get("args", data)
    if not isinstance(given, dict):
        raise InputError(tr("{path}: 'args' holds no arguments by name", path=path))
    arguments = {_OLD.get(str(key), str(key)): value for key, value in given.items()}
    if not any(key in arguments for key in _KEYS):
        first = next(iter(arguments), "")
        raise InputError(
            tr("{path}: has no argument of InVEST's Carbon model{nearest}", path=path, nearest=nearest(first, _KEYS))
        )
    return arguments


#: Digits of a year.
_YEAR_DIGITS = 4


def _is_on(value: object) -> bool:
    return value if isinstance(value, bool) else str(value).strip().lower() in ("true", "1", "yes")


def _year(arguments: dict[str, Any], key: str, path: Path) -> int | None:
    value = arguments.get(key)
    if value in (None, ""):
        return None
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= _YEAR_DIGITS):
        raise InputError(tr("{path}: '{key}' is '{value}', not a year", path=path, key=key, value=shown(text)))
    return int(text)


def _number(arguments: dict[str, Any], key: str, path: Path) -> float:
    if key not in arguments:
        raise InputError(tr("{path}: '{key}' is missing; valuation needs it", path=path, key=key))
    try:
        value = float(arguments[key])
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not abs(value) <= limit("number"):
        raise InputError(
            tr("{path}: '{key}' is '{arguments}', no number", path=path, key=key, arguments=shown(arguments[key]))
        )
    return value


def _study_text(path: Path, base: Path, folder: Path, arguments: dict[str, Any]) -> str:
    both = bool(arguments.get("lulc_alt_path")) and _is_on(arguments.get("calc_sequestration", True))
    for key in ("lulc_bas_path", "lulc_alt_path", "carbon_pools_path"):
        if arguments.get(key) and not isinstance(arguments[key], str):
            raise InputError(tr("{path}: '{key}' is not a file name", path=path, key=key))
    first = _year(arguments, "lulc_bas_year", path)
    last = _year(arguments, "lulc_alt_year", path)
    valued = both and _is_on(arguments.get("do_valuation", False))
    if valued and (first is None or last is None):
        raise InputError(tr("{path}: 'lulc_bas_year' and 'lulc_alt_year' are needed for valuation", path=path))
    years = [first or 2000] + ([last or (first or 2000) + 1] if both else [])
    if both and years[1] <= years[0]:
        raise InputError(
            tr(
                "{path}: 'lulc_alt_year' ({alt}) must come after 'lulc_bas_year' ({base})",
                path=path,
                alt=years[1],
                base=years[0],
            )
        )
    names = [arguments["lulc_bas_path"]] + ([arguments["lulc_alt_path"]] if both else [])
    pools = _toml(_relative(base / arguments["carbon_pools_path"], folder))
    maps = ", ".join(
        f"{year} = {_toml(_relative(base / name, folder))}" for year, name in zip(years, names, strict=True)
    )
    lines = [
        tr("# Made from {name}, a parameter set of InVEST's Carbon model.", name=path.name),
        f"title = {_toml('InVEST Carbon: ' + path.stem)}",
        f"years = {years}",
        ""
        if first and (last or not both)
        else tr("# The set names no years; those here are only labels, so yearly changes mean nothing."),
        *_grid_lines(base / arguments["lulc_bas_path"]),
        "[land_cover]",
        f"legend = {pools}    # a class for each lucode",
        f"maps = {{ {maps} }}",
        "",
        "[carbon_density]",
        f"table = {pools}",
        "",
    ]
    if valued:
        lines += [
            "[value]",
            f"price = {_number(arguments, 'price_per_metric_ton_of_c', path)}",
            'price_per = "t C"    ' + tr('# markets quote t CO2: then write price_per = "t CO2"'),
            f"discount_rate_percent = {_number(arguments, 'discount_rate', path)}",
            f"price_change_percent = {_number(arguments, 'rate_change', path)}    "
            + tr("# a second discount: above zero it lowers the value"),
            "",
        ]
    return "\n".join([*lines, "[outputs]", 'folder = "results"', ""])


def _grid_lines(path: Path) -> list[str]:
    """Grid of about two hundred cells a side, in steps of whole pixels: InVEST has no grid, and totals do not depend on it."""
    raster = open_raster(str(path))
    size = raster.pixels.pixel_size_m()
    side = max(raster.pixels.width, raster.pixels.height)
    cells = max(1, round(side / 200)) * size
    resolution = min(1000.0, cells) if cells < 1000 else 1000.0
    return ["[grid]", f"resolution = {round(resolution, 6)!r}    # m", ""]


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.as_posix()


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
