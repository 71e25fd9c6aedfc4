"""Gradient descent on a stream of examples that need not fit into memory, one shuffled window at a time."""

from __future__ import annotations

import math
import operator
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.learn.data.examples import Examples
from thalweg.learn.data.validated_targets import NO_WEIGHT
from thalweg.learn.descent import Descent
from thalweg.learn.loss import loss_of
from thalweg.learn.optimizer import optimizer_of
from thalweg.learn.outcome import RISEN_RATIO, Outcome, advice_on
from thalweg.learn.runs.windows import ONCE, Windows
from thalweg.learn.training.arguments import at_least_one, expect_precision
from thalweg.learn.training.early_stopping import EarlyStopping, expect_validation
from thalweg.learn.training.training_state import TrainingState, beginning
from thalweg.learn.training.yardstick import Yardstick

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import DTypeLike, NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network
    from thalweg.learn.loss import Loss
    from thalweg.learn.optimizer import Optimizer
    from thalweg.learn.runs.windows import Stream
    from thalweg.learn.training.early_stopping import Validation

WINDOW_ROWS = 2**18  # rows


@dataclass(frozen=True, eq=False)
class StreamEpoch:
    """The result of an epoch over a stream.

    Attributes
    ----------
    number : int
        From 1.
    rows : int
    loss : float
        The mean of the batches' losses, each before its update.
    validation_loss : float
        NaN without validation.
    seconds : float
        Since the first epoch began.
    carried : TrainingState
        The current unknowns and all else that another descent needs to continue from here.
    """

    number: int
    rows: int
    loss: float
    validation_loss: float
    seconds: float
    carried: TrainingState


@dataclass(frozen=True, eq=False)
class StreamOutcome(Outcome):
    """How a descent on a stream ended, and its result.

    Attributes
    ----------
    theta : ndarray, shape (size,)
        The unknowns to use: those of the epoch that validation prefers, or else the last.
    carried : TrainingState
        All that another descent, on a stream or not, needs to continue from the end of this one.
    losses, validation_losses : ndarray, shape (epochs,)
        The losses of every whole epoch; see `StreamEpoch`.
    rows : int
        The number of rows of an epoch; 0 where no epoch was whole.
    """

    theta: Values
    carried: TrainingState
    losses: NDArray[np.float64]
    validation_losses: NDArray[np.float64]
    rows: int


