"""Where the series of a panel are split, and from which of their values forecasts are tried."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency

SHARE = 0.1  # of a series, that validation has, and the test
MOST_CUTOFFS = 32  # of a part
LEAST_TRAIN = 2  # values


@dataclass(frozen=True)
class Parts:
    """The parts of one series: training values first, then validation, the test last.

    Attributes
    ----------
    train : int
        How many values come before validation.
    validation, test : ndarray of int64, shape (cutoffs,)
        How many values are known at each cutoff of the part, rising; the steps ahead that are scored lie in the part.
    steps : int
        How many steps ahead of each cutoff are scored: the horizon, or fewer of a short series.
    sealed : int
        How many values come before the test.
    """

    train: int
    validation: NDArray[np.int64]
    test: NDArray[np.int64]
    steps: int
    sealed: int


def parts_of(length: int, horizon: int, frequency: Frequency) -> Parts | None:
    """Return the parts of a series; None where it is too short for any.

    Parameters
    ----------
    length : int
        How many values it has.
    horizon : int
    frequency : Frequency
    """
    each = max(horizon, min(round(SHARE * length), frequency.test))
    each = min(each, (length - LEAST_TRAIN) // 3)
    if each < 1:
        return None
    steps, sealed, train = min(horizon, each), length - each, length - 2 * each
    return Parts(
        train, _cutoffs(sealed, each, steps, frequency), _cutoffs(length, each, steps, frequency), steps, sealed
    )


def _cutoffs(end: int, span: int, steps: int, frequency: Frequency) -> NDArray[np.int64]:
    """Return the cutoffs of a part that ends before `end`, counted from its end, so that those of series agree."""
    apart = max(math.ceil((span - steps + 1) / MOST_CUTOFFS), 1)
    if apart % max(frequency.season, 2) == 0:
        apart += 1  # else all forecasts would begin at the same place of the season
    return np.arange(end - steps, end - span - 1, -apart)[::-1]
