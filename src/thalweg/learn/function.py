"""Step 1, a function with unknowns: the description of a network, and θ, the vector of all unknowns (F1, N5 to N8)."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.learn.activation import ACTIVATIONS, OUTPUTS, Values

if TYPE_CHECKING:
    from collections.abc import Callable


# The bound of a uniform start, from the numbers of a layer's inputs and outputs.
STARTS: dict[str, Callable[[int, int], float]] = {
    "small": lambda inputs, _: 1 / math.sqrt(inputs),  # as PyTorch has it
    "glorot": lambda inputs, outputs: math.sqrt(6 / (inputs + outputs)),  # Glorot and Bengio 2010
    "he": lambda inputs, _: math.sqrt(6 / inputs),  # He et al. 2015
}


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
        σ of the hidden layers, a key of `ACTIVATIONS`.
    output : str
        The activation of the output layer: a key of `ACTIVATIONS`, or ``softmax``.
    skip : bool
        Whether skip connections lead around the hidden layers 2 and 3, 4 and 5, … (the "special structure" of N8):
        ``a₃ = σ(b₃ + W₃·a₂ + a₁)``, as in He et al. (2016).

    Raises
    ------
    ValueError
        If there are fewer than two widths, one is not positive, an activation is unknown, `skip` is neither True nor
        False, or there are skip connections but not 3, 5, 7, … hidden layers of one width.
    """

    widths: tuple[int, ...]
    activation: str = "relu"
    output: str = "identity"
    skip: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(int(operator.index(width)) for width in self.widths))
        if len(self.widths) < 2 or min(self.widths) < 1:  # noqa: PLR2004 - features and outputs
            raise ValueError(
                "A network needs features and outputs, and one neuron or more in every layer; its widths are "
                f"{self.widths}."
            )
        for name, known in ((self.activation, ACTIVATIONS), (self.output, OUTPUTS)):
            if name not in known:
                where = " of hidden layers" if name in OUTPUTS else ""
                raise ValueError(f"There is no activation {name!r}{where}; choose one of {', '.join(known)}.")
        if self.skip not in (True, False):
            raise ValueError(f"skip is {self.skip!r}; it must be True or False.")
        object.__setattr__(self, "skip", bool(self.skip))
        hidden = self.widths[1:-1]
        if self.skip and (len(hidden) < 3 or len(hidden) % 2 == 0 or len(set(hidden)) > 1):  # noqa: PLR2004 - a₁ and a pair
            raise ValueError(
                "Skip connections lead around pairs of hidden layers: they need 3, 5, 7, … hidden layers of one "
                f"width; the widths of the hidden layers are {hidden}."
            )

    @property
    def size(self) -> int:
        """The number of unknowns in θ (N6)."""
        return sum(inputs * outputs + outputs for inputs, outputs in pairwise(self.widths))

    @property
    def activations(self) -> tuple[str, ...]:
        """The activation of each layer; that of the output is the last."""
        return (self.activation,) * (len(self.widths) - 2) + (self.output,)

    def skips_to(self, layer: int) -> bool:
        """Whether a skip connection ends at this layer (0 is the first) and adds the a of two layers before to z."""
        return self.skip and layer >= 2 and layer % 2 == 0 and layer < len(self.widths) - 2  # noqa: PLR2004 - a pair

    def layers(self, theta: Values) -> list[Layer]:
        """View θ, shape (size,), layer by layer: the rows of W, then b (N6)."""
        if theta.shape != (self.size,):
            raise ValueError(f"This network has {self.size} unknowns; the vector given has shape {theta.shape}.")
        layers: list[Layer] = []
        at = 0
        for inputs, outputs in pairwise(self.widths):
            weights = theta[at : at + inputs * outputs].reshape(outputs, inputs)
            at += inputs * outputs
            layers.append(Layer(weights, theta[at : at + outputs]))
            at += outputs
        return layers

    def start(self, seed: int = 0, kind: str | None = None) -> Values:
        """Return θ⁰, drawn at random (O1), float64: biases 0, weights uniform within a bound that suits σ.

        Parameters
        ----------
        seed : int
        kind : str, optional
            A key of `STARTS`, for every layer. Where it is not given, ``glorot`` is used before a sigmoid, a hard
            sigmoid, tanh or softmax, and ``small`` otherwise, which had a smaller loss on unseen days than ``he``.

        Raises
        ------
        ValueError
            If the kind is unknown.
        """
        if kind is not None and kind not in STARTS:
            raise ValueError(f"There is no start {kind!r}; choose one of {', '.join(STARTS)}.")
        random = np.random.default_rng(seed)
        theta = np.zeros(self.size)
        for layer, activation in zip(self.layers(theta), self.activations, strict=True):
            outputs, inputs = layer.weights.shape
            chosen = kind or ("small" if activation in ("identity", "relu") else "glorot")
            bound = STARTS[chosen](inputs, outputs)
            layer.weights[:] = random.uniform(-bound, bound, (outputs, inputs))
        return theta


def one_layer_of_size(network: Network) -> Network:
    """Return the network with one hidden layer whose number of unknowns is nearest to a network's: wide, not deep (N8).

    With f features and o outputs, w neurons in one layer have w·(f + 1) + (w + 1)·o unknowns. So w is
    (size − o) / (f + 1 + o), rounded, and at least 1.

    Parameters
    ----------
    network : Network
        Its features, outputs and activations are kept. Its skip connections are not, because they need several layers.

    Raises
    ------
    ValueError
        If the network has no hidden layer.
    """
    if len(network.widths) == 2:  # noqa: PLR2004 - features and outputs
        raise ValueError(
            "A network without a hidden layer has no counterpart with one; give a network with hidden layers."
        )
    features, outputs = network.widths[0], network.widths[-1]
    width = round((network.size - outputs) / (features + 1 + outputs))
    return Network((features, max(width, 1), outputs), network.activation, network.output)
