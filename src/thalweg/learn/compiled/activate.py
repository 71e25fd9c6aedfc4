"""σ, and the multiplication by σ′, for a whole layer (N4, P7). σ′ is computed from a instead of z, so z is not kept."""

# Numba infers all types; the docstring of the package describes the parameters:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# Numba passes the first parameter of an intrinsic itself:
# pyright: reportCallIssue=false

from __future__ import annotations

from thalweg.learn.activation import HARD_SIGMOID, IDENTITY, RELU, SIGMOID, SOFTMAX, TANH
from thalweg.learn.compiled import inlined, internal
from thalweg.learn.compiled.elementary import exponential, sigmoid, tanh
from thalweg.learn.compiled.view import flattened


@inlined
def activate(code, z, lane_buffers) -> None:
    """Turn z, shape (neurons, lanes), into a."""
    if code == RELU:
        flat, zero = flattened(z), z.dtype.type(0)
        for i in range(len(flat)):
            flat[i] = zero if flat[i] <= zero else flat[i]  # noqa: FURB136 - max might lose a NaN
    elif code != IDENTITY:
        bend(code, z, lane_buffers)


@internal
def bend(code, z, lane_buffers) -> None:
    """Do what `activate` does for the smooth activations, which are worth the call."""
    if code == SOFTMAX:
        softmax(z, z, lane_buffers)
        return
    flat = flattened(z)
    kind = z.dtype.type
    zero, one, half, sixth = kind(0), kind(1), kind(0.5), kind(1 / 6)
    if code == SIGMOID:
        for i in range(len(flat)):
            flat[i] = sigmoid(flat[i])
    elif code == HARD_SIGMOID:
        for i in range(len(flat)):
            share = flat[i] * sixth + half
            flat[i] = zero if share <= zero else (one if share >= one else share)  # noqa: FURB136 - likewise
    elif code == TANH:
        for i in range(len(flat)):
            flat[i] = tanh(flat[i])


@internal
def softmax(z, a, lane_buffers) -> None:
    """Write the softmax of each lane into `a`, and its greatest z and Σ e^(z − greatest) into `lane_buffers`."""
    neurons, lanes = z.shape
    greatest, total = lane_buffers[0], lane_buffers[1]
    for lane in range(lanes):
        greatest[lane] = z[0, lane]
        total[lane] = 0
    for k in range(1, neurons):
        for lane in range(lanes):
            greatest[lane] = max(greatest[lane], z[k, lane])
    for k in range(neurons):
        for lane in range(lanes):
            a[k, lane] = exponential(z[k, lane] - greatest[lane])
            total[lane] += a[k, lane]
    for k in range(neurons):
        for lane in range(lanes):
            a[k, lane] /= total[lane]


@inlined
def multiply_by_slope(code, a, slope, keep, lane_buffers) -> None:
    """Turn ∂C/∂a, in `slope`, into ∂C/∂z, both (neurons, lanes); with dropout `a` was divided by `keep` before."""
    if code == RELU:
        after, flat, zero = flattened(a), flattened(slope), a.dtype.type(0)
        for i in range(len(flat)):
            flat[i] = flat[i] if after[i] > zero else zero
    elif code != IDENTITY:
        multiply_by_smooth_slope(code, a, slope, keep, lane_buffers)


@internal
def multiply_by_smooth_slope(code, a, slope, keep, lane_buffers) -> None:  # noqa: C901 - a table
    """Do what `multiply_by_slope` does for the smooth activations."""
    kind = a.dtype.type
    zero, one = kind(0), kind(1)
    share, full = kind(keep), kind(1 / keep)
    after, flat = flattened(a), flattened(slope)
    if code == SIGMOID:
        for i in range(len(flat)):
            own = after[i] * share
            flat[i] *= own * (one - own)
    elif code == HARD_SIGMOID:
        for i in range(len(flat)):
            flat[i] = flat[i] * kind(1 / 6) if zero < after[i] < full else zero
    elif code == TANH:
        for i in range(len(flat)):
            own = after[i] * share
            flat[i] *= one - own * own
    elif code == SOFTMAX:
        neurons, lanes = a.shape
        total = lane_buffers[0]
        total[:lanes] = 0
        for k in range(neurons):
            for lane in range(lanes):
                total[lane] += a[k, lane] * slope[k, lane]
        for k in range(neurons):
            for lane in range(lanes):
                slope[k, lane] = a[k, lane] * (slope[k, lane] - total[lane])
