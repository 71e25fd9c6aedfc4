"""Descents side by side on the cores; Ctrl-C and a deadline end them between slices."""

from __future__ import annotations

import math
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

T = TypeVar("T")
POLL_SECONDS = 0.1  # how often the calling thread gets a word, for progress and Ctrl-C


class ThreadPool:
    """A pool of threads for jobs that hold no GIL.

    Attributes
    ----------
    threads : int
        Jobs that run at once.
    deadline : float
        `time.perf_counter` after which jobs should end; infinity for none.
    """

    def __init__(self, pool: ThreadPoolExecutor, threads: int) -> None:
        self.threads = threads
        self.deadline = math.inf
        self._pool = pool
        self._stopped = False

    def late(self) -> bool:
        """Whether running jobs should end now: asked by each descent between slices."""
        return self._stopped or time.perf_counter() >= self.deadline

    def run(self, jobs: Iterable[Callable[[], T]], advance: Callable[[int], None]) -> list[T]:
        """Run all jobs, telling how many more are done, and return their results in the jobs' order."""
        futures = [self._pool.submit(job) for job in jobs]
        self.watch(futures, advance)
        return [future.result() for future in futures]

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Start one job."""
        return self._pool.submit(job)

    @staticmethod
    def watch(futures: list[Future[T]], advance: Callable[[int], None]) -> None:
        """Wait for all futures, telling how many more are done; a job's error is raised at once."""
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=POLL_SECONDS)
            for future in done:
                future.result()
            if done:
                advance(len(done))

    def stop(self) -> None:
        """Ask all running jobs to end, and begin no more."""
        self._stopped = True
        self._pool.shutdown(wait=False, cancel_futures=True)


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def thread_pool(threads: int | None = None) -> Generator[ThreadPool]:
    """Open a pool of `threads` (all cores by default); whatever ends the block, no thread outlives it for long."""
    threads = threads or available_cores()
    with ThreadPoolExecutor(threads) as pool:
        pool = ThreadPool(pool, threads)
        try:
            yield pool
        except BaseException:
            pool.stop()
            raise
