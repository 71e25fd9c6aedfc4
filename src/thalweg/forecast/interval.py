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
PACE = 0.02  # how far a miss moves the share left outside; h days ahead misses overlap, so 1/h as far
LEAST_OUTSIDE, MOST_OUTSIDE = 0.002, 0.9


@dataclass(frozen=True)
class MissTransform:
    """In what units misses are alike: differences, or of counts the difference of ``log(value + offset)``.

    Attributes
    ----------
    offset : float or None
        None for plain differences.
    """

    offset: float | None

    def transform(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values in these units."""
        return values if self.offset is None else np.log(np.maximum(values, 0) + self.offset)

    def inverse(self, seen: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what was seen in the user's units."""
        return seen if self.offset is None else np.maximum(np.exp(seen) - self.offset, 0)


def miss_transform(values: NDArray[np.float64], *, counts: bool) -> MissTransform:
    """Choose the units of misses from past values."""
    if not counts:
        return MissTransform(None)
    positive = values[values > 0]
    if not len(positive):
        return MissTransform(1.0)
    typical = float(np.median(positive))
    # Where days of nothing come and go, their logarithm must not make a day's return a miss beyond all bounds.
    return MissTransform(0.01 * typical if values.min() > 0.05 * typical else 0.25 * typical)


@dataclass(frozen=True, eq=False)
class AdaptiveConformal:
    """Intervals of one step ahead, recalibrated day by day.

    Attributes
    ----------
    bands : ndarray of float64, shape (days scored, 4)
        What to add to each day's estimate, in the yardstick's units: low80, high80, low95, high95.
    last : ndarray of float64, shape (4,)
        The same for a forecast made on the last day, when all misses are known.
    """

    bands: NDArray[np.float64]
    last: NDArray[np.float64]


def adaptive_conformal(
    misses: NDArray[np.float64], known: NDArray[np.bool_], first: int, delay: int = 1
) -> AdaptiveConformal:
    """Calibrate an interval for each day from `first` on, on misses known by then.

    The share left outside follows adaptive conformal inference (Gibbs and Candès 2021): after each miss outside
    the interval it shrinks a little, after each one inside it grows, so that coverage holds on days that drift.

    Parameters
    ----------
    misses : ndarray, shape (days,)
        What came less what was estimated, in the yardstick's units.
    known : ndarray of bool, shape (days,)
        False where there is no miss: an unobserved day, or no estimate.
    first : int
        The first day that gets an interval.
    delay : int
        Days ahead of the estimate: a miss is known only when its day has come.
    """
    if not 0 <= first <= len(misses):
        raise ValueError(f"The first day, {first}, lies outside the {len(misses)} days.")
    outside = np.array([1 - coverage / 100 for coverage in COVERAGES])
    wanted = outside.copy()
    bands = np.full((len(misses) - first, 2 * len(COVERAGES)), np.nan)
    band = np.full(2 * len(COVERAGES), np.nan)
    for day in range(first, len(misses) + delay):
        come = day - delay  # the latest day whose miss is known
        if come >= first and known[come] and np.isfinite(bands[come - first]).all():
            low80, high80, low95, high95 = bands[come - first]
            missed = np.array([not low80 <= misses[come] <= high80, not low95 <= misses[come] <= high95])
            outside = np.clip(outside + PACE / delay * (wanted - missed), LEAST_OUTSIDE, MOST_OUTSIDE)
        until = max(come + 1, 0)
        seen = misses[:until][known[:until]][-REMEMBERED:]
        if len(seen):
            band = quantiles(seen, np.minimum.accumulate(outside))  # what covers more is nowhere the narrower
        if day < len(misses):
            bands[day - first] = band
    return AdaptiveConformal(bands, band)


def quantiles(misses: NDArray[np.float64], outside: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``low80, high80, low95, high95`` of signed misses, shape (4,).

    Each side leaves out half of what the interval may miss, `outside`, shape (2,), by the finite-sample rank
    ⌈(n + 1)·p⌉; where there are too few misses for that rank, the largest is taken.
    """
    ordered = np.sort(misses)
    count = len(ordered)
    out: list[float] = []
    for share in outside:
        rank = int(np.ceil((count + 1) * (1 - share / 2)))
        out += [ordered[max(count - rank, 0)], ordered[min(rank, count) - 1]]
    return np.array(out)
