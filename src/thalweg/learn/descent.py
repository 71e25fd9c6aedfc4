"""Step 3, gradient descent: random batches, updates, epochs, and when to stop (O1, O2, B1)."""

from __future__ import annotations

import math
import operator
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thalweg.learn.carried import Carried, beginning
from thalweg.learn.compiled import kernel
from thalweg.learn.compiled.random import draw_order
from thalweg.learn.course import Course, Rules, as_errors
from thalweg.learn.crew import Crew, crew, threads_for
from thalweg.learn.examples import Examples, expect_examples
from thalweg.learn.loss import OWN, Loss, loss_of
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.outcome import DIVERGED, GROWN, Outcome, advice_on, dead_layer
from thalweg.learn.own import descend_by
from thalweg.learn.prediction import loss_on, predict
from thalweg.learn.targets import suited
from thalweg.learn.workspace import apart, data_of, plan_of, room_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import DTypeLike, NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network

SLICE_SECONDS = 0.05  # how long compiled code may run before Python gets a word
PRECISIONS = (np.dtype(np.float32), np.dtype(np.float64))
NEVER = np.iinfo(np.int64).max


class Progress(NamedTuple):
    """What a step did."""

    done: int  # updates made; 0 where loss or θ is not finite any more
    flat: int  # how many updates on end, up to now, had a gradient of exactly zero


