"""Early stopping: the stop rules of a run, and the epoch that validation prefers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values

Validation: TypeAlias = "Callable[[Values], float | NDArray[np.float64]]"


class StopRules(NamedTuple):
    """The stop rules of one `Descent.run`, and who watches it; see there."""

    most: int  # updates
    until: float  # seconds on the clock of `time.perf_counter`
    patience: int | None  # epochs
    validate: Validation | None
    watch: Callable[[float], None] | None  # takes the validation loss
    every: int | None  # updates
    cancelled: Callable[[], bool] | None


def expect_validation(patience: int | None, validate: Validation | None) -> None:
    """Refuse patience without a validation.

    Raises
    ------
    ValueError
        If only patience is given.
    """
    if patience is not None and validate is None:
        raise ValueError("patience needs a validation loss: give a function of θ as `validate`.")


def _as_errors(given: object) -> NDArray[np.float64]:
    """Return the result of a validation as a row of numbers."""
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

    def validated(self, theta: Values, validate: Validation | None) -> bool:
        """Validate an epoch's θ; return whether its errors are not clearly worse than the best so far.

        Raises
        ------
        ValueError
            If validation does not give a number or a row of numbers, as many as before.
        """
        errors = _as_errors(validate(theta) if validate else math.nan)
        as_good = self._as_good(errors)
        self.validation = float(errors.mean())
        return as_good

    def out_of_patience(self, epoch: int, patience: int | None) -> str | None:
        """Return the name of the end if so many epochs have passed since the one that validation prefers."""
        if patience is None or epoch - self.best_epoch < patience:
            return None
        return "validation not finite" if self.kept is None else "validation"

    def _as_good(self, errors: NDArray[np.float64]) -> bool:
        """Whether an epoch's errors are not clearly worse than the best so far; remember them if they are the best."""
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
