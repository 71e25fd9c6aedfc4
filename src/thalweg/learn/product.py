"""The three matrix products of a training step, compiled. An example is a lane.

weights, gradient   (outputs, inputs)    biases   (outputs,)
before, behind      (inputs, lanes)      after, slope   (outputs, lanes)
"""

# Numba infers every type from what it is given, so the roles above stand for annotations of the parameters:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false

from __future__ import annotations

import numpy as np
from numba import njit

compiled = njit(nogil=True, cache=True, error_model="numpy")


def gradient_room(inputs: int, lanes: int) -> int:
    """Return how many numbers of scratch `gradient_product` asks for."""
    return -(-inputs // 16) * 16 * lanes


@compiled
def forward_product(weights, biases, before, after) -> None:
    """Write ``weights · before + biases`` into `after`."""
    np.dot(weights, before, after)
    for o in range(after.shape[0]):
        for lane in range(after.shape[1]):
            after[o, lane] += biases[o]


@compiled
def backward_product(weights, slope, behind) -> None:
    """Write ``weightsᵀ · slope`` into `behind`."""
    np.dot(weights.T, slope, behind)


@compiled
def gradient_product(slope, before, gradient, biases, room) -> None:  # noqa: ARG001
    """Write ``slope · beforeᵀ`` into `gradient` and the sum of `slope` over the lanes into `biases`."""
    np.dot(slope, before.T, gradient)
    for o in range(slope.shape[0]):
        total = slope[o, 0]
        for lane in range(1, slope.shape[1]):
            total += slope[o, lane]
        biases[o] = total
