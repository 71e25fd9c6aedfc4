"""Step 1, a function with unknowns: a network's description, and θ, all its unknowns in one vector (F1, N5 to N8)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.learn.activation import ACTIVATIONS, Values

if TYPE_CHECKING:
    from collections.abc import Iterator


class Layer(NamedTuple):
    """The unknowns of one layer, views into θ: `weights` (outputs, inputs) and `biases` (outputs,)."""

    weights: Values
    biases: Values


@dataclass(frozen=True)
class Network:
    """y = b + cᵀ·σ(… σ(b′ + W′·σ(b + W·x))), or a straight line where there is no hidden layer.

    Attributes
    ----------
    widths : tuple of int
        Features, neurons of each hidden layer, outputs: ``(56, 100, 1)``.
    activation : str
        σ of the hidden layers: ``relu``, ``sigmoid`` or ``identity``.
    output : str
        The activation of the output layer.

    Raises
    ------
    ValueError
        If there are fewer than two widths, one is not positive, or an activation is unknown.
    """

    widths: tuple[int, ...]
    activation: str = "relu"
    output: str = "identity"

    def __post_init__(self) -> None:
        if len(self.widths) < 2 or min(self.widths) < 1:  # noqa: PLR2004 - features and outputs
            raise ValueError(
                f"A network needs features and outputs, at least one of each; its widths are {self.widths}."
            )
        for name in (self.activation, self.output):
            if name not in ACTIVATIONS:
                raise ValueError(f"There is no activation {name!r}; choose one of {', '.join(ACTIVATIONS)}.")

    @property
    def size(self) -> int:
        """How many unknowns there are."""
        return sum(inputs * outputs + outputs for inputs, outputs in pairwise(self.widths))

    @property
    def activations(self) -> tuple[str, ...]:
        """The activation of each layer, the output's last."""
        return (self.activation,) * (len(self.widths) - 2) + (self.output,)

    def layers(self, theta: Values) -> list[Layer]:
        """View θ, shape (size,), layer by layer: the rows of W, then b (N6)."""
        if theta.shape != (self.size,):
            raise ValueError(f"This network has {self.size} unknowns; the vector given has shape {theta.shape}.")
        return list(self._cut(theta))

    def _cut(self, theta: Values) -> Iterator[Layer]:
        at = 0
        for inputs, outputs in pairwise(self.widths):
            weights = theta[at : at + inputs * outputs].reshape(outputs, inputs)
            at += inputs * outputs
            yield Layer(weights, theta[at : at + outputs])
            at += outputs

    def start(self, seed: int = 0) -> Values:
        """Return θ⁰, drawn at random (O1), float64: biases 0, weights uniform within a bound.

        The bound is √(6 / (inputs + outputs)) before sigmoid (Glorot and Bengio 2010), else 1 / √inputs, as
        PyTorch has it: starts this small came out better on unseen days than those of He et al. (2015).
        """
        random = np.random.default_rng(seed)
        theta = np.zeros(self.size)
        for layer, activation in zip(self.layers(theta), self.activations, strict=True):
            outputs, inputs = layer.weights.shape
            bound = np.sqrt(6 / (inputs + outputs)) if activation == "sigmoid" else 1 / np.sqrt(inputs)
            layer.weights[:] = random.uniform(-bound, bound, (outputs, inputs))
        return theta
