"""Run a job in a process of its own, and gather what it took; tables of it, printed and kept."""

from __future__ import annotations

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

#: What a job ends with when what it measures is not installed.
NOT_INSTALLED = 3

JOBS = Path(__file__).parent / "land_jobs.py"


@dataclass(frozen=True)
class Taken:
    """Seconds, and the peak of the largest process, MiB; `told` is what the job measured itself."""

    wall: float
    cpu: float
    peak: float
    told: dict[str, float] = field(default_factory=dict)


def job_command(job: str, *arguments: object) -> list[str]:
    """Command that runs one of the jobs."""
    return [sys.executable, str(JOBS), job, *map(str, arguments)]


def in_own_process(command: list[str]) -> Taken | None:
    """What a command took, its own children included; None where it needs something that is not installed."""
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(command, stdout=said)
        except FileNotFoundError:
            return None
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode == NOT_INSTALLED:
            return None
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        said.seek(0)
        last = said.read().strip().splitlines()[-1:]
    told = json.loads(last[0]) if last and last[0].startswith("{") else {}
    return Taken(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, told)


def paired(commands: dict[str, list[str]], rounds: int, slow: float = 10.0) -> dict[str, Taken | None]:
    """Medians of some rounds of all commands, one after the other in each; what takes long runs in the first only."""
    found: dict[str, list[Taken | None]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            before = found[name]
            if before and (before[0] is None or before[0].wall > slow):
                continue
            before.append(in_own_process(command))
    return {name: middle([item for item in items if item]) for name, items in found.items()}


def middle(items: list[Taken]) -> Taken | None:
    """Median of each figure."""
    if not items:
        return None
    told = {key: statistics.median(item.told[key] for item in items) for key in items[0].told}
    wall, cpu, peak = (statistics.median(getattr(item, name) for item in items) for name in ("wall", "cpu", "peak"))
    return Taken(wall, cpu, peak, told)


def show(title: str, head: tuple[str, ...], rows: list[tuple[object, ...]], scale: float, history: Path) -> None:
    """Print a table, and append its rows to a file."""
    texts = [[f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in ([*head], *texts)) for column in range(len(head))]
    print(f"\n{title}")
    for row in ([*head], *texts):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), flush=True)
    when = datetime.now(UTC).isoformat(timespec="minutes")
    with history.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["when", "scale", "table", *head])
        writer.writerows([when, scale, title, *row] for row in texts)


def note(history: Path, found: dict[str, float]) -> None:
    """Add a line with today's date to a table of figures by name."""
    fresh = not history.exists()
    with history.open("a", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ["date", *found])
        if fresh:
            writer.writeheader()
        writer.writerow({"date": time.strftime("%Y-%m-%d")} | {key: round(value, 4) for key, value in found.items()})
