"""How much a series moves, and how many digits its numbers need so that the movement shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_FIGURES = 17  # significant figures that tell any two double numbers apart
_LARGE = 1e9  # of a value; twelve figures may leave out how such a series moves
ROUNDING = 8 * float(np.finfo(np.float64).eps)  # as a share of the largest value; a smaller change is none


def variation(values: NDArray[np.float64]) -> float:
    """Return how much a series usually changes from one value to the next; 0 if it never changes.

    It is the median of the changes other than zero, so that neither a spike nor a long pause hides how it moves.

    Parameters
    ----------
    values : ndarray of float64, shape (steps,)
        What is not finite is left out.
    """
    finite = values[np.isfinite(values)]
    with np.errstate(over="ignore"):
        changes = np.abs(np.diff(finite))
    changes = changes[changes > ROUNDING * float(np.abs(finite).max(initial=0.0))]
    return float(np.median(changes)) if len(changes) else 0.0


def spread(values: NDArray[np.float64]) -> float:
    """Return how far apart the largest and the smallest of some numbers are; 0 where that is rounding alone."""
    finite = values[np.isfinite(values)]
    apart = float(np.ptp(finite / 2)) * 2 if len(finite) else 0.0  # halves, because the largest would overflow
    return apart if math.isfinite(apart) and apart > ROUNDING * float(np.abs(finite).max()) else 0.0


def figures(size: float, change: float, least: int, of_change: int) -> int:
    """Return how many significant figures a number needs, so that a change has `of_change` of its own.

    Parameters
    ----------
    size : float
        The number, or the largest of several.
    change : float
        Their variation; 0 where they do not change.
    least : int
        Figures that it has in any case.
    of_change : int
        Figures of the change.
    """
    if not change or not size or not math.isfinite(size) or not math.isfinite(change):
        return least
    return min(max(least, magnitude(size) - magnitude(change) + of_change), MOST_FIGURES)


def magnitude(size: float) -> int:
    """Return the power of ten of a number's first figure: 3 for 1,234, −2 for 0.05."""
    return math.floor(math.log10(abs(size)))


def as_told(value: float) -> str:
    """Return a value of a series as a note tells it: as it was given, or with three figures below one."""
    if abs(value) < 1:
        return f"{value:.3g}"
    return f"{value:,.{15 if abs(value) >= _LARGE else 12}g}"
