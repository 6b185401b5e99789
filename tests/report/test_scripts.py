"""Modules of the report's script may stand in one file."""

from __future__ import annotations

import re
from collections import Counter
from importlib import resources

from tanheng.report.page.scripts import joined_script, module_text

MODULES = sorted(
    path.name.removesuffix(".js") for path in (resources.files("tanheng.report.page") / "script").iterdir()
)
_TOP = re.compile(r"^(?:export )?(?:const|let|function|class) (?:\{ ([\w, ]+) \}|(\w+))", re.MULTILINE)


def names_of(text: str) -> list[str]:
    return [name for several, one in _TOP.findall(text) for name in (several.split(", ") if several else [one])]


def test_no_two_modules_have_a_name_in_common() -> None:
    held = Counter(name for module in MODULES for name in names_of(module_text(module)))
    assert [name for name, times in held.items() if times > 1] == []


def test_a_module_imports_what_another_exports() -> None:
    for module in MODULES:
        for wanted, source in re.findall(r'import \{ ([\w, ]+) \} from "\./(\w+)\.js"', module_text(module)):
            exported = re.findall(r"^export (?:const|let) (?:\{ ([\w, ]+) \}|(\w+))", module_text(source), re.MULTILINE)
            known = {name for several, one in exported for name in (several.split(", ") if several else [one])}
            assert set(wanted.split(", ")) <= known, (module, source)


def test_the_whole_has_each_module_once_and_after_what_it_needs() -> None:
    whole = joined_script("report")
    assert not re.search(r"^(import|export) ", whole, re.MULTILINE)
    assert all(
        whole.count(names_of(module_text(module))[0] + " =") <= 1 for module in MODULES if names_of(module_text(module))
    )
    assert (
        whole.index("const inflate") < whole.index("await inflate(data.mask)") < whole.index("await chooseLayer(state")
    )
