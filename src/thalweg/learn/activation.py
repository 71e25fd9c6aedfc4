"""One table of activation functions: name, code in the kernel, σ and its slope σ′ (N4, N7, P4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Values: TypeAlias = "NDArray[np.floating[Any]]"


@dataclass(frozen=True)
class Activation:
    """An activation function.

    Attributes
    ----------
    name : str
    code : int
        The number by which the compiled kernel knows it.
    value : callable
        σ(z), neuron by neuron; with softmax the neurons of an example share one sum.
    slope : callable
        σ′(z), the slope of each neuron's output by its own z.
    """

    name: str
    code: int
    value: Callable[[Values], Values]
    slope: Callable[[Values], Values]

    def back(self, z: Values, behind: Values) -> Values:
        """Return ∂C/∂z from ∂C/∂a: the op-amp that multiplies by σ′(z) (P4, P7)."""
        return self.slope(z) * behind


class _Softmax(Activation):
    """Softmax, each of whose outputs depends on every z of its example: ∂aₖ/∂zⱼ = aₖ·(δₖⱼ − aⱼ)."""

    def back(self, z: Values, behind: Values) -> Values:
        a = self.value(z)
        return a * (behind - (a * behind).sum(axis=-1, keepdims=True))


def _sigmoid(z: Values) -> Values:
    with np.errstate(over="ignore"):  # far to the left e^-z is infinite and σ is 0
        return 1 / (1 + np.exp(-z))


def _softmax(z: Values) -> Values:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _sigmoid_slope(z: Values) -> Values:
    a = _sigmoid(z)
    return a * (1 - a)


def _softmax_slope(z: Values) -> Values:
    a = _softmax(z)
    return a * (1 - a)


IDENTITY, SIGMOID, RELU, HARD_SIGMOID, TANH, SOFTMAX = range(6)

# The activations of hidden layers, and of outputs.
ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("identity", IDENTITY, lambda z: z.copy(), np.ones_like),
        # A smooth piece (N4): with weight, bias and height c·σ(b + w·x).
        Activation("sigmoid", SIGMOID, _sigmoid, _sigmoid_slope),
        # The "blue function" of N2 and N4: flat, then a slope, then flat.
        Activation(
            "hard sigmoid",
            HARD_SIGMOID,
            lambda z: np.clip(z / 6 + 0.5, 0, 1),
            lambda z: (np.abs(z) < 3).astype(z.dtype) / 6,  # noqa: PLR2004 - where z/6 + 1/2 is 0 and 1
        ),
        # Two of them make a hard sigmoid (N7).
        Activation("relu", RELU, lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype)),
        Activation("tanh", TANH, np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    )
}
# Softmax turns outputs into a distribution. In a hidden layer each neuron would depend on all others.
OUTPUTS = ACTIVATIONS | {"softmax": _Softmax("softmax", SOFTMAX, _softmax, _softmax_slope)}
