"""Forward pass, backward pass and update, compiled, and the loop that runs them over a range of batches.

It computes what `backprop.py` and `optimizer.py` compute, in the precision of θ, without allocating. Codes, not
function objects, choose activation, loss and rule, so that one compilation serves every network. Roles:

    widths   int64 (layers + 1,)         features, neurons of each layer, outputs
    codes    int64 (4,)                  activation, output activation, loss, rule
    theta    (size,)                     the unknowns: per layer the rows of W, then b
    a        (batch · Σ widths,)         a of every layer, one after another; the features first
    slopes   (batch · Σ widths,)         ∂C/∂z of every layer, laid out as `a`
    numbers  (4,)                        decay, momentum, momentum of squares, epsilon

`np.dot` is SciPy's BLAS; `threads.py` holds it to one thread. No fast-math flags: NaN must stay NaN.
"""

# Numba infers every type from what it is given, so the roles above stand for annotations of the parameters:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false

from __future__ import annotations

import math

import numpy as np
from numba import njit

from thalweg.learn.activation import RELU, SIGMOID
from thalweg.learn.loss import MAE
from thalweg.learn.optimizer import RULES, SCHEDULES

ADAMW = RULES["adamw"]
COSINE = SCHEDULES["cosine"]

# Division as NumPy has it: Python's check for a zero divisor would keep Adam's loop from being vectorised.
compiled = njit(nogil=True, cache=True, error_model="numpy")


@compiled
def gather(values, newest, emphasis, limit, level, scale, dense, order, first, count, x) -> None:
    """Write the features of examples ``order[first : first + count]`` into x, shape (count, features)."""
    columns, window = dense.shape[1], len(emphasis)
    most = x.dtype.type(limit)
    for r in range(count):
        row = order[first + r]
        last, own_level, own_scale = newest[row], level[row], scale[row]
        for j in range(window):
            x[r, j] = min(max((values[last - j] - own_level) * own_scale * emphasis[j], -most), most)
        for j in range(columns):
            x[r, window + j] = dense[row, j]


@compiled
def forward(widths, codes, theta, a, count) -> None:
    """P3: from the features, already in `a`, to the prediction, every layer's a kept."""
    layers = len(widths) - 1
    at, from_, to = 0, 0, count * widths[0]
    for layer in range(layers):
        inputs, outputs = widths[layer], widths[layer + 1]
        weights = theta[at : at + inputs * outputs].reshape(outputs, inputs)
        biases = theta[at + inputs * outputs : at + inputs * outputs + outputs]
        at += inputs * outputs + outputs
        before = a[from_ : from_ + count * inputs].reshape(count, inputs)
        after = a[to : to + count * outputs].reshape(count, outputs)
        np.dot(before, weights.T, after)
        code = codes[0] if layer < layers - 1 else codes[1]
        zero, one = theta.dtype.type(0), theta.dtype.type(1)
        for r in range(count):
            if code == RELU:
                for k in range(outputs):
                    z = after[r, k] + biases[k]
                    after[r, k] = zero if z <= zero else z  # noqa: FURB136 - max might lose a NaN
            elif code == SIGMOID:
                for k in range(outputs):
                    after[r, k] = one / (one + np.exp(-(after[r, k] + biases[k])))
            else:
                for k in range(outputs):
                    after[r, k] += biases[k]
        from_ = to
        to += count * outputs


@compiled
def output_slope(code, target, weight, order, first, count, prediction, slope) -> float:
    """L1: return L of these examples and write each prediction's ∂C/∂y; without any weight L is NaN, slopes 0."""
    outputs = target.shape[1]
    total, value = 0.0, 0.0
    for r in range(count):
        for k in range(outputs):
            total += weight[order[first + r], k]
    if total == 0.0:
        slope[:] = 0
        return math.nan
    share = slope.dtype.type(1.0 / total)
    zero, two = slope.dtype.type(0), slope.dtype.type(2)
    for r in range(count):
        row = order[first + r]
        for k in range(outputs):
            w = weight[row, k]
            if w == zero:
                slope[r, k] = zero
                continue
            error = prediction[r, k] - target[row, k]
            if code == MAE:
                value += w * abs(error)
                slope[r, k] = w * share * np.sign(error)
            else:
                value += w * error * error
                slope[r, k] = w * share * two * error
    return value / total


