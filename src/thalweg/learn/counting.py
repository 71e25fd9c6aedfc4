"""Multiplications of one example's passes, counted: from the output back each ∂C/∂z is asked once (P6).

Asked from the first layer on, each ∂C/∂z asks for all behind it, and the work repeats with every layer. `Blackboard`
computes one number after another and counts what it multiplies; the formulas give the same counts for networks that
would take longer than the world has stood.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.activation import OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.learn.function import Network

Numbers = list[list[float]]


class Blackboard:
    """One example through one network, number by number, every multiplication counted in `multiplications`."""

    def __init__(self, network: Network, theta: Sequence[float]) -> None:
        self._layers = [
            (layer.weights.tolist(), layer.biases.tolist()) for layer in network.layers(np.asarray(theta, float))
        ]
        self._activations = [OUTPUTS[name] for name in network.activations]
        self.multiplications = 0

    def _times(self, one: float, other: float) -> float:
        self.multiplications += 1
        return one * other

    def _op_amp(self, layer: int, z: float, behind: float) -> float:
        """Multiply by σ′(z) (P7)."""
        slope = self._activations[layer].back(np.array([[z]]), np.ones((1, 1))).item()
        return self._times(slope, behind)

    def forward(self, x: Sequence[float]) -> Numbers:
        """Return every z, layer by layer (P3)."""
        found: Numbers = []
        a = list(x)
        for (weights, biases), activation in zip(self._layers, self._activations, strict=True):
            z = [b + sum(self._times(w, value) for w, value in zip(row, a, strict=True))
                 for row, b in zip(weights, biases, strict=True)]  # fmt: skip
            found.append(z)
            a = activation.value(np.array([z]))[0].tolist()
        return found

    def backward(self, z: Numbers, slope: Sequence[float]) -> Numbers:
        """Return every ∂C/∂z from ∂C/∂y, from the output back: the next layer's are at hand (P4, P5)."""
        found: Numbers = []
        behind = list(slope)
        for layer in reversed(range(len(z))):
            if layer < len(z) - 1:
                weights = self._layers[layer + 1][0]
                behind = [
                    sum(self._times(weights[k][i], found[0][k]) for k in range(len(weights)))
                    for i in range(len(z[layer]))
                ]
            found.insert(0, [self._op_amp(layer, *pair) for pair in zip(z[layer], behind, strict=True)])
        return found

    def naive(self, z: Numbers, slope: Sequence[float]) -> Numbers:
        """Return every ∂C/∂z, each asked for by itself, from the first layer on, nothing remembered."""

        def of(layer: int, i: int) -> float:
            if layer == len(z) - 1:
                return self._op_amp(layer, z[layer][i], slope[i])
            weights = self._layers[layer + 1][0]
            behind = sum(self._times(weights[k][i], of(layer + 1, k)) for k in range(len(weights)))
            return self._op_amp(layer, z[layer][i], behind)

        return [[of(layer, i) for i in range(len(z[layer]))] for layer in range(len(z))]


def forward_count(widths: Sequence[int]) -> int:
    """Return the multiplications of the forward pass: one a weight."""
    return sum(inputs * outputs for inputs, outputs in pairwise(widths))


def backward_count(widths: Sequence[int]) -> int:
    """Return those of all ∂C/∂z from the output back: one a weight behind the first layer, one σ′ a neuron."""
    return forward_count(widths[1:]) + sum(widths[1:])


def naive_count(widths: Sequence[int]) -> int:
    """Return those of all ∂C/∂z from the first layer on: a neuron's are 1 + Σ over the next layer's (1 + theirs)."""
    each = total = 0
    for at in range(len(widths) - 1, 0, -1):
        each = 1 + (widths[at + 1] * (1 + each) if at + 1 < len(widths) else 0)
        total += widths[at] * each
    return total
