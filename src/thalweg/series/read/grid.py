"""Moments: which step they keep, and at what minute of it they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.record import LEAST_MINUTES, MINUTES_OF_A_DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

MINUTE = 60  # seconds
STEPS = tuple(
    minutes for minutes in range(MINUTES_OF_A_DAY // 2, LEAST_MINUTES - 1, -1) if MINUTES_OF_A_DAY % minutes == 0
)
"""The steps that are served, in minutes, from the longest on."""

_ROUND = tuple(minutes for minutes in STEPS if minutes % 60 == 0 or 60 % minutes == 0)
_LEAST_ON_GRID = 0.95  # of the moments
ROUND_MINUTES = (30, 15, 5, 1)  # at which moments stand, the roundest first
_JITTER = 10  # a moment lies at most this part of a step beside its place
_MOST_TOGETHER = 0.02  # of the moments, that share a step with the one before


@dataclass(frozen=True)
class Grid:
    """The places at which moments stand: every so many minutes, the first of a day so many seconds after midnight."""

    minutes: int
    phase: int

    def places(self, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the nearest place of each moment, in seconds since 1970 and at a whole minute."""
        step = self.minutes * MINUTE
        return (moments - self.phase + step // 2) // step * step + self.phase // MINUTE * MINUTE

    def is_near(self, moments: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each moment lies so near to its place that it stands for it."""
        step = self.minutes * MINUTE
        beside = (moments - self.phase + step // 2) % step - step // 2
        return np.abs(beside) <= step // _JITTER


def grid_of(moments: NDArray[np.int64]) -> Grid | None:
    """Return the grid with the longest step on which nearly all moments stand, or near which; None where there is none.

    Parameters
    ----------
    moments : ndarray of int64, shape (values,)
        In seconds since 1970, rising.
    """
    for phase_of, steps in ((_exact_phase, STEPS), (_near_phase, _ROUND)):
        for minutes in steps:
            phase = phase_of(moments, minutes * MINUTE)
            if phase is None:
                continue
            grid = Grid(minutes, phase)
            together = int((np.diff(grid.places(moments)) == 0).sum())
            if together <= _MOST_TOGETHER * len(moments):
                return grid
    return None


def _exact_phase(moments: NDArray[np.int64], step: int) -> int | None:
    """Return at what second of a step nearly all moments stand; None where there is none."""
    counts = np.bincount(moments % step, minlength=step)
    usual = int(np.argmax(counts))
    return usual if counts[usual] >= _LEAST_ON_GRID * counts.sum() else None


def _near_phase(moments: NDArray[np.int64], step: int) -> int | None:
    """Return near what second of a step nearly all moments stand: that of most, or else a round one."""
    counts = np.bincount(moments % step, minlength=step)
    least = _LEAST_ON_GRID * counts.sum()
    usual = int(np.argmax(counts))
    tolerance = step // _JITTER
    around = np.concatenate([counts[step - tolerance :], counts, counts[:tolerance]])
    near = np.cumsum(np.concatenate([[0], around]))
    on_grid = near[2 * tolerance + 1 :] - near[:step]
    if on_grid[usual] >= least and 2 * counts[usual] > counts.sum():
        return usual
    for unit in ROUND_MINUTES:
        round_ones = np.arange(0, step, unit * MINUTE)
        fitting = round_ones[on_grid[round_ones] >= least]
        if len(fitting):
            return int(fitting[np.argmax(on_grid[fitting])])
    return None