class Descent:
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
        carried: Carried | None = None,
        planned: int | None = None,
        dropout: float = 0.0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        expect_examples(examples)
        batch, epochs, seed = operator.index(batch), operator.index(epochs), operator.index(seed)
        if batch < 1 or epochs < 1:
            raise ValueError(f"The batch size is {batch} and epochs are {epochs}; both must be 1 or more.")
        if seed < 0:
            raise ValueError(f"The seed is {seed}; it must be 0 or more.")
        if not 0 <= dropout < 1:
            raise ValueError(f"Dropout is {dropout}; it is a share, at least 0 and below 1.")
        if np.dtype(dtype) not in PRECISIONS:
            raise ValueError(f"The precision is {np.dtype(dtype)}; choose float32 or float64.")
        optimizer = Optimizer(optimizer) if isinstance(optimizer, str) else optimizer or Optimizer()
        self.network, self.loss, self.optimizer, self.seed = network, loss_of(loss), optimizer, seed
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
            network,
            self.examples,
            self.loss,
            self.optimizer,
            planned=self.planned,
            dropout=dropout,
            seed=seed % 2**63,
            training=True,
        )
        self._data = data_of(self.examples)
        self._room = room_of(network, self.examples, self.batch, dtype, training=True, dropout=dropout > 0)
        self._room.state[...] = start.state
        self._room.counts[kernel.UPDATES] = start.updates
        self._course = Course()
        self._crew = Crew(1, None)
        self._order: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._order_of = -1
        self._slice = 8  # batches; adapted to SLICE_SECONDS, which changes no bit of the result

    @property
    def batches(self) -> int:
        """How many batches, so updates, make an epoch."""
        return math.ceil(len(self.examples) / self.batch)

    @property
    def updates(self) -> int:
        """How many updates were made so far; counted in compiled code with each, so that no interrupt parts them."""
        return int(self._room.counts[kernel.UPDATES]) - self.before[0]

    @property
    def epoch(self) -> int:
        """How many whole epochs were made so far."""
        return self.updates // self.batches

    @property
    def kept(self) -> Values:
        """The unknowns to use."""
        return self.theta if self._course.kept is None else self._course.kept

    @property
    def carried(self) -> Carried:
        """What it has come to, as a copy: for a descent of the same network on other examples to go on from."""
        updates, passes = self.before
        passes += math.ceil(self.updates / self.batches)
        return Carried(self.theta.copy(), self._room.state.copy(), updates + self.updates, passes)

    @property
    def gradient(self) -> Values:
        """The gradient of the latest update, shape (size,)."""
        return self._room.gradient

    @property
    def learning_rate(self) -> float:
        """η before its schedule; it may be set between steps."""
        return self.optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self.optimizer = replace(self.optimizer, learning_rate=rate)
        self._plan.numbers[0] = rate

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Return the order in which the examples come in an epoch: which example is in which batch (B1)."""
        if epoch != self._order_of:
            order = np.empty(len(self.examples), dtype=np.int64)
            draw_order(self._plan.seed, self.before[1] + epoch, order)
            self._order, self._order_of = order, epoch
        return self._order

    def loss_of_all(self) -> float:
        """Return L over all examples at θ as it is now."""
        return loss_on(self.network, self.theta, self.examples, self.loss)

    def step(self, batches: int = 1) -> Progress:
        """Run up to `batches` batches, not beyond the epoch's end.

        Raises
        ------
        ValueError
            If `batches` is less than 1.
        """
        if batches < 1:
            raise ValueError(f"batches is {batches}; it must be 1 or more.")
        return self._step(batches, NEVER)

    def _step(self, batches: int, most_risen: int) -> Progress:
        before = self.updates
        first = before % self.batches
        last = min(first + batches, self.batches)
        order = self.order(self.epoch)
        if self._plan.loss == OWN:
            descend_by(
                self.loss, self.examples, (self._plan, self._data, self._room), self.theta, order,
                self.batch, range(first, last), self.batch_losses, lambda: self._grew(most_risen),
            )  # fmt: skip
        else:
            self._crew.run(
                lambda team: kernel.descend(
                    self._plan, self._data, self._room, self.theta, order,
                    self.batch, first, last, self.batch_losses, most_risen, team,
                )
            )  # fmt: skip
        done = self.updates - before
        whole = done == last - first or self._grew(most_risen)
        whole = whole and bool(np.isfinite(self.theta).all())
        return Progress(done if whole else 0, int(self._room.counts[kernel.FLAT]))

    def _grew(self, most_risen: int) -> bool:
        """Whether the loss has grown too often on end, beyond what it was at first."""
        seen = self._room.seen
        return bool(self._room.counts[kernel.RISEN] >= most_risen and seen[kernel.LAST_LOSS] > seen[kernel.FIRST_LOSS])

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
            self._course = Course(self._course.looked_at, self._course.last_loss)
        rules = Rules(most, patience, validate, watch, every)
        if save_to is not None:
            self.save(save_to)  # a place that cannot be written to is told before the work
        try:
            with crew(threads_for(self.network, self.batch, threads)) as self._crew:
                name = self._until_ended(rules, began, seconds, cancelled, save_to, save_every) or name
        finally:
            self._crew = Crew(1, None)
            if save_to is not None:
                self.save(save_to)
        if validate and self._course.looked_at and self._course.kept is None and name in ("epochs", "updates"):
            name = "validation not finite"
        return self._outcome(name, time.perf_counter() - began)

    def _until_ended(
        self,
        rules: Rules,
        began: float,
        seconds: float | None,
        cancelled: Callable[[], bool] | None,
        save_to: str | Path | None,
        save_every: float,
    ) -> str | None:
        """Run slices until something ends the descent, and return what; None where all updates were made."""
        saved = began
        if self._course.looked_at < self.epoch and self.updates % self.batches == 0:
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

    def _slice_of(self, rules: Rules) -> str | None:
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

    def _end_of_epoch(self, rules: Rules) -> str | None:
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
        course.looked_at = self.epoch
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

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that changes while it descends, by name: views, for `restore`."""
        course, room = self._course, self._room
        changing: dict[str, NDArray[Any]] = {
            "theta": self.theta,
            "optimizer": room.state,
            "counts": room.counts,
            "seen": room.seen,
            "batch losses": self.batch_losses,
            "course": np.array(
                [course.looked_at, course.last_loss, course.validation, course.best_epoch, self.learning_rate]
            ),
        }
        of_validation = {"best": course.best, "kept": course.kept}
        return changing | {name: values for name, values in of_validation.items() if values is not None}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go back, or on, to where a descent of the same options was when its `state` was taken.

        Raises
        ------
        KeyError, ValueError
            If an array is missing, or is of another shape or precision.
        """
        fixed = {name: values for name, values in self.state().items() if name not in ("best", "kept")}
        expected = fixed | ({"kept": self.theta} if "kept" in state else {})
        for name, values in expected.items():
            if state[name].shape != values.shape or state[name].dtype != values.dtype:
                raise ValueError(f"{name} has shape {state[name].shape} of {state[name].dtype}")
        looked_at, last_loss, validation, best_epoch, rate = state["course"].tolist()
        for name, values in fixed.items():
            values[...] = state[name]
        best, kept = (np.array(state[name]) if name in state else None for name in ("best", "kept"))
        self._course = Course(int(looked_at), last_loss, validation, best, int(best_epoch), kept)
        self.learning_rate = rate

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
