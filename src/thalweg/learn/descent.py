"""Step 3, gradient descent: random batches, updates, epochs, and when to stop (O1, O2, B1)."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.compiled import kernel
from thalweg.learn.loss import OWN
from thalweg.learn.outcome import DIVERGED, GROWTH_UPDATES, Outcome, advice_on, dead_layer
from thalweg.learn.prediction import predict
from thalweg.learn.steps import Steps
from thalweg.learn.training.early_stopping import EarlyStopping, StopRules, as_errors
from thalweg.learn.training.thread_group import ThreadGroup, thread_group, threads_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.learn.loss import Loss

SLICE_SECONDS = 0.05  # how long compiled code may run before Python runs again


class Descent(Steps):
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

    Raises
    ------
    ValueError
        If there are no examples, none has a weight, an option is out of its range, or features, targets, loss, output
        or start do not fit together.
    """

    @property
    def kept(self) -> Values:
        """The unknowns to use."""
        return self.theta if self._stopping.kept is None else self._stopping.kept

    def run(
        self,
        *,
        epochs: int | None = None,
        updates: int | None = None,
        seconds: float | None = None,
        patience: int | None = None,
        validate: Callable[[Values], float | NDArray[np.float64]] | None = None,
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
        for name, value in (("epochs", epochs), ("updates", updates), ("patience", patience), ("every", every)):
            if value is not None and value < 1:
                raise ValueError(f"{name} is {value}; it must be 1 or more.")
        if patience is not None and validate is None:
            raise ValueError("patience needs a validation loss: give a function of θ as `validate`.")
        if every is not None and watch is None:
            raise ValueError("every says when to watch: give a function of descent and validation loss as `watch`.")
        most_epochs = min(self.epochs, epochs or self.epochs)
        most = min(most_epochs * self.batches, updates or most_epochs * self.batches)
        name = "updates" if most < most_epochs * self.batches else "epochs"
        if validate is None:
            self._stopping = EarlyStopping(self._stopping.epochs_seen, self._stopping.last_loss)
        rules = StopRules(most, patience, validate, watch, every)
        if save_to is not None:
            self.save(save_to)  # a place that cannot be written to is reported before the work
        try:
            with thread_group(threads_for(self.network, self.batch, threads)) as self._group:
                name = self._until_ended(rules, began, seconds, cancelled, save_to, save_every) or name
        finally:
            self._group = ThreadGroup(1, None)
            if save_to is not None:
                self.save(save_to)
        if validate and self._stopping.epochs_seen and self._stopping.kept is None and name in ("epochs", "updates"):
            name = "validation not finite"
        return self._outcome(name, time.perf_counter() - began)

    def _until_ended(
        self,
        rules: StopRules,
        began: float,
        seconds: float | None,
        cancelled: Callable[[], bool] | None,
        save_to: str | Path | None,
        save_every: float,
    ) -> str | None:
        """Run slices until something ends the descent, and return its name; None where all updates were made."""
        saved = began
        if self._stopping.epochs_seen < self.epoch and self.updates % self.batches == 0:
            # The epoch ended without validation: an interrupt came before it, or `step` was called by hand.
            ended = self._end_of_epoch(rules)
            if ended:
                return ended
        while self.updates < rules.most:
            if cancelled and cancelled():
                return "interrupted"
            if seconds is not None and time.perf_counter() - began >= seconds:
                return "seconds"
            ended = self._slice_of(rules)
            if ended:
                return ended
            if save_to is not None and time.perf_counter() - saved >= save_every:
                self.save(save_to)
                saved = time.perf_counter()
        return None

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
            return "loss not finite" if self._own_loss_failed() else "diverged"
        grew = self._grew(GROWTH_UPDATES)
        ended = self._end_of_epoch(rules) if self.updates % self.batches == 0 else None
        if rules.watch and rules.every and self.updates % rules.every == 0:
            rules.watch(self, self._stopping.validation)
        return ended or ("growing" if grew else None)

    def _own_loss_failed(self) -> bool:
        """Whether a custom loss is not finite although θ and every prediction are finite."""
        if self._plan.loss != OWN or not np.isfinite(self.theta).all():
            return False
        return bool(np.isfinite(predict(self.network, self.theta, self.examples)).all())

    def _end_of_epoch(self, rules: StopRules) -> str | None:
        """Evaluate a whole epoch: its mean loss, its validation loss, and whether θ still moves."""
        stopping = self._stopping
        mean = float(np.nanmean(self.batch_losses))  # NaN where a batch had no weight
        stopping.last_loss = mean
        if mean > DIVERGED * self._buffers.seen[kernel.FIRST_LOSS] > 0:
            return "diverged"
        errors = as_errors(rules.validate(self.theta) if rules.validate else math.nan)
        as_good = stopping.as_good(errors)
        stopping.validation = float(errors.mean())
        if rules.watch and not rules.every:
            rules.watch(self, stopping.validation)
        if as_good:
            stopping.best_epoch, stopping.kept = self.epoch, self.theta.copy()
        stopping.epochs_seen = self.epoch
        if self._buffers.counts[kernel.FLAT] >= self.batches and self._stands_still():
            return "gradient zero" if self.dead_layer() is None else "dead"
        if rules.validate and rules.patience is not None and self.epoch - stopping.best_epoch >= rules.patience:
            return "validation not finite" if stopping.kept is None else "validation"
        return None

    def _stands_still(self) -> bool:
        """Whether θ does not move while the gradient is zero: there is no weight decay and no momentum."""
        return not self.optimizer.decay and not self._buffers.state[0].any()

    def dead_layer(self) -> int | None:
        """Return the number, from 1, of the first hidden layer all of whose neurons give 0 for all examples."""
        return dead_layer(self.network, self.theta, self.examples)

    def _outcome(self, name: str, seconds: float) -> Outcome:
        # A descent diverges within an epoch, which counts; otherwise only whole epochs count.
        epochs = math.ceil(self.updates / self.batches) if name == "diverged" else self.epoch
        best_epoch = self.epoch if self._stopping.kept is None else self._stopping.best_epoch
        message = advice_on(
            name,
            updates=self.updates,
            epochs=epochs,
            best_epoch=self._stopping.best_epoch,
            learning_rate=self.optimizer.learning_rate,
            loss=self.loss,
            value=float(self.batch_losses[self.updates % self.batches]),
            first=float(self._buffers.seen[kernel.FIRST_LOSS]),
            last=self._stopping.last_loss,
            dead_layer=self.dead_layer,
        )
        return Outcome(name, message, self.updates, self.epoch, best_epoch, seconds)

    def __repr__(self) -> str:
        widths = "-".join(map(str, self.network.widths))
        return f"<Descent of {widths}, {self.loss.name}: {self.updates} updates, {self.epoch} of {self.epochs} epochs>"

    def save(self, path: str | Path) -> None:
        """Write all that is needed to resume the descent to a file, whole or not at all. The examples are not in it.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        from thalweg.learn.training import checkpoint  # noqa: PLC0415 - it imports this module

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
        from thalweg.learn.training import checkpoint  # noqa: PLC0415 - likewise

        return checkpoint.load(path, examples, loss=loss)
