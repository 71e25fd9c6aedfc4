"""Step 3, gradient descent: random batches, updates, epochs, and when to stop (O1, O2, B1)."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn.compiled import kernel
from thalweg.learn.early_stopping import EarlyStopping, StopRules, as_errors
from thalweg.learn.loss import OWN
from thalweg.learn.outcome import DIVERGED, GROWN, Outcome, advice_on, dead_layer
from thalweg.learn.prediction import predict
from thalweg.learn.steps import Steps
from thalweg.learn.thread_group import ThreadGroup, thread_group, threads_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.examples import Examples
    from thalweg.learn.loss import Loss

SLICE_SECONDS = 0.05  # how long compiled code may run before Python gets a word


class Descent(Steps):
    """Gradient descent of one network on some examples.

    Parameters
    ----------
    network : Network
    examples : Examples
    loss : str or Loss
        A key of `LOSSES`, or a loss such as ``quantile(0.9)`` or one of your own; over a batch it is averaged (P1).
    optimizer : Optimizer or str
        Or the name of its rule.
    batch : int
        Examples per update; the last batch of an epoch takes what is left (B1). More than there are examples means
        all of them.
    epochs : int
        How many the schedule spans, and the most that `run` makes.
    seed : int
        Of θ⁰, of every epoch's order and of dropout. The same seed gives the same bits on the same machine and
        versions.
    theta : ndarray, shape (size,), optional
        Where to start instead of at random.
    carried : Carried, optional
        What an earlier descent of the same network and optimizer came to, with other examples: this one goes on from
        there. Its own updates, epochs and stop rules count from 0.
    planned : int, optional
        How many updates the schedule spans, those carried among them; up to the end of `epochs` where it is not given.
    dropout : float
        The share of the hidden neurons that each example of a batch goes without in training.
    dtype : dtype
        Precision of everything, float32 or float64.

    Attributes
    ----------
    theta : ndarray, shape (size,)
        The unknowns as they are now.
    kept : ndarray, shape (size,)
        The unknowns to use: those of the epoch that validation prefers, or else as they are now.
    updates : int
        Made so far.
    before : (int, int)
        The updates and passes that were carried in.
    batch_losses : ndarray, shape (batches per epoch,)
        L of each batch in the latest epoch, before its update.

    Raises
    ------
    ValueError
        If there are no examples, none has a weight, an option cannot be, or features, targets, loss, output or the
        start do not fit.
    """

    @property
    def kept(self) -> Values:
        """The unknowns to use."""
        return self.theta if self._course.kept is None else self._course.kept

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
        """Descend until the first of the stop rules holds; called again, go on.

        Parameters
        ----------
        epochs, updates : int, optional
            Stop after so many in all; never beyond the epochs that the schedule spans.
        seconds : float, optional
            Stop after so long.
        patience : int, optional
            Stop after so many epochs without a better validation loss.
        validate : callable, optional
            θ to a validation loss, or to the error of each example, shape (examples,), whose mean is the loss; called
            after every epoch. The best epoch's θ is kept; given errors, the latest epoch's that is as good as the
            best but for chance: worse by no more than one standard error of the difference (Breiman et al. 1984).
            Smaller is better: of an accuracy give 1 less it. Without `validate` an earlier run's choice is forgotten.
        watch : callable, optional
            Called after every epoch with this descent and its validation loss (NaN without `validate`).
        every : int, optional
            Call `watch` after so many updates instead, with the latest validation loss; 1 for each update.
        cancelled : callable, optional
            Asked before every slice; True ends the run.
        save_to : path, optional
            Save the descent to this file when it ends and every `save_every` seconds, so that `Descent.load` goes on
            from there, to the same bits, whatever ended the process.
        save_every : float
        threads : int, optional
            At most so many run one large network together, a small one runs on one; all cores where it is not given.
            The bits are the same for any number.

        Returns
        -------
        Outcome

        Raises
        ------
        ValueError
            If epochs, updates, patience, every or threads are given and less than 1.
        InputError
            If the file cannot be written.
        """
        began = time.perf_counter()
        for name, value in (("epochs", epochs), ("updates", updates), ("patience", patience), ("every", every)):
            if value is not None and value < 1:
                raise ValueError(f"{name} is {value}; it must be 1 or more.")
        if patience is not None and validate is None:
            raise ValueError("patience is of validation: give a function of θ as `validate`.")
        if every is not None and watch is None:
            raise ValueError("every says when to watch: give a function of descent and validation loss as `watch`.")
        most_epochs = min(self.epochs, epochs or self.epochs)
        most = min(most_epochs * self.batches, updates or most_epochs * self.batches)
        name = "updates" if most < most_epochs * self.batches else "epochs"
        if validate is None:
            self._course = EarlyStopping(self._course.illustrated, self._course.last_loss)
        rules = StopRules(most, patience, validate, watch, every)
        if save_to is not None:
            self.save(save_to)  # a place that cannot be written to is told before the work
        try:
            with thread_group(threads_for(self.network, self.batch, threads)) as self._crew:
                name = self._until_ended(rules, began, seconds, cancelled, save_to, save_every) or name
        finally:
            self._crew = ThreadGroup(1, None)
            if save_to is not None:
                self.save(save_to)
        if validate and self._course.illustrated and self._course.kept is None and name in ("epochs", "updates"):
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
        """Run slices until something ends the descent, and return what; None where all updates were made."""
        saved = began
        if self._course.illustrated < self.epoch and self.updates % self.batches == 0:
            # An interrupt came between an epoch's last update and the look at it, or it was stepped to by hand.
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
        """Run a slice of about `SLICE_SECONDS`; return what ended the descent, if anything did."""
        started = time.perf_counter()
        most = min(self._slice, rules.most - self.updates)
        if rules.every:
            most = min(most, rules.every - self.updates % rules.every)
        done, _ = self._step(most, GROWN)
        spent = time.perf_counter() - started
        if spent < SLICE_SECONDS / 2:
            self._slice = min(self._slice * 2, self.batches)
        elif spent > SLICE_SECONDS * 2:
            self._slice = max(self._slice // 2, 1)
        if not done:
            return "loss not finite" if self._own_loss_failed() else "diverged"
        grew = self._grew(GROWN)
        ended = self._end_of_epoch(rules) if self.updates % self.batches == 0 else None
        if rules.watch and rules.every and self.updates % rules.every == 0:
            rules.watch(self, self._course.validation)
        return ended or ("growing" if grew else None)

    def _own_loss_failed(self) -> bool:
        """Whether the loss of the user's own is not finite where θ and so every prediction still are."""
        if self._plan.loss != OWN or not np.isfinite(self.theta).all():
            return False
        return bool(np.isfinite(predict(self.network, self.theta, self.examples)).all())

    def _end_of_epoch(self, rules: StopRules) -> str | None:
        """Look at a whole epoch: what was lost, what validation says, whether anything moved."""
        course = self._course
        mean = float(np.nanmean(self.batch_losses))  # NaN where a batch had no weight
        course.last_loss = mean
        if mean > DIVERGED * self._room.seen[kernel.FIRST_LOSS] > 0:
            return "diverged"
        errors = as_errors(rules.validate(self.theta) if rules.validate else math.nan)
        as_good = course.as_good(errors)
        course.validation = float(errors.mean())
        if rules.watch and not rules.every:
            rules.watch(self, course.validation)
        if as_good:
            course.best_epoch, course.kept = self.epoch, self.theta.copy()
        course.illustrated = self.epoch
        if self._room.counts[kernel.FLAT] >= self.batches and self._stands_still():
            return "gradient zero" if self.dead_layer() is None else "dead"
        if rules.validate and rules.patience is not None and self.epoch - course.best_epoch >= rules.patience:
            return "validation not finite" if course.kept is None else "validation"
        return None

    def _stands_still(self) -> bool:
        """Whether θ does not move where the gradient is zero: no decay pulls it, no momentum carries it on."""
        return not self.optimizer.decay and not self._room.state[0].any()

    def dead_layer(self) -> int | None:
        """Return the number, from 1, of the first hidden layer all of whose neurons give 0 for all examples."""
        return dead_layer(self.network, self.theta, self.examples)

    def _outcome(self, name: str, seconds: float) -> Outcome:
        # A descent that diverged did so in the epoch it was in, the others count whole ones.
        epochs = math.ceil(self.updates / self.batches) if name == "diverged" else self.epoch
        best_epoch = self.epoch if self._course.kept is None else self._course.best_epoch
        advice = advice_on(
            name,
            updates=self.updates,
            epochs=epochs,
            best_epoch=self._course.best_epoch,
            learning_rate=self.optimizer.learning_rate,
            loss=self.loss,
            value=float(self.batch_losses[self.updates % self.batches]),
            first=float(self._room.seen[kernel.FIRST_LOSS]),
            last=self._course.last_loss,
            dead_layer=self.dead_layer,
        )
        return Outcome(name, advice, self.updates, self.epoch, best_epoch, seconds)

    def __repr__(self) -> str:
        widths = "-".join(map(str, self.network.widths))
        return f"<Descent of {widths}, {self.loss.name}: {self.updates} updates, {self.epoch} of {self.epochs} epochs>"

    def save(self, path: str | Path) -> None:
        """Write all that is needed to go on to a file, whole or not at all; the examples are not in it.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        from thalweg.learn import checkpoint  # noqa: PLC0415 - it makes descents

        checkpoint.save(self, path)

    @staticmethod
    def load(path: str | Path, examples: Examples, *, loss: Loss | None = None) -> Descent:
        """Return a saved descent, to go on to the same bits that it would have come to.

        Parameters
        ----------
        path : path
        examples : Examples
            Those that it was begun with.
        loss : Loss, optional
            The loss of your own that it was begun with; a file holds no code.

        Raises
        ------
        InputError
            If the file is none of a descent, is damaged, or the examples or the loss are others.
        """
        from thalweg.learn import checkpoint  # noqa: PLC0415 - likewise

        return checkpoint.load(path, examples, loss=loss)
