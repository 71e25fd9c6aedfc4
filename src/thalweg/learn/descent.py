"""Step 3, gradient descent: random batches, updates, epochs, and when to stop (O1, O2, B1)."""

from __future__ import annotations

import math
import operator
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thalweg.learn.compiled import kernel
from thalweg.learn.compiled.random import draw_order
from thalweg.learn.custom_loss import descend_by, only_loss_failed
from thalweg.learn.data.examples import Examples, expect_examples
from thalweg.learn.data.validated_targets import suited
from thalweg.learn.loss import OWN, Loss, loss_of
from thalweg.learn.optimizer import Optimizer, optimizer_of
from thalweg.learn.outcome import DIVERGED, GROWTH_UPDATES, RISEN_RATIO, Outcome, advice_on, dead_layer
from thalweg.learn.prediction import loss_on
from thalweg.learn.training import checkpoint
from thalweg.learn.training.arguments import at_least_one, expect_precision
from thalweg.learn.training.early_stopping import EarlyStopping, StopRules, expect_validation
from thalweg.learn.training.thread_group import ThreadGroup, thread_group, threads_for
from thalweg.learn.training.training_state import TrainingState, beginning
from thalweg.learn.training.workspace import apart, buffers_of, data_of, plan_of
from thalweg.learn.training.yardstick import Yardstick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import DTypeLike, NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network
    from thalweg.learn.training.early_stopping import Validation

SLICE_SECONDS = 0.05  # how long compiled code may run before Python runs again
NEVER = np.iinfo(np.int64).max


class Progress(NamedTuple):
    """The result of a step."""

    done: int  # updates made; 0 where the loss or θ is no longer finite
    flat: int  # the latest updates in a row whose gradient was exactly zero


