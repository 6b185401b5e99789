"""The app: start to the first page, answers while a job runs, stopping a job, and a plan by hand, each beside its limit.

    uv run python benchmarks/app.py            # the example of Henan, which is run first where its results are missing

Writes a line to app.csv. The answers of the app are set beside a server of the standard library on the same machine in the same run.
"""

from __future__ import annotations

import http.client
import http.server
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from measuring import note

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "henan"

#: Limits, s: start to the first page; 95 of 100 answers while a job runs; a stop; a plan.
LIMITS = {"start_s": 1.5, "answer_p95_s": 0.3, "stop_s": 2.0, "plan_s": 2.0}


class App:
    """A server of the app for a folder, and one browser that it let in."""

    def __init__(self, folder: Path) -> None:
        began = time.perf_counter()
        command = [sys.executable, "-m", "tanheng", "--lang", "en", "serve", str(folder), "--no-browser", "--port", "0"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port, token = re.search(r":(\d+)/\?token=(\S+)", line).groups()
        self.cookie = ""
        self.cookie = self.ask("GET", f"/?token={token}")[1]["set-cookie"].split(";")[0]
        self.ask("GET", "/")
        self.start = time.perf_counter() - began

    def ask(self, method: str, path: str, body: object = None):
        connection = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=120)
        headers = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        found = answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
        connection.close()
        return found

    def timed(self, path: str) -> float:
        began = time.perf_counter()
        status, _, _ = self.ask("GET", path)
        assert status == 200, status
        return time.perf_counter() - began


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def answers(ask, count: int = 1000) -> float:
    """95th percentile of the answers to requests of which fifty are always under way."""
    with ThreadPoolExecutor(50) as pool:
        return p95(list(pool.map(ask, range(count))))


def plain_server() -> float:
    """The same requests to a server of the standard library that answers with a text."""

    class Plain(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 1024

    server = Server(("127.0.0.1", 0), Plain)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask(_: int) -> float:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()
        return time.perf_counter() - began

    found = answers(ask)
    server.shutdown()
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(EXAMPLE, folder / "henan")
        study = quote("henan/study.toml", safe="")
        subprocess.run(
            [sys.executable, "-m", "tanheng", "--quiet", "run", str(folder / "henan" / "study.toml")], check=True
        )
        app = App(folder)
        app.ask("GET", f"/app/plan?name={study}")
        plans = [
            json.loads(app.ask("POST", f"/app/plan?name={study}", {"changes": {"max_change": share}})[2])["seconds"]
            for share in (1, 0.5, 0.2)
        ]
        job = json.loads(app.ask("POST", "/app/jobs", {"process": "run", "inputs": {"study": "henan/study.toml"}})[2])[
            "id"
        ]
        time.sleep(6)
        beside = plain_server()
        found = {
            "start_s": app.start,
            "answer_p95_s": answers(lambda _: app.timed(f"/app/jobs/{job}")),
            "plain_server_p95_s": beside,
            "page_p95_s": p95([app.timed("/") for _ in range(60)]),
            "plan_s": max(plans),
        }
        began = time.perf_counter()
        app.ask("DELETE", f"/app/jobs/{job}")
        found["stop_s"] = time.perf_counter() - began
        app.process.terminate()
        app.process.wait()
    for key, value in found.items():
        print(f"{key:20} {value:8.3f}" + (f"   limit {LIMITS[key]:g}" if key in LIMITS else ""))
    note(HERE / "app.csv", found)


if __name__ == "__main__":
    main()
