"""The loss of a batch, and each prediction's ∂C/∂y (L1, P5)."""

# Numba infers every type from what it is given; the package's docstring tells the roles:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false

from __future__ import annotations

import math

import numpy as np

from thalweg.learn.compiled import compiled
from thalweg.learn.compiled.activate import softmax
from thalweg.learn.compiled.elementary import sigmoid
from thalweg.learn.loss import (
    BINARY_CROSS_ENTROPY,
    CROSS_ENTROPY,
    HUBER,
    MAE,
    MSE,
    QUANTILE,
    SIGMOID_CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
)


@compiled
def weight_of(weight, order, first, count) -> float:
    """Return the sum of the batch's weights, over all columns that there are."""
    total = 0.0
    for r in range(count):
        for k in range(weight.shape[1]):
            total += weight[order[first + r], k]
    return total


@compiled
def score(code, parameters, data, order, first, count, prediction, slope, lane_room) -> float:
    """Return L of a batch and write ∂C/∂y, shape (outputs, lanes); without any weight L is NaN, every slope 0.

    The codes of the stable pairs find z in place of the prediction and write ∂C/∂z.
    """
    outputs, lanes = prediction.shape
    total = weight_of(data.weight, order, first, count)
    if total == 0.0:
        slope[:] = 0
        return math.nan
    if code in (CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY):
        value = _score_classes(
            code, data, order, first, count, prediction, slope, slope.dtype.type(1 / total), lane_room
        )
    else:
        total *= outputs // data.weight.shape[1]
        value = _score_each(code, parameters, data, order, first, count, prediction, slope, slope.dtype.type(1 / total))
    for k in range(outputs):
        for lane in range(count, lanes):
            slope[k, lane] = 0
    return value / total


@compiled
def _score_each(code, parameters, data, order, first, count, prediction, slope, share) -> float:  # noqa: C901 - a table
    """Return Σ w·e over the examples and outputs, each with an error of its own."""
    kind = slope.dtype.type
    zero, half, one, two = kind(0), kind(0.5), kind(1), kind(2)
    value = 0.0
    several, levels = data.weight.shape[1] > 1, len(parameters) > 1
    for lane in range(count):
        row = order[first + lane]
        for k in range(prediction.shape[0]):
            w = data.weight[row, k if several else 0]
            if w == zero:
                slope[k, lane] = zero
                continue
            made, target = prediction[k, lane], data.target[row, k]
            error = made - target
            if code == MAE:
                value += w * abs(error)
                slope[k, lane] = w * share * np.sign(error)
            elif code == MSE:
                value += w * error * error
                slope[k, lane] = w * share * two * error
            elif code == HUBER:
                delta, size = kind(parameters[0]), abs(error)
                value += w * (half * size * size if size <= delta else delta * (size - half * delta))
                slope[k, lane] = w * share * min(max(error, -delta), delta)
            elif code == QUANTILE:
                level = kind(parameters[k if levels else 0])
                value -= w * (level * error if error < zero else (level - one) * error)
                slope[k, lane] = w * share * (-level if error < zero else (one - level if error > zero else zero))
            elif code == BINARY_CROSS_ENTROPY:
                e, s = zero, zero
                if target != zero:
                    e -= target * np.log(made)
                    s -= target / made
                if target != one:
                    e -= (one - target) * np.log(one - made)
                    s += (one - target) / (one - made)
                value += w * e
                slope[k, lane] = w * share * s
            elif code == SIGMOID_CROSS_ENTROPY:
                value += w * (max(made, zero) - target * made + np.log1p(np.exp(-abs(made))))
                slope[k, lane] = w * share * (sigmoid(made) - target)
    return value


@compiled
def _score_classes(code, data, order, first, count, prediction, slope, share, lane_room) -> float:
    """Return Σ w·e over the examples, whose outputs are one distribution, and whose target is one or a label."""
    outputs = prediction.shape[0]
    zero = slope.dtype.type(0)
    on_z = code == SOFTMAX_CROSS_ENTROPY
    labels = data.target.shape[1] == 1 < outputs
    if on_z:
        softmax(prediction, slope, lane_room)
    value = 0.0
    for lane in range(count):
        row = order[first + lane]
        w = data.weight[row, 0]
        if w == zero:
            slope[:, lane] = zero
            continue
        own = data.target[row]
        label = int(own[0]) if labels else -1
        mass = zero
        for k in range(outputs):
            mass += own[k] if not labels else zero
        mass = slope.dtype.type(1) if labels else mass
        error = 0.0
        for k in range(outputs):
            target = slope.dtype.type(k == label) if labels else own[k]
            made = prediction[k, lane]
            if on_z:
                if target != zero:
                    error += target * (np.log(lane_room[1, lane]) - (made - lane_room[0, lane]))
                slope[k, lane] = w * share * (mass * slope[k, lane] - target)
            elif target != zero:
                error -= target * np.log(made)
                slope[k, lane] = -w * share * target / made
            else:
                slope[k, lane] = zero
        value += w * error
    return value
