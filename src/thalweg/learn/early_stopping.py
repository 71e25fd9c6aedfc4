"""What a run goes by, and what it has seen of the epochs: when validation prefers which, and when nothing moves."""

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
    """What one `Descent.run` goes by; see there."""

    most: int
    patience: int | None
    validate: Callable[[Values], float | NDArray[np.float64]] | None
    watch: Callable[[Descent, float], None] | None
    every: int | None


def as_errors(given: object) -> NDArray[np.float64]:
    """Return what a validation gave as a row of numbers.

    Raises
    ------
    ValueError
        If it is none.
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
    """What was seen of a descent's epochs; it lasts from one run to the next.

    Attributes
    ----------
    looked_at : int
        How many epochs were looked at: all that were made, but where an interrupt came between.
    last_loss : float
        The mean loss of the latest epoch's batches.
    validation : float
        The latest validation loss.
    best : ndarray, shape (examples,), optional
        The errors of the epoch whose mean was least.
    best_epoch, kept : int, ndarray
        The epoch that validation prefers, and its θ.
    """

    illustrated: int = 0
    last_loss: float = math.nan
    validation: float = math.nan
    best: NDArray[np.float64] | None = None
    best_epoch: int = 0
    kept: Values | None = None

    def as_good(self, errors: NDArray[np.float64]) -> bool:
        """Whether an epoch's errors are as good as the best so far, but for chance; remember them if they are best.

        Raises
        ------
        ValueError
            If they are no row of numbers, or not as many as before.
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
