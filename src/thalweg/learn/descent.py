"""Step 3, gradient descent: random batches, updates, epochs, and when to stop (O1, O2, B1)."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.learn import kernel
from thalweg.learn.loss import LOSSES
from thalweg.learn.optimizer import RULES, SCHEDULES, Optimizer
from thalweg.learn.threads import one_blas_thread
from thalweg.learn.workspace import Workspace, window_arrays

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import DTypeLike, NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.examples import Examples
    from thalweg.learn.function import Network

SLICE_SECONDS = 0.05  # how long compiled code may run before Python gets a word
PRECISIONS = (np.dtype(np.float32), np.dtype(np.float64))
DIVERGED = 1e4  # so many times the first epoch's loss is not patience any more

ADVICE = {
    "epochs": "All {epochs} epochs were made. If the loss was still falling, allow more epochs.",
    "updates": "All {updates} updates were made. If the loss was still falling, allow more updates.",
    "seconds": "The time was up after {epochs} epochs. Allow more seconds, or choose a smaller network.",
    "gradient zero": "The gradient was exactly 0 for a whole epoch, so nothing moves any more: a minimum, or every "
    "neuron is dead. If the loss is poor, start from another seed or lower the learning rate.",
    "validation": "Validation stopped improving after epoch {best_epoch}; its unknowns were kept.",
    "diverged": "The loss left all bounds in epoch {epochs}: the learning rate {learning_rate:g} is above what this "
    "surface bears. Try {smaller:g}, or a smaller scale of features and targets.",
    "interrupted": "It was interrupted after {epochs} epochs; what had been found until then was kept.",
}


@dataclass(frozen=True)
class Outcome:
    """How a descent ended.

    Attributes
    ----------
    name : str
        A key of `ADVICE`: what ended it.
    advice : str
        What that means and what to try next, in a sentence or two.
    updates, epochs : int
        Made until then; an epoch counts once all its batches were seen.
    best_epoch : int
        The epoch whose unknowns were kept: the one that validation prefers (see `Descent.run`), or the last.
    seconds : float
        Wall-clock time of this run.
    """

    name: str
    advice: str
    updates: int
    epochs: int
    best_epoch: int
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether θ is of no use."""
        return self.name == "diverged"


