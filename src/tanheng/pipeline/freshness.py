"""Whether results still are those of their study: its settings and its inputs since then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from tanheng.errors import InputError
from tanheng.io.results.folder import MARK
from tanheng.io.results.record import RunRecord, plain
from tanheng.language import listed, tr
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
    now = plain(study.model_dump(mode="json"))
    assert isinstance(now, dict)  # noqa: S101  a model is one
    keys = [key for key, value in now.items() if key not in beside and record.settings.get(key) != value]
    found = [tr("settings changed since: {names}", names=listed(keys))] if keys else []
    made = datetime.fromisoformat(record.made).timestamp()
    files = [
        str(item["file"]) for item in record.inputs if _differs(base / str(item["file"]), int(item["bytes"]), made)
    ]
    return [*found, *([tr("inputs changed since: {names}", names=listed(files))] if files else [])]


def _differs(path: Path, size: int, made: float) -> bool:
    """Whether a file is not the one that was read: gone, of another size, or written since."""
    try:
        found = path.stat()
    except OSError:
        return True
    return found.st_size != size or found.st_mtime > made + 1