def descend_stream(
    network: Network,
    stream: Stream,
    *,
    loss: str | Loss = "mae",
    optimizer: Optimizer | str | None = None,
    batch: int = 64,
    epochs: int = 1,
    seed: int = 0,
    window: int = WINDOW_ROWS,
    rows: int | None = None,
    theta: Values | None = None,
    carried: TrainingState | None = None,
    dropout: float = 0.0,
    dtype: DTypeLike = np.float32,
    validate: Validation | None = None,
    patience: int | None = None,
    watch: Callable[[StreamEpoch], None] | None = None,
    advance: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    threads: int | None = None,
) -> StreamOutcome:
    """Descend on a stream of examples, of which two windows are in memory at a time.

    Rows are collected into windows, and the order is drawn at random within each window. Rows that are farther apart
    than a window do not mix, so shuffle a sorted file first. While one window is learned from, a thread reads and
    checks the next. If one window holds all rows, the result is that of `Descent`, to the bit. The result depends
    neither on how the rows are cut into batches nor on time: the same seed gives the same bits.

    Parameters
    ----------
    network : Network
    stream : iterable, or function that returns one
        Batches with any number of rows: ``(features, target)`` or ``(features, target, weight)`` as for
        `dense_examples`, or `Examples` without windows. Each epoch iterates over the stream once, in a thread of its
        own. Every batch is copied at once, so the stream may fill the same arrays again. `parquet_batches` makes a
        stream of files.
    loss, optimizer, batch, seed, theta, carried, dropout, dtype
        As for `Descent`.
    epochs : int
        The number of iterations over the stream.
    window : int
        The number of rows of a window; rounded up to whole batches.
    rows : int, optional
        The number of rows of an epoch, where the stream has no attribute `rows`. The cosine schedule needs it.
    validate : callable, optional
        A function from θ to a validation loss, or to the error of each example, called after every epoch. See
        `Descent.run`.
    patience : int, optional
        Stop after so many epochs without a better validation loss.
    watch : callable, optional
        Called after every epoch with its result.
    advance : callable, optional
        Called after every window with its number of rows.
    cancelled : callable, optional
        Called several times a second; the descent ends when it returns True.
    threads : int, optional
        As for `Descent.run`; the thread that reads is not counted.

    Returns
    -------
    StreamOutcome

    Raises
    ------
    ValueError
        If an option is out of its range; if a batch holds something other than finite numbers, or has another width
        than the network or the first batch; if an epoch has fewer or more rows than announced, or than the first epoch;
        if all weights are 0. The message names batch and epoch.
    TypeError
        If the argument is not a stream.
    BaseException
        What the stream itself raises, unchanged but for a note that names the batch. Whatever is raised, the arguments
        have not changed.
    """
    batch, epochs, window = (int(operator.index(each)) for each in (batch, epochs, window))
    _expect_stream(stream, epochs)
    rows = rows_told_by(stream) if rows is None else operator.index(rows)
    at_least_one(batch=batch, epochs=epochs, window=window, rows=rows, patience=patience)
    expect_validation(patience, validate)
    expect_precision(dtype)
    optimizer = optimizer_of(optimizer)
    if rows is None and optimizer.schedule == "cosine":
        raise ValueError(
            "The cosine schedule spans all updates, so it must be known how many there are: give the rows of an epoch "
            'as `rows`, or choose the schedule "constant" or "step".'
        )
    begun = beginning(network, seed, theta, carried)
    options: dict[str, Any] = {
        "loss": loss_of(loss),
        "optimizer": optimizer,
        "batch": batch,
        "epochs": 1,
        "seed": seed,
        "planned": begun.updates + epochs * math.ceil(rows / batch) if rows else None,
        "dropout": dropout,
        "dtype": dtype,
    }
    walk = _Walk(network, options, begun, advance, cancelled, threads)
    name = "epochs"
    window = math.ceil(window / batch) * batch
    with Windows(stream, network, options["loss"], window=window, epochs=epochs, rows=rows, dtype=dtype) as windows:
        for _ in range(epochs):
            ended = walk.through(windows) or walk.look(validate, patience, watch)
            if ended:
                name = ended
                break
    if validate and walk.losses and walk.stopping.kept is None and name == "epochs":
        name = "validation not finite"
    return walk.outcome(name)


def _expect_stream(stream: object, epochs: int) -> None:
    if not (isinstance(stream, Iterable) or callable(stream)):
        raise TypeError(
            "A stream is an iterable of batches, or a function that returns one; a "
            f"{type(stream).__name__} came. `Descent` learns from examples that are all there."
        )
    if epochs > 1 and isinstance(stream, Iterator):
        raise ValueError(f"{epochs} epochs go through the stream as often, and a {type(stream).__name__} came. {ONCE}")


def rows_told_by(stream: object) -> int | None:
    """Return the number of rows that a stream announces, or None."""
    announced = getattr(stream, "rows", None)
    return int(announced) if isinstance(announced, (int, np.integer)) else None


