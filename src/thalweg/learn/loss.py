"""Step 2, the loss: one table with the error e and its slope ∂e/∂prediction, and their weighted mean L (L1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from thalweg.learn.activation import Values

MAE, MSE = 0, 1


@dataclass(frozen=True)
class Loss:
    """How bad a prediction is.

    Attributes
    ----------
    name : str
    code : int
        What the compiled kernel knows it by.
    error : callable
        e(prediction, target), elementwise.
    slope : callable
        ∂e/∂prediction, elementwise; 0 at the kink of the absolute error.
    """

    name: str
    code: int
    error: Callable[[Values, Values], Values]
    slope: Callable[[Values, Values], Values]


LOSSES = {
    loss.name: loss
    for loss in (
        Loss(
            "mae",
            MAE,
            lambda prediction, target: np.abs(prediction - target),
            lambda prediction, target: np.sign(prediction - target),
        ),
        Loss(
            "mse",
            MSE,
            lambda prediction, target: np.square(prediction - target),
            lambda prediction, target: 2 * (prediction - target),
        ),
    )
}


def mean_loss(loss: Loss, prediction: Values, target: Values, weight: Values | None = None) -> float:
    """L = Σ w·e / Σ w over all examples and outputs (L1), in float64.

    Parameters
    ----------
    loss : Loss
    prediction, target : ndarray, shape (examples, outputs) or (examples,)
        In the same units; L is in these units (squared, for ``mse``).
    weight : ndarray of the same shape, optional
        All ones where it is not given.

    Returns
    -------
    float
        NaN where no example has a weight.

    Raises
    ------
    ValueError
        If the shapes differ: broadcast, they would give a loss of something else.
    """
    shapes = {np.shape(values) for values in (prediction, target, weight) if values is not None}
    if len(shapes) > 1:
        raise ValueError(f"Prediction, target and weight must have one shape; there are {sorted(shapes)}.")
    error = loss.error(np.asarray(prediction, dtype=np.float64), np.asarray(target, dtype=np.float64))
    if weight is None:
        return float(error.mean()) if error.size else float("nan")
    weight = np.asarray(weight, dtype=np.float64)
    scored = weight > 0  # a target without weight may be anything, NaN included
    total = weight[scored].sum()
    return float((weight[scored] * error[scored]).sum() / total) if total > 0 else float("nan")
