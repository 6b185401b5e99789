"""Files that are dropped on a study: written beside it in parts, whole or not at all, and never over another one."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath

import anyio.to_thread

from tanheng.errors import InputError, OutputError
from tanheng.language import tr
from tanheng.limits import limit, more_than
from tanheng.plain_files import shown, written
from tanheng.reach import confined_to, refuse_outside
from tanheng.web.home import Home
from tanheng.web.space import SMALLEST, Reservation

#: Folder beside a study that takes what is dropped on it.
DATA = "data"

#: Letters of a file name, and bytes.
_LONGEST, _LONGEST_BYTES = 150, 220

#: Bytes that are left free on the disk, whatever is dropped.
_LEFT_FREE = 500_000_000

#: How many times as large as itself an archive may unpack to, and how many files it may hold.
_PACKED, _MOST_FILES = 200, 5000

#: Folders, and the file in them, that are kept of what is dropped: files that lie deeper are not listed.
_DROPPED_DEEPEST = 3

#: Folders in folders that an archive may hold.
_DEEPEST = 20


async def received(home: Home, base: Path, name: str, parts: AsyncIterator[bytes], said: int | None) -> list[Path]:
    """Files of an upload, in the folder ``data`` beside a study; an archive is unpacked into a folder of its own.

    Parameters
    ----------
    home : Home
        Whose room and limits hold.
    base : Path
        Folder of the study.
    name : str
        With the folders that it was dropped in, if any; these are kept.
    parts : asynchronous iterator of bytes
    said : int, optional
        Bytes that the sender announced.

    Raises
    ------
    InputError
        The name is none, something of that name is there, or it is too large.
    OutputError
        The disk has no room, or the user's is used up.
    """
    folder = base / DATA
    path = folder.joinpath(*plain_parts(name))
    with confined_to([base]):
        refuse_outside(folder)
        refuse_outside(path.parent)
    for taken in (path, *(parent for parent in path.parents if parent.is_relative_to(folder) and parent.is_file())):
        _refuse_taken(taken, folder.parent)
    _refuse_large(said or 0, home, name)
    _refuse_full(said or 0, folder)
    await anyio.to_thread.run_sync(home.space.refuse, said or 0, limiter=home.lane)
    with home.space.reserved() as room:
        return await _kept(home, room, path, parts, said, folder)


async def _kept(
    home: Home, room: Reservation, path: Path, parts: AsyncIterator[bytes], said: int | None, folder: Path
) -> list[Path]:
    """Files of an upload once it has arrived; it is gathered in `folder`, where `path` lies."""
    with written(path):
        folder.mkdir(exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=folder, prefix=".upload-")
    try:
        size = 0
        with os.fdopen(handle, "wb") as stream:
            async for part in parts:
                size += len(part)
                _refuse_large(size, home, path.name)
                _refuse_full(len(part), folder)
                room.more(len(part))
                with written(path):
                    stream.write(part)
        if said is not None and size != said:
            raise InputError(tr("{name}: did not arrive whole; drop it again", name=shown(path.name)))
        with written(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == ".zip":
            return await anyio.to_thread.run_sync(
                unpacked, Path(unfinished), path.with_suffix(""), home, room, limiter=home.lane
            )
        _refuse_taken(path)
        Path(unfinished).chmod(0o644)
        _named(Path(unfinished), path)
        return [path]
    finally:
        Path(unfinished).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # another file has come to lie there
            remove_empty(path.parent, folder)


def remove_empty(folder: Path, base: Path) -> None:
    """Remove a folder below another one, and those that it lies in, as far as they are empty."""
    while folder != base and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _named(unfinished: Path, path: Path) -> None:
    """Give a file its name, unless another one has it by now."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        _refuse_taken(path)
    except OSError:  # a disk without links
        _refuse_taken(path)
        unfinished.rename(path)


#: Names that Windows keeps for devices.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))}


