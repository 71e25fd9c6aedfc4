"""The estimator of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

from thalweg.adapters.sklearn import options
from thalweg.adapters.sklearn.streaming import StreamedEstimator
from thalweg.adapters.sklearn.units import TargetScale
from thalweg.learn.loss import LOSSES, as_distributions
from thalweg.learn.runs.larger_than_memory import WINDOW_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from numpy.typing import ArrayLike, NDArray
    from sklearn.utils import Tags

    from thalweg.adapters.sklearn.base import Rows
    from thalweg.adapters.sklearn.fitted import Epoch
    from thalweg.adapters.sklearn.streaming import LearnedStream
    from thalweg.learn.loss import Loss


class NetworkClassifier(ClassifierMixin, StreamedEstimator):
    """A network that predicts classes: one of two, one of many, or any of several labels at once.

    With two classes there is one output, the probability of the second; with more the outputs are a distribution
    (softmax); with an indicator matrix each label has a probability of its own. The samples are always shuffled, and
    all epochs are made unless early stopping ends the fit: there is no `tol`. Features are not scaled: put a scaler
    first.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        The neurons of each hidden layer; ``()`` for no hidden layer, which is logistic regression.
    activation : {"relu", "identity", "logistic", "tanh", "hard sigmoid"}
        The activation of the hidden layers. ``hard sigmoid``: 0, then z/6 + 1/2, then 1.
    skip_connections : bool
        Whether skip connections lead around hidden layers 2 and 3, 4 and 5, …; there must be 3, 5, 7, … of one width.
    loss : {"log_loss", "squared_error", "absolute_error"} or thalweg.learn.Loss
        ``log_loss`` is the cross-entropy. The others compare probabilities with 0 and 1. So does a custom loss
        (`thalweg.learn.own_loss`), whose functions take two arrays of shape (samples, outputs).
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
    class_weight : dict, "balanced" or None
        The weight of the samples of each class, multiplied by `sample_weight`; ``balanced``: every class has the same
        total weight. For an indicator matrix, the weights of no (0) and yes (1) of each label.
    warm_start : bool
        Whether `fit` continues from the fitted network, with a new optimizer.
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
    classes_ : ndarray, shape (classes,)
        The classes, sorted; for an indicator matrix the numbers of the labels.
    n_iter_, best_iter_ : int
        The number of epochs, including those of `partial_fit` and warm starts; the epoch whose network was kept.
    loss_curve_, loss_ : list of float, float
        The loss of every epoch, with each sample's error before the update of its batch; for a stream, the mean over
        its batches. The last loss.
    validation_loss_curve_ : list of float, or None
        The validation loss after every epoch, NaN for epochs without; None if no epoch had one.
    outcome_ : thalweg.learn.Outcome
        How the descent ended, with advice.
    n_layers_, n_outputs_, n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X was a frame.

    Examples
    --------
    >>> from thalweg.adapters.sklearn import NetworkClassifier
    >>> sign = NetworkClassifier((), solver="sgd", learning_rate_init=1.0, random_state=0)
    >>> sign.fit([[-1.0], [1.0]], ["no", "yes"]).predict([[-2.0], [3.0]]).tolist()
    ['no', 'yes']
    """

    class_weight: dict[Any, float] | str | None
    _losses = options.CLASSIFICATION
    _balance: NDArray[np.float64]  # the weights of the classes for ``balanced``: see `_factors`
    _multilabel: bool

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),  # noqa: ANN401 - an int or a sequence
        *,
        activation: str = "relu",
        skip_connections: bool = False,
        loss: str | Loss = "log_loss",
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
        class_weight: dict[Any, float] | str | None = None,
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
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Make one pass over these examples, continuing from earlier passes.

        The optimizer continues as if all passes were one descent. Its schedule spans `max_iter` passes, after which the
        rate of ``cosine`` is 0.

        Parameters
        ----------
        X : array or frame, shape (samples, features)
        y : array or frame, shape (samples,), or an indicator matrix of shape (samples, labels)
        classes : array, shape (classes,), optional
            All classes that may occur; needed in the first call, except for an indicator matrix.
        sample_weight : array, shape (samples,), optional

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As `fit`, and if the classes are not given in the first call, or differ from those. The model does not
            change then.
        """
        if classes is None and not hasattr(self, "classes_") and not _are_indicators(y):
            raise ValueError("classes must be passed on the first call to partial_fit.")
        self._refuse_other(classes, "partial_fit")
        if self.class_weight == "balanced" and not hasattr(self, "_balance"):
            raise ValueError(
                "class_weight 'balanced' is not supported for partial_fit, which never sees how frequent classes are. "
                "Give a dict, such as sklearn.utils.compute_class_weight makes of enough labels."
            )
        return self._become("_one_pass", X, y, sample_weight, classes)

    def fit_stream(
        self,
        stream: Any,  # noqa: ANN401 - iterables and functions of many kinds
        *,
        classes: ArrayLike | None = None,
        window: int = WINDOW_ROWS,
        validation: tuple[Any, ...] | None = None,
    ) -> Self:
        """Learn from a stream of batches that need not fit into memory; see `thalweg.learn.descend_stream`.

        Every epoch iterates over the stream once. Rows are collected into windows, of which two are in memory at a
        time, and shuffled within each. A ``balanced`` `class_weight` is computed from the first window.

        Parameters
        ----------
        stream : iterable, or function that returns one
            Batches ``(X, y)`` or ``(X, y, sample_weight)`` with any number of rows. For more than one epoch it must be
            possible to iterate over it again. `thalweg.learn.parquet_batches` makes a stream of files.
        classes : array, shape (classes,), optional
            All classes; those of the first window if they are not given.
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
        if self.warm_start:
            self._refuse_other(classes, "fit_stream")
        return self._become("_fit_stream", stream, window, validation, classes)

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: ANN401 - as `fit`
        """Predict the likeliest class of each sample.

        Parameters
        ----------
        X : array or frame, shape (samples, features)

        Returns
        -------
        ndarray, shape (samples,), or (samples, labels) for several labels at once: 1 for each that is likelier than not
        """
        likely = self.predict_proba(X)
        if self._multilabel:
            return (likely > 0.5).astype(int)  # noqa: PLR2004 - likelier than not
        return self.classes_[likely.argmax(axis=1)]

    def decision_function(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401 - as `fit`
        """Return z of the output layer, from which the probabilities are computed.

        Parameters
        ----------
        X : array or frame, shape (samples, features)

        Returns
        -------
        ndarray, shape (samples,) for two classes, above 0 for the second; otherwise (samples, classes)
        """
        z = self._made(X)
        return z.ravel() if self.n_outputs_ == 1 else z

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401 - as `fit`
        """Return the probability of each class.

        Parameters
        ----------
        X : array or frame, shape (samples, features)

        Returns
        -------
        ndarray, shape (samples, classes)
            In the order of `classes_`. Each row adds up to 1, except for several labels at once.
        """
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401 - as `fit`
        """Return the logarithm of the probability of each class; none is rounded to 0 before.

        Parameters
        ----------
        X : array or frame, shape (samples, features)

        Returns
        -------
        ndarray, shape (samples, classes)
        """
        z = self._made(X)
        if self._output() == "softmax":
            z -= z.max(axis=1, keepdims=True)
            return z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return -np.logaddexp(0, -z if self._multilabel else np.hstack([z, -z]))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _begin(self, y: NDArray[Any], classes: ArrayLike | None = None) -> None:
        check_classification_targets(y)
        if y.ndim > 1 and not _are_indicators(y):
            raise ValueError(
                f"y has shape {y.shape} and is {type_of_target(y)}; one label a sample is expected, or a matrix of 0 "
                "and 1. sklearn.multioutput.MultiOutputClassifier fits a network for each column."
            )
        self._multilabel = _are_indicators(y)
        if self._multilabel:
            self.classes_, self.n_outputs_ = np.arange(y.shape[1]), y.shape[1]
            return
        self.classes_ = unique_labels(y if classes is None else classes)
        if len(self.classes_) == 1:
            raise ValueError(
                "A classifier needs samples of at least 2 classes in the data, but the data contains only one class: "
                f"{self.classes_.tolist()[0]!r}."
            )
        self.n_outputs_ = 1 if len(self.classes_) == 2 else len(self.classes_)  # noqa: PLR2004 - a yes or no

    def _refuse_other(self, classes: ArrayLike | None, method: str) -> None:
        """Refuse classes that differ from the learned classes."""
        if classes is None or not hasattr(self, "classes_"):
            return
        if not np.array_equal(unique_labels(classes), self.classes_):
            raise ValueError(
                f"`classes={classes!r}` is not the same as on last call to {method}, was: {self.classes_!r}"
            )

    def _strata(self, y: NDArray[Any]) -> NDArray[Any] | None:
        return None if self._multilabel else y

    def _measure(self, rows: Rows, *, going_on: bool) -> None:
        del going_on  # the weights of classes are computed in every fit
        numbers = self._numbers(rows.y)
        if self.class_weight == "balanced":
            held = np.stack([np.bincount(column, rows.weight, len(self._names())) for column in numbers.T])
            present = held > 0
            even = rows.weight.sum() / present.sum(axis=1, keepdims=True)
            self._balance = np.divide(even, held, where=present, out=np.zeros_like(held))
        else:
            self._factors()  # refuses wrong weights

    def _names(self) -> NDArray[Any]:
        """Return the classes, or 0 and 1 for several labels at once."""
        return np.arange(2) if self._multilabel else self.classes_

    def _factors(self) -> NDArray[np.float64] | None:
        """Return the weight of each class, shape (1, classes), or (labels, 2) for 0 and 1; None if all are equal."""
        if self.class_weight is None:
            return None
        if self.class_weight == "balanced":
            return self._balance
        factors = compute_class_weight(self.class_weight, classes=self._names(), y=self._names())
        return np.tile(factors, (self.n_outputs_ if self._multilabel else 1, 1))

    def _begun(
        self,
        stream: Any,  # noqa: ANN401 - as `fit_stream`
        window: int,
        classes: ArrayLike | None,
        *,
        first: bool,
    ) -> tuple[LearnedStream, Any]:
        begun = super()._begun(stream, window, classes, first=first)
        if self.class_weight == "balanced" and not self._balance.all():
            label, number = np.argwhere(self._balance == 0)[0]
            of = f" of label {label}" if self._multilabel else ""
            raise ValueError(
                f"class_weight 'balanced' is computed from the first window, in which no sample is of class "
                f"{self._names().tolist()[number]!r}{of}. Give a larger window, or a dict of weights."
            )
        return begun

    def _numbers(self, y: NDArray[Any]) -> NDArray[np.int64]:
        """Return the class number of each sample, shape (samples, 1), or 0 and 1 for each label."""
        if _are_indicators(y) != self._multilabel or (self._multilabel and y.shape[1] != self.n_outputs_):
            expected = f"(samples, {self.n_outputs_}), 0 or 1 for each label" if self._multilabel else "(samples,)"
            raise ValueError(f"y has shape {y.shape} and is {type_of_target(y)}; it must be of shape {expected}.")
        if self._multilabel:
            return y.astype(np.int64)
        numbers = np.minimum(np.searchsorted(self.classes_, y), len(self.classes_) - 1)
        unseen = self.classes_[numbers] != y
        if unseen.any():
            raise ValueError(
                f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. `y` also has "
                f"{np.unique(y[unseen])}."
            )
        return numbers[:, None]

    def _encoded(self, y: NDArray[Any]) -> NDArray[np.float64]:
        numbers = self._numbers(y).astype(np.float64)
        if self._output() == "softmax" and not self._loss().of_classes:
            return np.asarray(as_distributions(numbers, self.n_outputs_), dtype=np.float64)
        return numbers

    def _weights(self, rows: Rows) -> NDArray[np.float64]:
        weight = rows.weight[:, None]
        factors = self._factors()
        if factors is None:
            return weight
        numbers = self._numbers(rows.y)
        return weight * factors[np.arange(numbers.shape[1]), numbers]

    def _output(self) -> str:
        return "softmax" if self.n_outputs_ > 1 and not self._multilabel else "sigmoid"

    def _loss(self) -> Loss:
        if self.loss == "log_loss":
            return LOSSES["cross-entropy" if self._output() == "softmax" else "binary cross-entropy"]
        return options.loss_of(self)

    def _units(self) -> TargetScale:
        return TargetScale.none(1)


def _are_indicators(y: NDArray[Any]) -> bool:
    # A vector holds one label for each sample; the check of many names would take long.
    return getattr(y, "ndim", None) != 1 and type_of_target(y) == "multilabel-indicator"
