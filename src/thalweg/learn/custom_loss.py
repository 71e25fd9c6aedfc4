"""Descend by a custom loss (L2): the user's functions run between the compiled forward pass and backward pass."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.compiled import kernel
from thalweg.learn.prediction import predict
from thalweg.learn.training.thread_group import ALONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss


def descend_by(
    loss: Loss,
    examples: Examples,
    plan: kernel.Plan,
    data: kernel.Data,
    buffers: kernel.Buffers,
    theta: Values,
    order: NDArray[np.int64],
    batch: int,
    first: int,
    last: int,
    losses: NDArray[np.float64],
    ended: Callable[[], bool],
) -> None:
    """Do what `kernel.descend` does with the same arguments, batch by batch, until `ended` returns True."""
    outputs = int(plan.widths[-1])
    for number in range(first, last):
        rows = order[number * batch : (number + 1) * batch]
        count = len(rows)
        update = int(buffers.counts[kernel.UPDATES])
        kernel.begin(plan, data, buffers, theta, order, number * batch, count, True, update, ALONE)  # noqa: FBT003 - as Numba has it
        lanes = int(kernel.lanes_for(count))
        at = int(kernel.outputs_at(plan.widths, lanes))
        shape, end = (outputs, lanes), at + outputs * lanes
        made, slope = buffers.a[at:end].reshape(shape), buffers.slopes[at:end].reshape(shape)
        losses[number], slope[:, :count] = _score(loss, examples, rows, made[:, :count].T)
        slope[:, count:] = 0
        weighted = bool((examples.weight[rows] > 0).any())
        if weighted and not math.isfinite(losses[number]):
            return
        if not np.isfinite(slope).all():  # reported as a loss that is not finite, before θ is not finite
            losses[number] = math.nan
            return
        kernel.finish(plan, buffers, theta, count, weighted, losses[number], update, ALONE)
        if ended():
            return


def only_loss_failed(network: Network, theta: Values, examples: Examples) -> bool:
    """Whether θ and every prediction are finite, so that a custom loss alone is to blame for a failed update."""
    return bool(np.isfinite(theta).all() and np.isfinite(predict(network, theta, examples)).all())


def _score(loss: Loss, examples: Examples, rows: NDArray[np.int64], made: Values) -> tuple[float, Values]:
    """Return L of a batch and ∂C/∂y, shape (outputs, examples). If all weights are 0, L is NaN and slopes are 0."""
    made = np.ascontiguousarray(made)
    weight = np.broadcast_to(examples.weight[rows], made.shape)
    scored = weight > 0
    if not scored.any():
        return math.nan, np.zeros(made.shape[::-1])
    target = np.where(scored, examples.target[rows], made)
    # The user's functions get copies, because they may change their arguments.
    error, slope = (np.asarray(function(made.copy(), target.copy())) for function in (loss.error, loss.slope))
    for name, values in (("value", error), ("slope", slope)):
        if np.shape(values) != made.shape:
            raise ValueError(
                f"The {name} of the loss {loss.name!r} has shape {np.shape(values)} for predictions of shape "
                f"{made.shape}; it must be the same: one number for each."
            )
    total = weight.sum(dtype=np.float64)
    value = np.sum(weight[scored] * error[scored], dtype=np.float64) / total
    return float(value), np.where(scored, weight * slope / total, 0).T