class Descent:
    """Gradient descent of one network on some examples.

    Parameters
    ----------
    network : Network
    examples : Examples
    loss : str
        ``mae`` or ``mse``; over a batch it is averaged (P1).
    optimizer : Optimizer
    batch : int
        Examples per update; the last batch of an epoch takes what is left (B1).
    epochs : int
        How many the schedule spans, and the most that `run` makes.
    seed : int
        Of θ⁰ and of every epoch's order. The same seed gives the same bits on the same machine and versions.
    theta : ndarray, shape (size,), optional
        Where to start instead of at random.
    dtype : dtype
        Precision of everything, float32 or float64.

    Attributes
    ----------
    theta : ndarray, shape (size,)
        The unknowns as they are now.
    updates : int
        Made so far.
    batch_losses : ndarray, shape (batches per epoch,)
        L of each batch in the latest epoch, before its update.

    Raises
    ------
    ValueError
        If there are no examples, none has a weight, batch, epochs, seed, loss or precision cannot be, or
        features, outputs or the start do not fit.
    """

    def __init__(
        self,
        network: Network,
        examples: Examples,
        *,
        loss: str = "mae",
        optimizer: Optimizer | None = None,
        batch: int = 64,
        epochs: int = 60,
        seed: int = 0,
        theta: Values | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if loss not in LOSSES:
            raise ValueError(f"There is no loss {loss!r}; choose one of {', '.join(LOSSES)}.")
        if not len(examples) or not (examples.weight > 0).any():
            raise ValueError("There is no example with a weight to learn from.")
        if (examples.features, examples.outputs) != (network.widths[0], network.widths[-1]):
            raise ValueError(
                f"The examples have {examples.features} features and {examples.outputs} outputs; "
                f"the network takes {network.widths[0]} and gives {network.widths[-1]}."
            )
        if batch < 1 or epochs < 1:
            raise ValueError(f"The batch size is {batch} and epochs are {epochs}; both must be 1 or more.")
        if seed < 0:
            raise ValueError(f"The seed is {seed}; it must be 0 or more.")
        if np.dtype(dtype) not in PRECISIONS:
            raise ValueError(f"The precision is {np.dtype(dtype)}; choose float32 or float64.")
        self.network, self.loss, self.optimizer, self.seed = network, loss, optimizer or Optimizer(), seed
        self.batch = min(batch, len(examples))
        self.epochs = epochs
        self.examples = examples.astype(dtype)
        start = network.start(seed) if theta is None else theta
        if start.shape != (network.size,):
            raise ValueError(f"This network has {network.size} unknowns; the start given has shape {start.shape}.")
        self.theta: Values = np.array(start, dtype=dtype)
        self.updates = 0
        self.batch_losses: NDArray[np.float64] = np.full(self.batches, np.nan)
        self._gradient: Values = np.zeros_like(self.theta)
        self._state: Values = np.zeros((2, network.size), dtype=dtype)
        self._space = Workspace(network, self.batch, dtype, loss=LOSSES[loss].code, rule=RULES[self.optimizer.rule])
        chosen = self.optimizer
        self._numbers = np.array(
            [chosen.decay, chosen.momentum, chosen.momentum_squares, chosen.epsilon], dtype=np.float64
        )
        self._order: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._order_of = -1
        self._slice = 8  # batches; adapted to SLICE_SECONDS, which changes no bit of the result

    @property
    def batches(self) -> int:
        """Updates an epoch: N / B, rounded up (B1)."""
        return math.ceil(len(self.examples) / self.batch)

    @property
    def epoch(self) -> int:
        """Epochs made, whole ones."""
        return self.updates // self.batches

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Return which example comes when in an epoch; batch k is ``order[k · B : (k + 1) · B]`` (B1)."""
        if self._order_of != epoch:
            # Epochs are told apart from 1 on: the generator of (seed, 0) is that of seed, which drew θ⁰.
            random = np.random.default_rng((self.seed, epoch + 1))
            self._order, self._order_of = random.permutation(len(self.examples)), epoch
        return self._order

    def step(self, batches: int) -> tuple[int, int]:
        """Run up to `batches` batches, not beyond the epoch's end.

        Returns
        -------
        done : int
            Updates made; 0 where the loss or θ is not finite any more.
        flat : int
            How many of them had a gradient of exactly zero.
        """
        first = self.updates % self.batches
        last = min(first + batches, self.batches)
        data = self.examples
        with one_blas_thread():
            done, flat = kernel.descend(
                self._space.widths, self._space.codes, self.theta, self._gradient, self._state, self._numbers,
                float(self.optimizer.learning_rate), SCHEDULES[self.optimizer.schedule], self.updates,
                self.epochs * self.batches, *window_arrays(data), data.target, data.weight,
                self.order(self.epoch), self.batch, first, last, self._space.a, self._space.slopes, self.batch_losses,
            )  # fmt: skip
        self.updates += done
        whole = done == last - first and bool(np.isfinite(self.theta).all())
        return (done if whole else 0), flat

    def run(
        self,
        *,
        epochs: int | None = None,
        updates: int | None = None,
        seconds: float | None = None,
        patience: int | None = None,
        validate: Callable[[Values], float | NDArray[np.float64]] | None = None,
        watch: Callable[[Descent, float], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Outcome:
        """Descend until the first of the stop rules holds.

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
        watch : callable, optional
            Called after every epoch with this descent and its validation loss (NaN without `validate`).
        cancelled : callable, optional
            Asked before every slice; True ends the run.

        Returns
        -------
        Outcome

        Raises
        ------
        ValueError
            If epochs, updates or patience are given and less than 1.
        """
        began = time.perf_counter()
        for name, value in (("epochs", epochs), ("updates", updates), ("patience", patience)):
            if value is not None and value < 1:
                raise ValueError(f"{name} is {value}; it must be 1 or more.")
        most_epochs = min(self.epochs, epochs or self.epochs)
        most = min(most_epochs * self.batches, updates or most_epochs * self.batches)
        name = "updates" if most < most_epochs * self.batches else "epochs"
        course = _Course(patience, validate, watch, self.epoch, self.theta.copy())
        while self.updates < most:
            if cancelled and cancelled():
                name = "interrupted"
                break
            if seconds is not None and time.perf_counter() - began >= seconds:
                name = "seconds"
                break
            ended = self._slice_of(course, most - self.updates)
            if ended:
                name = ended
                break
        best_epoch = self.epoch
        if course.best is not None:
            self.theta, best_epoch = course.kept, course.best_epoch
        return self._outcome(name, best_epoch, time.perf_counter() - began)

    def _slice_of(self, course: _Course, most: int) -> str | None:
        """Run a slice of about `SLICE_SECONDS`; return what ended the descent, if anything did."""
        started = time.perf_counter()
        done, flat = self.step(min(self._slice, most))
        spent = time.perf_counter() - started
        if spent < SLICE_SECONDS / 2:
            self._slice = min(self._slice * 2, self.batches)
        elif spent > SLICE_SECONDS * 2:
            self._slice = max(self._slice // 2, 1)
        course.flat += flat
        if not done:
            return "diverged"
        return self._end_of_epoch(course) if self.updates % self.batches == 0 else None

    def _end_of_epoch(self, course: _Course) -> str | None:
        """Look at a whole epoch: what was lost, what validation says, whether anything moved."""
        mean = float(np.nanmean(self.batch_losses))  # NaN where a batch had no weight
        course.first_loss = mean if math.isnan(course.first_loss) else course.first_loss
        if mean > DIVERGED * course.first_loss > 0:
            return "diverged"
        errors = np.atleast_1d(course.validate(self.theta) if course.validate else math.nan)
        if course.watch:
            course.watch(self, float(errors.mean()))
        if course.as_good(errors):
            course.best_epoch, course.kept = self.epoch, self.theta.copy()
        if course.flat >= self.batches:
            return "gradient zero"
        course.flat = 0
        if course.validate and course.patience is not None and self.epoch - course.best_epoch >= course.patience:
            return "validation"
        return None

    def _outcome(self, name: str, best_epoch: int, seconds: float) -> Outcome:
        rate = self.optimizer.learning_rate
        advice = ADVICE[name].format(
            # A descent that diverged did so in the epoch it was in, the others count whole ones.
            epochs=max(1, math.ceil(self.updates / self.batches)) if name == "diverged" else self.epoch,
            updates=self.updates,
            best_epoch=best_epoch,
            learning_rate=rate,
            smaller=rate / 10,
        )
        return Outcome(name, advice, self.updates, self.epoch, best_epoch, seconds)


@dataclass
class _Course:
    """What one `run` goes by and has seen so far."""

    patience: int | None
    validate: Callable[[Values], float | NDArray[np.float64]] | None
    watch: Callable[[Descent, float], None] | None
    best_epoch: int
    kept: Values
    best: NDArray[np.float64] | None = None
    first_loss: float = math.nan
    flat: int = 0  # updates of this epoch whose gradient was exactly zero

    def as_good(self, errors: NDArray[np.float64]) -> bool:
        """Whether an epoch's errors are as good as the best so far, but for chance; remember them if they are best."""
        if not np.isfinite(errors).all():
            return False
        if self.best is None or errors.mean() < self.best.mean():
            self.best = errors
            return True
        if len(errors) == 1:
            return False
        worse = errors - self.best
        return bool(worse.mean() <= worse.std() / math.sqrt(len(worse)))
