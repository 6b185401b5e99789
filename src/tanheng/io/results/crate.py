"""The folder of results as an RO-Crate, so that a repository shows what is in it and how it was made.

RO-Crate Metadata Specification 1.1, https://w3id.org/ro/crate/1.1.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tanheng.language import language, speaking, tr, worded
from tanheng.plain_files import written

#: File that makes a folder an RO-Crate.
CRATE = "ro-crate-metadata.json"

_FORMATS = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".qgz": "application/zip",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff; application=geotiff",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Entity = dict[str, Any]


def write_crate(folder: Path, record: Mapping[str, Any]) -> None:
    """Write what the folder holds, who made it and from what.

    Parameters
    ----------
    folder : Path
        Results, all written.
    record : mapping
        As in run.json.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    graph = [_descriptor(), *crate_entities(folder, record)]
    text = json.dumps(
        {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}, ensure_ascii=False, indent=1
    )
    with written(folder / CRATE):
        (folder / CRATE).write_text(text, encoding="utf-8")


def _descriptor() -> Entity:
    return {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }


def crate_entities(folder: Path, record: Mapping[str, Any]) -> list[Entity]:
    """The dataset, its files, the inputs, the software and the run that made one from the other."""
    files = list(_files(folder))
    inputs = list(_inputs(record["inputs"]))
    title, settings = _title(record), record["settings"]
    authors = [
        {"@id": f"#author-{number}", "@type": "Person", "name": name}
        for number, name in enumerate(settings.get("authors", ()))
    ]
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": title,
        "description": record["note"] or title,
        "datePublished": record["made"][:10],
        "license": settings.get("license") or tr("none stated; the inputs have licences of their own"),
        "hasPart": [{"@id": item["@id"]} for item in files],
        "mentions": [{"@id": "#run"}],
    }
    if authors:
        root["author"] = [{"@id": item["@id"]} for item in authors]
    return [root, *authors, *files, *inputs, _software(record), _run(record, inputs)]


def _title(record: Mapping[str, Any]) -> str:
    """The title in the language that the run spoke: that of its note."""
    with speaking(record.get("language") or language()):
        return worded(record["title"])


def _files(folder: Path) -> Iterator[Entity]:
    """Files of the results, by their names as parts of a URI; a Zarr store counts as one dataset."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        inside = [part for part in name.parts[:-1] if part.endswith(".zarr")]
        if path.is_dir() and path.suffix == ".zarr":
            yield {
                "@id": f"{quote(name.as_posix())}/",
                "@type": "Dataset",
                "name": name.as_posix(),
                "encodingFormat": "application/x-zarr",
            }
        elif path.is_file() and not inside and path.name != CRATE:
            entity = {
                "@id": quote(name.as_posix()),
                "@type": "File",
                "name": name.as_posix(),
                "contentSize": str(path.stat().st_size),
            }
            if path.suffix in _FORMATS:
                entity["encodingFormat"] = _FORMATS[path.suffix]
            yield entity


def _inputs(items: Iterable[Mapping[str, Any]]) -> Iterator[Entity]:
    """Inputs, which are not part of the folder: named by their hashes, those of equal content with numbers as well."""
    seen: Counter[str] = Counter()
    for item in items:
        name = f"#input-{item['sha256'][:16]}"
        seen[name] += 1
        yield {
            "@id": name if seen[name] == 1 else f"{name}-{seen[name]}",
            "@type": "CreativeWork",
            "name": item["file"],
            "identifier": f"sha256:{item['sha256']}",
            "size": str(item["bytes"]),
        }


def _software(record: Mapping[str, Any]) -> Entity:
    version = record["versions"]["tanheng"]
    return {
        "@id": "#tanheng",
        "@type": "SoftwareApplication",
        "name": "tanheng",
        "softwareVersion": version,
        "version": version,
    }


def _borrowed(record: Mapping[str, Any]) -> Entity:
    """What the run says of data of other years; nothing where there are none."""
    sentences = [
        f"{item['input']} of {item['data_year']} stand in for {item['year']}"
        for item in record.get("borrowed_years", [])
    ]
    return {"description": "; ".join(sentences)} if sentences else {}


def _run(record: Mapping[str, Any], inputs: list[Entity]) -> Entity:
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "tanheng run",
        **_borrowed(record),
        "endTime": record["made"],
        "instrument": {"@id": "#tanheng"},
        "object": [{"@id": item["@id"]} for item in inputs],
        "result": {"@id": "./"},
    }
