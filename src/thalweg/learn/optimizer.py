"""The update rules by which a gradient moves θ (O1), their state, and the schedules of the learning rate."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.activation import Values

RULES = {"gradient descent": 0, "momentum": 1, "adam": 2, "adamw": 3}
SCHEDULES = {"constant": 0, "cosine": 1, "step": 2}


@dataclass(frozen=True)
class Optimizer:
    """An update rule and its hyperparameters (O6).

    Attributes
    ----------
    rule : str
        ``gradient descent``: θ ← θ − η·g (O1). ``momentum``: v ← momentum·v + g, θ ← θ − η·v (Polyak 1964).
        ``adam`` (Kingma and Ba 2015). ``adamw``: Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    learning_rate : float
        η.
    schedule : str
        ``constant``; ``cosine``: from η down to 0 over the planned updates, along half a cosine; ``step``: multiplied
        by `step_factor` after every `step_every` updates.
    warm_up : int
        The number of updates over which η rises in a straight line before the schedule begins.
    step_every, step_factor : int, float
        The numbers of the schedule ``step``.
    decay : float
        Weight decay: decay·θ is added to the gradient; ``adamw`` subtracts η·decay·θ from θ instead.
    clip : float, optional
        The largest Euclidean norm of a gradient; a longer gradient is shortened to it (Pascanu et al. 2013).
    momentum : float
        The share of the past step that stays; β₁ of Adam.
    momentum_squares, epsilon : float
        β₂ and ε of Adam.

    Raises
    ------
    ValueError
        If a rule or schedule is unknown, or a number is out of its range.
    """

    rule: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"
    warm_up: int = 0
    step_every: int = 1000
    step_factor: float = 0.1
    decay: float = 0.0
    clip: float | None = None
    momentum: float = 0.9
    momentum_squares: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        self._take_plain_numbers()
        self._check()

    def _take_plain_numbers(self) -> None:
        """Turn numbers of NumPy into those of Python, which a file can hold."""
        for name in ("warm_up", "step_every"):
            object.__setattr__(self, name, operator.index(getattr(self, name)))
        for name in ("learning_rate", "step_factor", "decay", "momentum", "momentum_squares", "epsilon"):
            object.__setattr__(self, name, float(getattr(self, name)))
        if self.clip is not None:
            object.__setattr__(self, "clip", float(self.clip))

    def _check(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"There is no update rule {self.rule!r}; choose one of {', '.join(RULES)}.")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"There is no schedule {self.schedule!r}; choose one of {', '.join(SCHEDULES)}.")
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise ValueError(f"The learning rate is {self.learning_rate}; it must be a positive number.")
        if self.warm_up < 0 or self.step_every < 1:
            raise ValueError(
                f"warm_up is {self.warm_up} and step_every {self.step_every} updates; they must be 0 or more, and 1 "
                "or more."
            )
        if not 0 < self.step_factor <= 1:
            raise ValueError(f"step_factor is {self.step_factor}; it must be above 0 and at most 1.")
        if not (math.isfinite(self.decay) and self.decay >= 0):
            raise ValueError(f"The weight decay is {self.decay}; it must be 0 or a positive number.")
        if self.clip is not None and not (math.isfinite(self.clip) and self.clip > 0):
            raise ValueError(f"The gradient is to be clipped at {self.clip}; that must be a positive number.")
        if not (0 <= self.momentum < 1 and 0 <= self.momentum_squares < 1 and 0 < self.epsilon < math.inf):
            raise ValueError("Momentum and momentum of squares lie in [0, 1), and epsilon is positive.")

    def numbers(self, planned: int) -> NDArray[np.float64]:
        """Return all numbers in the order in which the kernel reads them; `planned` is the number of updates in all."""
        return np.array(
            [
                self.learning_rate,
                self.warm_up,
                self.step_every,
                self.step_factor,
                planned,
                self.decay,
                math.inf if self.clip is None else self.clip,
                self.momentum,
                self.momentum_squares,
                self.epsilon,
            ]
        )


def optimizer_of(optimizer: Optimizer | str | None) -> Optimizer:
    """Return the optimizer given, that of the update rule of that name, or Adam where none is given.

    Raises
    ------
    ValueError
        If there is no such rule.
    """
    return Optimizer(optimizer) if isinstance(optimizer, str) else optimizer or Optimizer()


def rate(optimizer: Optimizer, update: int, planned: int) -> float:
    """Return the learning rate of update number `update` (0 is the first) of `planned`."""
    eta = optimizer.learning_rate
    if update < optimizer.warm_up:
        return eta * (update + 1) / optimizer.warm_up
    since = update - optimizer.warm_up
    if optimizer.schedule == "cosine":
        return eta * 0.5 * (1 + math.cos(math.pi * min(since / max(planned - optimizer.warm_up, 1), 1.0)))
    if optimizer.schedule == "step":
        return eta * optimizer.step_factor ** (since // optimizer.step_every)
    return eta


def apply_update(
    optimizer: Optimizer, theta: Values, gradient: Values, state: Values, update: int, planned: int
) -> None:
    """Move θ by one update, in place. The kernel must equal this reference.

    Parameters
    ----------
    optimizer : Optimizer
    theta, gradient : ndarray, shape (size,)
    state : ndarray, shape (2, size)
        v of momentum in the first row, or the running means of g and g² of Adam. All zeros before the first update;
        changed in place.
    update, planned : int
        The number of this update (0 is the first), and the number of updates that the schedule spans.
    """
    eta = rate(optimizer, update, planned)
    if optimizer.clip is not None:
        gradient = gradient * min(1.0, optimizer.clip / max(float(np.linalg.norm(gradient)), 1e-300))
    if optimizer.rule == "adamw":
        theta *= 1 - eta * optimizer.decay
    elif optimizer.decay:
        gradient = gradient + optimizer.decay * theta
    if optimizer.rule == "gradient descent":
        theta -= eta * gradient
        return
    if optimizer.rule == "momentum":
        state[0] = optimizer.momentum * state[0] + gradient
        theta -= eta * state[0]
        return
    state[0] = optimizer.momentum * state[0] + (1 - optimizer.momentum) * gradient
    state[1] = optimizer.momentum_squares * state[1] + (1 - optimizer.momentum_squares) * gradient**2
    mean = state[0] / (1 - optimizer.momentum ** (update + 1))
    square = state[1] / (1 - optimizer.momentum_squares ** (update + 1))
    theta -= eta * mean / (np.sqrt(square) + optimizer.epsilon)
