"""L along a line of θ on which every prediction is linear: one pass over the examples for each point (L3)."""

# Numba infers all types; the docstrings describe the parameters:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false

from __future__ import annotations

from thalweg.learn.compiled import summing
from thalweg.learn.loss import MAE, MSE

COMPILED_LOSSES = (MAE, MSE)


@summing
def losses_along(loss, base, move, target, weight, least, steps, out) -> None:
    """Fill `out` with Σ weight·e at each step, where the predictions are max(least, base + step·move).

    Parameters
    ----------
    loss : int
        ``MAE`` or ``MSE``.
    base, move, target, weight : ndarray of float64, shape (examples,)
    least : float
    steps, out : ndarray of float64, shape (steps,)
    """
    for at in range(len(steps)):
        step, total = steps[at], 0.0
        if loss == MAE:
            for n in range(len(base)):
                total += weight[n] * abs(max(base[n] + step * move[n], least) - target[n])
        else:
            for n in range(len(base)):
                error = max(base[n] + step * move[n], least) - target[n]
                total += weight[n] * error * error
        out[at] = total
