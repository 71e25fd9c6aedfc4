"""Values in which equal differences weigh alike, and the robust spread of such differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.scale import log_offset

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEVIATION = 1.4826  # a median absolute deviation times this is the standard deviation of a normal distribution


@dataclass(frozen=True, eq=False)
class Comparable:
    """Values of which equal differences weigh alike: logarithms of counts, and any others as they are.

    Attributes
    ----------
    values : ndarray of float64, shape (values,)
    offset : float or None
        What was added to counts before the logarithm; None where there is no logarithm.
    """

    values: NDArray[np.float64]
    offset: float | None

    def inverse(self, value: float) -> float:
        """Return one such value in the user's units."""
        return value if self.offset is None else max(float(np.exp(value)) - self.offset, 0.0)


def comparable_of(values: NDArray[np.float64], *, counts: bool) -> Comparable:
    """Return the logarithms of counts, or values as they are.

    Parameters
    ----------
    values : ndarray of float64, shape (values,)
        In the user's units.
    counts : bool
        Whether no value is negative.
    """
    if not counts or not values.any():
        return Comparable(values, None)
    offset, least = log_offset(values)
    return Comparable(np.log(np.maximum(values, least) + offset), offset)


def deviations(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median absolute difference of each row as a standard deviation, shape (rows,)."""
    return DEVIATION * np.median(np.abs(rows), axis=-1)


def deviation(differences: NDArray[np.float64]) -> float:
    """Return that of all differences; 0 where there is none."""
    return float(deviations(differences)) if len(differences) else 0.0
