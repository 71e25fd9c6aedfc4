"""The forward and the backward pass in NumPy, as on the blackboard (P0 to P8). The kernel must equal this reference.

A row is an example: z and a of a layer have shape (examples, neurons).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.activation import OUTPUTS, Values
from thalweg.learn.loss import as_distributions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss


@dataclass(frozen=True, eq=False)
class Forward:
    """The results of the forward pass (P3).

    Attributes
    ----------
    z : list of ndarray
        The input of each layer's activation; ``z[0]`` belongs to the first layer.
    a : list of ndarray
        The values that each layer's weights are connected to, which are ∂z/∂w: ``a[0]`` is x, ``a[-1]`` the prediction.
    masks : sequence of ndarray
        The factors that each hidden layer's a was multiplied by in training with dropout; empty without dropout.
    """

    z: list[Values]
    a: list[Values]
    masks: Sequence[Values] = ()

    @property
    def prediction(self) -> Values:
        """The network's output, shape (examples, outputs)."""
        return self.a[-1]


@dataclass(frozen=True, eq=False)
class Backward:
    """The results of the backward pass (P4).

    Attributes
    ----------
    slopes : list of ndarray
        ∂C/∂z of each layer.
    gradient : ndarray, shape (size,)
        ∂C/∂θ, summed over the examples (P1).
    """

    slopes: list[Values]
    gradient: Values  # P2: ∂C/∂w = ∂z/∂w · ∂C/∂z, the first from the forward pass, the second from the backward pass


def forward(network: Network, theta: Values, x: Values, masks: Sequence[Values] = ()) -> Forward:
    """Compute every z and a, from the features x, shape (examples, features), to the prediction (P3).

    `masks` are those of dropout (Srivastava et al. 2014): one of shape (examples, neurons) for each hidden layer.
    """
    z: list[Values] = []
    a: list[Values] = [x]
    for i, (layer, name) in enumerate(zip(network.layers(theta), network.activations, strict=True)):
        r = layer.biases + a[i] @ layer.weights.T  # r = b + W·x  (N5)
        z.append(r + a[i - 1] if network.skips_to(i) else r)  # N8: the identity around a pair of layers
        a.append(OUTPUTS[name].value(z[i]))  # a = σ(r)
        if i < len(masks):
            a[-1] = a[-1] * masks[i]
    return Forward(z, a, masks)


def backward(network: Network, theta: Values, passed: Forward, slope: Values) -> Backward:
    """Compute every ∂C/∂z and every ∂C/∂w, from the output back to the first layer.

    Parameters
    ----------
    network : Network
    theta : ndarray, shape (size,)
    passed : Forward
        The forward pass at θ.
    slope : ndarray, shape (examples, outputs)
        ∂C/∂y, the slope of each example's share of the loss by its prediction.
    """
    layers = network.layers(theta)
    gradient = np.zeros_like(theta)
    parts = network.layers(gradient)
    slopes: list[Values] = [slope] * len(layers)
    for i in reversed(range(len(layers))):  # P6: from the output back each ∂C/∂z is asked for once
        # P5: at the output the slope comes from the loss; elsewhere (P4) from all neurons of the next layer.
        behind = slope if i == len(layers) - 1 else slopes[i + 1] @ layers[i + 1].weights
        if network.skips_to(i + 2):  # P0, case 2: a sum over the paths, one of which is the identity
            behind = behind + slopes[i + 2]
        if i < len(passed.masks):
            behind = behind * passed.masks[i]
        slopes[i] = OUTPUTS[network.activations[i]].back(passed.z[i], behind)  # P7: the op-amp σ′(z)
        parts[i].weights[:] = slopes[i].T @ passed.a[i]  # P8: a · ∂C/∂z = ∂C/∂w
        parts[i].biases[:] = slopes[i].sum(axis=0)
    return Backward(slopes, gradient)


def loss_and_gradient(
    network: Network,
    theta: Values,
    loss: Loss,
    x: Values,
    target: Values,
    weight: Values,
    masks: Sequence[Values] = (),
) -> tuple[float, Values]:
    """Return L = Σ w·e / Σ w over the examples and its gradient ∇L(θ) (L1, N6).

    Parameters
    ----------
    network : Network
    theta : ndarray, shape (size,)
    loss : Loss
    x : ndarray, shape (examples, features)
    target : ndarray, shape (examples, outputs), or labels of shape (examples, 1) for a loss of classes
    weight : ndarray, shape (examples, outputs), or one for each example, shape (examples, 1)
        A weight of 0 leaves a target out, whatever its value. Where all weights are 0, L and the gradient are 0.
    masks : sequence of ndarray
        Those of dropout; see `forward`.
    """
    passed = forward(network, theta, x, masks)
    made = passed.prediction
    if loss.of_classes and target.shape[1] == 1 < made.shape[1]:
        target = as_distributions(target, made.shape[1])
    # One weight counts for all outputs of an example. In a loss of classes it counts once for all of them together.
    weight = np.broadcast_to(weight, made.shape)
    total = weight[:, 0].sum() if loss.of_classes else weight.sum()
    if total == 0:
        return 0.0, np.zeros_like(theta)
    scored = weight > 0
    target = np.where(scored, target, made)
    error, slope = loss.error(made, target), loss.slope(made, target)
    value = (weight * np.where(scored, error, 0)).sum() / total
    slope = np.where(scored, weight * slope / total, 0)
    return float(value), backward(network, theta, passed, slope).gradient
