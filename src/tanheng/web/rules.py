"""What an app allows: room on the disk, and memory and time of a job. One person's own app allows all that the machine has."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """Limits of one user.

    Attributes
    ----------
    quota_bytes : float
        Room that the user's folder may take.
    upload_bytes : float
        Largest file that may be dropped; that of `tanheng.limits` holds as well.
    memory_bytes, job_seconds : float
        What one job may hold, with all that it started, and how long it may take.
    unfinished_jobs : int
        Jobs that may run or wait at once.
    idle_seconds : float
        Time after which a plan by hand that nobody asks is put away.
    """

    quota_bytes: float = math.inf
    upload_bytes: float = math.inf
    memory_bytes: float = math.inf
    job_seconds: float = math.inf
    unfinished_jobs: int = 1000
    idle_seconds: float = math.inf
