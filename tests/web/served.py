"""A server of the app in a process of its own, and requests to it with every header as the test wants it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A server that runs, and the cookie of a browser that it let in."""

    process: subprocess.Popen[str]
    folder: Path
    port: int
    token: str
    cookie: str = ""
    key: str = field(default="", repr=False)
    own: Path = Path()
    address: str = ""

    def __post_init__(self) -> None:
        self.address = self.address or f"http://127.0.0.1:{self.port}"

    def ask(
        self, path: str, method: str = "GET", body: object = None, headers: Mapping[str, str | None] | None = None
    ) -> Answer:
        """Answer to a request of the app's own page; headers are set, or left out where they are None."""
        sent: dict[str, str | None] = {"Host": self.address.split("//")[1], "Cookie": self.cookie}
        if method != "GET":
            sent["Origin"] = self.address
        sent |= dict(headers or {})
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            if isinstance(data, bytes):
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data if isinstance(data, bytes) else None)
            answer = connection.getresponse()
            return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def enter(self) -> None:
        """Be let in as the opened browser is."""
        answer = self.ask(f"/?token={self.token}", headers={"Cookie": None})
        assert answer.status == 303, answer.text
        self.cookie = answer.headers["set-cookie"].split(";")[0]

    def job(self, process: str, **inputs: object) -> str:
        """Id of a new job."""
        answer = self.ask("/app/jobs", "POST", {"process": process, "inputs": inputs})
        assert answer.status == 201, answer.text
        return str(answer.json()["id"])

    def state(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(f"/app/jobs/{job}").json()
        return found

    def until(self, job: str, *states: str, seconds: float = 90) -> dict[str, Any]:
        """How a job stands once it is in one of these states."""
        return waited(lambda: self.state(job), lambda found: found["state"] in states, seconds)

    def stop(self) -> None:
        """End the server as Ctrl-C does, and its jobs with it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def waited(look: Callable[[], Any], good: Callable[[Any], bool], seconds: float = 60) -> Any:
    """What is seen once it is good; what was seen last where it never is."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if good(found) or time.monotonic() > end:
            assert good(found), found
            return found
        time.sleep(0.1)


def _begun(
    pattern: str, state: Path, options: Sequence[str], variables: Mapping[str, str]
) -> tuple[Any, re.Match[str]]:
    """A server with its state in a folder, and what its first line says."""
    command = [sys.executable, "-m", "tanheng", "--lang", "en", "serve", "--no-browser", "--port", "0", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "TANHENG_STATE": str(state), **variables}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(pattern, line)
    assert found is not None, line + process.communicate(timeout=20)[1]
    return process, found


def begin_many(users: Path, *options: str, **variables: str) -> Served:
    """A server for the users of a file; nobody is let in yet."""
    state = users.parent / "state"
    pattern = r"tanheng is at (http\S+); it listens on 127\.0\.0\.1, port (\d+)\n"
    process, found = _begun(pattern, state, ("--multi", str(users), *options), variables)
    return Served(process, users.parent, int(found[2]), "", own=state, address=found[1])


def begin(folder: Path, *options: str, enter: bool = True, **variables: str) -> Served:
    """A server for a folder."""
    state = folder.parent / f"state of {folder.name}"
    pattern = r"tanheng is at http://127\.0\.0\.1:(\d+)/\?token=(\S+)\n"
    process, found = _begun(pattern, state, (str(folder), *options), variables)
    served = Served(process, folder, int(found[1]), found[2])
    served.own = next(state.iterdir())
    served.key = (served.own / "api-key").read_text(encoding="ascii")
    if enter:
        served.enter()
    return served


@contextlib.contextmanager
def serving(folder: Path, *options: str, **variables: str) -> Iterator[Served]:
    """A server for a folder, ended after the block."""
    served = begin(folder, *options, **variables)
    try:
        yield served
    finally:
        served.stop()


def of(name: str) -> str:
    """A name as part of an address."""
    return quote(name, safe="")
