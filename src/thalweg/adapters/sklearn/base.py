"""How both estimators learn: check the arguments, descend, and become the fitted model only if all went well."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_regressor
from sklearn.model_selection import train_test_split
from sklearn.utils import column_or_1d
from sklearn.utils.validation import (
    _check_sample_weight,  # pyright: ignore[reportPrivateUsage] - the developers' guide gives it to estimators
    validate_data,
)

from thalweg.adapters.sklearn import options
from thalweg.adapters.sklearn.fitted import PRECISIONS, FittedNetwork
from thalweg.adapters.sklearn.training import Curves, FitDescent, go_on, saved_seed
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.function import Network
from thalweg.learn.prediction import LossOn
from thalweg.learn.training.yardstick import Constant

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from thalweg.adapters.sklearn.units import TargetScale
    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.learn.loss import Loss


class Rows(NamedTuple):
    """The user's examples, checked; those of weight 0 are left out."""

    X: Values
    y: NDArray[Any]
    weight: NDArray[np.float64]

    def some(self, which: NDArray[Any]) -> Rows:
        """Return some of the examples."""
        return Rows(self.X[which], self.y[which], self.weight[which])


class NetworkEstimator(FittedNetwork, ABC):
    """A network with the interface of scikit-learn; subclasses decide the kind of the targets."""

    hidden_layer_sizes: Any
    loss: str | Loss
    activation: str
    skip_connections: bool
    dropout: float
    max_iter: int
    early_stopping: bool
    validation_fraction: float
    n_iter_no_change: int
    warm_start: bool
    checkpoint: Any
    learning_rate: str
    random_state: Any

    _losses: tuple[str, ...]  # the names that `loss` may be

    def _keep(self, given: dict[str, Any]) -> None:
        """Store the parameters of the constructor as they are."""
        vars(self).update({name: value for name, value in given.items() if name not in ("self", "__class__")})

    # These methods depend on the kind of the targets.

    @abstractmethod
    def _begin(self, y: NDArray[Any], classes: ArrayLike | None = None) -> None:
        """Take the number of outputs or the classes from the first targets."""

    @abstractmethod
    def _strata(self, y: NDArray[Any]) -> NDArray[Any] | None:
        """Return the classes of which a held-out part must have the same shares, or None."""

    @abstractmethod
    def _measure(self, rows: Rows, *, going_on: bool) -> None:
        """Measure the scale of the targets in the training rows, unless `going_on`, or how frequent the classes are."""

    @abstractmethod
    def _encoded(self, y: NDArray[Any]) -> NDArray[np.float64]:
        """Return targets in their own units, shape (examples, columns); refuse those unlike the first targets."""

    @abstractmethod
    def _weights(self, rows: Rows) -> NDArray[np.float64]:
        """Return a weight for each example, or for each of its outputs."""

    @abstractmethod
    def _output(self) -> str:
        """Return the activation of the output layer."""

    @abstractmethod
    def _loss(self) -> Loss:
        """Return the loss of predictions and targets in the target's own units."""

    @abstractmethod
    def _units(self) -> TargetScale:
        """Return the scale of the targets."""

    # Methods that a user calls.

    def fit(
        self,
        X: Any,  # noqa: ANN401 - arrays, lists and frames of many libraries
        y: Any,  # noqa: ANN401 - likewise
        sample_weight: ArrayLike | None = None,
        *,
        validation: tuple[Any, ...] | None = None,
    ) -> Self:
        """Learn from examples.

        If an error, Ctrl-C or a callback ends it early, an earlier fitted model does not change.

        Parameters
        ----------
        X : array or frame, shape (samples, features)
            float32 is computed in float32, everything else in float64.
        y : array or frame, shape (samples,) or (samples, outputs)
        sample_weight : array, shape (samples,), optional
            A weight of 2 counts like the same sample twice in its batch; a sample of weight 0 is left out.
        validation : (X, y) or (X, y, sample_weight), optional
            Unseen examples whose loss is computed after every epoch. Early stopping uses them instead of a held-out
            part.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter is out of its range, the examples do not fit together or are not finite, a checkpoint was
            begun with other examples or parameters, or the descent failed and early stopping had kept nothing better
            than a constant; the message is then the advice of its outcome.
        TypeError
            If X is sparse.
        """
        return self._become("_fit", X, y, sample_weight, validation)

    def _become(self, step: str, *given: Any) -> Self:  # noqa: ANN401 - what the method takes
        """Call a method of a copy, and become the copy only if all went well: a failed fit changes nothing."""
        new = copy(self)
        getattr(new, step)(*given)
        object.__setattr__(self, "__dict__", dict(vars(new)))  # all at once
        return self

    def _fit(self, X: Any, y: Any, sample_weight: Any, validation: Any) -> None:  # noqa: ANN401 - as `fit`
        options.check(self, self._losses)
        going_on = self.warm_start and hasattr(self, "theta_")
        rows = self._taken(X, y, sample_weight, first=not going_on)
        if not going_on:
            self._begin(rows.y)
        path = None if self.checkpoint is None or not Path(self.checkpoint).exists() else Path(self.checkpoint)
        random = not isinstance(self.random_state, options.WHOLE)
        seed = saved_seed(path) if random and path is not None else options.seed_of(self)
        rows, held = self._parted(rows, validation, seed)
        self._measure(rows, going_on=going_on)
        start = {"theta": self.theta_} if going_on else {}
        descent, epoch_loss = self._descent(rows, seed=seed, epochs=self.max_iter, **start)
        if path is not None:
            go_on(descent, path)
        before = self._curves() if going_on else Curves([], [])
        self._descend(descent, epoch_loss, before, held, save_to=self.checkpoint)

    def _one_pass(self, X: Any, y: Any, sample_weight: Any, classes: ArrayLike | None = None) -> None:  # noqa: ANN401
        """Make one pass over examples, continuing from earlier passes."""
        options.check(self, self._losses)
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True")
        if self.checkpoint is not None:
            raise ValueError(
                "partial_fit saves no checkpoint: the examples of earlier calls are gone. Pickle the estimator."
            )
        first = not hasattr(self, "theta_")
        rows = self._taken(X, y, sample_weight, first=first)
        if first:
            self._begin(rows.y, classes)
            self._measure(rows, going_on=False)
        batches = math.ceil(len(rows.y) / options.batch_of(self, len(rows.y)))
        start = {} if first else {"carried": self._gone_on_from()}
        descent, epoch_loss = self._descent(
            rows, seed=options.seed_of(self), epochs=1, planned=self.max_iter * batches, **start
        )
        self._descend(descent, epoch_loss, self._curves())

    # Arguments.

    def _taken(self, X: Any, y: Any, sample_weight: Any, *, first: bool) -> Rows:  # noqa: ANN401 - as `fit`
        both: Any = validate_data(
            self, X, y, dtype=PRECISIONS, multi_output=True, y_numeric=is_regressor(self), reset=first
        )
        checked, y = both
        y = y.toarray() if issparse(y) else y
        if y.ndim == 2 and y.shape[1] == 1:  # noqa: PLR2004 - a table of one column
            y = column_or_1d(y, warn=True)
        if sample_weight is None:
            return Rows(checked, y, np.ones(len(y)))
        weight = _check_sample_weight(sample_weight, checked, dtype=np.float64, ensure_non_negative=True)
        if not weight.any():
            raise ValueError("Sample weights must contain at least one non-zero number.")
        rows = Rows(checked, y, weight)
        return rows if weight.all() else rows.some(weight > 0)

    def _given(self, validation: Any) -> Rows:  # noqa: ANN401 - as `fit`
        if not isinstance(validation, (tuple, list)) or len(validation) not in (2, 3):
            raise ValueError("validation must be (X, y) or (X, y, sample_weight).")
        X, y, *weight = validation
        return self._taken(X, y, weight[0] if weight else None, first=False)

    def _parted(self, rows: Rows, validation: Any, seed: int) -> tuple[Rows, Rows | None]:  # noqa: ANN401 - as `fit`
        """Return the rows to learn from, and the rows to validate on, if any."""
        if validation is not None:
            return rows, self._given(validation)
        if not self.early_stopping:
            return rows, None
        learn, hold = map(
            np.asarray,
            train_test_split(
                np.arange(len(rows.y)),
                test_size=self.validation_fraction,
                random_state=seed,
                stratify=self._strata(rows.y),
            ),
        )
        if len(hold) < 2:  # noqa: PLR2004 - as in scikit-learn's networks
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        return rows.some(learn), rows.some(hold)

    def _examples(self, rows: Rows) -> tuple[Examples, NDArray[np.float64]]:
        """Return examples of scaled targets, and the targets in their own units."""
        target = self._encoded(rows.y)
        return dense_examples(rows.X, self._units().to_learn(target), self._weights(rows)), target

    # Learning.

    def _network(self, *, going_on: bool) -> Network:
        """Return the network that the parameters describe.

        Raises
        ------
        ValueError
            If it is impossible, or differs from the fitted network that the fit continues with.
        """
        widths = (self.n_features_in_, *options.hidden_widths(self), self.n_outputs_)
        network = Network(widths, options.ACTIVATIONS[self.activation], self._output(), bool(self.skip_connections))
        if going_on and network != self.network_:
            raise ValueError(f"The fitted network is {self.network_}, the parameters ask for {network}. Fit a new one.")
        return network

    def _descent(self, rows: Rows, **start: Any) -> tuple[FitDescent, Callable[[FitDescent], float]]:  # noqa: ANN401
        """Return a descent, and what gives the latest epoch's loss in own units."""
        examples, target = self._examples(rows)
        network = self._network(going_on=not start.keys().isdisjoint({"theta", "carried"}))
        loss, units = self._loss(), self._units()
        learned, factor = units.learned(loss)
        descent = FitDescent(
            network,
            examples,
            loss=learned,
            optimizer=options.optimizer_of(self),
            batch=options.batch_of(self, len(examples)),
            dropout=self.dropout,
            dtype=rows.X.dtype,
            units=units,
            **start,
        )
        if factor is not None:
            return descent, lambda descent: factor * descent.epoch_loss()
        whole = self._loss_at(network, descent.examples, target)
        return descent, lambda descent: whole(descent.theta)

    def _descend(
        self,
        descent: FitDescent,
        epoch_loss: Callable[[FitDescent], float],
        before: Curves,
        held: Rows | None = None,
        save_to: Any = None,  # noqa: ANN401 - a path
    ) -> None:
        """Descend to the end, and store the result."""
        began = time.perf_counter()
        validate = None if held is None else self._loss_on(held, descent.network, descent.theta.dtype)
        patience = self.n_iter_no_change if self.early_stopping else None
        stop = False

        def watch(_: object, validation: float) -> None:
            nonlocal stop
            if validate is not None and patience is None:
                validation = validate(descent.theta)
            descent.record_epoch(epoch_loss(descent), validation)
            seconds = time.perf_counter() - began
            stop = self._report_epoch(descent.network, lambda: descent.carried, before.then(descent.curves), seconds)

        outcome = descent.ended(patience) or descent.run(
            validate=validate if patience else None,
            patience=patience,
            watch=watch,
            cancelled=lambda: stop,
            save_to=save_to,
            threads=options.threads_of(self),
        )
        kept = None
        if patience and descent.kept is not descent.theta:
            kept = descent.curves.validation[outcome.best_epoch - 1]
        outcome = self._judged(outcome, kept, math.nan if held is None else self._loss_of_constant(held))
        self._hold(descent.network, descent.kept, before.then(descent.curves))
        self._end(outcome, len(before.loss), None if outcome.failed else descent.carried)

    def _loss_on(self, rows: Rows, network: Network, dtype: Any) -> LossOn:  # noqa: ANN401 - a dtype
        """Return a function that gives the loss of some rows in the target's own units."""
        examples, target = self._examples(rows)
        return self._loss_at(network, examples.astype(dtype), target)

    def _loss_of_constant(self, rows: Rows) -> float:
        """Return the loss of some rows, in the target's own units, of predicting their mean, or their shares."""
        target, weight, loss = self._encoded(rows.y), self._weights(rows), self._loss()
        return Constant.of(loss, self.n_outputs_, target, weight).loss_on(target, weight)

    def _loss_at(self, network: Network, examples: Examples, target: NDArray[np.float64]) -> LossOn:
        """Return the same of examples whose targets are given in their own units."""
        units = self._units().own if is_regressor(self) else None  # probabilities have no units
        dtype, threads = examples.dense.dtype, options.threads_of(self)
        return LossOn(network, examples, self._loss(), dtype, target=target, units=units, threads=threads)
