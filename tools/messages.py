"""Gather what tanheng says, renew the catalogues of its languages, and compile them: ``make messages``."""

from __future__ import annotations

import argparse
import ast
import csv
import inspect
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "tanheng"
_METHODS = [("**.py", "python"), ("**.jinja", "jinja2.ext:babel_extract")]

#: Packaged tables whose names readers see: their file, the column of the name, and the column of the name in Chinese, where there is one.
_NAMED = (
    ("factors/fuels.csv", "fuel", "name_zh"),
    ("factors/flows.csv", "flow", "name_zh"),
    ("factors/flows.csv", "sector", ""),
    ("factors/plans/zones-by-cell.csv", "zone", "name_zh"),
    ("factors/plans/zones-by-unit.csv", "zone", "name_zh"),
    ("factors/plans/scenarios.csv", "scenario", "name_zh"),
    ("factors/simulation/change-scenarios.csv", "scenario", "name_zh"),
    ("factors/sectors.csv", "sector", "name_zh"),
    ("factors/process_factors.csv", "activity", "name_zh"),
    ("factors/legends/*.csv", "land_class", ""),
    ("factors/density_ranges.csv", "source", ""),
    ("factors/carbon_densities/*.csv", "land_class", ""),
)


def template() -> Catalog:
    """Every message of the source, as a catalogue that knows the Chinese names of packaged tables and nothing else."""
    found = Catalog(project="tanheng", fuzzy=False)
    for context, keywords in ((None, {"tr": None, "mark": None}), ("name", {"mark_name": None})):
        for file, _, message, _, _ in extract_from_dir(SOURCE, _METHODS, keywords=keywords):
            found.add(message, locations=[(Path(file).as_posix(), None)], context=context)
    for file, text in _helps():
        found.add(text, locations=[(file, None)])
    for file, name, translation in _names():
        found.add(name, translation, locations=[(file, None)], context="name")
    return found


def _helps() -> Iterator[tuple[str, str]]:
    """What the commands say of themselves in ``--help``."""
    for name in ("cli/app.py", "cli/simulate.py", "cli/statistics.py"):
        for node in ast.parse((SOURCE / name).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield name, inspect.cleandoc(ast.get_docstring(node) or "")


def _names() -> Iterator[tuple[str, str, str]]:
    for pattern, column, translated in _NAMED:
        for path in sorted(SOURCE.glob(pattern)):
            lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
            for row in csv.DictReader(lines):
                if name := (row[column] or "").strip():
                    yield path.relative_to(SOURCE).as_posix(), name, row.get(translated) or ""


def catalogue_file(language: str) -> Path:
    """Catalogue of a language."""
    return SOURCE / "locale" / language / "LC_MESSAGES" / "tanheng.po"


def read_catalogue(language: str) -> Catalog:
    """Catalogue of a language as it stands."""
    path = catalogue_file(language)
    if not path.exists():
        return Catalog(locale=language, project="tanheng", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """Catalogue as gettext reads it."""
    catalogue.project, catalogue.version = "tanheng", "1"
    catalogue.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def renew(language: str) -> Catalog:
    """Catalogue with every message of today and no other; translations of messages that stand are kept."""
    former = read_catalogue(language)
    fresh = Catalog(locale=language, project="tanheng", fuzzy=False)
    for message in template():
        if message.id:
            known = former.get(message.id, message.context)
            translation = message.string or (known.string if known else "")
            places = sorted(set(message.locations))
            fresh.add(message.id, translation, locations=places, context=message.context)
    return fresh


def main() -> None:
    """Renew and compile; tell what lacks a translation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fill", type=Path, help="CSV of context, message, translation to put in")
    asked = parser.parse_args()
    catalogue = renew("zh")
    if asked.fill:
        with asked.fill.open(encoding="utf-8", newline="") as file:
            for context, message, translation in csv.reader(file):
                known = catalogue.get(message, context or None)
                if known is not None:
                    known.string = translation
    path = catalogue_file("zh")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, omit_header=True, include_lineno=False)
    path.with_suffix(".mo").write_bytes(compiled(catalogue))
    missing = [message for message in catalogue if message.id and not message.string]
    sys.stdout.write(f"{len(catalogue)} messages, {len(missing)} without a translation\n")


if __name__ == "__main__":
    main()
