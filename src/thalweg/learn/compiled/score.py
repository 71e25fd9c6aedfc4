"""The loss of a batch, and ∂C/∂y of each prediction (L1, P5). A target of weight 0 adds nothing, whatever its value."""

# Numba infers all types; the docstring of the package describes the parameters:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# Numba passes the first parameter of an intrinsic itself:
# pyright: reportCallIssue=false

from __future__ import annotations

import math

import numpy as np

from thalweg.learn.compiled import inlined, internal_summing
from thalweg.learn.compiled.activate import softmax
from thalweg.learn.compiled.elementary import sigmoid
from thalweg.learn.compiled.view import flattened
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


@internal_summing
def total_of(values, first, last) -> float:
    """Return the sum of some numbers."""
    total = 0.0
    for i in range(first, last):
        total += np.float64(values[i])
    return total


@inlined
def weight_of(weight, count) -> float:
    """Return the sum of the weights of the first `count` lanes, over all columns."""
    flat, total = flattened(weight), 0.0
    for k in range(weight.shape[0]):
        total += total_of(flat, k * weight.shape[1], k * weight.shape[1] + count)
    return total


@inlined
def score(code, parameters, buffers, target, weight, prediction, slope, count) -> float:
    """Return L of a batch and write ∂C/∂y. If all weights are 0, L is NaN and every slope is 0.

    For the codes of stable pairs the prediction is z, and ∂C/∂z is written. All arrays are (columns, lanes); the lanes
    beyond `count` have weight 0.
    """
    total = weight_of(weight, count)
    if total == 0.0:
        slope[:] = 0
        return math.nan
    for lane in range(prediction.shape[1]):
        buffers.sums[lane] = 0
    if code in (CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY):
        _score_classes(
            code, buffers.sums, buffers.lanes, target, weight, prediction, slope, slope.dtype.type(1 / total)
        )
    else:
        total *= prediction.shape[0] // weight.shape[0]
        _score_each(code, parameters, buffers.sums, target, weight, prediction, slope, slope.dtype.type(1 / total))
    return total_of(buffers.sums, 0, count) / total


@inlined
def _score_each(code, parameters, sums, target, weight, prediction, slope, share) -> None:  # noqa: C901, PLR0912 - a table
    """Add w·e of each output to the sum of its lane; every lane has its own sum, so the loops are vectorised."""
    outputs, lanes = prediction.shape
    kind = slope.dtype.type
    zero, half, one, two = kind(0), kind(0.5), kind(1), kind(2)
    delta = kind(parameters[0]) if len(parameters) else zero
    for k in range(outputs):
        own = k if weight.shape[0] > 1 else 0
        if code == MAE:
            for lane in range(lanes):
                w, error = weight[own, lane], prediction[k, lane] - target[k, lane]
                sums[lane] += w * abs(error) if w > zero else zero
                slope[k, lane] = w * share * np.sign(error) if w > zero else zero
        elif code == MSE:
            for lane in range(lanes):
                w, error = weight[own, lane], prediction[k, lane] - target[k, lane]
                sums[lane] += w * error * error if w > zero else zero
                slope[k, lane] = w * share * two * error if w > zero else zero
        elif code == HUBER:
            for lane in range(lanes):
                w, error = weight[own, lane], prediction[k, lane] - target[k, lane]
                size = abs(error)
                e = half * size * size if size <= delta else delta * (size - half * delta)
                sums[lane] += w * e if w > zero else zero
                inside = -delta if error < -delta else (min(error, delta))
                slope[k, lane] = w * share * inside if w > zero else zero
        elif code == QUANTILE:
            level = kind(parameters[k if len(parameters) > 1 else 0])
            for lane in range(lanes):
                w, error = weight[own, lane], prediction[k, lane] - target[k, lane]
                side = -level if error < zero else (one - level if error > zero else zero)
                sums[lane] += w * side * error if w > zero else zero
                slope[k, lane] = w * share * side if w > zero else zero
        elif code == BINARY_CROSS_ENTROPY:
            for lane in range(lanes):
                w, made, yes = weight[own, lane], prediction[k, lane], target[k, lane]
                if w > zero:
                    no = one - yes
                    e = -(yes * np.log(made) if yes > zero else zero) - (no * np.log(one - made) if no > zero else zero)
                    s = (no / (one - made) if no > zero else zero) - (yes / made if yes > zero else zero)
                    sums[lane] += w * e
                    slope[k, lane] = w * share * s
                else:
                    slope[k, lane] = zero
        elif code == SIGMOID_CROSS_ENTROPY:
            for lane in range(lanes):
                w, z, yes = weight[own, lane], prediction[k, lane], target[k, lane]
                e = max(z, zero) - yes * z + np.log1p(np.exp(-abs(z)))
                sums[lane] += w * e if w > zero else zero
                slope[k, lane] = w * share * (sigmoid(z) - yes) if w > zero else zero


@inlined
def _score_classes(code, sums, lane_buffers, target, weight, prediction, slope, share) -> None:
    """Add w·e of each lane to its sum. The outputs of a lane are a distribution; its target is one too, or a label."""
    outputs, lanes = prediction.shape
    zero, one = slope.dtype.type(0), slope.dtype.type(1)
    labels = target.shape[0] == 1 < outputs
    on_z = code == SOFTMAX_CROSS_ENTROPY
    greatest, logarithm, mass = lane_buffers[0], lane_buffers[1], lane_buffers[2]
    if on_z:
        softmax(prediction, slope, lane_buffers)
        for lane in range(lanes):
            logarithm[lane] = greatest[lane] + np.log(logarithm[lane])
    mass[:lanes] = one if labels else zero
    if not labels:
        for k in range(outputs):
            for lane in range(lanes):
                mass[lane] += target[k, lane]
    for k in range(outputs):
        for lane in range(lanes):
            w, made = weight[0, lane], prediction[k, lane]
            if w == zero:
                slope[k, lane] = zero
                continue
            aim = target[k, lane] if not labels else (one if target[0, lane] == k else zero)
            if on_z:
                error = aim * (logarithm[lane] - made) if aim > zero else zero
                slope[k, lane] = w * share * (mass[lane] * slope[k, lane] - aim)
            else:
                error = -aim * np.log(made) if aim > zero else zero
                slope[k, lane] = -w * share * aim / made if aim > zero else zero
            sums[lane] += w * error
