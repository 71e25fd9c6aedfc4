"""Ten updates of small networks, computed without backpropagation, NumPy or binary floating point.

Every derivative is a forward pass of dual numbers, one pass per unknown, in 40-digit decimal arithmetic; every number
is rounded to a double only where it is written down. Run as a script it writes `trajectory.json` beside itself::

    python tests/learn/golden/trajectory.py
"""

from __future__ import annotations

import json
from decimal import Decimal, localcontext
from itertools import pairwise
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")
DIGITS = 40
SEED = 5  # a start from which hardly any gradient is zero for good
UPDATES, BATCH = 10, 3
PI = Decimal("3.14159265358979323846264338327950288419716939937510")
MARGIN = Decimal("1e-4")  # how far z and e must stay from every kink, so that no rounding changes sides

OPTIMIZER = {
    "schedule": "constant", "warm_up": 0, "step_every": 1000, "step_factor": 0.1, "decay": 0.0, "clip": None,
    "momentum": 0.9, "momentum_squares": 0.999, "epsilon": 1e-8,
}  # fmt: skip
NETWORK = {"widths": [3, 4, 2, 1], "activation": "tanh", "output": "identity", "skip": False}

# Name: what differs from NETWORK, the loss, what differs from OPTIMIZER, over how many epochs the schedule spans.
CASES = {
    "gradient descent": ({}, "mse", {"learning_rate": 0.2}, 1),
    "gradient descent, decay, cosine": (
        {"activation": "sigmoid"}, "huber", {"learning_rate": 0.5, "decay": 0.25, "schedule": "cosine"}, 2,
    ),
    "gradient descent, decay, clip, steps after warm-up": (
        {"activation": "relu"}, "mae",
        {"learning_rate": 0.3, "decay": 0.1, "clip": 1.0, "schedule": "step", "warm_up": 3, "step_every": 3,
         "step_factor": 0.5}, 1,
    ),
    "momentum": ({"activation": "sigmoid"}, "mse", {"learning_rate": 0.1}, 1),
    "momentum, decay, clip, cosine after warm-up": (
        {"activation": "hard sigmoid"}, "huber",
        {"learning_rate": 0.25, "decay": 0.1, "clip": 0.375, "schedule": "cosine", "warm_up": 4, "momentum": 0.75}, 2,
    ),
    "momentum, steps": (
        {"widths": [2, 3, 3, 3, 1], "activation": "tanh", "skip": True}, "quantile",
        {"learning_rate": 0.1, "schedule": "step", "step_every": 4}, 1,
    ),
    "adam": ({"activation": "sigmoid"}, "mse", {"learning_rate": 0.05}, 1),
    "adam, decay, clip, cosine after warm-up": (
        {"activation": "relu"}, "mse",
        {"learning_rate": 0.05, "decay": 0.1, "clip": 4.0, "schedule": "cosine", "warm_up": 2}, 1,
    ),
    "adam, decay, steps": (
        {"output": "sigmoid"}, "binary cross-entropy",
        {"learning_rate": 0.1, "decay": 0.05, "schedule": "step", "step_every": 3, "step_factor": 0.25,
         "momentum": 0.5, "momentum_squares": 0.875, "epsilon": 1e-3}, 1,
    ),
    "adamw": ({}, "quantile", {"learning_rate": 0.05}, 1),
    "adamw, decay, constant after warm-up": (
        {"widths": [3, 4, 2, 3], "output": "softmax"}, "cross-entropy",
        {"learning_rate": 0.1, "decay": 0.5, "warm_up": 5}, 1,
    ),
    "adamw, decay, clip, cosine": (
        {"widths": [2, 3, 3, 3, 1], "activation": "sigmoid", "skip": True}, "mse",
        {"learning_rate": 0.05, "decay": 0.25, "clip": 0.5, "schedule": "cosine"}, 1,
    ),
    "adamw, decay, clip, steps after warm-up": (
        {"activation": "hard sigmoid", "output": "sigmoid"}, "mae",
        {"learning_rate": 0.1, "decay": 0.25, "clip": 0.125, "schedule": "step", "warm_up": 2, "step_every": 3}, 1,
    ),
}  # fmt: skip


