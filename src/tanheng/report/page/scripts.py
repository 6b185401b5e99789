"""Scripts of a page as one: modules joined in the order in which they need each other."""

from __future__ import annotations

import re
from importlib import resources

_IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


def joined_script(start: str) -> str:
    """Module and all that it imports, each once, after what it imports itself: one module that needs no other file.

    Names at the top of the modules are all different (`tests/report/test_scripts.py`), since they come to stand in one.
    """
    parts: dict[str, str] = {}
    _gather(start, parts)
    return "\n".join(parts.values())


def _gather(name: str, parts: dict[str, str]) -> None:
    """Add a module after those that it imports."""
    text = module_text(name)
    for needed in _IMPORT.findall(text):
        if needed not in parts:
            _gather(needed, parts)
    parts[name] = _EXPORT.sub("", _IMPORT.sub("", text))


def module_text(name: str) -> str:
    """Text of a module."""
    return (resources.files("tanheng.report.page") / "script" / f"{name}.js").read_text(encoding="utf-8")
