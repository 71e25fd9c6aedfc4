"""A loss of the user's own (L2): their value and slope stand between the compiled forward and backward pass."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.compiled import kernel
from thalweg.learn.thread_group import ALONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.examples import Examples
    from thalweg.learn.loss import Loss


def descend_by(
    loss: Loss,
    examples: Examples,
    compiled: tuple[kernel.Plan, kernel.Data, kernel.Buffers],
    theta: Values,
    order: NDArray[np.int64],
    batch: int,
    batches: range,
    losses: NDArray[np.float64],
    ended: Callable[[], bool],
) -> None:
    """Do what `kernel.descend` does, batch by batch, until `ended` says so."""
    plan, data, room = compiled
    outputs = int(plan.widths[-1])
    for number in batches:
        rows = order[number * batch : (number + 1) * batch]
        count = len(rows)
        update = int(room.counts[kernel.UPDATES])
        kernel.begin(plan, data, room, theta, order, number * batch, count, True, update, ALONE)  # noqa: FBT003 - as Numba has it
        lanes = int(kernel.lanes_for(count))
        at = int(kernel.outputs_at(plan.widths, lanes))
        made, slope = (values[at : at + outputs * lanes].reshape(outputs, lanes) for values in (room.a, room.slopes))
        losses[number], slope[:, :count] = _score(loss, examples, rows, made[:, :count].T)
        slope[:, count:] = 0
        weighted = bool((examples.weight[rows] > 0).any())
        if weighted and not math.isfinite(losses[number]):
            return
        if not np.isfinite(slope).all():  # the loss was named not finite before θ is
            losses[number] = math.nan
            return
        kernel.finish(plan, room, theta, count, weighted, losses[number], update, ALONE)
        if ended():
            return


def _score(loss: Loss, examples: Examples, rows: NDArray[np.int64], made: Values) -> tuple[float, Values]:
    """Return L of a batch and ∂C/∂y, shape (outputs, examples); without any weight L is NaN, every slope 0."""
    made = np.ascontiguousarray(made)
    weight = np.broadcast_to(examples.weight[rows], made.shape)
    scored = weight > 0
    if not scored.any():
        return math.nan, np.zeros(made.shape[::-1])
    target = np.where(scored, examples.target[rows], made)
    # Copies: the user's functions may work in place.
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
