"""The error surface in its simplest form: a loop over the grid, a prediction and a mean per point. It is frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def losses_of_line(
    x: NDArray[np.float64],
    target: NDArray[np.float64],
    weights: NDArray[np.float64],
    biases: NDArray[np.float64],
    loss: str,
) -> NDArray[np.float64]:
    """Return L of y = b + w·x for every w and b, shape (biases, weights), predictions kept at 0 or above."""
    out = np.empty((len(biases), len(weights)))
    for row, b in enumerate(biases):
        for column, w in enumerate(weights):
            error = np.maximum(b + w * x, 0) - target
            out[row, column] = np.abs(error).mean() if loss == "mae" else (error**2).mean()
    return out