class _Walk:
    """A descent on one window after another, with its losses."""

    def __init__(
        self,
        network: Network,
        options: dict[str, Any],
        begun: TrainingState,
        advance: Callable[[int], None] | None,
        cancelled: Callable[[], bool] | None,
        threads: int | None,
    ) -> None:
        self.network, self.options, self.carried = network, options, begun
        self.advance, self.cancelled, self.threads = advance, cancelled, threads
        self.theta, self.updates, self.rows = begun.theta, 0, 0
        self.losses: list[float] = []
        self.validation_losses: list[float] = []
        self.stopping = EarlyStopping()
        self._descent: Descent | None = None
        self._yardstick = Yardstick(options["loss"], network.widths[-1])
        self._still: set[str] = set()  # how the windows of the latest epoch ended
        self._began = time.perf_counter()

    def through(self, windows: Windows) -> str | None:
        """Learn from the windows of an epoch; return the name of the end if the descent ended."""
        total, count = 0.0, 0
        self._still = set()
        while isinstance(examples := windows.next(self.cancelled), Examples):
            if (examples.weight > 0).any():
                ended, losses = self._learn(examples)
                if ended:
                    return ended
                total, count = total + float(losses.sum()), count + len(losses)
            if self.advance:
                self.advance(len(examples))
        if examples is None:
            return "interrupted"
        if not count:
            raise ValueError(NO_WEIGHT)
        self.rows = examples
        self.losses.append(total / count)
        return None

    def _learn(self, examples: Examples) -> tuple[str | None, NDArray[np.float64]]:
        """Descend once over a window; return the name of the end if the descent ended, and the batches' losses."""
        self._descent = descent = Descent(self.network, examples, carried=self.carried, **self.options)
        descent.yardstick = self._yardstick
        if not self.losses:  # later epochs bring the same rows again
            self._yardstick.see(descent.examples)
        outcome = descent.run(cancelled=self.cancelled, threads=self.threads)
        losses = descent.batch_losses[~np.isnan(descent.batch_losses)]  # NaN where a batch had no weight
        self.updates += outcome.updates
        self.theta = descent.theta
        self._still.add(outcome.name)
        if outcome.failed:
            return outcome.name, losses
        self.carried = descent.carried
        return outcome.name if outcome.name == "interrupted" else None, losses

    def look(
        self,
        validate: Validation | None,
        patience: int | None,
        watch: Callable[[StreamEpoch], None] | None,
    ) -> str | None:
        """Evaluate a whole epoch as `Descent` does; return the name of the end if the descent ended."""
        stopping, epoch = self.stopping, len(self.losses)
        as_good = stopping.validated(self.carried.theta, validate)
        self.validation_losses.append(stopping.validation)
        if watch:
            seconds = time.perf_counter() - self._began
            watch(StreamEpoch(epoch, self.rows, self.losses[-1], self.validation_losses[-1], seconds, self.carried))
        if as_good:
            stopping.best_epoch, stopping.kept = epoch, self.carried.theta
        if self._still <= {"gradient zero", "dead"}:
            return "dead" if self._still == {"dead"} else "gradient zero"
        return stopping.out_of_patience(epoch, patience)

    def outcome(self, name: str) -> StreamOutcome:
        """Return how the descent ended."""
        epochs, stopping, descent = len(self.losses), self.stopping, self._descent
        last = self.losses[-1] if self.losses else math.nan
        message = advice_on(
            name,
            updates=self.updates,
            epochs=epochs + 1 if name == "diverged" else epochs,
            best_epoch=stopping.best_epoch,
            learning_rate=self.options["optimizer"].learning_rate,
            loss=self.options["loss"],
            value=float(descent.batch_losses[descent.updates % descent.batches]) if descent else math.nan,
            first=self._yardstick.first,
            last=last,
            risen=last > RISEN_RATIO * self._yardstick.loss > 0,
            dead_layer=lambda: descent.dead_layer() if descent else None,
        )
        return StreamOutcome(
            name,
            message,
            self.updates,
            epochs,
            stopping.best_epoch or epochs,
            time.perf_counter() - self._began,
            theta=self.theta if stopping.kept is None else stopping.kept,
            carried=self.carried,
            losses=np.array(self.losses),
            validation_losses=np.array(self.validation_losses),
            rows=self.rows,
        )
