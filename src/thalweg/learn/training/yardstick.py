"""The loss of a constant, by which a descent is judged: what is far worse than predicting the mean has diverged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from thalweg.learn.loss import BINARY_CROSS_ENTROPY, as_distributions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.learn.loss import Loss

EVEN_SHARE = 0.01  # of probabilities that are the same for all classes, so that none has an infinite loss
SAMPLED_ROWS = 1024  # of each window of a stream
_NUMBERS_AT_ONCE = 2**20


@dataclass(frozen=True, eq=False)
class Constant:
    """The same prediction for every example: the weighted mean of the targets, or how frequent the classes are.

    Attributes
    ----------
    loss : Loss
    prediction : ndarray of float64, shape (outputs,)
    """

    loss: Loss
    prediction: NDArray[np.float64]

    @classmethod
    def of(cls, loss: Loss, outputs: int, target: Values, weight: Values) -> Self:
        """Return the constant of some targets; a target of weight 0 may have any value."""
        total = np.zeros(outputs)
        shares = np.zeros(outputs)
        for rows in _parts(len(target), outputs):
            aims, share = _whole(loss, outputs, target[rows], weight[rows])
            total += np.where(share > 0, aims * share, 0).sum(axis=0)
            shares += share.sum(axis=0)
        mean = np.divide(total, shares, out=np.zeros(outputs), where=shares > 0)
        if loss.of_classes or loss.code == BINARY_CROSS_ENTROPY:
            even = 1 / outputs if loss.of_classes else 0.5
            mean = (1 - EVEN_SHARE) * mean + EVEN_SHARE * even
        return cls(loss, mean)

    def loss_on(self, target: Values, weight: Values, batch: int | None = None) -> float:
        """Return the mean of the batches' losses, as that of a descent in the same order; NaN without a weight.

        Parameters
        ----------
        target, weight : ndarray, shape (examples, columns)
        batch : int, optional
            Examples of a batch; one batch of all where it is not given.
        """
        outputs = len(self.prediction)
        errors, shares = np.empty(len(target)), np.empty(len(target))
        for rows in _parts(len(target), outputs):
            aims, share = _whole(self.loss, outputs, target[rows], weight[rows])
            made = np.tile(self.prediction, (len(aims), 1))
            error = np.asarray(self.loss.error(made, np.where(share > 0, aims, made)), dtype=np.float64)
            if self.loss.of_classes:
                errors[rows], shares[rows] = error.sum(axis=1) * share[:, 0], share[:, 0]
            else:
                errors[rows], shares[rows] = (error * share).sum(axis=1), share.sum(axis=1)
        firsts = np.arange(0, len(target), batch or len(target))
        error, share = np.add.reduceat(errors, firsts), np.add.reduceat(shares, firsts)
        return float(np.mean(error[share > 0] / share[share > 0])) if share.any() else math.nan


class Yardstick:
    """The loss that a descent may be compared with: that of its first batch, or of a constant if that is greater.

    One batch says little: it may be a single example that the start predicts well, or the quiet beginning of a stream.
    The constant is that of the first examples, so that it knows no more of later ones than the descent did.

    Parameters
    ----------
    loss : Loss
    outputs : int

    Attributes
    ----------
    first : float
        The loss of the first batch with a weight; NaN before.
    """

    def __init__(self, loss: Loss, outputs: int) -> None:
        self.first = math.nan
        self._loss, self._outputs = loss, outputs
        self._constant: Constant | None = None
        self._greatest = 0.0  # the greatest loss of the constant on examples so far

    @property
    def loss(self) -> float:
        """The greater of both, as far as the constant was asked; NaN before the first batch."""
        return max(self.first, self._greatest)

    def see(self, examples: Examples) -> None:
        """Take note of a window of a stream, by a sample of it; it may be gone when the next one is judged."""
        self._note(examples, slice(None, None, -(-len(examples) // SAMPLED_ROWS)))

    def exceeded(
        self, loss: float, ratio: float, examples: Examples, order: Callable[[], NDArray[np.int64]], batch: int
    ) -> bool:
        """Whether the mean loss of the batches of an epoch is more than so many times that of the yardstick.

        The constant is asked only where the first batch's loss is exceeded so far.
        """
        if not loss > ratio * self.loss > 0:
            return False
        self._note(examples, order(), batch)
        return loss > ratio * self.loss

    def _note(self, examples: Examples, rows: slice | NDArray[np.int64], batch: int | None = None) -> None:
        if self._constant is None:
            self._constant = Constant.of(self._loss, self._outputs, examples.target, examples.weight)
        loss = self._constant.loss_on(examples.target[rows], examples.weight[rows], batch)
        self._greatest = max(self._greatest, 0.0 if math.isnan(loss) else loss)


def _parts(count: int, outputs: int) -> list[slice]:
    size = max(1, _NUMBERS_AT_ONCE // outputs)
    return [slice(first, first + size) for first in range(0, count, size)]


def _whole(loss: Loss, outputs: int, target: Values, weight: Values) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return targets, labels as distributions, and a weight for each, both of shape (examples, outputs)."""
    labels = loss.of_classes and target.shape[1] == 1 < outputs
    aims = np.asarray(as_distributions(target, outputs) if labels else target, dtype=np.float64)
    return aims, np.broadcast_to(weight.astype(np.float64), aims.shape)
