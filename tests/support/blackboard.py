"""The passes of one example number by number, every multiplication counted: what `learn.counting` must equal."""

import numpy as np

from thalweg.learn.activation import OUTPUTS


class Blackboard:
    """One example through one network, number by number, every multiplication counted in `multiplications`."""

    def __init__(self, network, theta):
        self._layers = [
            (layer.weights.tolist(), layer.biases.tolist()) for layer in network.layers(np.asarray(theta, float))
        ]
        self._activations = [OUTPUTS[name] for name in network.activations]
        self.multiplications = 0

    def _times(self, one, other):
        self.multiplications += 1
        return one * other

    def _op_amp(self, layer, z, behind):
        """Multiply by σ′(z) (P7)."""
        slope = self._activations[layer].back(np.array([[z]]), np.ones((1, 1))).item()
        return self._times(slope, behind)

    def forward(self, x):
        """Return every z, layer by layer (P3)."""
        found = []
        a = list(x)
        for (weights, biases), activation in zip(self._layers, self._activations, strict=True):
            z = [b + sum(self._times(w, value) for w, value in zip(row, a, strict=True))
                 for row, b in zip(weights, biases, strict=True)]  # fmt: skip
            found.append(z)
            a = activation.value(np.array([z]))[0].tolist()
        return found

    def backward(self, z, slope):
        """Return every ∂C/∂z from ∂C/∂y, from the output back: the next layer's are at hand (P4, P5)."""
        found = []
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

    def naive(self, z, slope):
        """Return every ∂C/∂z, each asked for by itself, from the first layer on, nothing remembered."""

        def of(layer, i):
            if layer == len(z) - 1:
                return self._op_amp(layer, z[layer][i], slope[i])
            weights = self._layers[layer + 1][0]
            behind = sum(self._times(weights[k][i], of(layer + 1, k)) for k in range(len(weights)))
            return self._op_amp(layer, z[layer][i], behind)

        return [[of(layer, i) for i in range(len(z[layer]))] for layer in range(len(z))]
