"""The fitted part of an estimator: the network, the course of its descent, and its predictions."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from thalweg.adapters.sklearn import options
from thalweg.adapters.sklearn.training import Curves
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.outcome import Outcome
from thalweg.learn.prediction import predict
from thalweg.learn.training.training_state import TrainingState
from thalweg.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network

PRECISIONS = (np.float64, np.float32)


class Epoch(NamedTuple):
    """What a callback receives after every epoch.

    Attributes
    ----------
    number : int
        The number of the epoch, counted from 1: `n_iter_` of the estimator.
    loss : float
        The last entry of `loss_curve_`.
    validation_loss : float
        The last entry of `validation_loss_curve_`; NaN without validation.
    seconds : float
        Seconds since the fit began.
    estimator : NetworkRegressor or NetworkClassifier
        The estimator as if the fit had ended here, so that it predicts. It is not the one that `fit` was called on,
        which does not change until the fit is over. It is the same object after every epoch; keep it by `copy.copy`.
    """

    number: int
    loss: float
    validation_loss: float
    seconds: float
    estimator: Any


class FittedNetwork(BaseEstimator):
    """A network with the results of its descent."""

    solver: str
    learning_rate_init: float
    callback: Callable[[Epoch], object] | None
    verbose: bool

    network_: Network
    theta_: Values
    n_iter_: int
    best_iter_: int
    loss_: float
    loss_curve_: list[float]
    validation_loss_curve_: list[float] | None
    outcome_: Outcome
    n_outputs_: int
    n_features_in_: int
    _carried: TrainingState  # the state from which another pass continues
    _rule: str  # the update rule of that state

    @property
    def coefs_(self) -> list[Values]:
        """The weights of each layer, shape (inputs, outputs): views into `theta_`."""
        return [layer.weights.T for layer in self.network_.layers(self.theta_)]

    @property
    def intercepts_(self) -> list[Values]:
        """The biases of each layer, shape (outputs,): views into `theta_`."""
        return [layer.biases for layer in self.network_.layers(self.theta_)]

    @property
    def n_layers_(self) -> int:
        """The number of layers, counting the features and the outputs."""
        return len(self.network_.widths)

    # Results of a descent.

    def _hold(self, network: Network, theta: Values, curves: Curves) -> None:
        """Store the network, θ and the losses of a descent."""
        self.network_, self.theta_ = network, np.array(theta)
        self.loss_curve_, self.loss_, self.n_iter_ = curves.loss, curves.loss[-1], len(curves.loss)
        self.validation_loss_curve_ = None if np.isnan(curves.validation).all() else curves.validation

    def _end(self, outcome: Outcome, before: int, carried: TrainingState | None) -> None:
        """Store the outcome of a descent, after `before` earlier epochs, and its state, if it did not fail."""
        self.outcome_, self.best_iter_ = outcome, before + outcome.best_epoch
        if carried is None:
            carried = TrainingState(self.theta_, np.zeros((2, len(self.theta_)), self.theta_.dtype))
        self._carried = replace(carried, theta=self.theta_)
        self._rule = options.SOLVERS[self.solver]

    def _gone_on_from(self) -> TrainingState:
        """Return the state of earlier passes; the optimizer's state of another update rule is not used."""
        carried = self._carried
        if self._rule == options.SOLVERS[self.solver]:
            return carried
        return replace(carried, state=np.zeros_like(carried.state), updates=0)

    def _curves(self) -> Curves:
        """Return the losses of the epochs until now."""
        return Curves.of(getattr(self, "loss_curve_", []), getattr(self, "validation_loss_curve_", None))

    def _report_epoch(
        self, network: Network, carried: Callable[[], TrainingState], curves: Curves, seconds: float
    ) -> bool:
        """Report an epoch to the user; return whether the callback ends the fit."""
        number, loss, validation = len(curves.loss), curves.loss[-1], curves.validation[-1]
        if self.verbose:
            also = "" if math.isnan(validation) else f", validation loss {validation:.6g}"
            print(f"Epoch {number}: loss {loss:.6g}{also}, {seconds:.1f} s", flush=True)  # noqa: T201 - it is verbose
        if self.callback is None:
            return False
        now = carried()
        self._hold(network, now.theta, curves)
        message = Message("advice.interrupted", {"epochs": number})
        self._end(Outcome("interrupted", message, now.updates, number, number, seconds), 0, now)
        return bool(self.callback(Epoch(number, loss, validation, seconds, self)))

    def _judged(self, outcome: Outcome, kept: float | None, constant: float, *, frames: int = 6) -> Outcome:
        """Raise an error if a descent failed and kept nothing better than a constant; warn of what else went wrong.

        Parameters
        ----------
        outcome : Outcome
        kept : float, optional
            The validation loss of the epoch that early stopping kept; None where it kept none.
        constant : float
            The validation loss of predicting the mean, or how frequent the classes are.
        frames : int
            From the warning to the line of the user.

        Returns
        -------
        Outcome
            Its name is "worse than a constant" if the epoch that was kept is far worse.
        """
        if outcome.failed and not (kept is not None and kept < constant):
            raise ValueError(outcome.advice)
        if kept is not None:
            outcome = outcome.with_kept(kept, constant, self.learning_rate_init)
        if outcome.failed or outcome.name == "dead" or (outcome.risen and not (kept and constant)):
            warnings.warn(outcome.advice, ConvergenceWarning, stacklevel=frames)
        return outcome

    # Predictions.

    def _made(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401 - as `fit`
        """Return z of the output layer, before its activation; shape (samples, outputs)."""
        check_is_fitted(self)
        checked = validate_data(self, X, dtype=PRECISIONS, reset=False)
        examples = dense_examples(checked, np.zeros(len(checked)))
        network = replace(self.network_, output="identity")
        return predict(network, self.theta_, examples, threads=options.threads_of(self))
