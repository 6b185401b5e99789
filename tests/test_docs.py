"""Pages of the documentation: each has its Chinese one, and every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(path for path in (ROOT / "docs").glob("*.md") if not path.name.endswith(".zh.md"))
EVERY = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("README.md")])
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]+)?\)")
_HEADING = re.compile(r"^#+ ", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_is_as_complete_in_chinese(page: Path) -> None:
    chinese = page.with_suffix(".zh.md")
    texts = [_CODE.sub("", path.read_text(encoding="utf-8")) for path in (page, chinese)]
    headings = [len(_HEADING.findall(text)) for text in texts]
    rows = [sum(line.startswith("|") for line in text.splitlines()) for text in texts]
    assert headings[0] == headings[1]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("page", EVERY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target for target, _ in _LINK.findall(text) if "://" not in target and not target.startswith("mailto:")]
    assert [target for target in targets if not (page.parent / target).exists()] == []
