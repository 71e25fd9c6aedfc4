"""Prediction intervals as data: any levels, and an array of lower and of upper ends for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

LEVELS: tuple[float, ...] = (80, 95)  # percent; those of every forecast where no others are asked for
LEVEL_OF_UNFINISHED = 98.0  # percent; a last value below its lower end, the 1% bound, may not be complete yet


def level_name(level: float) -> str:
    """Return how a level stands in the name of a column: 80 for 80.0, and 97.5."""
    return f"{level:g}"


@dataclass(frozen=True, eq=False)
class Intervals:
    """The ends of the intervals of some predictions, for each level.

    Attributes
    ----------
    levels : tuple of float
        In percent, rising.
    low, high : ndarray of float64, shape (levels, predictions)
        In the user's units.
    """

    levels: tuple[float, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """Return the ends by the name of their column: ``low80``, ``high80``, ``low95``, ``high95``, …."""
        return dict(self._named())

    def _named(self) -> Iterator[tuple[str, NDArray[np.float64]]]:
        for level, low, high in zip(self.levels, self.low, self.high, strict=True):
            yield f"low{level_name(level)}", low
            yield f"high{level_name(level)}", high

    def where(self, kept: NDArray[np.bool_]) -> Intervals:
        """Return the intervals of some of the predictions."""
        return Intervals(self.levels, self.low[:, kept], self.high[:, kept])

    def coverage(self, target: NDArray[np.float64]) -> dict[float, float]:
        """Return the share (0 to 1) of targets inside the interval, by level."""
        inside = (target >= self.low) & (target <= self.high)
        return {level: float(np.mean(row)) for level, row in zip(self.levels, inside, strict=True)}


def around(mean: NDArray[np.float64], ends: NDArray[np.float64], levels: Sequence[float]) -> Intervals:
    """Return intervals that hold their predictions, even where the residuals have a bias.

    Parameters
    ----------
    mean : ndarray, shape (predictions,)
    ends : ndarray, shape (predictions, levels, 2)
        The lower and the upper end of each level, in the user's units.
    levels : sequence of float
    """
    low, high = np.minimum(ends[..., 0].T, mean), np.maximum(ends[..., 1].T, mean)
    return Intervals(tuple(levels), low, high)


class Levelled:
    """A record of predictions with `intervals`: ``low80`` is the lower end of their 80% interval, and so on."""

    intervals: Intervals

    def __getattr__(self, name: str) -> NDArray[np.float64]:
        # Only names that are no attribute come here; `intervals` itself comes while the record is being made or copied.
        columns = {} if name.startswith("_") or name == "intervals" else self.intervals.columns()
        if name not in columns:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return columns[name]