class Dual:
    """value + slope·ε with ε² = 0: arithmetic on it carries a derivative along."""

    __slots__ = ("slope", "value")

    def __init__(self, value, slope=Decimal(0)):
        self.value, self.slope = value, slope

    def __add__(self, other):
        return Dual(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other):
        return Dual(self.value - other.value, self.slope - other.slope)

    def __mul__(self, other):
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    def __truediv__(self, other):
        ratio = self.value / other.value
        return Dual(ratio, (self.slope - ratio * other.slope) / other.value)

    def exp(self):
        value = self.value.exp()
        return Dual(value, value * self.slope)

    def log(self):
        return Dual(self.value.ln(), self.slope / self.value)

    def beyond(self, kink):
        """Whether it lies above the kink; never so near that a double might see it elsewhere."""
        if abs(self.value - kink) < MARGIN:
            raise ValueError(f"{self.value} is too near the kink at {kink}.")
        return self.value > kink


ZERO, HALF, ONE, TWO, SIX = (Dual(Decimal(number)) for number in ("0", "0.5", "1", "2", "6"))


def sigmoid(z):
    return ONE / (ONE + (ZERO - z).exp())


def hard_sigmoid(z):
    if not z.beyond(-3):
        return ZERO
    return ONE if z.beyond(3) else z / SIX + HALF


def tanh(z):
    return TWO * sigmoid(TWO * z) - ONE


def relu(z):
    return z if z.beyond(0) else ZERO


ACTIVATIONS = {"identity": lambda z: z, "sigmoid": sigmoid, "hard sigmoid": hard_sigmoid, "relu": relu, "tanh": tanh}


def softmax(z):
    powers = [value.exp() for value in z]
    total = sum(powers, ZERO)
    return [power / total for power in powers]


def magnitude(e):
    return e if e.beyond(0) else ZERO - e


def huber(y, t):
    e = magnitude(y - t)
    return e - HALF if e.beyond(1) else HALF * e * e


def binary_cross_entropy(y, t):
    return ZERO - t * y.log() - (ONE - t) * (ONE - y).log()


ERRORS = {
    "mae": lambda y, t: magnitude(y - t),
    "mse": lambda y, t: (y - t) * (y - t),
    "huber": huber,
    "quantile": lambda y, t: HALF * magnitude(y - t),  # at level 0.5
    "binary cross-entropy": binary_cross_entropy,
}


def prediction(network, theta, x):
    """Every neuron by itself, in Duals."""
    a, kept, at = x, None, 0
    layers = len(network["widths"]) - 1
    for layer, (inputs, outputs) in enumerate(pairwise(network["widths"]), start=1):
        z = []
        for k in range(outputs):
            total = theta[at + inputs * outputs + k]
            for j in range(inputs):
                total = total + theta[at + k * inputs + j] * a[j]
            z.append(total)
        at += inputs * outputs + outputs
        if layer == layers:
            return softmax(z) if network["output"] == "softmax" else [ACTIVATIONS[network["output"]](v) for v in z]
        if network["skip"] and layer % 2 == 0:  # an identity around the layers (2, 3), (4, 5), ...
            kept = a
        if network["skip"] and layer % 2 and layer > 1:
            z = [value + before for value, before in zip(z, kept, strict=True)]
        a = [ACTIVATIONS[network["activation"]](value) for value in z]
    raise AssertionError


def batch_loss(network, loss, theta, rows):
    """L = Σ w·e / Σ w."""
    value, total = ZERO, ZERO
    for x, target, weight in rows:
        if weight == 0:
            continue
        y = prediction(network, theta, [Dual(Decimal(feature)) for feature in x])
        error = ZERO - y[int(target)].log() if loss == "cross-entropy" else ERRORS[loss](y[0], Dual(Decimal(target)))
        value, total = value + Dual(Decimal(weight)) * error, total + Dual(Decimal(weight))
    return value / total


def loss_and_gradient(network, loss, theta, rows):
    """One pass per unknown: that unknown's slope is 1, all others' 0."""
    gradient = []
    for i in range(len(theta)):
        passed = batch_loss(network, loss, [Dual(t, Decimal(i == k)) for k, t in enumerate(theta)], rows)
        gradient.append(passed.slope)
    return passed.value, gradient


def cosine(angle):
    """Its series; 0 ≤ angle ≤ π."""
    term = total = Decimal(1)
    for k in range(1, 60):
        term *= -angle * angle / ((2 * k - 1) * (2 * k))
        total += term
    return total


