"""One table of update rules: how a gradient moves θ (O1), with their state and the learning rate's schedule."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from thalweg.learn.activation import Values

RULES = {"gradient descent": 0, "adamw": 1}
SCHEDULES = {"constant": 0, "cosine": 1}


@dataclass(frozen=True)
class Optimizer:
    """An update rule and its hyperparameters (O6).

    Attributes
    ----------
    rule : str
        ``gradient descent``: θ ← θ − η·g (O1). ``adamw``: Adam (Kingma and Ba 2015) with decoupled weight
        decay (Loshchilov and Hutter 2019); with `decay` 0 it is Adam.
    learning_rate : float
        η.
    schedule : str
        ``constant``, or ``cosine``: from η down to 0 over the planned updates along half a cosine.
    decay : float
        Weight decay: each update also takes the share η·decay off every unknown.
    momentum, momentum_squares, epsilon : float
        Adam's β₁, β₂ and ε.

    Raises
    ------
    ValueError
        If a rule or schedule is unknown, or a number is out of its range.
    """

    rule: str = "adamw"
    learning_rate: float = 1e-3
    schedule: str = "cosine"
    decay: float = 0.01
    momentum: float = 0.9
    momentum_squares: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"There is no update rule {self.rule!r}; choose one of {', '.join(RULES)}.")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"There is no schedule {self.schedule!r}; choose one of {', '.join(SCHEDULES)}.")
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise ValueError(f"The learning rate is {self.learning_rate}; it must be a positive number.")
        if not (math.isfinite(self.decay) and self.decay >= 0):
            raise ValueError(f"The weight decay is {self.decay}; it must be 0 or a positive number.")
        if not (0 <= self.momentum < 1 and 0 <= self.momentum_squares < 1 and self.epsilon > 0):
            raise ValueError("Adam's momentum and momentum of squares lie in [0, 1), and epsilon is positive.")


def rate(optimizer: Optimizer, update: int, planned: int) -> float:
    """Return the learning rate of update number `update` (0 the first) of `planned`."""
    if optimizer.schedule == "cosine":
        return optimizer.learning_rate * 0.5 * (1 + math.cos(math.pi * min(update / planned, 1.0)))
    return optimizer.learning_rate


def apply_update(
    optimizer: Optimizer, theta: Values, gradient: Values, state: Values, update: int, planned: int
) -> None:
    """Move θ by one update, in place. The reference that the kernel must equal.

    Parameters
    ----------
    optimizer : Optimizer
    theta, gradient : ndarray, shape (size,)
    state : ndarray, shape (2, size)
        Adam's running means of g and g², zeros before the first update; changed in place.
    update, planned : int
        Which update this is (0 the first), and how many the schedule spans.
    """
    eta = rate(optimizer, update, planned)
    theta *= 1 - eta * optimizer.decay
    if optimizer.rule == "gradient descent":
        theta -= eta * gradient
        return
    state[0] = optimizer.momentum * state[0] + (1 - optimizer.momentum) * gradient
    state[1] = optimizer.momentum_squares * state[1] + (1 - optimizer.momentum_squares) * gradient**2
    mean = state[0] / (1 - optimizer.momentum ** (update + 1))
    square = state[1] / (1 - optimizer.momentum_squares ** (update + 1))
    theta -= eta * mean / (np.sqrt(square) + optimizer.epsilon)
