"""The server of the app: its address, its browser, and its end."""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
import webbrowser
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

import uvicorn

from tanheng.errors import InputError, OutputError
from tanheng.language import tr
from tanheng.web.app import make_app
from tanheng.web.doors.door import Door
from tanheng.web.doors.many import ManyDoors
from tanheng.web.doors.one import OneDoor
from tanheng.web.gate import LOG, Address
from tanheng.web.home import Home
from tanheng.web.jobs.queue import Queue

#: Ports that are tried in turn where none is named.
_PORTS = range(8765, 8785)

#: Bytes of a log of what is refused, of which three are kept.
_LOG_BYTES = 2_000_000

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve(
    folder: Path,
    *,
    port: int | None = None,
    host: str = "127.0.0.1",
    allowed: Sequence[Path] = (),
    browser: bool = True,
) -> None:
    """Serve the app for a folder of one user until it is stopped.

    Parameters
    ----------
    folder : Path
        Folder whose studies it shows.
    port : int, optional
        The first free one from 8765 on where absent.
    host : str
        Address of this machine: the app serves nobody else.
    allowed : sequence of Path
        Further folders that studies may read.
    browser : bool
        Whether the browser is opened.

    Raises
    ------
    InputError
        A folder is not there, or the host is not this machine.
    OutputError
        The port is taken, or the folder can't be written to.
    """
    if host not in _LOOPBACK:
        raise InputError(
            tr(
                "--host {host}: without --multi the app serves this machine alone; write 127.0.0.1, localhost or ::1",
                host=host,
            )
        )
    door = OneDoor(Home(folder, allowed))
    listening = _socket(host, port)
    address = Address(listening.getsockname()[1])
    _log_to(door.visitor.home.own / "server.log")
    place = f"http://{f'[{host}]' if ':' in host else host}:{address.port}/?token={door.new_token()}"
    _tell(tr("tanheng is at {place}", place=place))
    if browser:
        with contextlib.suppress(webbrowser.Error, OSError):
            webbrowser.open(place)
    _run(door, address, listening)


def serve_users(users: Path, *, port: int | None = None, host: str = "127.0.0.1") -> None:
    """Serve the app for several people, each with a folder and a token of their own, until it is stopped.

    Parameters
    ----------
    users : Path
        File of users, see `tanheng.web.doors.users`.
    port : int, optional
        The first free one from 8765 on where absent.
    host : str
        Address to listen at; a proxy in front of it speaks HTTPS.

    Raises
    ------
    InputError
        The file of users can't be read, or is wrong.
    OutputError
        The port is taken, or a folder can't be made.
    """
    door = ManyDoors(users)
    listening = _socket(host, port)
    _log_to(door.own / "server.log")
    place, number = door.file.address, listening.getsockname()[1]
    _tell(tr("tanheng is at {place}; it listens on {host}, port {port}", place=place, host=host, port=number))
    address = Address.of(place)
    if set(address.hosts) <= set(Address(number).hosts) and address.port != number:
        _tell(
            tr(
                "{path}: 'address' has port {asked}, the server listens on {port}; without a proxy between nobody gets in",
                path=users,
                asked=address.port,
                port=number,
            )
        )
    if not door.file.users:
        _tell(tr("{path} has no users yet; add one with: tanheng user {path} NAME", path=users))
    _run(door, address, listening, door.file.jobs_at_once)


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _run(door: Door, address: Address, listening: socket.socket, jobs_at_once: int = 1) -> None:
    """Answer until the server is stopped, then end what it started."""

    def tend_desks() -> None:
        for home in door.homes():
            home.desks.tend()

    queue = Queue(lambda: [home.runner for home in door.homes()], jobs_at_once, tend_desks)
    settings = uvicorn.Config(
        make_app(door, address, queue),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
        lifespan="on",
    )
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(settings).run(sockets=[listening])
    for home in door.homes():
        home.desks.close()
    queue.close(end_jobs=_wants_end(queue.unfinished()))


def _socket(host: str, port: int | None) -> socket.socket:
    """A socket that listens at the port that is asked for, else at the first free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in [port] if port is not None else [*_PORTS, 0]:
        listening = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, number))
            listening.listen(2048)
        except (OSError, OverflowError) as error:
            listening.close()
            if port is not None:
                reason = getattr(error, "strerror", error)
                raise OutputError(
                    tr("port {port} can't be used ({reason}); name another with --port", port=port, reason=reason)
                ) from error
            continue
        return listening
    raise OutputError(tr("no port is free; name one with --port"))


def _wants_end(jobs: int) -> bool:
    """Whether jobs are to end with the server: the terminal is asked; without one they end."""
    if jobs == 0 or not sys.stdin.isatty():
        return True
    sys.stdout.write(tr("{count} job(s) still run or wait. End them? [Y/n] ", count=jobs))
    sys.stdout.flush()
    try:
        answer = sys.stdin.readline().strip().lower()
    except KeyboardInterrupt:
        answer = ""
    return answer not in {"n", "no", "否"}


def _log_to(path: Path) -> None:
    """Keep what the gate refuses in a file."""
    handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.WARNING)
    LOG.propagate = False
