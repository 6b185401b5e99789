"""The record of a run as JSON that every reader takes: what is no finite number is null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tanheng.errors import OutputError
from tanheng.language import tr


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record as JSON in UTF-8.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    text = json.dumps(plain(record), ensure_ascii=False, indent=1, allow_nan=False)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            tr("{path}: can't be written ({reason}); is the disk full?", path=path, reason=error.strerror)
        ) from error


def plain(value: object) -> object:
    """A value as JSON holds it.

    Examples
    --------
    >>> plain({"years": (2000, np.int64(2010)), "gap": float("nan"), "path": Path("a.tif")})
    {'years': [2000, 2010], 'gap': None, 'path': 'a.tif'}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
