"""Where the results come from: inputs with their hashes, versions, settings, checks and timings."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tanheng.io.blocks import content_hash
from tanheng.language import Message, plain_message
from tanheng.stages.found import SelfCheck
from tanheng.study import Study

_PACKAGES = ("tanheng", "numpy", "xarray", "rasterio", "pyproj", "exactextract", "numba", "pandas", "scipy")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that figures depend on."""
    software = {"python": sys.version.split()[0], "platform": platform.system()}
    for name in _PACKAGES:
        try:
            software[name] = version(name)
        except PackageNotFoundError:
            software[name] = "unknown"
    return software


def listed_files(files: Iterable[Path], base: Path) -> list[dict[str, Any]]:
    """Name, size and hash of each input file, relative to the study where it can be."""
    files_used = []
    for path in files:
        name = path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()
        files_used.append({"file": name, "bytes": path.stat().st_size, "sha256": content_hash(path)})
    return files_used


def listed_checks(checks: Iterable[SelfCheck]) -> list[dict[str, Any]]:
    """Checks as they stand in run.json."""
    return [
        {"name": c.name, "meaning": c.meaning, "value": c.value, "limit": c.limit, "holds": c.holds} for c in checks
    ]


def listed_messages(texts: Iterable[str]) -> list[object]:
    """Texts with the template and the values they are made of; those without one are left out."""
    messages = {str(text): text for text in texts if isinstance(text, Message)}
    return [plain_message(text) for text in messages.values()]


def now() -> str:
    """Time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def borrowed_years(study: Study) -> list[dict[str, object]]:
    """Data of other years than those of the study that they stand in for."""
    return [
        {"input": name, "year": year, "data_year": of}
        for name in study.data_years
        for year, of in study.borrowed(name).items()
    ]
