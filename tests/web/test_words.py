"""Every word that a script of the app asks for is there, and none is there for nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

from tanheng.web.pages.words import page_words

SCRIPTS = sorted(Path(str(resources.files("tanheng.web") / "static")).glob("*.js"))
_ASKED = re.compile(r'word\(\s*"(\w+)"')


def test_words_of_scripts_and_of_the_page_are_the_same() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    known = set(page_words())
    asked = set(_ASKED.findall(text))
    assert asked <= known
    assert {word for word in known - asked if f'"{word}"' not in text} == set()


def test_scripts_hold_no_words_of_their_own() -> None:
    """Texts that people read come from the catalogue, but for units and symbols."""
    for path in SCRIPTS:
        for line in path.read_text(encoding="utf-8").splitlines():
            code = line.split(" // ")[0]
            if code.lstrip().startswith("//"):
                continue
            assert not re.search(r'textContent = "[A-Za-z]{3,}', code), f"{path.name}: {line}"


def test_the_app_is_there_before_what_reads_tables_is_loaded() -> None:
    """The first page would wait for it: what reads files is loaded when it is needed, or in the background."""
    code = "import sys, tanheng.web.serve; sys.exit('pandas' in sys.modules or 'matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
