"""The best straight line over one feature, exactly: no descent, nothing left to chance (F1, L1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Line(NamedTuple):
    """y = bias + weight · x."""

    weight: float
    bias: float

    def at(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return y at x."""
        return self.bias + self.weight * np.asarray(x, dtype=np.float64)


def best_line(x: ArrayLike, y: ArrayLike, loss: str = "mae") -> Line:
    """Return the line of least loss: no other w and b have a smaller one.

    For ``mse`` by the normal equations. For ``mae`` by the theorem that one of the best lines goes through two of the
    points (Bloomfield and Steiger 1983): of the lines through one point the best is found by a weighted median, and so
    of all; n points take n² log n operations and n² numbers of memory.

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
    across, up = x[None, :] - x[:, None], y[None, :] - y[:, None]
    size = np.abs(across)
    slopes = np.divide(up, across, out=np.zeros_like(up), where=size > 0)  # the point itself, of size 0, does not count
    order = np.argsort(slopes, axis=1)
    reached = np.cumsum(np.take_along_axis(size, order, axis=1), axis=1)
    middle = (reached >= reached[:, -1:] / 2).argmax(axis=1)
    weights = np.take_along_axis(slopes, np.take_along_axis(order, middle[:, None], axis=1), axis=1)[:, 0]
    biases = y - weights * x
    losses = np.abs(biases[:, None] + weights[:, None] * x[None, :] - y[None, :]).mean(axis=1)
    at = int(np.argmin(losses))
    return Line(float(weights[at]), float(biases[at]))
