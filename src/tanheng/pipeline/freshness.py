"""Whether results still are those of their study: its settings and its inputs since then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from tanheng.errors import InputError
from tanheng.io.blocks import content_hash
from tanheng.io.results.folder import MARK
from tanheng.io.results.record import PlanRecord, RunRecord, plain
from tanheng.language import listed, tr
from tanheng.reach import is_within_reach
from tanheng.study import Study

#: Settings that the figures of a run do not depend on, but for their languages and their looks.
_LOOKS = ("outputs", "plan", "simulate", "language")


def record_of(folder: Path) -> RunRecord | None:
    """Record of a folder of results; none where there are none."""
    try:
        return RunRecord.read(folder / MARK)
    except InputError:
        return None


#: Settings that a plan does not depend on: results made with others still serve it.
BESIDE_A_PLAN = ("plan", "simulate", "outputs", "maps", "analysis", "title", "language", "authors", "license")


def changes_since(study: Study, base: Path, record: RunRecord, beside: Collection[str] = _LOOKS) -> list[str]:
    """What has changed since a run: settings by their keys, and inputs by size and time; empty where its results still hold.

    Parameters
    ----------
    beside : collection of str
        Keys of settings that do not count.
    """
    keys = changed_settings(study, record, beside)
    changes = [tr("settings changed since: {names}", names=listed(keys))] if keys else []
    began = datetime.fromisoformat(record.made).timestamp() - sum(record.timings_s.values())
    files = [str(item["file"]) for item in record.inputs if _differs(base / str(item["file"]), item, began)]
    changes += [tr("inputs changed since: {names}", names=listed(files))] if files else []
    return changes


def changed_settings(study: Study, record: RunRecord, beside: Collection[str]) -> list[str]:
    """Keys of settings that differ from those of a run, but for some that do not count."""
    settings = _plain_settings(study)
    before = _as_now(record.settings)
    return [key for key, value in _as_now(settings).items() if key not in beside and before.get(key) != value]


def _as_now(settings: Any) -> Any:  # noqa: ANN401  whatever settings hold
    """Settings with the first band where none is named, as former versions wrote it."""
    if isinstance(settings, Mapping):
        return {key: 1 if key == "band" and item is None else _as_now(item) for key, item in settings.items()}
    return [_as_now(item) for item in settings] if isinstance(settings, list) else settings


def plan_changes(study: Study, folder: Path) -> list[str]:
    """What has changed in the settings of the plan since it was made; empty where it still holds, or there is none."""
    try:
        record = PlanRecord.read(folder / "plan" / "plan.json")
    except InputError:
        return []
    run = record_of(folder)
    if run is not None:
        from tanheng.inputs.class_names import ClassNames  # which reads tables, and is not there when an app starts

        # The record has classes as the legend does, however the study names them.
        study = ClassNames(tuple(run.classes)).study(study)
    settings = _plain_settings(study).get("plan")
    now = settings if isinstance(settings, dict) else {}
    # Zones of limits stand in the record by their ids, however the study names them.
    by_zone = any(item.get("zone") for item in (*now.get("limits", ()), *now.get("carbon", ())))
    keys = [
        key for key, value in now.items() if record.settings.get(key) != value and not (by_zone and key in _BY_ZONE)
    ]
    if study.plan is None:
        keys = ["plan"]
    return [tr("settings of the plan changed since: {names}", names=listed(keys))] if keys else []


#: Settings of a plan that name zones.
_BY_ZONE = ("limits", "carbon")


def _plain_settings(study: Study) -> dict[str, Any]:
    settings = plain(study.model_dump(mode="json"))
    assert isinstance(settings, dict)  # noqa: S101  a model is one
    return settings


def _differs(path: Path, item: Mapping[str, Any], began: float) -> bool:
    """Whether a file is not the one that was read: gone, of another size, or touched since then and of other contents."""
    if not is_within_reach(path):
        return True
    try:
        status = path.stat()
    except (OSError, ValueError):
        return True
    if status.st_size != int(item["bytes"]):
        return True
    if max(status.st_mtime, status.st_ctime) <= began:
        return False
    return _hash(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns) != str(item["sha256"])


@lru_cache(maxsize=1000)
def _hash(path: Path, *_: int) -> str:
    """Hash of a file as it is at some times, worked out once for them."""
    return str(content_hash(path))