def plain_parts(name: str) -> tuple[str, ...]:
    """Folders and name of a file that was dropped.

    Raises
    ------
    InputError
        One of them is none that a file or folder may have on every system, or there are too many.

    Examples
    --------
    >>> plain_parts("2020/land use.tif")
    ('2020', 'land use.tif')
    """
    parts = name.split("/")
    if len(parts) > _DROPPED_DEEPEST:
        raise InputError(
            tr(
                "{name}: lies in more than {most} folders; drop the inner ones by themselves",
                name=shown(name),
                most=_DROPPED_DEEPEST - 1,
            )
        )
    return tuple(map(plain_name, parts))


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
    strange = (
        set(name) & set('/\\:*?"<>|') or not name.isprintable() or name.split(".", maxsplit=1)[0].lower() in _DEVICES
    )
    blank = not name.strip(". ") or name != name.strip(" ").rstrip(".") or name.startswith(".")
    if _too_long(name):
        raise InputError(
            tr("'{name}…' is too long for the name of a file or folder; write a shorter one", name=shown(name)[:40])
        )
    if blank or strange:
        raise InputError(tr("'{name}' can't be the name of a file or folder; choose another", name=shown(name)))
    return name


def _too_long(name: str) -> bool:
    """Whether a name is longer than file systems take, in letters or in bytes."""
    try:
        return len(name) > _LONGEST or len(name.encode()) > _LONGEST_BYTES
    except UnicodeEncodeError:
        return True


def unpacked(archive: Path, folder: Path, home: Home, room: Reservation) -> list[Path]:
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
            entries = [item for item in held.infolist() if not item.is_dir() and not _of_system(item.filename)]
            if not entries:
                raise InputError(tr("{name}: contains no files", name=f"{folder.name}.zip"))
            size = _refuse_archive(entries, archive.stat().st_size, folder, home)
            room.more(size)
            for item in entries:
                target = unfinished.joinpath(*(plain_name(part) for part in PurePosixPath(_name(item)).parts))
                target.parent.mkdir(parents=True, exist_ok=True)
                with held.open(item) as packed, target.open("xb") as stream:
                    shutil.copyfileobj(packed, stream)
        _refuse_taken(folder)
        unfinished.chmod(0o755)
        unfinished.rename(folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError) as error:
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
    for encoding in ("utf-8", "gb18030"):
        try:
            return item.filename.encode("cp437").decode(encoding)
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return item.filename


def _of_system(name: str) -> bool:
    """Whether a file of an archive is one that a system put there for itself."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _refuse_archive(entries: list[zipfile.ZipInfo], packed: int, folder: Path, home: Home) -> int:
    """Bytes that an archive unpacks to; one that holds too much, or too many folders, is refused."""
    size, name = sum(item.file_size for item in entries), f"{folder.name}.zip"
    paths = [PurePosixPath(item.filename) for item in entries[: _MOST_FILES + 1]]
    deepest = max((len(path.parts) for path in paths), default=0)
    folders = {parent for path in paths for parent in path.parents} if deepest <= _DEEPEST else set()
    if len(entries) + len(folders) > _MOST_FILES or deepest > _DEEPEST or size > _PACKED * max(packed, 20_000):
        raise InputError(
            tr(
                "{name}: unpacks to {count:,} files of {size:,} bytes; unpack it yourself",
                name=name,
                count=len(entries),
                size=size,
            )
        )
    _refuse_large(size, home, name)
    _refuse_full(size, folder.parent)
    outside = [
        item.filename
        for item in entries
        if item.filename.startswith(("/", "\\")) or ".." in PurePosixPath(item.filename).parts
    ]
    if outside:
        raise InputError(tr("{name}: names a file outside, '{file}'", name=name, file=shown(outside[0])))
    return sum(max(item.file_size, SMALLEST) for item in entries) + SMALLEST * len(folders)


def _refuse_taken(path: Path, base: Path | None = None) -> None:
    """Refuse a name that is taken; the message names it from `base` on, or from the folder that it lies in."""
    if path.exists():
        name = path.relative_to(base or path.parent.parent).as_posix()
        raise InputError(tr("{name}: is there already; remove it or rename the new file", name=name))


def _refuse_large(size: int, home: Home, name: str) -> None:
    if size > home.rules.upload_bytes:
        most = home.rules.upload_bytes / 1e6
        raise InputError(
            tr(
                "{name}: too large to upload: this server accepts up to {most:,.3g} MB.",
                name=shown(name),
                most=most,
            )
        )
    if size > limit("upload_bytes"):
        raise InputError(
            tr(
                "{name}: too large to upload: {more}. Copy it into the folder of the study instead.",
                name=shown(name),
                more=more_than("upload_bytes", size),
            )
        )


def _refuse_full(size: int, folder: Path) -> None:
    place = folder if folder.is_dir() else folder.parent
    if size > shutil.disk_usage(place).free - _LEFT_FREE:
        raise OutputError(tr("There is no room left on the disk for this file."))
