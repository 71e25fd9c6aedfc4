"""One large network on several threads. The bits are the same for any number of them (see `compiled/team.py`)."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numba import config as numba_config

from thalweg.learn.compiled.thread_team import ENDED, MOST, WORDS, ThreadTeam
from thalweg.learn.thread_pool import available_cores
from thalweg.learn.workspace import aligned

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from thalweg.learn.function import Network

LEAST_WORK = 3_000_000  # multiplications of a batch, forward, that a thread must have for it to be worth the waiting
ALONE = ThreadTeam(0, 1, aligned(WORDS, np.int64))


def threads_for(network: Network, batch: int, threads: int | None = None) -> int:
    """Return how many threads one network is worth, at most `threads`.

    Where none are given, there are as many as this process may use: cores, or fewer where NUMBA_NUM_THREADS says so, as
    it does in the processes that joblib starts.

    Raises
    ------
    ValueError
        If threads are fewer than 1.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads is {threads}; it must be 1 or more.")
    most = threads or min(available_cores(), _allowed())
    return max(1, min(most, MOST, network.size * batch // LEAST_WORK))


def _allowed() -> int:
    return int(numba_config.NUMBA_NUM_THREADS)  # pyright: ignore[reportAttributeAccessIssue] - it is made at run time


class ThreadGroup:
    """Threads that do the same work together, each as a member of the team.

    Attributes
    ----------
    members : int
    """

    def __init__(self, members: int, pool: ThreadPoolExecutor | None) -> None:
        self.members, self._pool = members, pool
        self._words = aligned(WORDS, np.int64)

    def run(self, work: Callable[[ThreadTeam], None]) -> None:
        """Do the work as every member at once, as the first one in this thread."""
        if self._pool is None:
            work(ALONE)
            return
        self._words[:] = 0
        others: list[Future[None]] = []
        try:
            others.extend(self._pool.submit(self._as, member, work) for member in range(1, self.members))
            self._as(0, work)
        except BaseException:
            self._words[ENDED] = 1
            raise
        finally:
            wait(others)
        for other in others:
            other.result()

    def _as(self, member: int, work: Callable[[ThreadTeam], None]) -> None:
        """Do the work as one member; if that fails, the others would wait for it for ever."""
        try:
            work(ThreadTeam(member, self.members, self._words))
        except BaseException:
            self._words[ENDED] = 1
            raise


@contextmanager
def thread_group(members: int) -> Generator[ThreadGroup]:
    """Open a crew; with one member no thread is begun."""
    if members == 1:
        yield ThreadGroup(1, None)
        return
    with ThreadPoolExecutor(members - 1) as pool:
        yield ThreadGroup(members, pool)
