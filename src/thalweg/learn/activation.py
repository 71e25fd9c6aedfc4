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
        What the compiled kernel knows it by.
    value : callable
        σ(z), elementwise.
    slope : callable
        σ′(z), elementwise.
    """

    name: str
    code: int
    value: Callable[[Values], Values]
    slope: Callable[[Values], Values]


def _sigmoid(z: Values) -> Values:
    with np.errstate(over="ignore"):  # far out on the left e^-z is infinite and σ is 0
        return 1 / (1 + np.exp(-z))


def _sigmoid_slope(z: Values) -> Values:
    a = _sigmoid(z)
    return a * (1 - a)


IDENTITY, SIGMOID, RELU = 0, 1, 2

ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("identity", IDENTITY, lambda z: z.copy(), np.ones_like),
        Activation("sigmoid", SIGMOID, _sigmoid, _sigmoid_slope),
        Activation("relu", RELU, lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype)),
    )
}
