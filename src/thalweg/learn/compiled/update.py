"""One update of θ by the gradient (O1), by the rules and schedules of `optimizer.py`."""

# Numba infers all types; the docstring of the package describes the parameters:
# ruff: noqa: ANN001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false

from __future__ import annotations

import math

import numpy as np

from thalweg.learn.compiled import compiled, internal, internal_summing
from thalweg.learn.optimizer import RULES, SCHEDULES

GRADIENT_DESCENT, MOMENTUM, ADAMW = RULES["gradient descent"], RULES["momentum"], RULES["adamw"]
COSINE, STEP = SCHEDULES["cosine"], SCHEDULES["step"]


@internal
def rate(schedule, numbers, update) -> float:
    """Return the learning rate of update number `update` (0 is the first); `numbers` are `Optimizer.numbers`."""
    eta, warm_up, step_every, factor, planned = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    if update < warm_up:
        return eta * (update + 1) / warm_up
    since = update - warm_up
    if schedule == COSINE:
        return eta * 0.5 * (1.0 + math.cos(math.pi * min(since / max(planned - warm_up, 1.0), 1.0)))
    if schedule == STEP:
        return eta * factor ** (since // step_every)
    return eta


@internal_summing
def length(gradient) -> float:
    """Return the Euclidean norm of a vector."""
    total = 0.0
    for i in range(len(gradient)):
        total += np.float64(gradient[i]) * np.float64(gradient[i])
    return math.sqrt(total)


@compiled
def apply_update(rule, schedule, numbers, theta, gradient, state, update) -> None:
    """Move θ by one update."""
    move(rule, schedule, numbers, theta, gradient, state[0], state[1], update, shortened(numbers, gradient))


@internal
def shortened(numbers, gradient) -> float:
    """Return the factor that shortens the gradient to the clip, or 1."""
    clip = numbers[6]
    return min(1.0, clip / max(length(gradient), 1e-300)) if clip < math.inf else 1.0


@internal
def move(rule, schedule, numbers, theta, gradient, first, second, update, shorter) -> None:
    """Move θ or a part of it by gradient and state of that part. Adam's corrections are folded into the step."""
    kind = theta.dtype.type
    eta = rate(schedule, numbers, update)
    decay, b1, b2, epsilon = numbers[5], numbers[7], numbers[8], numbers[9]
    shorter = kind(shorter)
    keep = kind(1.0 - eta * decay if rule == ADAMW else 1.0)
    coupled = kind(0.0 if rule == ADAMW else decay)
    if rule == GRADIENT_DESCENT:
        step = kind(eta)
        for i in range(len(theta)):
            theta[i] -= step * (shorter * gradient[i] + coupled * theta[i])
        return
    # The state of a dead neuron would fade to subnormal numbers, and each product with those would be slow.
    faded, zero = kind(1e-30), kind(0)
    if rule == MOMENTUM:
        step, stays = kind(eta), kind(b1)
        for i in range(len(theta)):
            v = stays * first[i] + (shorter * gradient[i] + coupled * theta[i])
            v = zero if abs(v) <= faded else v  # NaN stays
            first[i] = v
            theta[i] -= step * v
        return
    correction = math.sqrt(1.0 - b2 ** (update + 1))
    step = kind(eta * correction / (1.0 - b1 ** (update + 1)))
    least = kind(epsilon * correction)
    stays, enters, stays2, enters2 = kind(b1), kind(1.0 - b1), kind(b2), kind(1.0 - b2)
    square = kind(1e-60)  # the square of `faded`
    faded2 = square if square > zero else kind(1e-36)  # float32 has no number as small as 1e-60
    for i in range(len(theta)):
        g = shorter * gradient[i] + coupled * theta[i]
        m = stays * first[i] + enters * g
        m = zero if abs(m) <= faded else m
        first[i] = m
        v = stays2 * second[i] + enters2 * (g * g)
        v = zero if v <= faded2 else v
        second[i] = v
        theta[i] = keep * theta[i] - step * m / (np.sqrt(v) + least)
