"""The values of many series in one array, with what their windows are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.dates import minutes_of_day
from thalweg.series.scale import LARGEST_EXPONENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.series.series import Series

OFFSET_SHARE = 0.05  # of a series' mean, that is added before a logarithm, so that zeros are no outliers


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
    offsets : ndarray of float64, shape (series,)
        Where the numbers are made of logarithms, what is added to the values before; NaN where they are not. Centre and
        unit are then those of the logarithms.
    usual : ndarray of float64, shape (series,)
        The mean absolute difference of neighbours, in the user's units.
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
    offsets: NDArray[np.float64]
    usual: NDArray[np.float64]
    sums: NDArray[np.float64]
    moves: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.starts)

    def mean(self, at: NDArray[np.int64], steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean of so many numbers up to and including each place."""
        return (self.sums[at] - self.sums[at - steps]) / steps

    def mean_move(self, at: NDArray[np.int64], steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean absolute difference of neighbours among the last so many numbers."""
        return (self.moves[at] - self.moves[at - steps]) / steps


    def in_user_units(self, numbers: NDArray[np.float64], series: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return numbers, shape (rows, steps), of the series of each row in the user's units, counts from 0 on."""
        values = numbers * self.units[series][:, None] + self.centres[series][:, None]
        offsets = self.offsets[series][:, None]
        made = np.where(np.isnan(offsets), values, np.exp(np.minimum(values, LARGEST_EXPONENT)) - offsets)
        return np.where(self.counts[series][:, None], np.maximum(made, 0), made)


def flat_of(
    series: Sequence[Series], window: int, upto: Sequence[int] | None = None, *, logarithm: bool = False
) -> Flat:
    """Return series as one array, each after as many copies of its first value as a window is long, 1 at least.

    Parameters
    ----------
    series : sequence of Series
    window : int
    upto : sequence of int, optional
        How many values of each series have been learned from: units and all else rest on these alone, so that no bit
        depends on a later one. All of them where it is not given.
    logarithm : bool
        Whether the numbers are made of logarithms, for series without a value below zero.
    """
    lengths = np.array([len(one) for one in series], dtype=np.int64)
    starts = np.cumsum(lengths + window) - lengths
    size = int(starts[-1] + lengths[-1])
    values, observed = np.empty(size), np.zeros(size, dtype=np.bool_)
    centres, units = np.empty(len(series)), np.empty(len(series))
    counts, offsets = np.empty(len(series), dtype=np.bool_), np.full(len(series), np.nan)
    numbers, sums, moves = np.empty(size), np.zeros(size), np.zeros(size)
    usual = np.empty(len(series))
    known = list(map(len, series)) if upto is None else upto
    for place, (one, start, learned) in enumerate(zip(series, starts.tolist(), known, strict=True)):
        end = start + len(one)
        past = one.values[: max(learned, 1)]
        usual[place] = np.abs(np.diff(past)).mean() if len(past) > 1 else 0.0
        values[start - window : start] = one.values[0]
        values[start:end] = one.values
        observed[start:end] = one.observed
        counts[place] = one.values.min() >= 0
        made = values[start - window : end]
        if logarithm and counts[place]:
            offsets[place] = offset = OFFSET_SHARE * (float(past.mean()) or 1.0)
            made = np.log(made + offset)
        centres[place] = centre = made[window : window + len(past)].mean()
        units[place] = unit = float(np.abs(made[window : window + len(past)] - centre).mean()) or 1.0
        numbers[start - window : end] = (made - centre) / unit
        np.cumsum(numbers[start - window : end], out=sums[start - window : end])
        np.cumsum(np.abs(np.diff(numbers[start:end])), out=moves[start + 1 : end])
    return Flat(
        values=values,
        observed=observed,
        numbers=numbers,
        starts=starts,
        lengths=lengths,
        centres=centres,
        units=units,
        counts=counts,
        offsets=offsets,
        usual=usual,
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
