"""Forward and backward pass as on the blackboard (P0 to P8), in NumPy. The reference that the kernel must equal.

Rows are examples: z and a of a layer have shape (examples, neurons).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.activation import ACTIVATIONS, Values

if TYPE_CHECKING:
    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss


@dataclass(frozen=True, eq=False)
class Forward:
    """What the forward pass (P3) leaves behind.

    Attributes
    ----------
    z : list of ndarray
        What goes into each layer's activation; ``z[0]`` belongs to the first layer.
    a : list of ndarray
        What each layer's weights are connected to: ``a[0]`` is x, ``a[-1]`` the prediction. It is ∂z/∂w.
    """

    z: list[Values]
    a: list[Values]

    @property
    def prediction(self) -> Values:
        """The network's output, shape (examples, outputs)."""
        return self.a[-1]


@dataclass(frozen=True, eq=False)
class Backward:
    """What the backward pass (P4) leaves behind.

    Attributes
    ----------
    slopes : list of ndarray
        ∂C/∂z of each layer.
    gradient : ndarray, shape (size,)
        ∂C/∂θ, summed over the examples (P1).
    """

    slopes: list[Values]
    gradient: Values


def forward(network: Network, theta: Values, x: Values) -> Forward:
    """Compute every z and a, from the features x, shape (examples, features), to the prediction (P3)."""
    z: list[Values] = []
    a: list[Values] = [x]
    for layer, name in zip(network.layers(theta), network.activations, strict=True):
        z.append(a[-1] @ layer.weights.T + layer.biases)  # r = b + W·x  (N5)
        a.append(ACTIVATIONS[name].value(z[-1]))  # a = σ(r)
    return Forward(z, a)


def backward(network: Network, theta: Values, passed: Forward, slope: Values) -> Backward:
    """Compute every ∂C/∂z and ∂C/∂w, from the output back.

    Parameters
    ----------
    network : Network
    theta : ndarray, shape (size,)
    passed : Forward
        The forward pass at θ.
    slope : ndarray, shape (examples, outputs)
        ∂C/∂y, each example's share of the loss by its prediction.
    """
    layers = network.layers(theta)
    gradient = np.zeros_like(theta)
    parts = network.layers(gradient)
    slopes: list[Values] = [slope] * len(layers)
    for i in reversed(range(len(layers))):
        # P5: at the output the slope comes from the loss; elsewhere (P4) from all neurons of the next layer.
        behind = slope if i == len(layers) - 1 else slopes[i + 1] @ layers[i + 1].weights
        slopes[i] = ACTIVATIONS[network.activations[i]].slope(passed.z[i]) * behind  # P7: the op-amp σ′(z)
        parts[i].weights[:] = slopes[i].T @ passed.a[i]  # P8: a · ∂C/∂z = ∂C/∂w
        parts[i].biases[:] = slopes[i].sum(axis=0)
    return Backward(slopes, gradient)


def loss_and_gradient(
    network: Network, theta: Values, loss: Loss, x: Values, target: Values, weight: Values
) -> tuple[float, Values]:
    """Return L = Σ w·e / Σ w over the examples and its gradient ∇L(θ) (L1, N6).

    Parameters
    ----------
    network : Network
    theta : ndarray, shape (size,)
    loss : Loss
    x : ndarray, shape (examples, features)
    target, weight : ndarray, shape (examples, outputs)
        A weight of 0 leaves a target out, whatever it is. Without any weight L and gradient are 0.
    """
    passed = forward(network, theta, x)
    total = weight.sum()
    if total == 0:
        return 0.0, np.zeros_like(theta)
    scored = weight > 0
    target = np.where(scored, target, passed.prediction)
    value = (weight * loss.error(passed.prediction, target)).sum() / total
    slope = weight * loss.slope(passed.prediction, target) / total
    return float(value), backward(network, theta, passed, slope).gradient
