"""The best straight line over one feature, exactly and without gradient descent (F1, L1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

GOLDEN = (5**0.5 - 1) / 2
HALVINGS = 200  # golden-section steps: enough to narrow the range of slopes down to the last digit


class Line(NamedTuple):
    """y = bias + weight · x."""

    weight: float
    bias: float

    def at(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return y at x."""
        return self.bias + self.weight * np.asarray(x, dtype=np.float64)


def best_line(x: ArrayLike, y: ArrayLike, loss: str = "mae") -> Line:
    """Return the line with the least loss: no other w and b have a smaller one.

    For ``mse`` the normal equations give the line. For ``mae`` the best b for a given w is the median of the residuals,
    and L is then convex in w, so a golden-section search finds the best w. One of the best lines goes through two of
    the points, and steps from point to point find it to the last digit (Bloomfield and Steiger 1983).

    Parameters
    ----------
    x, y : ndarray, shape (points,)
    loss : str
        ``mae`` or ``mse``.

    Raises
    ------
    ValueError
        If the loss is another one, x and y are not equally many, one is not finite, or all x are the same.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if loss not in ("mae", "mse"):
        raise ValueError(f"The best line is known for mae and mse; {loss!r} came.")
    if x.ndim != 1 or x.shape != y.shape or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError(f"A line needs one finite x and y a point; the shapes are {x.shape} and {y.shape}.")
    if not len(x) or x.min() == x.max():
        raise ValueError("All points stand at one x; a line needs two different ones.")
    if loss == "mse":
        away = x - x.mean()
        weight = float(away @ (y - y.mean()) / (away @ away))
        return Line(weight, float(y.mean() - weight * x.mean()))
    return _least_absolute(x, y)


def _least_absolute(x: NDArray[np.float64], y: NDArray[np.float64]) -> Line:
    def of(weight: float) -> tuple[float, Line]:
        rest = y - weight * x
        bias = float(np.median(rest))
        return float(np.abs(rest - bias).mean()), Line(weight, bias)

    apart = np.diff(np.unique(x)).min()
    steepest = float(np.ptp(y) / apart)  # no line through two points is steeper
    low, high = -steepest, steepest
    for _ in range(HALVINGS):
        inner, outer = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        low, high = (low, outer) if of(inner)[0] <= of(outer)[0] else (inner, high)
    loss, line = of((low + high) / 2)
    while True:
        at = int(np.argmin(np.abs(line.at(x) - y)))
        near = _best_through(x, y, at)
        better = float(np.abs(near.at(x) - y).mean())
        if not better < loss:
            return line
        loss, line = better, near


def _best_through(x: NDArray[np.float64], y: NDArray[np.float64], at: int) -> Line:
    """Return the best of the lines through one point: its weight is a weighted median of the slopes to the others."""
    across, up = x - x[at], y - y[at]
    others = across != 0
    slopes, size = up[others] / across[others], np.abs(across[others])
    order = np.argsort(slopes)
    reached = np.cumsum(size[order])
    weight = float(slopes[order][np.searchsorted(reached, reached[-1] / 2)])
    return Line(weight, float(y[at] - weight * x[at]))
