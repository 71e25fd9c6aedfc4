"""Early stopping: the stop rules of a run, and the epoch that validation prefers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.descent import Descent


class StopRules(NamedTuple):
    """The stop rules of one `Descent.run`; see there."""

    most: int
    patience: int | None
    validate: Callable[[Values], float | NDArray[np.float64]] | None
    watch: Callable[[Descent, float], None] | None
    every: int | None


def as_errors(given: object) -> NDArray[np.float64]:
    """Return the result of a validation as a row of numbers.

    Raises
    ------
    ValueError
        If it is not a number or a row of numbers.
    """
    try:
        errors = None if given is None else np.atleast_1d(np.asarray(given, dtype=np.float64))
    except (TypeError, ValueError):
        errors = None
    if errors is None:
        raise ValueError(f"Validation gave {given!r}; it must give a number, or the error of each example.")
    return errors


@dataclass
class EarlyStopping:
    """The state of early stopping, which lasts from one run to the next.

    Attributes
    ----------
    epochs_seen : int
        The number of epochs that were validated: all epochs, unless an interrupt came before the validation.
    last_loss : float
        The mean loss of the latest epoch's batches.
    validation : float
        The latest validation loss.
    best : ndarray, shape (examples,), optional
        The errors of the epoch whose mean error was least.
    best_epoch, kept : int, ndarray
        The epoch that validation prefers, and its θ.
    """

    epochs_seen: int = 0
    last_loss: float = math.nan
    validation: float = math.nan
    best: NDArray[np.float64] | None = None
    best_epoch: int = 0
    kept: Values | None = None

    def as_good(self, errors: NDArray[np.float64]) -> bool:
        """Whether an epoch's errors are not clearly worse than the best so far; remember them if they are the best.

        Raises
        ------
        ValueError
            If they are not a row of numbers, or not as many as before.
        """
        if errors.ndim != 1 or not len(errors) or (self.best is not None and errors.shape != self.best.shape):
            raise ValueError(
                f"Validation gave errors of shape {errors.shape}; it must give a number, or the error of each example, "
                "as many every time."
            )
        if not np.isfinite(errors).all():
            return False
        if self.best is None or errors.mean() < self.best.mean():
            self.best = errors.copy()
            return True
        if len(errors) == 1:
            return False
        worse = errors - self.best
        return bool(worse.mean() <= worse.std() / math.sqrt(len(worse)))
