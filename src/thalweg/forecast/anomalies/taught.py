"""What a residual teaches the interval that judges later values: less, where it lies far outside.

An outlier must not widen the interval so far that the next one hides in it (masking). So the residual of a value far
outside enters calibration as far out as the bound and no further, as Gelper, Fried and Croux (2010) clean a series by
Huber's ψ of its one-step errors. Where most values lie far outside, that is no outlier but a change, and everything is
learned.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.interval import quantiles
from thalweg.forecast.levels import LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAR = 2.0  # times the distance of the end of the 95% interval from its middle; 3.9 standard deviations if normal
CHANGED, AMONG = 8, 16  # so many far values among so many are a change; control charts call eight in a row a shift


class Bounded:
    """The residuals in the order of time; each is learned as it is, or as far out as the bound."""

    def __init__(self) -> None:
        self._far = deque[bool](maxlen=AMONG)

    def before(self, residuals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what is learned of residuals for which no interval was told: bounded by their own quantiles."""
        if not len(residuals):
            return residuals
        bands = quantiles(residuals, np.array([1 - level / 100 for level in LEVELS]))
        return np.array([bounded(each, bands) for each in residuals.tolist()])

    def learned(self, residual: float, bands: NDArray[np.float64]) -> tuple[float, bool]:
        """Return what is learned of a residual, and whether the share left outside adapts to it.

        Parameters
        ----------
        residual : float
        bands : ndarray, shape (2, 2)
            The interval that was told for it, at 80% and at 95%, in the units of residuals.
        """
        bound = bounded(residual, bands)
        self._far.append(bound != residual)
        if bound == residual or sum(self._far) >= CHANGED:
            return residual, True
        return bound, False


def bounded(residual: float, bands: NDArray[np.float64]) -> float:
    """Return a residual, at most `FAR` times as far out as the end of the 95% interval on its side."""
    (inner_low, inner_high), (low, high) = bands.tolist()
    middle = (inner_low + inner_high) / 2
    return min(max(residual, middle - FAR * (middle - low)), middle + FAR * (high - middle))
