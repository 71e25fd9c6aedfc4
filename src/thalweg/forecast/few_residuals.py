"""Intervals from few residuals: Student's t where no rank reaches a level, and growth with the steps ahead."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.record import LEAST_RESIDUALS as MANY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEAST_FREEDOM = 3  # degrees; with one, a 95% interval is 13 times as wide as the residuals lie apart
CLOSE = 1e-12  # probability by which a quantile may be missed
LEAST_OF_STEP = 3  # residuals of a step ahead that say how large they are there


def beyond_ranks(residuals: Sequence[float], share: float) -> tuple[float, float] | None:
    """Return the ends of the prediction interval of Student's t; None where residuals are many, or only one.

    It is mean ± t·s·√(1 + 1/n) with n − 1 degrees of freedom, for residuals that are normal: their few largest do not
    tell how far out the next may lie.

    Parameters
    ----------
    residuals : sequence of float
        So few that the rank ⌈(n + 1)·p⌉ is above n.
    share : float
        That is left outside.
    """
    count = len(residuals)
    if not 2 <= count < MANY:  # noqa: PLR2004 - one has no spread
        return None
    middle = sum(each / count for each in residuals)
    spread = math.dist(residuals, [middle] * count) / math.sqrt(count - 1)
    half = t_quantile(share, max(count - 1, LEAST_FREEDOM)) * spread * math.sqrt(1 + 1 / count)
    return middle - half, middle + half


@lru_cache(maxsize=4096)
def t_quantile(share: float, freedom: int) -> float:
    """Return how far out Student's t lies with a probability, both sides together.

    Newton's steps find the angle θ, t = √freedom·tan θ, whose probability is a finite sum (Abramowitz and Stegun 1964,
    26.7.3 and 26.7.4). It rises ever more slowly with θ, so the steps from 0 on never pass the angle.

    Parameters
    ----------
    share : float
        The probability, above 0 and below 1.
    freedom : int
        Degrees, 1 or more.
    """
    steepest = 2 * math.gamma((freedom + 1) / 2) / (math.sqrt(math.pi) * math.gamma(freedom / 2))
    angle, missing = 0.0, 1.0 - share
    while missing > CLOSE:
        angle += missing / (steepest * math.cos(angle) ** (freedom - 1))
        missing = 1 - share - _inside(angle, freedom)
    return math.sqrt(freedom) * math.tan(angle)


def outside_of(size: float, freedom: int) -> float:
    """Return the probability that Student's t lies further from 0 than `size`, both sides together."""
    return min(max(1.0 - _inside(math.atan(size / math.sqrt(freedom)), freedom), 0.0), 1.0)


def _inside(angle: float, freedom: int) -> float:
    """Return the probability that Student's t lies within an angle to either side of 0."""
    cosine, first = math.cos(angle), freedom % 2
    term, total = (cosine if first else 1.0), 0.0
    for power in range(first, freedom - 1, 2):
        total += term
        term *= cosine**2 * (power + 1) / (power + 2)
    return 2 / math.pi * (angle + math.sin(angle) * total) if first else math.sin(angle) * total


def growth(residuals: Sequence[NDArray[np.float64]]) -> float:
    """Return the power of the steps ahead with which residuals grow: 0 where they do not, 0.5 for a random walk.

    It is that of the root mean square of each step against the first, over all steps together, from 0 to 1.

    Parameters
    ----------
    residuals : sequence of ndarray
        Those of 1, 2, 3, … steps ahead.
    """
    count = np.array([len(each) for each in residuals])
    size = np.array([math.hypot(*each.tolist()) / math.sqrt(max(len(each), 1)) for each in residuals])
    used = (count >= LEAST_OF_STEP) & (size > 0)
    if not used[0] or used.sum() == 1:
        return 0.0
    ahead = np.log(np.arange(1, len(count) + 1)[used])
    larger, weight = np.log(size[used] / size[0]), count[used]
    return float(np.clip(np.sum(weight * ahead * larger) / np.sum(weight * ahead**2), 0, 1))
