"""Every sentence that a reader sees stands in the catalogue, in both languages."""

from __future__ import annotations

import ast
import importlib.util
import re
import string
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import ModuleType

import pytest

from tanheng.errors import InputError
from tanheng.factors.densities import carbon_densities_from
from tanheng.land.pools import Threads
from tanheng.language import joined, language, listed, name_of, speaking, tr

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def places(template: str) -> Counter[tuple[str, str, str]]:
    """Names in braces with their formats."""
    return Counter(
        (name, form or "", conversion or "")
        for _, name, form, conversion in string.Formatter().parse(template)
        if name is not None
    )


def test_every_message_of_the_source_is_translated(messages: ModuleType) -> None:
    catalogue = messages.read_catalogue("zh")
    missing = [
        message.id
        for message in messages.template()
        if message.id and not getattr(catalogue.get(message.id, message.context), "string", "")
    ]
    assert missing == [], "write the translation into tanheng.po, then: make messages"


def test_no_translation_outlives_its_message(messages: ModuleType) -> None:
    wanted = {(message.context, message.id) for message in messages.template()}
    left = [message.id for message in messages.read_catalogue("zh") if (message.context, message.id) not in wanted]
    assert left == []


def test_the_compiled_catalogue_is_that_of_the_source(messages: ModuleType) -> None:
    compiled = messages.catalogue_file("zh").with_suffix(".mo").read_bytes()
    assert compiled == messages.compiled(messages.read_catalogue("zh"))


def test_translations_hold_the_same_values_in_the_same_formats(messages: ModuleType) -> None:
    for message in messages.read_catalogue("zh"):
        if message.id and re.search(r"\{\w", message.id) and not message.context:
            assert places(message.string) == places(message.id), message.id


def _words_of_errors() -> Iterator[tuple[str, int]]:
    """Errors raised with words that did not pass through the catalogue."""
    for path in sorted((ROOT / "src" / "tanheng").rglob("*.py")):
        if path.name == "language.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            if ast.unparse(node.exc.func) in {"TypeError", "RuntimeError", "NotSelfContainedError"}:
                continue  # bugs, which keep their traceback
            for argument in node.exc.args:
                if (isinstance(argument, ast.JoinedStr) and _says_more_than_its_values(argument)) or (
                    isinstance(argument, ast.Constant) and " " in str(argument.value)
                ):
                    yield path.name, argument.lineno


def _says_more_than_its_values(text: ast.JoinedStr) -> bool:
    return any(isinstance(part, ast.Constant) and re.search("[A-Za-z]", str(part.value)) for part in text.values)


def test_no_error_speaks_past_the_catalogue() -> None:
    # The lattice of a kernel is compiled code, which raises what it was compiled with.
    assert [place for place in _words_of_errors() if place[0] != "warped.py"] == []


def test_a_language_is_spoken_until_its_block_ends() -> None:
    with speaking("zh"):
        assert (language(), name_of("forest")) == ("zh", "林地")
        assert tr("{path}: there is no such file", path="a.csv") == "a.csv：没有该文件"
        assert (listed([1, 2]), joined(["一。", "二。"])) == ("1、2", "一。二。")
    assert (language(), name_of("forest")) == ("en", "forest")


def test_two_threads_speak_two_languages() -> None:
    both_speak = Barrier(2)

    def forest_in(code: str) -> str:
        with speaking(code):
            both_speak.wait(10)
            word = name_of("forest")
            both_speak.wait(10)
        return word

    with ThreadPoolExecutor(2) as readers:
        assert list(readers.map(forest_in, ["zh", "en"])) == ["林地", "forest"]


def test_workers_speak_the_language_of_the_one_who_gave_them_the_task() -> None:
    with speaking("zh"):
        assert [word for _, word in Threads(2).results(name_of, ["forest"])] == ["林地"]


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr' is none of en, zh"), speaking("fr"):
        pass


def test_errors_speak_the_language(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("land_class,above,below,soil,dead\nforest,1,2,x,4\n", encoding="utf-8")
    with speaking("zh"), pytest.raises(InputError, match="第 2 行"):
        carbon_densities_from(str(table))


def test_braces_of_the_users_words_stay_as_they_are() -> None:
    assert tr("{path}: there is no such file", path="{a}.csv") == "{a}.csv: there is no such file"


def test_classes_that_only_have_codes_are_called_alike_in_every_language(tmp_path: Path) -> None:
    # A run and the plan made from it may speak different languages, and both name the classes of the same dataset.
    table = tmp_path / "pools.csv"
    table.write_text("lucode,c_above,c_below,c_soil,c_dead\n1,1,2,3,4\n2,1,2,3,4\n", encoding="utf-8")
    with speaking("zh"):
        chinese = carbon_densities_from(str(table))
    assert chinese.values == carbon_densities_from(str(table)).values
