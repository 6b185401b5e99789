"""Title of a run or plan in the language that is spoken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tanheng.language import worded


def run_title(record: Mapping[str, Any]) -> str:
    """Title of a run, in the language that is spoken where its study has one in it.

    Parameters
    ----------
    record : mapping
        Of what run.json or plan.json holds: title, as a text or by language.
    """
    return worded(record.get("title", ""))
