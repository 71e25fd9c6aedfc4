"""The first use on a machine: the engine is compiled, once, and who wants to know is told.

Nothing is imported here, so that the command can ask to be told before anything loads.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

told: list[Callable[[], None]] = []  # called when a compilation begins


def begins() -> None:
    """Tell that a compilation begins."""
    for each in tuple(told):
        each()


def prepare(begun: Callable[[], None]) -> float:
    """Load the engine that forecasts are made with, or compile it; return the seconds of a compilation, or 0.

    It runs on the calling thread, where Ctrl-C ends it at once, and where no other work waits for it.

    Parameters
    ----------
    begun : callable
        Called where a compilation begins.
    """
    from thalweg.learn import Descent, Network, dense_examples  # noqa: PLC0415 - loads Numba

    since: list[float] = []

    def note() -> None:
        since.append(time.perf_counter())
        begun()

    told.append(note)
    try:
        Descent(Network((1, 1)), dense_examples([[0.0]], [0.0]), epochs=1).run(threads=1)
    finally:
        told.remove(note)
    return time.perf_counter() - since[0] if since else 0.0
