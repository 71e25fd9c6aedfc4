"""Conformal prediction intervals: as wide as past misses were (Vovk et al. 2005; rolled over time).

A miss is the difference between what came and what was estimated, of logarithms for counts, so that an interval
widens with the level and never falls below zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.result import COVERAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

REMEMBERED = 365  # misses that count: those of the last year


@dataclass(frozen=True)
class Yardstick:
    """In what units misses are alike: differences, or of counts the difference of ``log(value + offset)``.

    Attributes
    ----------
    offset : float or None
        None for plain differences.
    """

    offset: float | None

    def see(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values in these units."""
        return values if self.offset is None else np.log(np.maximum(values, 0) + self.offset)

    def undo(self, seen: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what was seen in the user's units."""
        return seen if self.offset is None else np.maximum(np.exp(seen) - self.offset, 0)


def yardstick(values: NDArray[np.float64], *, counts: bool) -> Yardstick:
    """Choose the units of misses from past values."""
    if not counts:
        return Yardstick(None)
    positive = values[values > 0]
    return Yardstick(0.01 * float(np.median(positive)) if len(positive) else 1.0)


def quantiles(misses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``low80, high80, low95, high95`` of signed misses, shape (4,).

    Each side leaves out half of what the interval may miss, by the finite-sample rank ⌈(n + 1)·p⌉; where there are
    too few misses for that rank, the largest is taken.
    """
    ordered = np.sort(misses)
    count = len(ordered)
    out: list[float] = []
    for coverage in COVERAGES:
        outside = (1 - coverage / 100) / 2
        rank = int(np.ceil((count + 1) * (1 - outside)))
        out += [ordered[max(count - rank, 0)], ordered[min(rank, count) - 1]]
    return np.array(out)


def rolling(
    prediction: NDArray[np.float64], target: NDArray[np.float64], scored: NDArray[np.bool_], first: int, delay: int = 1
) -> NDArray[np.float64]:
    """Return, for each day from `first` on, quantiles of the misses of days at least `delay` days before it.

    Parameters
    ----------
    prediction, target : ndarray, shape (days,)
        In the yardstick's units; NaN where there is none.
    scored : ndarray of bool, shape (days,)
    first : int
        The first day that gets an interval.
    delay : int
        Days ahead that the prediction was made: a miss is known only when its day has come.

    Returns
    -------
    ndarray, shape (days − first, 4)
    """
    known = scored & np.isfinite(prediction)
    misses = target - prediction
    out = np.full((len(target) - first, len(COVERAGES) * 2), np.nan)
    for day in range(first, len(target)):
        seen = misses[: day - delay + 1][known[: day - delay + 1]][-REMEMBERED:]
        if len(seen):
            out[day - first] = quantiles(seen)
    return out
