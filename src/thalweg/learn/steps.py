"""One update after another: a descent's θ, its batches and orders, and all that changes on the way (O1, B1)."""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thalweg.learn.compiled import kernel
from thalweg.learn.compiled.random import draw_order
from thalweg.learn.custom_loss import descend_by
from thalweg.learn.early_stopping import EarlyStopping
from thalweg.learn.examples import Examples, expect_examples
from thalweg.learn.loss import OWN, Loss, loss_of
from thalweg.learn.optimizer import Optimizer
from thalweg.learn.prediction import loss_on
from thalweg.learn.thread_group import ThreadGroup
from thalweg.learn.training_state import TrainingState, beginning
from thalweg.learn.validated_targets import suited
from thalweg.learn.workspace import apart, data_of, plan_of, room_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import DTypeLike, NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network

PRECISIONS = (np.dtype(np.float32), np.dtype(np.float64))
NEVER = np.iinfo(np.int64).max


class Progress(NamedTuple):
    """What a step did."""

    done: int  # updates made; 0 where loss or θ is not finite any more
    flat: int  # how many updates on end, up to now, had a gradient of exactly zero


class Steps:
    """What a `Descent` is made of and how it steps; its parameters are told there."""

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
        self._room = room_of(network, self.examples, self.batch, dtype, training=True, dropout=dropout > 0)
        self._room.state[...] = start.state
        self._room.counts[kernel.UPDATES] = start.updates
        self._course = EarlyStopping()
        self._crew = ThreadGroup(1, None)
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
    def carried(self) -> TrainingState:
        """What it has come to, as a copy: for a descent of the same network on other examples to go on from."""
        updates, passes = self.before
        passes += math.ceil(self.updates / self.batches)
        return TrainingState(self.theta.copy(), self._room.state.copy(), updates + self.updates, passes)

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
                [course.illustrated, course.last_loss, course.validation, course.best_epoch, self.learning_rate]
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
        illustrated, last_loss, validation, best_epoch, rate = state["course"].tolist()
        for name, values in fixed.items():
            values[...] = state[name]
        best, kept = (np.array(state[name]) if name in state else None for name in ("best", "kept"))
        self._course = EarlyStopping(int(illustrated), last_loss, validation, best, int(best_epoch), kept)
        self.learning_rate = rate
