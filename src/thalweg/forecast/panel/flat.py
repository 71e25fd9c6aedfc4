"""The values of many series in one array, with what their windows are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.dates import minutes_of_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class Flat:
    """Series one after another. Before each stands its first value, as often as a window is long.

    So a window that begins before its series reads that value, and none of another series.

    Attributes
    ----------
    values : ndarray of float64, shape (all values,)
        In the user's units.
    observed : ndarray of bool, shape (all values,)
    numbers : ndarray of float64, shape (all values,)
        The values less their series' `centre`, over its `unit`: numbers near 1 lose no digits in a running total.
    starts, lengths : ndarray of int64, shape (series,)
        Where the first value of each series stands, and how many it has.
    centres, units : ndarray of float64, shape (series,)
        Of each series, in the user's units.
    counts : ndarray of bool, shape (series,)
        Whether no value of the series is negative.
    phases : ndarray of int64, shape (series,)
        The place within a day at which the first value stands; 0 for steps of a day or more.
    sums, moves : ndarray of float64, shape (all values,)
        Running totals of the numbers, and of the absolute differences of neighbours, each value included. They begin
        anew with each series, so that no bit depends on those before it.
    """

    values: NDArray[np.float64]
    observed: NDArray[np.bool_]
    numbers: NDArray[np.float64]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    centres: NDArray[np.float64]
    units: NDArray[np.float64]
    counts: NDArray[np.bool_]
    phases: NDArray[np.int64]
    sums: NDArray[np.float64]
    moves: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.starts)

    def mean(self, at: NDArray[np.int64], steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean of so many numbers up to and including each place."""
        return (self.sums[at] - self.sums[at - steps]) / steps

    def mean_move(self, at: NDArray[np.int64], steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean absolute difference of neighbours among the last so many numbers; 0 of none."""
        return (self.moves[at] - self.moves[at - steps]) / np.maximum(steps, 1)


def flat_of(series: Sequence[Series], window: int) -> Flat:
    """Return series as one array, each after as many copies of its first value as a window is long, 1 at least."""
    lengths = np.array([len(one) for one in series], dtype=np.int64)
    starts = np.cumsum(lengths + window) - lengths
    size = int(starts[-1] + lengths[-1])
    values, observed = np.empty(size), np.zeros(size, dtype=np.bool_)
    centres, units = np.empty(len(series)), np.empty(len(series))
    counts = np.empty(len(series), dtype=np.bool_)
    numbers, sums, moves = np.empty(size), np.zeros(size), np.zeros(size)
    for place, (one, start) in enumerate(zip(series, starts.tolist(), strict=True)):
        end = start + len(one)
        values[start - window : start] = one.values[0]
        values[start:end] = one.values
        observed[start:end] = one.observed
        centres[place] = centre = one.values.mean()
        units[place] = unit = float(np.abs(one.values - centre).mean()) or 1.0
        numbers[start - window : end] = (values[start - window : end] - centre) / unit
        np.cumsum(numbers[start - window : end], out=sums[start - window : end])
        np.cumsum(np.abs(np.diff(numbers[start:end])), out=moves[start + 1 : end])
        counts[place] = one.values.min() >= 0
    return Flat(
        values=values,
        observed=observed,
        numbers=numbers,
        starts=starts,
        lengths=lengths,
        centres=centres,
        units=units,
        counts=counts,
        phases=np.array([_phase(one) for one in series], dtype=np.int64),
        sums=sums,
        moves=moves,
    )


def _phase(series: Series) -> int:
    frequency = series.frequency
    if not frequency.sub_daily:
        return 0
    minute = int(minutes_of_day(np.array([series.start]))[0])
    return frequency.slots.index(minute) if frequency.slots else minute // frequency.units
