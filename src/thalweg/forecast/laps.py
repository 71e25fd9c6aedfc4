"""How long each part of a run took; the parts add up to the whole."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.result import RungResult


class Laps:
    """Seconds of the parts of a run, by name, in their order.

    Parameters
    ----------
    began : float
        When the first part began, by `time.perf_counter`.
    """

    def __init__(self, began: float) -> None:
        self.seconds: dict[str, float] = {}
        self.began = began
        self._since = began

    def end(self, name: str) -> None:
        """Count the time since the part before for this part."""
        now = time.perf_counter()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = now


def shared_out(lines: Sequence[RungResult], seconds: float) -> tuple[RungResult, ...]:
    """Return the lines with the time of the search shared out among the rungs, since several are fitted at once."""
    total = sum(line.seconds for line in lines)
    factor = seconds / total if total > 0 else 0.0
    return tuple(replace(line, seconds=line.seconds * factor) for line in lines)
