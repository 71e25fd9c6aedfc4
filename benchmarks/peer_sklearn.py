"""The same updates in scikit-learn: its multilayer perceptron, one pass over the examples a call of `partial_fit`.

Its squared error is halved, so its learning rate is doubled where the update is in proportion to the gradient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cases import Case


class Learner:
    """One network, learning a case's examples; starts at `theta`."""

    def __init__(self, case: Case, theta: NDArray[np.floating], *, shuffle: bool = True) -> None:
        optimizer, adam = case.optimizer, case.rule == "adam"
        kind = MLPClassifier if case.labels else MLPRegressor
        self._model = kind(
            hidden_layer_sizes=case.widths[1:-1],
            activation={"sigmoid": "logistic"}.get(case.activation, case.activation),
            solver="adam" if adam else "sgd",
            alpha=0.0,
            batch_size=case.batch,
            learning_rate_init=optimizer.learning_rate * (1 if adam or case.labels else 2),
            shuffle=shuffle,
            random_state=0,
            momentum=0.0,
            nesterovs_momentum=False,
            beta_1=optimizer.momentum,
            beta_2=optimizer.momentum_squares,
            epsilon=optimizer.epsilon,
        )
        self._x = case.features
        self._y = case.target[:, 0] if case.widths[-1] == 1 or case.labels else case.target
        classes = {"classes": np.arange(case.widths[-1], dtype=np.float32)} if case.labels else {}
        self._model.partial_fit(self._x[: case.batch], self._y[: case.batch], **classes)
        for at, layer in enumerate(case.network.layers(np.asarray(theta, np.float32))):
            self._model.coefs_[at][:] = layer.weights.T  # its optimizer holds on to these arrays
            self._model.intercepts_[at][:] = layer.biases
        if adam:
            held = self._model._optimizer  # noqa: SLF001 - it has no way to begin at a θ of ours
            held.t = 0
            for state in (*held.ms, *held.vs):
                state[:] = 0

    def epoch(self, order: NDArray[np.integer] | None = None) -> None:
        """Make the updates of an epoch, in an order that it draws, or without shuffling in the order given."""
        rows = slice(None) if order is None else order
        self._model.partial_fit(self._x[rows], self._y[rows])

    def theta(self) -> NDArray[np.float32]:
        """Return the unknowns as thalweg's flat vector."""
        layers = zip(self._model.coefs_, self._model.intercepts_, strict=True)
        return np.concatenate([np.concatenate([W.T.ravel(), b]) for W, b in layers])
