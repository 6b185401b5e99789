"""Files that are dropped on a study: written beside it in parts, whole or not at all, and never over another one."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath

from tanheng.errors import InputError, OutputError
from tanheng.language import tr
from tanheng.limits import limit, more_than
from tanheng.plain_files import shown, written

#: Folder beside a study that takes what is dropped on it.
DATA = "data"

#: Letters of a file name.
_LONGEST = 150

#: Bytes that are left free on the disk, whatever is dropped.
_LEFT_FREE = 500_000_000

#: How many times as large as itself an archive may unpack to, and how many files it may hold.
_PACKED, _MOST_FILES = 200, 5000


async def received(base: Path, name: str, parts: AsyncIterator[bytes], said: int | None) -> list[Path]:
    """Files of an upload, in the folder ``data`` beside a study; an archive is unpacked into a folder of its own.

    Parameters
    ----------
    said : int, optional
        Bytes that the sender announced.

    Raises
    ------
    InputError
        The name is none, something of that name is there, or it is too large.
    OutputError
        The disk has no room.
    """
    folder = base / DATA
    path = folder / plain_name(name)
    _refuse_taken(path)
    _refuse_large(said or 0, folder)
    with written(path):
        folder.mkdir(exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=folder, prefix=".upload-")
    try:
        size = 0
        with os.fdopen(handle, "wb") as stream:
            async for part in parts:
                size += len(part)
                _refuse_large(size, folder)
                with written(path):
                    stream.write(part)
        if said is not None and size != said:
            raise InputError(tr("{name}: did not arrive whole; drop it again", name=shown(name)))
        if path.suffix.lower() == ".zip":
            return unpacked(Path(unfinished), path.with_suffix(""))
        _refuse_taken(path)
        Path(unfinished).chmod(0o644)
        Path(unfinished).rename(path)
        return [path]
    finally:
        Path(unfinished).unlink(missing_ok=True)


def plain_name(name: str) -> str:
    """Name of a file without folders.

    Raises
    ------
    InputError
        It is none that a file may have on every system.

    Examples
    --------
    >>> plain_name("landuse 2020.tif")
    'landuse 2020.tif'
    """
    strange = set(name) & set('/\\:*?"<>|') or not name.isprintable()
    if not name.strip(". ") or name != name.strip() or strange or name.startswith(".") or len(name) > _LONGEST:
        raise InputError(tr("'{name}' can't be the name of a file here; rename it and drop it again", name=shown(name)))
    return name


def unpacked(archive: Path, folder: Path) -> list[Path]:
    """Files of an archive in a new folder: whole or none of them.

    Raises
    ------
    InputError
        It is no archive, it unpacks to too much, names files outside, or the folder is there already.
    """
    _refuse_taken(folder)
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".upload-"))
    try:
        with zipfile.ZipFile(archive) as held:
            entries = [item for item in held.infolist() if not item.is_dir()]
            _refuse_archive(entries, archive.stat().st_size, folder)
            for item in entries:
                target = unfinished.joinpath(*(plain_name(part) for part in PurePosixPath(_name(item)).parts))
                target.parent.mkdir(parents=True, exist_ok=True)
                with held.open(item) as packed, target.open("xb") as stream:
                    shutil.copyfileobj(packed, stream)
        _refuse_taken(folder)
        unfinished.chmod(0o755)
        unfinished.rename(folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, FileExistsError, OSError) as error:
        if isinstance(error, (InputError, OutputError)):
            raise
        raise InputError(
            tr("{name}: can't be unpacked ({reason})", name=f"{folder.name}.zip", reason=shown(error))
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _name(item: zipfile.ZipInfo) -> str:
    """Name of a file in an archive; one without the mark of UTF-8 is read as Chinese systems write it."""
    if item.flag_bits & 0x800:
        return item.filename
    try:
        return item.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return item.filename


def _refuse_archive(entries: list[zipfile.ZipInfo], packed: int, folder: Path) -> None:
    size = sum(item.file_size for item in entries)
    name = f"{folder.name}.zip"
    if len(entries) > _MOST_FILES or size > _PACKED * max(packed, 1_000_000):
        raise InputError(
            tr(
                "{name}: unpacks to {count:,} files of {size:,} bytes; unpack it yourself",
                name=name,
                count=len(entries),
                size=size,
            )
        )
    _refuse_large(size, folder.parent)
    outside = [
        item.filename
        for item in entries
        if item.filename.startswith(("/", "\\")) or ".." in PurePosixPath(item.filename).parts
    ]
    if outside:
        raise InputError(tr("{name}: names a file outside, '{file}'", name=name, file=shown(outside[0])))


def _refuse_taken(path: Path) -> None:
    if path.exists():
        raise InputError(
            tr("{name}: is there already; take it away or rename the new one", name=f"{path.parent.name}/{path.name}")
        )


def _refuse_large(size: int, folder: Path) -> None:
    if size > limit("upload_bytes"):
        raise InputError(
            tr(
                "The file is too large to be dropped: {more}. Copy it into the folder of the study instead.",
                more=more_than("upload_bytes", size),
            )
        )
    place = folder if folder.is_dir() else folder.parent
    if size > shutil.disk_usage(place).free - _LEFT_FREE:
        raise OutputError(tr("There is no room left on the disk for this file."))
