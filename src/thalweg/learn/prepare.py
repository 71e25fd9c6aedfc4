"""The engine is made ready before work that is timed: loaded, or compiled at the first use on a machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from thalweg.learn.data.examples import dense_examples
from thalweg.learn.descent import Descent
from thalweg.learn.first_use import told
from thalweg.learn.function import Network

if TYPE_CHECKING:
    from collections.abc import Callable


def prepare(begun: Callable[[], None]) -> float:
    """Load the engine that forecasts are made with, or compile it; return the seconds of a compilation, or 0.

    It runs on the calling thread, where Ctrl-C ends it at once, and where no other work waits for it.

    Parameters
    ----------
    begun : callable
        Called where a compilation begins.
    """
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
