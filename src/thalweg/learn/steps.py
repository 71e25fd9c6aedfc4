"""Make one update after another: the θ, the batches, the orders and the changing state of a descent (O1, B1)."""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thalweg.learn.compiled import kernel
from thalweg.learn.compiled.random import draw_order
from thalweg.learn.custom_loss import descend_by
from thalweg.learn.data.examples import Examples, expect_examples
from thalweg.learn.data.validated_targets import suited
from thalweg.learn.loss import OWN, Loss, loss_of
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prediction import loss_on
from thalweg.learn.training.early_stopping import EarlyStopping
from thalweg.learn.training.thread_group import ThreadGroup
from thalweg.learn.training.training_state import TrainingState, beginning
from thalweg.learn.training.workspace import apart, buffers_of, data_of, plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import DTypeLike, NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network

PRECISIONS = (np.dtype(np.float32), np.dtype(np.float64))
NEVER = np.iinfo(np.int64).max


class Progress(NamedTuple):
    """The result of a step."""

    done: int  # updates made; 0 where the loss or θ is no longer finite
    flat: int  # the latest updates in a row whose gradient was exactly zero


class Steps:
    """The state of a `Descent` and its steps; the parameters are documented there."""

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
        batch, epochs, seed = operator.index(batch), operator.index(epochs), operator.index(seed)
        if batch < 1 or epochs < 1:
            raise ValueError(f"The batch size is {batch} and epochs are {epochs}; both must be 1 or more.")
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
        self._buffers = buffers_of(network, self.examples, self.batch, dtype, training=True, dropout=dropout > 0)
        self._buffers.state[...] = start.state
        self._buffers.counts[kernel.UPDATES] = start.updates
        self._stopping = EarlyStopping()
        self._group = ThreadGroup(1, None)
        self._order: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._order_of = -1
        self._slice = 8  # batches; adapted to SLICE_SECONDS, which does not change any bit of the result

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

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Return the order of the examples in an epoch, which decides which example is in which batch (B1)."""
        if epoch != self._order_of:
            order = np.empty(len(self.examples), dtype=np.int64)
            draw_order(self._plan.seed, self.before[1] + epoch, order)
            self._order, self._order_of = order, epoch
        return self._order

    def loss_of_all(self) -> float:
        """Return L over all examples at the current θ."""
        return loss_on(self.network, self.theta, self.examples, self.loss)

    def step(self, batches: int = 1) -> Progress:
        """Run up to `batches` batches, at most to the end of the epoch.

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
                self.loss, self.examples, (self._plan, self._data, self._buffers), self.theta, order,
                self.batch, range(first, last), self.batch_losses, lambda: self._grew(most_risen),
            )  # fmt: skip
        else:
            self._group.run(
                lambda team: kernel.descend(
                    self._plan, self._data, self._buffers, self.theta, order,
                    self.batch, first, last, self.batch_losses, most_risen, team,
                )
            )  # fmt: skip
        done = self.updates - before
        whole = done == last - first or self._grew(most_risen)
        whole = whole and bool(np.isfinite(self.theta).all())
        return Progress(done if whole else 0, int(self._buffers.counts[kernel.FLAT]))

    def _grew(self, most_risen: int) -> bool:
        """Whether the loss has grown in too many updates in a row, and to more than at first."""
        seen = self._buffers.seen
        return bool(
            self._buffers.counts[kernel.RISEN] >= most_risen and seen[kernel.LAST_LOSS] > seen[kernel.FIRST_LOSS]
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all arrays that change during the descent, by name, as views; `restore` takes them."""
        stopping, buffers = self._stopping, self._buffers
        changing: dict[str, NDArray[Any]] = {
            "theta": self.theta,
            "optimizer": buffers.state,
            "counts": buffers.counts,
            "seen": buffers.seen,
            "batch losses": self.batch_losses,
            # Saved files call the state of early stopping so.
            "course": np.array(
                [stopping.epochs_seen, stopping.last_loss, stopping.validation, stopping.best_epoch, self.learning_rate]
            ),
        }
        of_validation = {"best": stopping.best, "kept": stopping.kept}
        return changing | {name: values for name, values in of_validation.items() if values is not None}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over the `state` of a descent with the same options.

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
        epochs_seen, last_loss, validation, best_epoch, rate = state["course"].tolist()
        for name, values in fixed.items():
            values[...] = state[name]
        best, kept = (np.array(state[name]) if name in state else None for name in ("best", "kept"))
        self._stopping = EarlyStopping(int(epochs_seen), last_loss, validation, best, int(best_epoch), kept)
        self.learning_rate = rate
