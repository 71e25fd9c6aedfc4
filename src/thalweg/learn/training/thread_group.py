"""Run one large network on several threads, with the same bits for any number (see `compiled/thread_team.py`)."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numba import config as numba_config

from thalweg.learn.compiled.thread_team import ENDED, MOST_MEMBERS, WORDS, ThreadTeam
from thalweg.learn.training.arguments import at_least_one
from thalweg.learn.training.thread_pool import available_cores
from thalweg.learn.training.workspace import aligned

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from thalweg.learn.function import Network

# Forward multiplications of a batch that each thread must have. With fewer, waiting costs more than it saves.
LEAST_MULTIPLICATIONS = 3_000_000
ALONE = ThreadTeam(0, 1, aligned(WORDS, np.int64))


def threads_for(network: Network, batch: int, threads: int | None = None) -> int:
    """Return the number of threads that one network should run on, at most `threads`.

    Where `threads` is not given, the most are the cores that this process may use, or fewer where NUMBA_NUM_THREADS
    says so, as it does in the processes that joblib starts.

    Raises
    ------
    ValueError
        If threads are fewer than 1.
    """
    at_least_one(threads=threads)
    most = threads or min(available_cores(), _allowed())
    return max(1, min(most, MOST_MEMBERS, network.size * batch // LEAST_MULTIPLICATIONS))


def _allowed() -> int:
    return int(numba_config.NUMBA_NUM_THREADS)  # pyright: ignore[reportAttributeAccessIssue] - it is made at run time


class ThreadGroup:
    """Threads that do the same work together, each as a member of a `ThreadTeam`.

    Attributes
    ----------
    members : int
        The number of threads, including the one that calls `run`.
    """

    def __init__(self, members: int, pool: ThreadPoolExecutor | None) -> None:
        self.members, self._pool = members, pool
        self._words = aligned(WORDS, np.int64)

    def run(self, work: Callable[[ThreadTeam], None]) -> None:
        """Do the work as all members at once; this thread is the first member."""
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
        """Do the work as one member. If that fails, the team ends, because the others would wait for ever."""
        try:
            work(ThreadTeam(member, self.members, self._words))
        except BaseException:
            self._words[ENDED] = 1
            raise


@contextmanager
def thread_group(members: int) -> Generator[ThreadGroup]:
    """Open a group of threads; with one member no thread is started."""
    if members == 1:
        yield ThreadGroup(1, None)
        return
    with ThreadPoolExecutor(members - 1) as pool:
        yield ThreadGroup(members, pool)
