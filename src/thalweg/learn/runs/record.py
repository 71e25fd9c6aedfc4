"""Record the losses and θ during a descent, for curves and for the path on the error surface (O4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.descent import Descent


class Record:
    """A recorder for `Descent.run`: ``run(watch=record)``, or ``run(watch=record, every=1)`` for each update.

    Parameters
    ----------
    thetas : bool
        Whether to keep a copy of θ each time.
    all_examples : bool
        Whether to compute L over all examples each time, which takes a forward pass over all of them.

    Attributes
    ----------
    updates, epochs : ndarray of int64, shape (times,)
        The numbers made until then.
    batch : ndarray, shape (times,)
        Mean L of the batches of the latest epoch, or of the batches so far of an unfinished one, each before its
        update.
    all : ndarray, shape (times,)
        L over all examples at θ; empty without `all_examples`.
    validation : ndarray, shape (times,)
        The latest validation loss; NaN without one.
    thetas : ndarray, shape (times, size)
        θ; empty without `thetas`.
    """

    def __init__(self, *, thetas: bool = False, all_examples: bool = True) -> None:
        self._keep, self._all = thetas, all_examples
        self._rows: list[tuple[int, int, float, float, float]] = []
        self._thetas: list[Values] = []

    def __call__(self, descent: Descent, validation: float) -> None:
        """Record the state of a descent."""
        within = descent.updates % descent.batches
        losses = descent.batch_losses[: within or descent.batches]
        counted = losses[~np.isnan(losses)]  # NaN where a batch had no weight
        mean = float(counted.mean()) if len(counted) else float("nan")
        of_all = descent.loss_of_all() if self._all else float("nan")
        self._rows.append((descent.updates, descent.epoch, mean, of_all, validation))
        if self._keep:
            self._thetas.append(descent.theta.copy())

    def _column(self, place: int) -> NDArray[np.float64]:
        return np.array([row[place] for row in self._rows], dtype=np.float64)

    @property
    def updates(self) -> NDArray[np.int64]:
        """Updates made."""
        return self._column(0).astype(np.int64)

    @property
    def epochs(self) -> NDArray[np.int64]:
        """Whole epochs made."""
        return self._column(1).astype(np.int64)

    @property
    def batch(self) -> NDArray[np.float64]:
        """Mean L of the epoch's batches."""
        return self._column(2)

    @property
    def all(self) -> NDArray[np.float64]:
        """L over all examples."""
        return self._column(3) if self._all else np.zeros(0)

    @property
    def validation(self) -> NDArray[np.float64]:
        """The latest validation loss."""
        return self._column(4)

    @property
    def thetas(self) -> Values:
        """θ each time."""
        return np.array(self._thetas)
