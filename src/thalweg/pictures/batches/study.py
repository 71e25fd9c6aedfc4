"""Batch, update, epoch: which example is in which batch, and how the batch size changes a descent (B1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.ladder import suited
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.training import start_of
from thalweg.learn.prediction import loss_on
from thalweg.messages import Argument
from thalweg.pictures.batches.options import SHOWN_EPOCHS, BatchesOptions
from thalweg.pictures.shared.fitted_rung import FittedRung, fit_rung
from thalweg.pictures.shared.source import days_of
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.learn.descent import Descent
    from thalweg.pictures.shared.source import Source
    from thalweg.series.series import Series

LECTURE_SIZES = ((10_000, 10), (1_000, 100))  # N and B of the lecture's two examples
ALL = "all"
MOST_UPDATES = 500_000  # of one descent; L is measured at each
FOLLOWED_UPDATES = 400  # first updates, at each of which L of all examples is measured
MEASURED_UPDATES = 150  # later updates measured: so many at growing distances, and as many at equal ones
TIMED_RUNS = 3  # runs, of which the fastest counts, because another program may slow one down


def updates_an_epoch(examples: int, batch: int) -> int:
    """Return the number of updates in an epoch; the last batch takes the examples that are left (B1)."""
    return math.ceil(examples / batch)


@dataclass(frozen=True, eq=False)
class BatchDescent:
    """One descent with batches of one size.

    Attributes
    ----------
    size : int
        B.
    fitted_rung : FittedRung
    seconds : float
        Duration of the descent without measurements.
    updates : ndarray of int64, shape (times,)
        The updates after which L of all was measured; the first is 0.
    of_all : ndarray of float64, shape (times,)
        L of all examples at those updates, in the user's units (squared for MSE).
    of_batch : ndarray of float64, shape (updates,)
        L of each update's batch before that update, in the same units; NaN where no day of the batch has a value.
    orders : ndarray of int64, shape (2, examples)
        The order in which the examples came in the first two epochs.
    """

    size: int
    fitted_rung: FittedRung
    seconds: float
    updates: NDArray[np.int64]
    of_all: NDArray[np.float64]
    of_batch: NDArray[np.float64]
    orders: NDArray[np.int64]

    @property
    def updates_an_epoch(self) -> int:
        """The number of batches, and so of updates, in an epoch."""
        return updates_an_epoch(self.orders.shape[1], self.size)

    @property
    def batches(self) -> NDArray[np.int64]:
        """The number, from 1, of the batch that each example was in, in each of the first two epochs."""
        numbers = np.empty_like(self.orders)
        for row, order in zip(numbers, self.orders, strict=True):
            row[order] = np.arange(len(order)) // self.size + 1
        return numbers

    @property
    def followed(self) -> int:
        """The number of first updates that were measured one by one."""
        apart = np.flatnonzero(np.diff(self.updates) > 1)
        return int(apart[0]) if len(apart) else len(self.updates) - 1

    @property
    def misses(self) -> NDArray[np.float64]:
        """The difference between L of the batch and L of all examples at the same θ, for each update followed."""
        return np.abs(self.of_batch[: self.followed] - self.of_all[: self.followed])

    @property
    def uphill(self) -> float:
        """The share of the updates followed after which L of all was larger than before."""
        return float((np.diff(self.of_all[: self.followed + 1]) > 0).mean())


@dataclass(frozen=True, eq=False)
class BatchesStudy:
    """The same examples in batches of several sizes.

    Attributes
    ----------
    series : Series
    dates : ndarray of datetime64, shape (examples,)
        The day that each example predicts.
    observed : ndarray of bool, shape (examples,)
        Whether that day has a value; without one the example has weight 0.
    epochs : int
    descents : tuple of BatchDescent
        From the smallest batches to the largest, all from the same θ⁰.
    batch : int
        The size that is shown in detail, one of those of the descents.
    asked : int
        The size that was asked for. A size above the number of examples means all of them.
    """

    series: Series
    dates: NDArray[np.datetime64]
    observed: NDArray[np.bool_]
    epochs: int
    descents: tuple[BatchDescent, ...]
    batch: int
    asked: int

    @property
    def examples(self) -> int:
        """N."""
        return len(self.dates)

    @property
    def chosen(self) -> BatchDescent:
        """The descent that is shown in detail."""
        return next(one for one in self.descents if one.size == self.batch)


def batches_study(source: Source, options: BatchesOptions, watcher: Watcher) -> BatchesStudy:
    """Descend from one θ⁰ with batches of several sizes, and measure the updates.

    The learning rate is the rung's and stays constant, so that the descents differ in their batches alone.

    Parameters
    ----------
    source : Series, optional
    options : BatchesOptions
    watcher : Watcher
        Receives the progress.

    Raises
    ------
    InputError
        If the series is too short.
    """
    series = days_of(source, "batches")
    batch, epochs = options.batch, options.epochs
    rung = suited(Rung(options.days_back, hidden=options.layers))
    rung = replace(rung, optimizer=replace(rung.optimizer, schedule="constant"), epochs=epochs, updates=0)
    upto = split_by_date(series).train
    newest = np.arange(rung.steps_needed(series.frequency) - 1, upto - 1)
    count = max(len(newest), 1)
    wanted = sorted({min(size or count, count) for size in (batch, *options.sizes)})
    for size in wanted:
        if updates_an_epoch(count, size) * epochs > MOST_UPDATES:
            raise InputError(
                "batches.updates",
                argument=Argument("epochs", epochs),
                size=size,
                updates=updates_an_epoch(count, size) * epochs,
                most=MOST_UPDATES,
            )
    watcher.stage("fit", len(wanted))
    fewest = updates_an_epoch(count, wanted[-1]) * epochs  # every size is compared after this number of updates too
    descents: list[BatchDescent] = []
    for size in wanted:
        marks = _marks(updates_an_epoch(count, size), epochs, FOLLOWED_UPDATES if size == min(batch, count) else 0)
        marks = np.union1d(marks, fewest)
        descents.append(_descend(series, replace(rung, batch=size), options.loss, options.seed, marks))
        watcher.advance(1)
    return BatchesStudy(
        series,
        series.dates[newest + 1],
        series.observed[newest + 1],
        epochs,
        tuple(descents),
        min(batch, count),
        batch,
    )


class _Look:
    """Records L of the batch at each update, and L of all examples at some."""

    def __init__(self, marks: NDArray[np.int64]) -> None:
        self._marks = set(marks.tolist())
        self.updates: list[int] = []
        self.of_batch: list[float] = []
        self.of_all: list[float] = []
        self.orders: list[NDArray[np.int64]] = []

    def __call__(self, descent: Descent, _: float) -> None:
        self.of_batch.append(float(descent.batch_losses[(descent.updates - 1) % descent.batches]))
        if descent.updates in self._marks:
            self.updates.append(descent.updates)
            self.of_all.append(descent.loss_of_all())
        if not self.orders:
            self.orders = [descent.order(epoch).copy() for epoch in range(SHOWN_EPOCHS)]


def _descend(series: Series, rung: Rung, loss: str, seed: int, marks: NDArray[np.int64]) -> BatchDescent:
    look = _Look(marks)
    watched = fit_rung(series, rung, loss=loss, seed=seed, watch=look, every=1)
    seconds = min(fit_rung(series, rung, loss=loss, seed=seed).outcome.seconds for _ in range(TIMED_RUNS))
    training_set = watched.training_set
    start = start_of(training_set, seed).astype(np.float32)
    at_start = loss_on(training_set.network, start, training_set.examples.astype(np.float32), loss)
    # A raw value is (value − centre) / spread to the network, so an error times the spread is in the user's units.
    unit = training_set.scale.spread ** (2 if loss == "mse" else 1)
    return BatchDescent(
        rung.batch,
        watched,
        seconds,
        np.array([0, *look.updates]),
        unit * np.array([at_start, *look.of_all]),
        unit * np.array(look.of_batch),
        np.stack(look.orders),
    )


def _marks(an_epoch: int, epochs: int, followed: int) -> NDArray[np.int64]:
    """Return the updates after which L of all is measured: the first ones, the ends of epochs, and some between."""
    total = an_epoch * epochs
    ends = an_epoch * np.unique(np.linspace(1, epochs, min(epochs, MEASURED_UPDATES)).round().astype(int))
    between = (
        np.concatenate([np.geomspace(1, total, MEASURED_UPDATES), np.linspace(1, total, MEASURED_UPDATES)])
        .round()
        .astype(int)
    )
    return np.unique(np.concatenate([np.arange(1, min(followed, total) + 1), ends, between]))
