"""The estimator of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import RegressorMixin

from thalweg.adapters.sklearn import options
from thalweg.adapters.sklearn.streaming import StreamedEstimator
from thalweg.adapters.sklearn.units import TargetScale
from thalweg.learn.runs.larger_than_memory import WINDOW_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from numpy.typing import ArrayLike, NDArray
    from sklearn.utils import Tags

    from thalweg.adapters.sklearn.base import Rows
    from thalweg.adapters.sklearn.fitted import Epoch
    from thalweg.learn.loss import Loss


class NetworkRegressor(RegressorMixin, StreamedEstimator):
    """A network that predicts numbers, one or several for each sample.

    The samples are always shuffled, and all epochs are made unless early stopping ends the fit: there is no `tol`. The
    mean of each target is subtracted and it is divided by its standard deviation before it is learned; predictions and
    losses are in the targets' own units. Features are not scaled: put a scaler first.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        The neurons of each hidden layer; ``()`` for no hidden layer, which is a linear function.
    activation : {"relu", "identity", "logistic", "tanh", "hard sigmoid"}
        The activation of the hidden layers. ``hard sigmoid``: 0, then z/6 + 1/2, then 1.
    skip_connections : bool
        Whether skip connections lead around hidden layers 2 and 3, 4 and 5, …; there must be 3, 5, 7, … of one width.
    loss : {"squared_error", "absolute_error", "huber", "quantile"} or thalweg.learn.Loss
        The functions of a custom loss (`thalweg.learn.own_loss`) take predictions and targets in the targets' own
        units.
    quantile : float or sequence of float
        The share of targets below the prediction for the loss ``quantile``; one, or one for each target.
    huber_delta : float
        The error above which the loss ``huber`` is no longer quadratic, in the targets' own units.
    solver : {"adam", "adamw", "momentum", "sgd"}
        The update rule; ``sgd`` is plain gradient descent.
    learning_rate_init : float
    learning_rate : {"constant", "cosine", "step"}
        The schedule: constant; down to 0 over `max_iter` epochs; multiplied by `step_factor` after every `step_every`
        updates.
    warm_up : int
        Updates over which the learning rate rises before its schedule begins.
    step_every, step_factor : int, float
        Of the schedule ``step``.
    weight_decay : float
        weight_decay·θ is added to the gradient; with ``adamw`` η·weight_decay·θ is subtracted from θ instead. It does
        not depend on the number of samples, by which the `alpha` of scikit-learn's networks is divided.
    clip_norm : float, optional
        The largest Euclidean norm of a gradient; a longer gradient is shortened to it.
    momentum : float
        Of the solver ``momentum``.
    beta_1, beta_2, epsilon : float
        Of ``adam`` and ``adamw``.
    dropout : float
        The share of the hidden neurons that is left out for each sample of a batch in training.
    batch_size : int or "auto"
        Samples per update; ``auto`` is 200, or all if there are fewer. They are drawn anew in every epoch.
    max_iter : int
        Epochs.
    early_stopping : bool
        Whether to stop when the validation loss has not improved for `n_iter_no_change` epochs, and to keep the network
        of the best epoch.
    validation_fraction : float
        The share of the samples held out for that, where `fit` is given no validation.
    n_iter_no_change : int
    scale_target : bool
        Whether each target is learned after subtracting its mean and dividing by its standard deviation.
    warm_start : bool
        Whether `fit` continues from the fitted network and the scale of the targets, with a new optimizer.
    checkpoint : path, optional
        A file where `fit` saves every ten seconds and when it ends. If the file exists, `fit` resumes from it, to the
        same bits. The examples and parameters must then be the same.
    callback : callable, optional
        Called with an `Epoch` after every epoch; what it returns ends the fit if it is true.
    random_state : int, RandomState or None
        The seed of the start, the batches, dropout and the held-out part; the same int gives the same bits.
    n_jobs : int, optional
        The number of threads that a large network may use, −1 for all; decided by its size where it is not given.
    verbose : bool
        Whether to print a line for each epoch.

    Attributes
    ----------
    network_ : thalweg.learn.Network
        The function's description.
    theta_ : ndarray, shape (size,)
        All unknowns, in the precision of X.
    coefs_, intercepts_ : list of ndarray
        The same, layer by layer; weights have shape (inputs, outputs).
    target_mean_, target_scale_ : ndarray, shape (outputs,)
        The mean that was subtracted from each target, and the scale that it was divided by.
    n_iter_, best_iter_ : int
        The number of epochs, including those of `partial_fit` and warm starts; the epoch whose network was kept.
    loss_curve_, loss_ : list of float, float
        The loss of every epoch in the targets' own units, with each sample's error before the update of its batch;
        where targets differ in scale, over all samples after the epoch; for a stream, the mean over its batches. The
        last loss.
    validation_loss_curve_ : list of float, or None
        The validation loss after every epoch, NaN for epochs without; None if no epoch had one.
    outcome_ : thalweg.learn.Outcome
        How the descent ended, with advice.
    n_layers_, n_outputs_, n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X was a frame.

    Examples
    --------
    >>> from thalweg.adapters.sklearn import NetworkRegressor
    >>> line = NetworkRegressor((), solver="sgd", learning_rate_init=0.1, random_state=0)
    >>> line.fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]).predict([[3.0]]).round(3)
    array([7.])
    """

    quantile: Any
    scale_target: bool
    _losses = options.REGRESSION

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),  # noqa: ANN401 - an int or a sequence
        *,
        activation: str = "relu",
        skip_connections: bool = False,
        loss: str | Loss = "squared_error",
        quantile: Any = 0.5,  # noqa: ANN401 - a float or a sequence
        huber_delta: float = 1.0,
        solver: str = "adam",
        learning_rate_init: float = 0.001,
        learning_rate: str = "constant",
        warm_up: int = 0,
        step_every: int = 1000,
        step_factor: float = 0.1,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        momentum: float = 0.9,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        dropout: float = 0.0,
        batch_size: int | str = "auto",
        max_iter: int = 200,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        scale_target: bool = True,
        warm_start: bool = False,
        checkpoint: str | PathLike[str] | None = None,
        callback: Callable[[Epoch], object] | None = None,
        random_state: Any = None,  # noqa: ANN401 - an int, a RandomState or None
        n_jobs: int | None = None,
        verbose: bool = False,
    ) -> None:
        self._keep(locals())

    def partial_fit(
        self,
        X: Any,  # noqa: ANN401 - arrays, lists and frames of many libraries
        y: Any,  # noqa: ANN401 - likewise
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Make one pass over these examples, continuing from earlier passes.

        The optimizer continues as if all passes were one descent. Its schedule spans `max_iter` passes, after which the
        rate of ``cosine`` is 0. The first call decides the mean and the scale of the targets.

        Parameters
        ----------
        X : array or frame, shape (samples, features)
        y : array or frame, shape (samples,) or (samples, outputs)
        sample_weight : array, shape (samples,), optional

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As `fit`. The model does not change then.
        """
        return self._become("_one_pass", X, y, sample_weight)

    def fit_stream(
        self,
        stream: Any,  # noqa: ANN401 - iterables and functions of many kinds
        *,
        window: int = WINDOW_ROWS,
        validation: tuple[Any, ...] | None = None,
    ) -> Self:
        """Learn from a stream of batches that need not fit into memory; see `thalweg.learn.descend_stream`.

        Every epoch iterates over the stream once. Rows are collected into windows, of which two are in memory at a
        time, and shuffled within each. The mean and the scale of the targets are those of the first window.

        Parameters
        ----------
        stream : iterable, or function that returns one
            Batches ``(X, y)`` or ``(X, y, sample_weight)`` with any number of rows. For more than one epoch it must be
            possible to iterate over it again. `thalweg.learn.parquet_batches` makes a stream of files.
        window : int
            The number of rows of a window.
        validation : (X, y) or (X, y, sample_weight), optional
            Unseen examples, as for `fit`; early stopping needs them.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As `fit`, and if a batch does not fit, or rows of an epoch are missing. The message names the batch. An
            earlier fitted model does not change.
        TypeError
            If the stream is a path, or cannot be iterated over.
        """
        return self._become("_fit_stream", stream, window, validation)

    def predict(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401 - as `fit`
        """Predict the targets, in their own units.

        Parameters
        ----------
        X : array or frame, shape (samples, features)

        Returns
        -------
        ndarray, shape (samples,) or (samples, outputs)
        """
        made = self._made(X)
        own = self._units().own(made)
        return own.ravel() if self.n_outputs_ == 1 else own

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _begin(self, y: NDArray[Any], classes: ArrayLike | None = None) -> None:
        del classes
        self.n_outputs_ = 1 if y.ndim == 1 else y.shape[1]

    def _strata(self, y: NDArray[Any]) -> None:
        del y

    def _measure(self, rows: Rows, *, going_on: bool) -> None:
        if going_on:
            return
        target = self._encoded(rows.y)
        units = TargetScale.of(target, rows.weight) if self.scale_target else TargetScale.none(self.n_outputs_)
        self.target_mean_, self.target_scale_ = units.mean, units.scale

    def _encoded(self, y: NDArray[Any]) -> NDArray[np.float64]:
        # Sums over another memory layout round differently.
        target = y.reshape(len(y), -1).astype(np.float64, order="C")
        if target.shape[1] != self.n_outputs_:
            raise ValueError(f"y has {target.shape[1]} outputs; the network was begun with {self.n_outputs_}.")
        return target

    def _weights(self, rows: Rows) -> NDArray[np.float64]:
        return rows.weight[:, None]

    def _output(self) -> str:
        return "identity"

    def _loss(self) -> Loss:
        count = np.size(self.quantile)
        if self.loss == "quantile" and count not in (1, self.n_outputs_):
            raise ValueError(
                f"quantile has {count} values, and y has {self.n_outputs_} column(s). Give one value, or one for each "
                f"column; for {count} quantiles of one target, give it as so many columns."
            )
        return options.loss_of(self)

    def _units(self) -> TargetScale:
        return TargetScale(self.target_mean_, self.target_scale_)