def learning_rate(optimizer, update, planned):
    """η of an update, the first being number 0."""
    eta, warm_up = Decimal(optimizer["learning_rate"]), optimizer["warm_up"]
    if update < warm_up:
        return eta * (update + 1) / warm_up
    since = update - warm_up
    if optimizer["schedule"] == "cosine":
        return eta * (1 + cosine(PI * min(Decimal(since) / (planned - warm_up), Decimal(1)))) / 2
    if optimizer["schedule"] == "step":
        return eta * Decimal(optimizer["step_factor"]) ** (since // optimizer["step_every"])
    return eta


def moved(rule, optimizer, theta, gradient, state, update, planned):
    """θ after the update; `state` is two lists, changed in place."""
    eta, decay = learning_rate(optimizer, update, planned), Decimal(optimizer["decay"])
    if optimizer["clip"] is not None:
        norm = sum(g * g for g in gradient).sqrt()
        gradient = [g * min(Decimal(1), Decimal(optimizer["clip"]) / norm) for g in gradient]
    if rule == "adamw":
        theta = [t * (1 - eta * decay) for t in theta]
    else:
        gradient = [g + decay * t for g, t in zip(gradient, theta, strict=True)]
    if rule == "gradient descent":
        return [t - eta * g for t, g in zip(theta, gradient, strict=True)]
    beta, beta_squares = Decimal(optimizer["momentum"]), Decimal(optimizer["momentum_squares"])
    if rule == "momentum":
        state[0][:] = [beta * v + g for v, g in zip(state[0], gradient, strict=True)]
        return [t - eta * v for t, v in zip(theta, state[0], strict=True)]
    state[0][:] = [beta * m + (1 - beta) * g for m, g in zip(state[0], gradient, strict=True)]
    state[1][:] = [beta_squares * v + (1 - beta_squares) * g * g for v, g in zip(state[1], gradient, strict=True)]
    means = [m / (1 - beta ** (update + 1)) for m in state[0]]
    roots = [(v / (1 - beta_squares ** (update + 1))).sqrt() for v in state[1]]
    epsilon = Decimal(optimizer["epsilon"])
    return [t - eta * m / (root + epsilon) for t, m, root in zip(theta, means, roots, strict=True)]


def sixty_fourths(seed, count, least, most):
    """Numbers that both precisions hold exactly, from a linear congruential generator."""
    numbers = []
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) % 2**31
        numbers.append((least + (seed >> 8) % (most - least + 1)) / 64)
    return numbers


def examples(network, loss, seed):
    """Ten batches of three: features, target, weight; an example in every fourth batch has no weight."""
    count, features, outputs = UPDATES * BATCH, network["widths"][0], network["widths"][-1]
    numbers = sixty_fourths(seed, count * features, -128, 128)
    if loss == "cross-entropy":
        targets = [float(round(t * 64)) for t in sixty_fourths(seed + 1, count, 0, outputs - 1)]
    elif network["output"] == "sigmoid":
        targets = sixty_fourths(seed + 1, count, 0, 64)
    else:
        targets = sixty_fourths(seed + 1, count, -160, 160)
    weights = sixty_fourths(seed + 2, count, 32, 160)
    weights[1::12] = [0.0] * len(weights[1::12])
    return [[numbers[n * features : (n + 1) * features], targets[n], weights[n]] for n in range(count)]


def trajectory(name, updates=UPDATES):
    """One case from its start, as JSON has it."""
    changes, loss, options, epochs = CASES[name]
    network, rule = NETWORK | changes, name.split(",")[0]
    optimizer = OPTIMIZER | options
    seed = SEED + 10 * list(CASES).index(name)
    rows = examples(network, loss, seed)
    size = sum(inputs * outputs + outputs for inputs, outputs in pairwise(network["widths"]))
    spread = 192 if network["activation"] == "hard sigmoid" else 64  # wide enough for every of its three pieces
    start = sixty_fourths(seed + 3, size, -spread, spread)
    path = []
    with localcontext() as context:
        context.prec = DIGITS
        theta, state = [Decimal(t) for t in start], [[Decimal(0)] * size for _ in range(2)]
        for update in range(updates):
            batch = rows[update * BATCH : (update + 1) * BATCH]
            value, gradient = loss_and_gradient(network, loss, theta, batch)
            theta = moved(rule, optimizer, theta, gradient, state, update, UPDATES * epochs)
            path.append(
                {
                    "loss": float(value),
                    "gradient": [float(g) for g in gradient],  # as the batch has it: before clipping and decay
                    "theta": [float(t) for t in theta],  # after the update
                }
            )
    return {
        "network": network,
        "loss": loss,
        "optimizer": {"rule": rule, **optimizer},
        "epochs": epochs,
        "examples": rows,
        "start": start,
        "path": path,
    }


def write():
    """Write the golden file: a line per update."""
    cases = {name: trajectory(name) for name in CASES}
    parts = []
    for name, case in cases.items():
        path = ",\n".join(json.dumps(step) for step in case.pop("path"))
        head = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in case.items())
        parts.append(f'{json.dumps(name)}: {{\n{head},\n"path": [\n{path}\n]}}')
    FILE.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write()
