"""Prediction intervals as data: any levels and quantiles, and an array of lower and of upper ends for each level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

LEVELS: tuple[float, ...] = (80, 95)  # percent; calibrated for every forecast, and shown where nothing is asked for
ROUNDING_SHARE, MOST_ROUNDING = 1e-9, 1e-3  # of a number, and at most: so near to a whole number it is that number
LEVEL_OF_UNFINISHED = 98.0  # percent; a last value below its lower end, the 1% bound, may not be complete yet


def level_name(level: float) -> str:
    """Return how a level stands in the name of a column: 80 for 80.0, and 97.5."""
    return f"{level:.12g}"


def level_of(quantile: float) -> float:
    """Return the level of the interval that a quantile is an end of, in percent; 0 for the median."""
    return round(100 * abs(1 - 2 * quantile), 10)


def whole_below(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the whole numbers at or below values; what is whole but for rounding stays that number."""
    return np.where(_nearly_whole(values), np.rint(values), np.floor(values))


def whole_above(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the whole numbers at or above values, as `whole_below`."""
    return np.where(_nearly_whole(values), np.rint(values), np.ceil(values))


def _nearly_whole(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    most = np.minimum(ROUNDING_SHARE * np.maximum(np.abs(values), 1), MOST_ROUNDING)
    return np.abs(values - np.rint(values)) <= most


@dataclass(frozen=True)
class Asked:
    """The levels and the quantiles that a user wants to see.

    Attributes
    ----------
    levels : tuple of float
        In percent, rising.
    quantiles : tuple of float
        Between 0 and 1, rising.
    """

    levels: tuple[float, ...] = LEVELS
    quantiles: tuple[float, ...] = ()

    @property
    def calibrated(self) -> tuple[float, ...]:
        """The levels to calibrate, rising: those asked for, those of the quantiles, and 80% and 95%."""
        of_quantiles = (level_of(each) for each in self.quantiles)
        return tuple(sorted({*LEVELS, *self.levels, *(level for level in of_quantiles if level)}))


USUAL = Asked()


@dataclass(frozen=True, eq=False)
class Intervals:
    """The ends of the intervals of some predictions, for each level.

    Attributes
    ----------
    levels : tuple of float
        In percent, rising.
    low, high : ndarray of float64, shape (levels, predictions)
        In the user's units.
    median : ndarray of float64, shape (predictions,), optional
        The middle of the calibrated distribution; models of earlier versions do not hold it.
    """

    levels: tuple[float, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    median: NDArray[np.float64] | None = None

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """Return the ends by the name of their column: ``low80``, ``high80``, ``low95``, ``high95``, …."""
        return dict(self._named())

    def _named(self) -> Iterator[tuple[str, NDArray[np.float64]]]:
        for level, low, high in zip(self.levels, self.low, self.high, strict=True):
            yield f"low{level_name(level)}", low
            yield f"high{level_name(level)}", high

    def quantile(self, quantile: float) -> NDArray[np.float64]:
        """Return a quantile of each prediction: the end of the interval of its level, or the median.

        Raises
        ------
        KeyError
            If that level is not among `levels`, or the median is not known.
        """
        level = level_of(quantile)
        if level == 0 and self.median is not None:
            return self.median
        if level not in self.levels:
            raise KeyError(quantile)
        return (self.low if quantile < 1 / 2 else self.high)[self.levels.index(level)]

    def shown(self, asked: Asked) -> dict[str, NDArray[np.float64]]:
        """Return what was asked for by the name of its column: ``low80``, ``high80``, …, then ``q0.1``, …."""
        ends = self.of(asked.levels).columns()
        return ends | {f"q{level_name(each)}": self.quantile(each) for each in asked.quantiles}

    def of(self, levels: Sequence[float]) -> Intervals:
        """Return the intervals of some of the levels.

        Raises
        ------
        ValueError
            If one is not among `levels`.
        """
        rows = [self.levels.index(level) for level in levels]
        return Intervals(tuple(levels), self.low[rows], self.high[rows], self.median)

    def whole(self) -> Intervals:
        """Return the intervals with whole ends that hold these: the lower end rounded down, the upper one up."""
        median = None if self.median is None else np.rint(self.median)
        return Intervals(self.levels, whole_below(self.low), whole_above(self.high), median)

    def coverage(self, target: NDArray[np.float64]) -> dict[float, float]:
        """Return the share (0 to 1) of targets inside the interval, by level."""
        inside = (target >= self.low) & (target <= self.high)
        return {level: float(np.mean(row)) for level, row in zip(self.levels, inside, strict=True)}


def around(
    mean: NDArray[np.float64],
    ends: NDArray[np.float64],
    levels: Sequence[float],
    median: NDArray[np.float64] | None = None,
) -> Intervals:
    """Return intervals that hold their predictions, even where the residuals have a bias.

    Parameters
    ----------
    mean : ndarray, shape (predictions,)
    ends : ndarray, shape (predictions, levels, 2)
        The lower and the upper end of each level, in the user's units.
    levels : sequence of float
    median : ndarray, shape (predictions,), optional
    """
    low, high = np.minimum(ends[..., 0].T, mean), np.maximum(ends[..., 1].T, mean)
    return Intervals(tuple(levels), low, high, median)


class Levelled:
    """A record of predictions with `intervals`: ``low80`` is the lower end of their 80% interval, and so on."""

    intervals: Intervals

    def __getattr__(self, name: str) -> NDArray[np.float64]:
        # Only names that are no attribute come here; `intervals` itself comes while the record is being made or copied.
        columns = {} if name.startswith("_") or name == "intervals" else self.intervals.columns()
        if name not in columns:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return columns[name]
