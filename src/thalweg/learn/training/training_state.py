"""The state that a descent hands on to the next descent of the same network on other examples."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network


_MOST = 2**62  # updates or passes, so that the kernel can count on


@dataclass(frozen=True, eq=False)
class TrainingState:
    """The state in which a descent ended, from which another of the same network and optimizer continues.

    The schedule, the corrections of Adam, the masks of dropout and the orders of the examples continue where the
    earlier descent stopped, as if both were one descent.

    Attributes
    ----------
    theta : ndarray, shape (size,)
        The unknowns.
    state : ndarray, shape (2, size)
        The state of the optimizer: v of momentum in the first row, or the running means of g and g² of Adam.
    updates : int
        The number made so far by all descents before.
    passes : int
        The number of passes over examples, whole or begun; one order was drawn for each.

    Raises
    ------
    ValueError
        If shapes do not fit together, a number is not finite, or a count is below 0 or beyond 2⁶².
    """

    theta: Values
    state: Values
    updates: int = 0
    passes: int = 0

    def __post_init__(self) -> None:
        for name in ("theta", "state"):
            object.__setattr__(self, name, np.asarray(getattr(self, name)))
        for name in ("updates", "passes"):
            object.__setattr__(self, name, int(operator.index(getattr(self, name))))
        if self.theta.ndim != 1 or self.state.shape != (2, len(self.theta)):
            raise ValueError(
                f"The unknowns have shape {self.theta.shape}, the optimizer's state {self.state.shape}; they must have "
                "shapes (size,) and (2, size)."
            )
        for name, each, values in (("start", "unknown", self.theta), ("optimizer's state", "entry", self.state)):
            if not np.isfinite(values).all():
                found = values[~np.isfinite(values)][0]
                raise ValueError(f"The {name} holds {found}; every {each} must be a finite number.")
        if not (0 <= self.updates < _MOST and 0 <= self.passes < _MOST):
            raise ValueError(
                f"There are {self.updates} updates and {self.passes} passes; both must be 0 or more, and below {_MOST}."
            )


def beginning(network: Network, seed: int, theta: ArrayLike | None, carried: TrainingState | None) -> TrainingState:
    """Return the state in which a descent begins: at a random θ, at a given θ, or where another descent ended.

    Raises
    ------
    ValueError
        If both are given, θ does not fit the network or is not finite, or the seed is below 0.
    """
    if seed < 0:
        raise ValueError(f"The seed is {seed}; it must be 0 or more.")
    if carried is not None and theta is not None:
        raise ValueError("Both a start and the state of another descent are given. Give one of them.")
    start = carried.theta if carried is not None else network.start(seed) if theta is None else np.asarray(theta)
    if start.shape != (network.size,):
        raise ValueError(f"This network has {network.size} unknowns; the start given has shape {start.shape}.")
    return carried or TrainingState(start, np.zeros((2, network.size)))
