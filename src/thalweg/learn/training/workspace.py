"""What a compiled pass over one network needs beside θ: a plan, buffers, and the arrays of the examples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.learn.activation import ACTIVATIONS, IDENTITY, OUTPUTS
from thalweg.learn.compiled import kernel
from thalweg.learn.compiled.gather import ROW_NUMBERS
from thalweg.learn.compiled.product import gradient_scratch
from thalweg.learn.compiled.thread_team import MOST_MEMBERS
from thalweg.learn.compiled.view import CACHE_LINE
from thalweg.learn.loss import LOSSES, STABLE_PAIRS
from thalweg.learn.optimizer import RULES, SCHEDULES, Optimizer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

    from thalweg.learn.data.examples import Examples
    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss

DENSE_RATIO = 48  # where an example chooses more than one in so many of the one-hot features, a product is faster


def aligned(shape: int | tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Return zeros that share no cache line with other arrays.

    A vector that lies across two lines costs twice as much, and a line that one thread writes is slow for other threads
    to read.
    """
    size = math.prod(shape if isinstance(shape, tuple) else (shape,)) * np.dtype(dtype).itemsize
    if not size:
        return np.zeros(shape, dtype=dtype)
    whole = np.zeros(size + 2 * CACHE_LINE, dtype=np.uint8)
    first = -whole.__array_interface__["data"][0] % CACHE_LINE
    return whole[first : first + size].view(dtype).reshape(shape)


def apart(values: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """Return a copy that shares no cache line with other arrays."""
    given = np.asarray(values, dtype=dtype)
    out = aligned(given.shape, dtype)
    out[...] = given
    return out


def summed(examples: Examples) -> int:
    """Return the number of one-hot features that stay indices even in a batch, because few of many are chosen."""
    return examples.one_hot if examples.one_hot > DENSE_RATIO * examples.indices.shape[1] else 0


def plan_of(
    network: Network,
    examples: Examples,
    loss: Loss = LOSSES["mse"],
    optimizer: Optimizer = Optimizer(),  # noqa: B008 - it is frozen
    *,
    planned: int = 1,
    dropout: float = 0.0,
    seed: int = 0,
    training: bool = False,
) -> kernel.Plan:
    """Return the plan of the kernel; in training a stable pair may replace the output's activation and the loss."""
    pair = STABLE_PAIRS.get((network.output, loss.code)) if training else None
    beside = summed(examples)
    return kernel.Plan(
        widths=apart((network.widths[0] - beside, *network.widths[1:]), np.int64),
        summed=beside,
        places=examples.indices.shape[1],
        activation=ACTIVATIONS[network.activation].code,
        output=OUTPUTS[network.output].code if pair is None else IDENTITY,
        skip=network.skip,
        loss=loss.code if pair is None else pair.code,
        parameters=apart(loss.parameters, np.float64),
        rule=RULES[optimizer.rule],
        schedule=SCHEDULES[optimizer.schedule],
        numbers=apart(optimizer.numbers(planned), np.float64),
        dropout=float(dropout),
        seed=seed,
    )


def buffers_of(
    network: Network, examples: Examples, batch: int, dtype: DTypeLike, *, training: bool = False, dropout: bool = False
) -> kernel.Buffers:
    """Return buffers for batches of up to `batch` examples. Those of the backward pass have a size only in training."""
    lanes = int(kernel.lanes_for(batch))
    # The last block of features that is transposed into SIMD lanes may reach beyond the features.
    size = lanes * (sum(network.widths) - summed(examples) + ROW_NUMBERS)
    unknowns = network.size if training else 0
    row = -(-examples.window // ROW_NUMBERS) * ROW_NUMBERS
    return kernel.Buffers(
        a=aligned(size, dtype),
        slopes=aligned(size if training else 0, dtype),
        masks=aligned(size if dropout else 0, dtype),
        rows=aligned(lanes * row, dtype),
        indices=aligned(lanes * examples.indices.shape[1], np.int64),
        target=aligned(lanes * network.widths[-1] if training else 0, dtype),
        weight=aligned(lanes * network.widths[-1] if training else 0, dtype),
        lanes=aligned((3, lanes), dtype),
        sums=aligned(lanes, np.float64),
        product=aligned(MOST_MEMBERS * gradient_scratch(max(network.widths), lanes) if training else 0, dtype),
        gradient=aligned(unknowns, dtype),
        state=aligned((2, unknowns), dtype),
        counts=aligned(3, np.int64),
        seen=apart([np.nan, np.nan], np.float64),
    )


def data_of(examples: Examples) -> kernel.Data:
    """Return the arrays that the kernel reads."""
    return kernel.Data(
        values=examples.values,
        newest=examples.newest,
        emphasis=examples.window_emphasis,
        limit=float(examples.limit),
        level=examples.level,
        scale=examples.scale,
        dense=examples.dense,
        indices=examples.indices,
        target=examples.target,
        weight=examples.weight,
    )
