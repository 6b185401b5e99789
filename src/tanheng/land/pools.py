"""Who does the tasks: the threads of this machine, or the workers of a dask cluster. The tasks are the same."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import partial
from typing import Any, Protocol, TypeVar

from tanheng.errors import InputError, TanhengError
from tanheng.language import Manner, in_manner, manner, tr
from tanheng.limits import limit

Task = TypeVar("Task")
Result = TypeVar("Result")


class Pool(Protocol):
    """What does tasks, some at a time, and hands their results on as they are done."""

    @property
    def workers(self) -> int:
        """Number of tasks that are worked on at once."""

    def results(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
        """Tasks with their results, in the order in which they are done."""


def default_workers() -> int:
    """Number of cores that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1))


class Threads:
    """Threads of this process. Kernels release the GIL, so they run side by side."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or default_workers()

    def results(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
        """Tasks with their results, as they are done; one more task than there are threads is under way."""
        waiting: dict[Future[Result], Task] = {}
        queue = iter(tasks)
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for task in queue:
                    waiting[pool.submit(copy_context().run, function, task)] = task
                    if len(waiting) > self.workers:
                        yield from _done(waiting)
                while waiting:
                    yield from _done(waiting)
            finally:
                for future in waiting:
                    future.cancel()


class TaskError(Exception):
    """A task that failed in a worker, told apart from a cluster that is lost."""


def _in_manner(of: Manner, function: Callable[[Task], Result], task: Task) -> Result:
    """Do a task on a worker of another process, whose messages reach the same reader.

    Raises
    ------
    TaskError
        The task itself failed, which is no fault of the cluster.
    """
    with in_manner(of):
        try:
            return function(task)
        except (RuntimeError, OSError) as error:
            raise TaskError(f"{type(error).__name__}: {error}") from error


def _done(waiting: dict[Future[Result], Task]) -> Iterator[tuple[Task, Result]]:
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        yield waiting.pop(future), future.result()


class Cluster:
    """Workers of a dask cluster; they must see the same files under the same names.

    Tasks are handed out with `Client.map`, a few for each worker at a time. A worker that dies costs the tasks it held:
    the scheduler gives them to another one.

    Parameters
    ----------
    address : str
        ``tcp://HOST:PORT`` of a scheduler, or ``local:N`` for N processes of this machine.
    warn : callable
        Told when a worker is lost.

    Raises
    ------
    InputError
        dask.distributed is not installed, or nothing answers at the address.
    """

    def __init__(self, address: str, warn: Callable[[str], None]) -> None:
        try:
            import distributed
        except ImportError:
            raise InputError(tr("--cluster needs dask.distributed: install tanheng[cluster]")) from None
        dask: Any = distributed
        # What the library logs of lost connections and workers is said in our words.
        for name in (*logging.root.manager.loggerDict, "distributed", "tornado", "asyncio"):
            if name.partition(".")[0] in {"distributed", "tornado", "asyncio"}:
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._warn = warn
        self._local: Any = None
        self._over = False
        if address.startswith("local:"):
            number = address.removeprefix("local:")
            if not number.isdigit() or int(number) < 1:
                raise InputError(
                    tr("--cluster {address}: write local:N with N processes, or tcp://HOST:PORT", address=address)
                )
            self._local = dask.LocalCluster(n_workers=int(number), threads_per_worker=1, dashboard_address=None)
            address = self._local.scheduler_address
        try:
            self._client: Any = dask.Client(address, timeout="10s")
        except (OSError, ValueError) as error:
            raise InputError(
                tr(
                    "--cluster {address}: no scheduler answers there ({error}); start one with 'dask scheduler'",
                    address=address,
                    error=error,
                )
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=limit("cluster_seconds"))
        except TimeoutError:
            self.close()
            raise InputError(
                tr("--cluster {address}: has no workers; start some with 'dask worker {address}'", address=address)
            ) from None
        self._client.subscribe_topic("all", self._heard)

    @property
    def workers(self) -> int:
        """Number of threads of all workers."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def _heard(self, event: tuple[float, Any]) -> None:
        message = event[1]
        if not self._over and isinstance(message, dict) and message.get("action") == "remove-worker":
            self._warn(
                tr(
                    "worker {worker} is lost; the others do its work again",
                    worker=message.get("worker", ""),
                )
            )

    def results(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
        """Tasks with their results, as they are done; two for each worker are under way."""
        import distributed

        function = partial(_in_manner, manner(), function)
        queue = iter(tasks)
        ahead = 2 * self.workers
        first = [task for _, task in zip(range(ahead), queue, strict=False)]
        held = dict(zip(self._client.map(function, first, pure=False, retries=3), first, strict=True))
        dask: Any = distributed
        completed = dask.as_completed(list(held))
        for future in completed:
            try:
                result = future.result()
            except TanhengError:
                self._client.cancel(list(held))
                raise
            except (dask.KilledWorker, CancelledError, RuntimeError, OSError, TimeoutError) as error:
                raise InputError(
                    tr(
                        "the connection to the cluster was lost, or its workers fail repeatedly ({reason}); finished work is "
                        "kept: restore the cluster, then run again with --resume",
                        reason=" ".join(str(error).split())[:200],
                    )
                ) from error
            yield held.pop(future), result
            for task in queue:
                more = self._client.map(function, [task], pure=False, retries=3)[0]
                held[more] = task
                completed.add(more)
                break

    def close(self) -> None:
        """Let go of the cluster; one of our own is ended."""
        self._over = True
        with contextlib.suppress(Exception):  # the scheduler may be gone
            self._client.unsubscribe_topic("all")
            self._client.close()
        if self._local is not None:
            self._local.close()


@contextlib.contextmanager
def pool_of(workers: int | None, cluster: str | None, warn: Callable[[str], None]) -> Iterator[Pool]:
    """Pool that was asked for: threads of this machine, or a cluster, which is let go of at the end."""
    if cluster is None:
        yield Threads(workers)
        return
    pool = Cluster(cluster, warn)
    try:
        yield pool
    finally:
        pool.close()
