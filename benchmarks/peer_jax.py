"""The same updates in JAX, as its users write them for speed: one jitted `lax.scan` over an epoch's batches.

The order of the examples is drawn by NumPy, as thalweg's is; batches are gathered within the scan, parameters and
Adam's state are donated. JAX sizes its threads by the cores it may use when it begins; its options do not hold it to
one, so whoever wants one thread begins on one core (`measure.one_core`).
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")  # read once, when JAX is imported

import jax
import jax.numpy as jnp
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from cases import Case

ACTIVATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}


class Learner:
    """One network, learning a case's examples; starts at `theta`."""

    def __init__(self, case: Case, theta: NDArray[np.floating]) -> None:
        layers = case.network.layers(np.asarray(theta, np.float32))
        self._parameters: Any = [(jnp.array(layer.weights.T), jnp.array(layer.biases)) for layer in layers]
        adam = case.rule == "adam"
        zeros = jax.tree.map(jnp.zeros_like, self._parameters)
        self._state: Any = (jnp.array(0.0), zeros, jax.tree.map(jnp.copy, zeros)) if adam else ()
        self._batch = case.batch
        self._x = jnp.array(case.features)
        self._y = jnp.array(case.target[:, 0].astype(np.int32) if case.labels else case.target)
        self._random = np.random.default_rng(0)
        self._epoch = _epoch(case)

    def epoch(self, order: NDArray[np.integer] | None = None) -> None:
        """Make the updates of an epoch; batch k is of ``order[k · B : (k + 1) · B]``, drawn where it is not given."""
        order = self._random.permutation(len(self._x)) if order is None else order
        batches = jnp.asarray(order.astype(np.int32).reshape(-1, self._batch))
        self._parameters, self._state, losses = self._epoch(self._parameters, self._state, self._x, self._y, batches)
        losses.block_until_ready()

    def theta(self) -> NDArray[np.float32]:
        """Return the unknowns as thalweg's flat vector."""
        return np.concatenate([np.concatenate([np.asarray(W).T.ravel(), np.asarray(b)]) for W, b in self._parameters])


def _epoch(case: Case) -> Callable[..., Any]:
    activation, optimizer = ACTIVATIONS[case.activation], case.optimizer
    rate, epsilon = optimizer.learning_rate, optimizer.epsilon
    first, second = optimizer.momentum, optimizer.momentum_squares

    def loss(parameters: Any, x: jax.Array, y: jax.Array) -> jax.Array:  # noqa: ANN401 - a tree of arrays
        for W, b in parameters[:-1]:
            x = activation(x @ W + b)
        W, b = parameters[-1]
        z = x @ W + b
        if case.labels:
            return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1))
        return jnp.mean((z - y) ** 2)

    @partial(jax.jit, donate_argnums=(0, 1))
    def epoch(parameters: Any, state: Any, x: jax.Array, y: jax.Array, batches: jax.Array) -> Any:  # noqa: ANN401
        def update(carry: Any, rows: jax.Array) -> Any:  # noqa: ANN401
            parameters, state = carry
            value, g = jax.value_and_grad(loss)(parameters, x[rows], y[rows])
            if case.rule == "adam":
                count, m, v = state
                count = count + 1
                m = jax.tree.map(lambda m, g: first * m + (1 - first) * g, m, g)
                v = jax.tree.map(lambda v, g: second * v + (1 - second) * g * g, v, g)
                m_part, v_part = 1 - first**count, 1 - second**count
                parameters = jax.tree.map(
                    lambda p, m, v: p - rate * (m / m_part) / (jnp.sqrt(v / v_part) + epsilon), parameters, m, v
                )
                return (parameters, (count, m, v)), value
            return (jax.tree.map(lambda p, g: p - rate * g, parameters, g), state), value

        (parameters, state), losses = jax.lax.scan(update, (parameters, state), batches)
        return parameters, state, losses

    return epoch
