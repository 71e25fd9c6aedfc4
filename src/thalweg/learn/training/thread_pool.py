"""Run descents side by side on the cores; Ctrl-C and a deadline end them between slices."""

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
POLL_SECONDS = 0.1  # how often the calling thread wakes, to report progress and to receive Ctrl-C


class ThreadPool:
    """A pool of threads for jobs that release the GIL.

    Attributes
    ----------
    threads : int
        The number of jobs that run at once.
    deadline : float
        The value of `time.perf_counter` after which jobs should end; infinity for no deadline.
    """

    def __init__(self, pool: ThreadPoolExecutor, threads: int) -> None:
        self.threads = threads
        self.deadline = math.inf
        self._pool = pool
        self._stopped = False

    def late(self) -> bool:
        """Whether running jobs should end now; each descent asks between slices."""
        return self._stopped or time.perf_counter() >= self.deadline

    def run(self, jobs: Iterable[Callable[[], T]], advance: Callable[[int], None]) -> list[T]:
        """Run all jobs and return their results in the jobs' order; `advance` gets the number of jobs just done."""
        futures = [self._pool.submit(job) for job in jobs]
        self.watch(futures, advance)
        return [future.result() for future in futures]

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Start one job."""
        return self._pool.submit(job)

    @staticmethod
    def watch(futures: list[Future[T]], advance: Callable[[int], None]) -> None:
        """Wait for all futures; `advance` gets the number just done. The error of a job is raised at once."""
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=POLL_SECONDS)
            for future in done:
                future.result()
            if done:
                advance(len(done))

    def stop(self) -> None:
        """Ask all running jobs to end, and start no more."""
        self._stopped = True
        self._pool.shutdown(wait=False, cancel_futures=True)


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def thread_pool(threads: int | None = None) -> Generator[ThreadPool]:
    """Open a pool of `threads`, by default one for each core. However the block ends, its threads end soon after."""
    threads = threads or available_cores()
    with ThreadPoolExecutor(threads) as executor:
        pool = ThreadPool(executor, threads)
        try:
            yield pool
        except BaseException:
            pool.stop()
            raise
