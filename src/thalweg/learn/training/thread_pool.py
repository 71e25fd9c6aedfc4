"""Run descents side by side on the cores; Ctrl-C and a deadline end them between slices."""

from __future__ import annotations

import math
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

T = TypeVar("T")
PARTS = 64  # of a job that are told apart; a power of 2, so that their sum is exact
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
        self._done: list[list[float]] = []  # the share of each job that is done
        self._told = 0.0
        self._here = threading.local()

    def late(self) -> bool:
        """Whether running jobs should end now; each descent asks between slices."""
        return self._stopped or time.perf_counter() >= self.deadline

    def progress(self, share: float) -> None:
        """Take the share of the job on this thread that is done."""
        self._here.done[0] = math.floor(min(share, 1.0) * PARTS) / PARTS

    def run(self, jobs: Iterable[Callable[[], T]], advance: Callable[[float], None]) -> list[T]:
        """Run all jobs and return their results in the jobs' order; `advance` is called as by `watch`."""
        futures = [self.submit(job) for job in jobs]
        self.watch(futures, advance)
        return [future.result() for future in futures]

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Start one job."""
        done = [0.0]
        self._done.append(done)

        def begun() -> T:
            self._here.done = done
            try:
                return job()
            finally:
                done[0] = 1.0

        return self._pool.submit(begun)

    def watch(self, futures: list[Future[T]], advance: Callable[[float], None]) -> None:
        """Wait for all futures. The error of a job is raised at once.

        `advance` gets how many jobs of the pool were done since it was last called, and parts of jobs that tell their
        `progress`.
        """
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=POLL_SECONDS)
            for future in done:
                future.result()
            total = sum(share for (share,) in self._done)
            if total > self._told:
                advance(total - self._told)
                self._told = total

    def stop(self) -> None:
        """Ask all running jobs to end, and start no more."""
        self._stopped = True
        self._pool.shutdown(wait=False, cancel_futures=True)


def whole(advance: Callable[[int], None] | None) -> Callable[[float], None]:
    """Return what to call as jobs are done that tell no parts."""
    return lambda count: advance(round(count)) if advance is not None else None


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
