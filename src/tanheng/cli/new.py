"""A commented study file to fill in."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from tanheng.errors import OutputError
from tanheng.language import tr


def write_new_study(folder: Path) -> Path:
    """Write ``study.toml`` into a folder; an existing one is left alone.

    Raises
    ------
    OutputError
        There is one already, or the folder can't be written to.
    """
    path = folder / "study.toml"
    if path.exists():
        raise OutputError(tr("{path}: is there already; name another folder", path=path))
    text = (resources.files("tanheng.cli") / "study.toml").read_text(encoding="utf-8")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(tr("{path}: can't be written ({reason})", path=path, reason=error.strerror)) from error
    return path