class Descent:
    """Gradient descent of one network on some examples.

    Parameters
    ----------
    network : Network
    examples : Examples
    loss : str or Loss
        A key of `LOSSES`, a loss such as ``quantile(0.9)``, or one of your own. L is its mean over a batch (P1).
    optimizer : Optimizer or str
        An update rule with its hyperparameters, or the name of the rule alone.
    batch : int
        Examples per update; the last batch of an epoch takes those that are left (B1). A number above that of the
        examples means all of them.
    epochs : int
        The number of epochs that the schedule spans, and the most that `run` makes.
    seed : int
        Of θ⁰, of the order of every epoch and of dropout. The same seed gives the same bits on the same machine with
        the same versions.
    theta : ndarray, shape (size,), optional
        The start; drawn at random where it is not given.
    carried : TrainingState, optional
        The state in which an earlier descent of the same network and optimizer ended, with other examples. This descent
        continues from it; its own updates, epochs and stop rules count from 0.
    planned : int, optional
        The number of updates that the schedule spans, including those of earlier descents; up to the end of `epochs`
        where it is not given.
    dropout : float
        The share of the hidden neurons that is left out for each example of a batch in training.
    dtype : dtype
        The precision of all numbers, float32 or float64.

    Attributes
    ----------
    theta : ndarray, shape (size,)
        The unknowns as they are now.
    kept : ndarray, shape (size,)
        The unknowns to use: those of the epoch that validation prefers, or else as they are now.
    updates : int
        The number of updates made so far.
    before : (int, int)
        The updates and passes of earlier descents.
    batch_losses : ndarray, shape (batches per epoch,)
        L of each batch in the latest epoch, before its update.
    yardstick : Yardstick
        What the loss of an epoch is compared with.

    Raises
    ------
    ValueError
        If there are no examples, none has a weight, an option is out of its range, or features, targets, loss, output
        or start do not fit together.
    """

    def __init__(
        self,
        network: Network,
        examples: Examples,
        *,
        loss: str | Loss = "mae",
        optimizer: Optimizer | str | None = None,
        batch: int = 64,
        epochs: int = 60,
        seed: int = 0,
        theta: Values | None = None,
        carried: TrainingState | None = None,
        planned: int | None = None,
        dropout: float = 0.0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        expect_examples(examples)
        # True is a whole number to Python, but the kernel would be compiled anew for it.
        batch, epochs, seed = (int(operator.index(each)) for each in (batch, epochs, seed))
        if batch < 1 or epochs < 1:
            raise ValueError(f"The batch size is {batch} and epochs are {epochs}; both must be 1 or more.")
        if not 0 <= dropout < 1:
            raise ValueError(f"Dropout is {dropout}; it is a share, at least 0 and below 1.")
        expect_precision(dtype)
        self.network, self.loss, self.optimizer, self.seed = network, loss_of(loss), optimizer_of(optimizer), seed
        self.examples = suited(network, self.loss, examples.astype(dtype))
        self.batch, self.epochs, self.dropout = min(batch, len(examples)), epochs, float(dropout)
        start = beginning(network, seed, theta, carried)
        self.theta: Values = apart(start.theta, dtype)
        self.before = (start.updates, start.passes)
        self.planned = start.updates + epochs * self.batches if planned is None else operator.index(planned)
        if self.planned < 1:
            raise ValueError(f"The schedule is to span {self.planned} updates; it must be 1 or more.")
        self.batch_losses: NDArray[np.float64] = apart(np.full(self.batches, np.nan), np.float64)
        self._plan = plan_of(
            network, self.examples, self.loss, self.optimizer,
            planned=self.planned, dropout=dropout, seed=seed % 2**63, training=True,
        )  # fmt: skip
        self._data = data_of(self.examples)
        self._buffers = buffers_of(network, self.examples, self.batch, dtype, training=True, dropout=dropout > 0)
        self._buffers.state[...] = start.state
        self._buffers.counts[kernel.UPDATES] = start.updates
        self.yardstick = Yardstick(self.loss, network.widths[-1])
        self._stopping = EarlyStopping()
        self._group = ThreadGroup(1, None)
        self._order: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._order_of = -1
        self._slice = 8  # batches; adapted to SLICE_SECONDS, which does not change any bit of the result

    # How far the descent has come.

    @property
    def kept(self) -> Values:
        """The unknowns to use."""
        return self.theta if self._stopping.kept is None else self._stopping.kept

    @property
    def batches(self) -> int:
        """The number of batches, and so of updates, in an epoch."""
        return math.ceil(len(self.examples) / self.batch)

    @property
    def updates(self) -> int:
        """The number of updates made so far. Compiled code counts, so no interrupt separates update and count."""
        return int(self._buffers.counts[kernel.UPDATES]) - self.before[0]

    @property
    def epoch(self) -> int:
        """The number of whole epochs made so far."""
        return self.updates // self.batches

    @property
    def carried(self) -> TrainingState:
        """A copy of the state, from which a descent of the same network on other examples may continue."""
        updates, passes = self.before
        passes += math.ceil(self.updates / self.batches)
        return TrainingState(self.theta.copy(), self._buffers.state.copy(), updates + self.updates, passes)

    @property
    def gradient(self) -> Values:
        """The gradient of the latest update, shape (size,)."""
        return self._buffers.gradient

    @property
    def learning_rate(self) -> float:
        """η before the schedule is applied; it may be set between steps."""
        return self.optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self.optimizer = replace(self.optimizer, learning_rate=rate)
        self._plan.numbers[0] = rate

    def loss_of_all(self) -> float:
        """Return L over all examples at the current θ."""
        return loss_on(self.network, self.theta, self.examples, self.loss)

    def dead_layer(self) -> int | None:
        """Return the number, from 1, of the first hidden layer all of whose neurons give 0 for all examples."""
        return dead_layer(self.network, self.theta, self.examples)

    def __repr__(self) -> str:
        widths = "-".join(map(str, self.network.widths))
        return f"<Descent of {widths}, {self.loss.name}: {self.updates} updates, {self.epoch} of {self.epochs} epochs>"

    # One step after another.

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Return the order of the examples in an epoch, which decides which example is in which batch (B1)."""
        if epoch != self._order_of:
            order = np.empty(len(self.examples), dtype=np.int64)
            draw_order(self._plan.seed, self.before[1] + epoch, order)
            self._order, self._order_of = order, epoch
        return self._order

    def step(self, batches: int = 1) -> Progress:
        """Run up to `batches` batches, at most to the end of the epoch.

        Raises
        ------
        ValueError
            If `batches` is less than 1.
        """
        at_least_one(batches=batches)
        return self._step(batches, NEVER)

    def _step(self, batches: int, most_risen: int) -> Progress:
        before = self.updates
        first = before % self.batches
        last = min(first + batches, self.batches)
        work = (
            self._plan, self._data, self._buffers, self.theta, self.order(self.epoch),
            self.batch, first, last, self.batch_losses,
        )  # fmt: skip
        if self._plan.loss == OWN:
            descend_by(self.loss, self.examples, *work, lambda: self._grew(most_risen))
        else:
            self._group.run(lambda team: kernel.descend(*work, most_risen, team))
        done = self.updates - before
        whole = done == last - first or self._grew(most_risen)
        whole = whole and bool(np.isfinite(self.theta).all())
        return Progress(done if whole else 0, int(self._buffers.counts[kernel.FLAT]))

    def _grew(self, most_risen: int) -> bool:
        """Whether the loss has grown in too many updates in a row, and to more than at first."""
        risen, seen = self._buffers.counts[kernel.RISEN], self._buffers.seen
        return bool(risen >= most_risen and seen[kernel.LAST_LOSS] > seen[kernel.FIRST_LOSS])

    # A run, until one of the stop rules holds.

    def run(
        self,
        *,
        epochs: int | None = None,
        updates: int | None = None,
        seconds: float | None = None,
        patience: int | None = None,
        validate: Validation | None = None,
        watch: Callable[[Descent, float], None] | None = None,
        every: int | None = None,
        cancelled: Callable[[], bool] | None = None,
        save_to: str | Path | None = None,
        save_every: float = 10.0,
        threads: int | None = None,
    ) -> Outcome:
        """Descend until the first of the stop rules holds. Another call continues the descent.

        Parameters
        ----------
        epochs, updates : int, optional
            Stop after so many in all, at the latest after the epochs that the schedule spans.
        seconds : float, optional
            Stop after so many seconds.
        patience : int, optional
            Stop after so many epochs without a better validation loss.
        validate : callable, optional
            A function from θ to a validation loss, or to the error of each example, shape (examples,), whose mean is
            the loss. It is called after every epoch. The θ of the best epoch is kept. Where errors are given, that is
            the latest epoch that is not worse than the best by more than one standard error of the difference (Breiman
            et al. 1984). Smaller is better: for an accuracy return 1 − accuracy. Without `validate` the choice of an
            earlier run is forgotten.
        watch : callable, optional
            Called after every epoch with this descent and its validation loss (NaN without `validate`).
        every : int, optional
            Call `watch` after every so many updates instead, with the latest validation loss.
        cancelled : callable, optional
            Called several times a second; the run ends when it returns True.
        save_to : path, optional
            Save the descent to this file when it ends and every `save_every` seconds. `Descent.load` then resumes it
            to the same bits, even if the process was killed.
        save_every : float
            Seconds.
        threads : int, optional
            The most threads that run one large network together; a small network runs on one thread. All cores where
            it is not given. The bits are the same for any number.

        Returns
        -------
        Outcome

        Raises
        ------
        ValueError
            If epochs, updates, patience, every or threads are less than 1.
        InputError
            If the file cannot be written.
        """
        began = time.perf_counter()
        at_least_one(epochs=epochs, updates=updates, patience=patience, every=every)
        expect_validation(patience, validate)
        if every is not None and watch is None:
            raise ValueError("every says when to watch: give a function of descent and validation loss as `watch`.")
        planned = min(self.epochs, epochs or self.epochs) * self.batches
        most = min(planned, updates or planned)
        until = math.inf if seconds is None else began + seconds
        rules = StopRules(most, until, patience, validate, watch and partial(watch, self), every, cancelled)
        if validate is None:
            self._stopping = EarlyStopping(self._stopping.epochs_seen, self._stopping.last_loss)
        if save_to is not None:
            self.save(save_to)  # a place that cannot be written to is reported before the work
        try:
            with thread_group(threads_for(self.network, self.batch, threads)) as self._group:
                name = self._until_ended(rules, save_to, save_every)
        finally:
            self._group = ThreadGroup(1, None)
            if save_to is not None:
                self.save(save_to)
        name = name or ("updates" if most < planned else "epochs")
        if validate and self._stopping.epochs_seen and self._stopping.kept is None and name in ("epochs", "updates"):
            name = "validation not finite"
        return self._outcome(name, time.perf_counter() - began)

    def _until_ended(self, rules: StopRules, save_to: str | Path | None, save_every: float) -> str | None:
        """Run slices until something ends the descent, and return its name; None where all updates were made."""
        saved = time.perf_counter()
        ended = None
        if self._stopping.epochs_seen < self.epoch and self.updates % self.batches == 0:
            # The epoch ended without validation: an interrupt came before it, or `step` was called by hand.
            ended = self._end_of_epoch(rules)
        while not ended and self.updates < rules.most:
            if rules.cancelled and rules.cancelled():
                return "interrupted"
            if time.perf_counter() >= rules.until:
                return "seconds"
            ended = self._slice_of(rules)
            if not ended and save_to is not None and time.perf_counter() - saved >= save_every:
                self.save(save_to)
                saved = time.perf_counter()
        return ended

    def _slice_of(self, rules: StopRules) -> str | None:
        """Run a slice of about `SLICE_SECONDS`; return the name of the end if the descent ended."""
        started = time.perf_counter()
        most = min(self._slice, rules.most - self.updates)
        if rules.every:
            most = min(most, rules.every - self.updates % rules.every)
        done, _ = self._step(most, GROWTH_UPDATES)
        spent = time.perf_counter() - started
        if spent < SLICE_SECONDS / 2:
            self._slice = min(self._slice * 2, self.batches)
        elif spent > SLICE_SECONDS * 2:
            self._slice = max(self._slice // 2, 1)
        if not done:
            own = self._plan.loss == OWN and only_loss_failed(self.network, self.theta, self.examples)
            return "loss not finite" if own else "diverged"
        grew = self._grew(GROWTH_UPDATES)
        ended = self._end_of_epoch(rules) if self.updates % self.batches == 0 else None
        if rules.watch and rules.every and self.updates % rules.every == 0:
            rules.watch(self._stopping.validation)
        return ended or ("growing" if grew else None)

    def _end_of_epoch(self, rules: StopRules) -> str | None:
        """Evaluate a whole epoch: its mean loss, its validation loss, and whether θ still moves."""
        stopping = self._stopping
        stopping.last_loss = float(np.nanmean(self.batch_losses))  # NaN where a batch had no weight
        if self._exceeds(DIVERGED):
            return "diverged"
        as_good = stopping.validated(self.theta, rules.validate)
        if rules.watch and not rules.every:
            rules.watch(stopping.validation)
        if as_good:
            stopping.best_epoch, stopping.kept = self.epoch, self.theta.copy()
        stopping.epochs_seen = self.epoch
        # Where the gradient is zero, θ moves on only by weight decay or momentum.
        flat = self._buffers.counts[kernel.FLAT] >= self.batches
        if flat and not (self.optimizer.decay or self._buffers.state[0].any()):
            return "gradient zero" if self.dead_layer() is None else "dead"
        return stopping.out_of_patience(self.epoch, rules.patience)

    def _exceeds(self, ratio: float) -> bool:
        """Whether the mean loss of the latest epoch is more than so many times that of the yardstick."""
        if math.isnan(self.yardstick.first):
            self.yardstick.first = float(self._buffers.seen[kernel.FIRST_LOSS])
        loss, order = self._stopping.last_loss, partial(self.order, max(self.epoch - 1, 0))
        return self.yardstick.exceeded(loss, ratio, self.examples, order, self.batch)

    def _outcome(self, name: str, seconds: float) -> Outcome:
        message = advice_on(
            name,
            updates=self.updates,
            # A descent diverges within an epoch, which counts; otherwise only whole epochs count.
            epochs=math.ceil(self.updates / self.batches) if name == "diverged" else self.epoch,
            best_epoch=self._stopping.best_epoch,
            learning_rate=self.optimizer.learning_rate,
            loss=self.loss,
            value=float(self.batch_losses[self.updates % self.batches]),
            first=float(self._buffers.seen[kernel.FIRST_LOSS]),
            last=self._stopping.last_loss,
            risen=self._exceeds(RISEN_RATIO),
            dead_layer=self.dead_layer,
        )
        return Outcome(name, message, self.updates, self.epoch, self._stopping.best_epoch or self.epoch, seconds)

    # In a file.

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all arrays that change during the descent, by name, as views; `restore` takes them."""
        stopping, buffers = self._stopping, self._buffers
        arrays = {
            "theta": self.theta,
            "optimizer": buffers.state,
            "counts": buffers.counts,
            "seen": buffers.seen,
            "batch losses": self.batch_losses,
            # Saved files call the state of early stopping so.
            "course": np.array(
                [stopping.epochs_seen, stopping.last_loss, stopping.validation, stopping.best_epoch, self.learning_rate]
            ),
            "best": stopping.best,
            "kept": stopping.kept,
        }
        return {name: values for name, values in arrays.items() if values is not None}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over the `state` of a descent with the same options.

        Raises
        ------
        KeyError, ValueError
            If an array is missing, is of another shape or precision, or holds what no descent can go on from.
        """
        fixed = {name: values for name, values in self.state().items() if name not in ("best", "kept")}
        expected = fixed | ({"kept": self.theta} if "kept" in state else {})
        for name, values in expected.items():
            if state[name].shape != values.shape or state[name].dtype != values.dtype:
                raise ValueError(f"{name} has shape {state[name].shape} of {state[name].dtype}")
        if not (np.isfinite(state["theta"]).all() and np.isfinite(state["optimizer"]).all()):
            raise ValueError("there are unknowns or entries of the optimizer's state that are not finite")
        if not 0 <= state["counts"][kernel.UPDATES] - self.before[0] <= self.epochs * self.batches:
            raise ValueError("the number of updates made is none of this descent")
        if "best" in state and (state["best"].ndim != 1 or state["best"].dtype != np.float64):
            raise ValueError(f"best has shape {state['best'].shape} of {state['best'].dtype}")
        epochs_seen, last_loss, validation, best_epoch, rate = state["course"].tolist()
        for name, values in fixed.items():
            values[...] = state[name]
        best, kept = (np.array(state[name]) if name in state else None for name in ("best", "kept"))
        self._stopping = EarlyStopping(int(epochs_seen), last_loss, validation, best, int(best_epoch), kept)
        self.learning_rate = rate

    def save(self, path: str | Path) -> None:
        """Write all that is needed to resume the descent to a file, whole or not at all. The examples are not in it.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        checkpoint.save(self, path)

    @staticmethod
    def load(path: str | Path, examples: Examples, *, loss: Loss | None = None) -> Descent:
        """Return a saved descent. Resumed, it ends at the same bits as without the interruption.

        Parameters
        ----------
        path : path
        examples : Examples
            The examples that it was begun with.
        loss : Loss, optional
            The custom loss that it was begun with, because a file holds no code.

        Raises
        ------
        InputError
            If the file does not hold a descent, is damaged, or belongs to other examples or another loss.
        """
        return checkpoint.load(Descent, path, examples, loss=loss)