@compiled
def backward(widths, codes, theta, a, slopes, gradient, count) -> None:  # noqa: C901 - two loops a layer
    """P4 to P8: from ∂C/∂y, already in `slopes`, to every ∂C/∂z and to the gradient."""
    layers = len(widths) - 1
    at = len(theta)
    to = 0
    for layer in range(layers):
        to += count * widths[layer]
    one, zero = theta.dtype.type(1), theta.dtype.type(0)
    for layer in range(layers - 1, -1, -1):
        inputs, outputs = widths[layer], widths[layer + 1]
        after = a[to : to + count * outputs].reshape(count, outputs)
        slope = slopes[to : to + count * outputs].reshape(count, outputs)
        code = codes[0] if layer < layers - 1 else codes[1]
        if code == RELU:  # P7: times σ′(z), which a tells as well as z
            for r in range(count):
                for k in range(outputs):
                    slope[r, k] = slope[r, k] if after[r, k] > zero else zero
        elif code == SIGMOID:
            for r in range(count):
                for k in range(outputs):
                    slope[r, k] *= after[r, k] * (one - after[r, k])
        at -= inputs * outputs + outputs
        weights = theta[at : at + inputs * outputs].reshape(outputs, inputs)
        from_ = to - count * inputs
        before = a[from_ : from_ + count * inputs].reshape(count, inputs)
        np.dot(slope.T, before, gradient[at : at + inputs * outputs].reshape(outputs, inputs))
        biases = gradient[at + inputs * outputs : at + inputs * outputs + outputs]
        biases[:] = 0
        for r in range(count):
            for k in range(outputs):
                biases[k] += slope[r, k]
        if layer > 0:
            np.dot(slope, weights, slopes[from_ : from_ + count * inputs].reshape(count, inputs))
        to = from_


@compiled
def apply_update(rule, theta, gradient, state, numbers, eta, update) -> None:
    """Move θ by one update; Adam's corrections are folded into the step."""
    kind = theta.dtype.type
    keep = kind(1.0 - eta * numbers[0])
    if rule != ADAMW:
        step = kind(eta)
        for i in range(len(theta)):
            theta[i] = keep * theta[i] - step * gradient[i]
        return
    correction = math.sqrt(1.0 - numbers[2] ** (update + 1))
    step = kind(eta * correction / (1.0 - numbers[1] ** (update + 1)))
    epsilon = kind(numbers[3] * correction)
    b1, c1, b2, c2 = kind(numbers[1]), kind(1.0 - numbers[1]), kind(numbers[2]), kind(1.0 - numbers[2])
    faded, zero = kind(1e-30), kind(0)
    mean, square = state[0], state[1]
    for i in range(len(theta)):
        g = gradient[i]
        # A dead neuron's mean would fade to a subnormal number and stay one: each product with it is slow for ever.
        m = b1 * mean[i] + c1 * g
        m = m if abs(m) > faded else zero
        mean[i] = m
        square[i] = b2 * square[i] + c2 * (g * g)
        theta[i] = keep * theta[i] - step * m / (np.sqrt(square[i]) + epsilon)


@compiled
def descend(  # noqa: C901 - the fused loop is one
    widths, codes, theta, gradient, state, numbers, learning_rate, schedule, update, planned,
    values, newest, emphasis, limit, level, scale, dense, target, weight,
    order, batch, first_batch, last_batch, a, slopes, losses,
) -> tuple[int, int]:  # fmt: skip
    """Run batches ``first_batch`` to ``last_batch`` (excluded) of the order; write the loss of each.

    Returns
    -------
    done, flat : int
        Updates made, fewer than asked where a loss was not finite (its batch made none), and how many of
        them had a gradient of exactly zero.
    """
    outputs = widths[-1]
    behind = 0
    for width in widths[:-1]:
        behind += width
    done, flat = 0, 0
    for number in range(first_batch, last_batch):
        first = number * batch
        count = min(batch, len(order) - first)
        x = a[: count * widths[0]].reshape(count, widths[0])
        gather(values, newest, emphasis, limit, level, scale, dense, order, first, count, x)
        forward(widths, codes, theta, a, count)
        prediction = a[count * behind : count * (behind + outputs)].reshape(count, outputs)
        slope = slopes[count * behind : count * (behind + outputs)].reshape(count, outputs)
        loss = output_slope(codes[2], target, weight, order, first, count, prediction, slope)
        losses[number] = loss
        weighted = not math.isnan(loss)
        if not weighted:
            # NaN is either no weight in the batch, which is no fault, or a prediction that is not finite.
            for r in range(count):
                for k in range(outputs):
                    if weight[order[first + r], k] > 0:
                        return done, flat
        elif math.isinf(loss):
            return done, flat
        if weighted:
            backward(widths, codes, theta, a, slopes, gradient, count)
        else:
            gradient[:] = 0
        moved = False
        for i in range(len(gradient)):
            if gradient[i] != 0:
                moved = True
                break
        flat += not moved
        eta = learning_rate
        if schedule == COSINE:
            eta *= 0.5 * (1.0 + math.cos(math.pi * min((update + done) / planned, 1.0)))
        apply_update(codes[3], theta, gradient, state, numbers, eta, update + done)
        done += 1
    return done, flat


@compiled
def predict(widths, codes, theta, values, newest, emphasis, limit, level, scale, dense, order, batch, a, out) -> None:
    """Write the predictions of the examples in `order` into out, shape (examples, outputs), a batch at a time."""
    outputs = widths[-1]
    behind = 0
    for width in widths[:-1]:
        behind += width
    for first in range(0, len(order), batch):
        count = min(batch, len(order) - first)
        x = a[: count * widths[0]].reshape(count, widths[0])
        gather(values, newest, emphasis, limit, level, scale, dense, order, first, count, x)
        forward(widths, codes, theta, a, count)
        out[first : first + count] = a[count * behind : count * (behind + outputs)].reshape(count, outputs)
