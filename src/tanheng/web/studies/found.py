"""Studies and results found in the folder of the app."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tanheng.errors import TanhengError
from tanheng.io.results.comparison_record import COMPARISON, comparison_of
from tanheng.io.results.folder import MARK
from tanheng.language import worded
from tanheng.pipeline.freshness import BESIDE_A_PLAN, changes_since, plan_changes, record_of
from tanheng.plain_files import is_file
from tanheng.reach import confined_to
from tanheng.report.style.times import local_time
from tanheng.report.words.titles import compared_title
from tanheng.study import Study, load_study
from tanheng.web.home import Home

#: Folders below that are looked into, and how many of them.
_DEEPEST, _MOST = 4, 2000

#: Folders that hold no studies.
_PASSED = {"node_modules", "results.zarr", "grids", "maps", "tables", "pixels"}


@dataclass(frozen=True)
class FoundStudy:
    """A study file, and how its results stand.

    Attributes
    ----------
    name : str
        From the folder of the app.
    title : str
    fault : str
        What is wrong with it; empty where it can be read.
    results : str
        Folder of its results; empty where there are none yet.
    made : str
        When they were made, by the clock of this computer.
    changes : sequence of str
        What has changed since.
    serves : bool
        Whether plans and scenarios by hand may begin from them: what they say besides, as their licence, may be another now.
    """

    name: str
    title: str
    fault: str = ""
    results: str = ""
    made: str = ""
    changes: list[str] = field(default_factory=list)
    serves: bool = False


@dataclass(frozen=True)
class FoundResults:
    """A folder of results: of a run, or a comparison of two, which itself can't be compared."""

    name: str
    title: str
    made: str
    years: list[int]
    is_run: bool = True


def found_in(home: Home) -> tuple[list[FoundStudy], list[FoundResults]]:
    """Studies and results below the folder of the app, by their names."""
    studies, results = [], []
    with confined_to(home.reach):
        for folder, files in _folders(home.folder):
            results += [_results(home, folder)] if MARK in files else []
            results += [_comparison(home, folder)] if COMPARISON in files else []
            for file in sorted(name for name in files if name.endswith(".toml")):
                studies += [_study(home, folder / file)] if _is_study(folder / file) else []
    return studies, [one for one in results if one is not None]


def _folders(root: Path) -> Iterator[tuple[Path, set[str]]]:
    left = _MOST
    for folder, below, files in os.walk(root, followlinks=False):
        depth = len(Path(folder).relative_to(root).parts)
        hidden = [name for name in below if name.startswith(".") or name in _PASSED]
        below[:] = sorted(set(below) - set(hidden)) if depth < _DEEPEST else []
        left -= 1
        if left < 0:
            return
        yield Path(folder), set(files)


def _is_study(path: Path) -> bool:
    """Whether a TOML file is a study, or means to be one."""
    try:
        return is_file(path) and "[land_cover" in path.read_text(encoding="utf-8-sig", errors="replace")[:200_000]
    except OSError:
        return False


def _study(home: Home, path: Path) -> FoundStudy:
    name = home.name(path)
    try:
        study = load_study(path)
    except TanhengError as error:
        message = str(error).split("\n")[0].replace(str(path), path.name)
        return FoundStudy(name, path.stem if path.stem != "study" else path.parent.name, message)
    return study_found(home, path, study)


def study_found(home: Home, path: Path, study: Study) -> FoundStudy:
    """A study that can be read, and how its results stand."""
    folder = path.parent / study.outputs.folder
    with confined_to(home.reach):
        try:
            record = record_of(folder) if home.is_inside(folder) else None
            if record is None:
                return FoundStudy(home.name(path), study.told_title)
            changes = [*changes_since(study, path.parent, record), *plan_changes(study, folder)]
            serves = not changes or not changes_since(study, path.parent, record, BESIDE_A_PLAN)
            results, made = home.name(folder.resolve()), local_time(record.made)
            return FoundStudy(home.name(path), study.told_title, "", results, made, changes, serves)
        except _NO_RECORD:
            return FoundStudy(home.name(path), study.told_title)


#: What a record raises that is none: it may come from a stranger.
_NO_RECORD = (ValueError, TypeError, KeyError, AttributeError, OverflowError)


def _results(home: Home, folder: Path) -> FoundResults | None:
    try:
        record = record_of(folder)
        if record is None:
            return None
        years = [int(year) for year in record.settings.get("years", ())]
        return FoundResults(home.name(folder), str(worded(record.title)), local_time(str(record.made)), years)
    except _NO_RECORD:
        return None


def _comparison(home: Home, folder: Path) -> FoundResults | None:
    compared = comparison_of(folder)
    if compared is None:
        return None
    try:
        title = compared_title(compared.first, compared.second)
        return FoundResults(home.name(folder), title, local_time(compared.made), [], is_run=False)
    except _NO_RECORD:
        return None
