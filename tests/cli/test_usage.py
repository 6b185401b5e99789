"""Usage and its errors: one line in tanheng's words, exit code 2, and options that stand where people write them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def tanheng(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    known = {name: value for name, value in os.environ.items() if name != "PYTHONIOENCODING"}
    return subprocess.run(
        [sys.executable, "-m", "tanheng", *words], capture_output=True, check=False, env=known | environment
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run", "the argument 'STUDY' is missing; see 'tanheng run --help'"),
        ("stock a.tif", "the option '--densities' is missing; see 'tanheng stock --help'"),
        ("run x --worker 2", "there is no option --worker; perhaps --workers; see 'tanheng run --help'"),
        ("run x --resume=3", "the option '--resume' takes no value; see 'tanheng run --help'"),
        ("run x --workers", "the option '--workers' needs a value; see 'tanheng run --help'"),
        ("run x --workers 0", "'--workers': 1 or more was expected; see 'tanheng run --help'"),
        ("run x --workers q", "'--workers': a whole number was expected; see 'tanheng run --help'"),
        ("run a b", "not expected: b; see 'tanheng run --help'"),
        ("rn x", "there is no command 'rn'; perhaps 'run'; see 'tanheng --help'"),
        ("--quiet", "a command is missing; see 'tanheng --help'"),
        ("--lang fr run x", "'--lang': 'fr' is none of 'en', 'zh'; see 'tanheng --help'"),
        ("run x --lang", "the option '--lang' needs a value; see 'tanheng --help'"),
    ],
)
def test_a_usage_error_is_one_line(words: str, told: str) -> None:
    done = tanheng(*words.split(), LANG="C", LC_ALL="C")
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().splitlines() == [f"tanheng: {told}"]


def test_no_words_at_all_get_the_help() -> None:
    done = tanheng(LC_ALL="C")
    assert done.returncode == 2
    assert b"Usage: tanheng [OPTIONS] COMMAND" in done.stderr


def test_summaries_of_commands_are_whole() -> None:
    words = b" ".join(tanheng("--help", LC_ALL="C").stdout.split())
    assert b"or compare factor sets, or density tables." in words
    assert b"lies between the strata of drivers." in words


def test_the_language_may_stand_after_the_command(tmp_path: Path) -> None:
    absent = str(tmp_path / "none.toml")
    after, before = tanheng("check", absent, "--lang", "zh"), tanheng("--lang=zh", "check", absent)
    assert after.returncode == before.returncode == 2
    assert "没有" in after.stderr.decode()
    assert after.stderr == before.stderr


def test_output_is_utf8_unless_an_encoding_is_chosen() -> None:
    assert "碳衡" in tanheng("--help").stdout.decode("utf-8")
    assert "碳衡" in tanheng("--help", PYTHONIOENCODING="gb18030").stdout.decode("gb18030")
    assert b"?? tanheng" in tanheng("--help", PYTHONIOENCODING="latin-1", LC_ALL="C").stdout
