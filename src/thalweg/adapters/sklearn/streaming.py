"""Fit to a stream that need not fit into memory; its targets are encoded and scaled batch by batch."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import fields
from functools import partial
from itertools import chain
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.validation import validate_data

from thalweg.adapters.sklearn import options
from thalweg.adapters.sklearn.base import NetworkEstimator, Rows
from thalweg.adapters.sklearn.fitted import PRECISIONS
from thalweg.adapters.sklearn.training import Curves
from thalweg.learn.data.examples import dense_examples
from thalweg.learn.data.parquet import ParquetBatches
from thalweg.learn.outcome import Outcome
from thalweg.learn.runs.larger_than_memory import descend_stream, rows_told_by
from thalweg.learn.runs.windows import ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import ArrayLike, NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network
    from thalweg.learn.runs.larger_than_memory import StreamEpoch


class StreamedEstimator(NetworkEstimator):
    """An estimator that also learns from streams."""

    def _fit_stream(self, stream: Any, window: int, validation: Any, classes: ArrayLike | None = None) -> None:  # noqa: ANN401
        options.check(self, self._losses)
        self._refuse(stream, window, validation)
        going_on = self.warm_start and hasattr(self, "theta_")
        learned, dtype = self._begun(stream, window, classes, first=not going_on)
        network, units = self._network(going_on=going_on), self._units()
        held = None if validation is None else self._given(validation)
        validate = None if held is None else self._loss_on(held, network, dtype)
        patience = self.n_iter_no_change if self.early_stopping else None
        loss, factor = units.learned(self._loss())
        if factor is None and isinstance(stream, Iterator):
            raise ValueError(
                "The loss of targets of several scales takes another iteration over the stream after each epoch, "
                f"and a {type(stream).__name__} came. {ONCE} Or fit with scale_target=False."
            )
        before, now = self._curves() if going_on else Curves([], []), Curves([], [])
        began, stop = time.perf_counter(), False

        def watch(epoch: StreamEpoch) -> None:
            nonlocal stop
            theta, validation = epoch.carried.theta, epoch.validation_loss
            now.loss.append(
                self._loss_of_stream(learned, network, theta, dtype) if factor is None else factor * epoch.loss
            )
            now.validation.append(validation if validate is None or patience else validate(theta))
            stop = self._report_epoch(network, lambda: epoch.carried, before.then(now), time.perf_counter() - began)

        outcome = descend_stream(
            network,
            learned,
            loss=loss,
            optimizer=options.optimizer_of(self),
            batch=options.batch_of(self),
            epochs=self.max_iter,
            seed=options.seed_of(self),
            window=window,
            theta=self.theta_ if going_on else None,
            dropout=self.dropout,
            dtype=dtype,
            validate=validate if patience else None,
            patience=patience,
            watch=watch,
            cancelled=lambda: stop,
            threads=options.threads_of(self),
        )
        kept = None
        if patience and np.isfinite(outcome.validation_losses).any():
            kept = float(outcome.validation_losses[outcome.best_epoch - 1])
        judged = self._judged(outcome, kept, math.nan if held is None else self._loss_of_constant(held), frames=5)
        self._hold(network, outcome.theta, before.then(now))
        plain = Outcome(**{one.name: getattr(judged, one.name) for one in fields(Outcome)})
        self._end(plain, len(before.loss), None if judged.failed else outcome.carried)

    def _refuse(self, stream: Any, window: Any, validation: Any) -> None:  # noqa: ANN401 - what a user gave
        """Refuse parameters and arguments that do not fit a stream."""
        if not isinstance(window, options.WHOLE) or window < 1:
            raise ValueError(f"window is {window!r}; it must be an int, 1 or more: how many rows a window has.")
        if isinstance(stream, (str, PathLike)):
            raise TypeError(
                f"A stream is an iterable of batches, and this is a path: {str(stream)!r}. "
                "thalweg.learn.parquet_batches makes a stream of a Parquet file."
            )
        if not isinstance(stream, Iterable) and not callable(stream):
            raise TypeError(
                f"A stream is an iterable of batches, or a function that returns one; a {type(stream).__name__} came."
            )
        if self.max_iter > 1 and isinstance(stream, Iterator):
            raise ValueError(
                f"max_iter is {self.max_iter}, as often is the stream gone through, and a {type(stream).__name__} "
                f"came. {ONCE}"
            )
        if self.checkpoint is not None:
            raise ValueError("fit_stream saves no checkpoint. Let a callback pickle the estimator that it is given.")
        if self.early_stopping and validation is None:
            raise ValueError("fit_stream holds no part of the stream out: give unseen examples as validation=(X, y).")
        if self.learning_rate == "cosine" and rows_told_by(stream) is None:
            raise ValueError(
                "learning_rate='cosine' goes down over all updates, so it must be known how many there are: give the "
                "stream an attribute `rows`, as that of thalweg.learn.parquet_batches has, or choose another one."
            )

    def _begun(
        self,
        stream: Any,  # noqa: ANN401 - likewise
        window: int,
        classes: ArrayLike | None,
        *,
        first: bool,
    ) -> tuple[LearnedStream, Any]:
        """Learn from a first window what the targets and features are; return the encoded stream and the dtype."""
        once, batches, names = isinstance(stream, Iterator), _gone_through(stream), _names(stream)
        classes = stream.labels if classes is None and isinstance(stream, ParquetBatches) else classes
        again: list[Any] = []  # the batches that an iterator does not give again
        taken, dtype = self._first_window(batches, names, window, again if once else None, first=first)
        y, weight = (np.concatenate([getattr(one, name) for one in taken]) for name in ("y", "weight"))
        if not len(y):
            raise ValueError("Sample weights must contain at least one non-zero number in the first window.")
        if first:
            self._begin(y, classes)
        for number, part in enumerate(taken):
            with _named(number):
                if len(part.y):
                    self._encoded(part.y)
        self._measure(Rows(np.empty(0), y, weight), going_on=not first)
        learned = partial(self._learned, names=names, like=Rows(np.empty(0), y[:1], weight[:1]))
        whole = chain(again, batches) if once else stream
        close = None if once else getattr(batches, "close", None)
        if close is not None:  # a generator closes its files
            close()
        return LearnedStream(whole, learned, getattr(stream, "rows", None), first_batches=batches), dtype

    def _first_window(
        self,
        batches: Iterator[Any],
        names: tuple[str, ...] | None,
        window: int,
        again: list[Any] | None,
        *,
        first: bool,
    ) -> tuple[list[Rows], Any]:
        """Return the targets and weights of the first `window` rows, batch by batch, and the dtype of the features."""
        dtype, taken, count = None, [], 0
        for number, batch in enumerate(batches):
            if again is not None:
                again.append(deepcopy(batch))
            with _named(number):
                X, y, weight = _parts(batch)
                if dtype is None:
                    dtype = self._features(X, names, reset=first).dtype
                counts = weight > 0
                assert_all_finite(y[counts], input_name="y")
                if taken and y.shape[1:] != taken[0].y.shape[1:]:
                    raise ValueError(
                        f"y has shape {y.shape}; its rows must be as those of batch 0: {taken[0].y.shape[1:]}."
                    )
            counts = counts[: window - count]  # the first window does not depend on how the rows are cut
            taken.append(Rows(np.empty(0), y[: len(counts)][counts], weight[: len(counts)][counts]))
            count += len(counts)
            if count == window:
                break
        if not count:
            raise ValueError("The stream ended without an example; there is nothing to learn from.")
        return taken, dtype

    def _learned(
        self,
        X: Any,  # noqa: ANN401 - an array or a frame
        y: NDArray[Any],
        weight: NDArray[np.float64],
        names: tuple[str, ...] | None,
        like: Rows,
    ) -> tuple[Any, Values, Values]:
        """Return a batch as the network learns it; a target of weight 0 may have any value."""
        features = self._features(X, names)
        counts = weight > 0
        rows = Rows(np.empty(0), y[counts], weight[counts]) if counts.any() else like
        target, share = self._units().to_learn(self._encoded(rows.y)), self._weights(rows)
        if counts.all() and len(counts):
            return features, target, share
        return features, _spread(target, counts), _spread(share, counts)

    def _features(self, X: Any, names: tuple[str, ...] | None, *, reset: bool = False) -> Any:  # noqa: ANN401 - likewise
        """Return the features of a batch, checked; where the stream names them, as if they came in a frame."""
        if names is None:
            return validate_data(self, X, dtype=PRECISIONS, reset=reset, ensure_min_samples=0)
        kinds: Any = PRECISIONS
        checked = check_array(X, dtype=kinds, ensure_min_samples=0, estimator=self)
        if reset:
            self.n_features_in_, self.feature_names_in_ = len(names), np.array(names, dtype=object)
        elif hasattr(self, "feature_names_in_") and names != tuple(self.feature_names_in_):
            raise ValueError(
                f"The feature names should match those that were passed during fit: {list(self.feature_names_in_)}; "
                f"the stream has {list(names)}."
            )
        if checked.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {checked.shape[1]} features, but {type(self).__name__} is expecting {self.n_features_in_} "
                "features as input."
            )
        return checked

    def _loss_of_stream(self, learned: LearnedStream, network: Network, theta: Values, dtype: Any) -> float:  # noqa: ANN401
        """Return L over all rows in own units, by another pass over the stream, which nothing else reads then."""
        units, total, shares = self._units(), 0.0, 0.0
        for X, target, weight in learned:
            share = float(weight.sum())
            if share:
                examples = dense_examples(X, target, weight).astype(dtype)
                total += share * self._loss_at(network, examples, units.own(target))(theta)
                shares += share
        return total / shares


class LearnedStream:
    """The user's stream with its targets encoded and scaled as the network learns them, and weights in each batch.

    Parameters
    ----------
    stream : iterable of batches, or function that returns one
    learned : callable
        Turns the features, targets and weights of a batch into those that are learned.
    rows : int, optional
        The number of rows of an epoch, where the stream announces it.
    first_batches : iterator
        The iterator that gave the first window. A stream that returns it again has lost those rows.
    """

    def __init__(
        self,
        stream: Any,  # noqa: ANN401 - what a user gave
        learned: Callable[..., tuple[Any, Values, Values]],
        rows: int | None,
        first_batches: Iterator[Any],
    ) -> None:
        self.rows, self.apart = rows, getattr(stream, "apart", False)
        self._stream, self._learned, self._first_batches = stream, learned, first_batches

    def __iter__(self) -> Generator[tuple[Any, Values, Values]]:
        batches = _gone_through(self._stream)
        if batches is self._first_batches:
            raise ValueError(f"The stream gave the same {type(batches).__name__} twice. {ONCE}")
        for number, batch in enumerate(batches):
            with _named(number):
                learned = self._learned(*_parts(batch))
            yield learned


def _gone_through(stream: Any) -> Iterator[Any]:  # noqa: ANN401 - what a user gave
    batches = iter(stream if isinstance(stream, Iterable) else stream())
    return (
        _with_labels(batches, np.array(stream.labels))
        if isinstance(stream, ParquetBatches) and stream.labels
        else batches
    )


def _with_labels(batches: Iterator[Any], labels: NDArray[np.str_]) -> Iterator[Any]:
    """Return batches with the labels themselves in place of their numbers."""
    for number, (X, y, *weight) in enumerate(batches):
        there = np.isfinite(y[:, 0])
        with _named(number):
            if not there.all() and (not weight or (weight[0][~there] > 0).any()):
                raise ValueError(f"y has no label in row {there.argmin()}; fill it, or give it a weight of 0.")
        yield X, labels[np.where(there, y[:, 0], 0).astype(np.int64)], *weight


def _names(stream: Any) -> tuple[str, ...] | None:  # noqa: ANN401 - likewise
    return stream.features if isinstance(stream, ParquetBatches) else None


def _parts(batch: Any) -> tuple[Any, NDArray[Any], NDArray[np.float64]]:  # noqa: ANN401 - likewise
    """Return the features, targets and weights of a batch."""
    if not isinstance(batch, (tuple, list)) or len(batch) not in (2, 3):
        found = f"{type(batch).__name__} of {len(batch)}" if isinstance(batch, (tuple, list)) else type(batch).__name__
        raise ValueError(f"(X, y) or (X, y, sample_weight) is expected, not a {found}.")
    X, y, *given = batch
    if y is None:
        raise ValueError("The batch has no y; it is None.")
    y = np.asarray(y)
    if not y.ndim:
        raise ValueError(f"y must hold a target for each row, not be a single {type(batch[1]).__name__}.")
    y = y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y  # noqa: PLR2004 - a table of one column
    if not given or given[0] is None:
        return X, y, np.ones(len(y))
    weight = np.asarray(given[0], dtype=np.float64)
    if weight.size != len(y):
        raise ValueError(f"sample_weight.shape == {weight.shape}, expected {(len(y),)}!")
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError("sample_weight holds a number that is negative or not finite; weights are 0 or more.")
    return X, y, weight.ravel()


def _spread(values: NDArray[Any], counts: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the rows that count at their places, and 0 at the others."""
    out = np.zeros((len(counts), values.shape[1]))
    if counts.any():
        out[counts] = values
    return out


@contextmanager
def _named(number: int) -> Generator[None]:
    """Name the batch in an error."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ValueError(f"Batch {number} (counted from 0): {error}") from error
