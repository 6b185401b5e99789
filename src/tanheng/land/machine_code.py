"""Machine code of the kernels, kept between starts and run without numba.

Numba needs half a second at every start before it runs even a kernel that it has kept: it loads all that it might compile
with. The code itself needs none of that. So numba compiles a kernel once for each machine; what it made is kept as an object
file, which LLVM links in a few milliseconds. The file's name holds everything that the code depends on: the kernels'
source, what they take, numba, LLVM, and the processor. A kernel that can't be kept so is run by numba, with the same results; so are all of them
on systems other than Linux, where linking of the files has not been tried.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.land.signatures import SIGNATURES, WRITTEN

_SCALARS: dict[str, Any] = {"int64": ctypes.c_int64, "float64": ctypes.c_double}
_HERE = Path(__file__).parent
#: Files whose content decides what the machine code is.
_SOURCES = ("kernel.py", "signatures.py", "compiling.py")
_HASH_BYTES = 32
#: Age at which code under another key goes: 30 days. Another processor with the same folder, or another branch, may still want it.
_KEPT_SECONDS = 30 * 86_400

_linking = threading.Lock()
# LLVM's engines own the code: it is gone with them.
_engines: list[Any] = []


def run_kernel(name: str, *arguments: object) -> None:
    """Run a kernel, with the GIL released.

    Raises
    ------
    TypeError
        An argument is not what the kernel takes: its machine code would read or write past it.
    """
    kinds = SIGNATURES[name]
    if len(arguments) != len(kinds):
        raise TypeError(f"{name} takes {len(kinds)} arguments, got {len(arguments)}")
    flat: list[object] = []
    for place, (kind, argument) in enumerate(zip(kinds, arguments, strict=True), start=WRITTEN[name] - len(kinds)):
        flat += [argument] if kind in _SCALARS else _flattened(name, kind, argument, written=place >= 0)
    function = _function(name)
    if function is None:
        _numba_kernel(name)(*arguments)
    elif function(ctypes.byref(ctypes.c_void_p()), ctypes.byref(ctypes.c_void_p()), *flat) != 0:
        # Numba says what went wrong; its own run of the kernel ends in the same way.
        _numba_kernel(name)(*arguments)
        raise RuntimeError(f"{name} failed")


def _flattened(name: str, kind: str, argument: object, *, written: bool) -> list[object]:
    """An array as numba's functions take it: no owners, number and size of items, address, shape, strides."""
    dtype, dimensions = kind.split("[", 1)[0], kind.count(":") - 1
    fits = isinstance(argument, np.ndarray) and argument.dtype == dtype and argument.ndim == dimensions
    if not (fits and argument.flags.c_contiguous and argument.flags.aligned):  # type: ignore[attr-defined]
        raise TypeError(f"{name} takes {kind}, got {getattr(argument, 'dtype', type(argument))}")
    array: NDArray[Any] = argument  # type: ignore[assignment]
    if written and not array.flags.writeable:
        raise TypeError(f"{name} writes to {kind}, got an array that is read-only")
    return [None, None, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides]


@lru_cache(maxsize=len(SIGNATURES))
def _numba_kernel(name: str) -> Callable[..., None]:
    from tanheng.land import kernel

    found: Callable[..., None] = getattr(kernel, name)
    return found


def _function(name: str) -> Any:  # noqa: ANN401  ctypes makes the type
    """Kernel as a function of the C kind; None where numba itself must run it. Two threads never link at once."""
    with _linking:
        return _linked(name)


@lru_cache(maxsize=len(SIGNATURES))
def _linked(name: str) -> Any:  # noqa: ANN401
    if not sys.platform.startswith("linux") or os.environ.get("NUMBA_DISABLE_JIT", "0") not in {"", "0"}:
        return None
    from tanheng.land.compiling import NotSelfContainedError, object_code, target_machine

    machine = target_machine()
    place = f"{name}-{_key(name)}.o"
    data = _kept(place)
    if data is None:
        try:
            data = object_code(name)
        except NotSelfContainedError:
            return None
        _keep(place, data)
    return _link(name, data, machine)


def _link(name: str, data: bytes, machine: Any) -> Any:  # noqa: ANN401
    import llvmlite.binding as llvm

    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(data))
    engine.finalize_object()
    _engines.append(engine)
    kinds: list[Any] = [ctypes.c_void_p, ctypes.c_void_p]
    for kind in SIGNATURES[name]:
        dimensions = kind.count(":") - 1
        sizes = [ctypes.c_int64] * 2
        kinds += (
            [_SCALARS[kind]]
            if kind in _SCALARS
            else [ctypes.c_void_p, ctypes.c_void_p, *sizes, ctypes.c_void_p, *sizes * dimensions]
        )
    return ctypes.CFUNCTYPE(ctypes.c_int32, *kinds)(engine.get_function_address(name))


def _key(name: str) -> str:
    """Digest of everything that the machine code of a kernel depends on."""
    import llvmlite.binding as llvm

    # How numba hands arguments on is known for these versions alone: others are checked anew.
    versions = [_version(package) for package in ("numba", "llvmlite")]
    made_by = (versions, llvm.llvm_version_info, llvm.get_default_triple(), llvm.get_host_cpu_name())
    digest = hashlib.sha256(repr((name, made_by, llvm.get_host_cpu_features().flatten())).encode())
    for source in _SOURCES:
        digest.update((_HERE / source).read_bytes())
    return digest.hexdigest()[:24]


def _version(package: str) -> str:
    """Version of a package as installed, without loading it."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def _folders() -> Iterator[Path]:
    """Where machine code is kept: beside the package, or where that can't be written, among the user's caches."""
    yield _HERE / "__pycache__"
    base = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):
        yield (Path(base) if base else Path.home() / ".cache") / "tanheng"


def _kept(place: str) -> bytes | None:
    """Object file that was kept; one that was cut off or changed counts as none."""
    for folder in _folders():
        try:
            held = (folder / place).read_bytes()
        except OSError:
            continue
        if hashlib.sha256(held[_HASH_BYTES:]).digest() == held[:_HASH_BYTES]:
            return held[_HASH_BYTES:]
    return None


def _keep(place: str, data: bytes) -> None:
    """Keep an object file in the first folder that takes it, whole or not at all; without any, it is made anew each time."""
    for folder in _folders():
        unfinished = folder / f"{place}.{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(hashlib.sha256(data).digest() + data)
            unfinished.replace(folder / place)
        except OSError:
            continue
        _remove_old(folder, place)
        return


def _remove_old(folder: Path, place: str) -> None:
    """Remove what was kept of the same kernel under other keys long ago; what can't be removed stays."""
    kernel, oldest = place.rpartition("-")[0], time.time() - _KEPT_SECONDS
    for path in folder.glob(f"{kernel}-*.o*"):
        with contextlib.suppress(OSError):
            if path.name != place and path.stat().st_mtime < oldest:
                path.unlink()
