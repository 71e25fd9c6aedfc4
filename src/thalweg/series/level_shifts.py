"""Level shifts: dates from which a series stays higher or lower than before, and not because of the time of year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.comparable import comparable_of, deviation, deviations

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.series import Series

SIDE = 8  # blocks on each side of a shift, such as weeks of days
LEAST_BLOCKS = 4 * SIDE  # seasons; a series of fewer is looked at step by step
SURE = 12.0  # a shift is so many times as large as the usual change from one side to the other
CLEAR = 3.0  # and so many times as large as the spread of the blocks on either side
ABRUPT = 0.75  # share of the shift that has happened within a few blocks
ABRUPT_BLOCKS = 4
OUTSIDE = 1 / 8  # share of the blocks of a side that may lie across the other side
OBSERVED_SHARE = 0.5  # of the values on either side
LEAST_YEARS = 3  # from which the course of a year is learned
YEARS_DIFFER = 2  # blocks by which the same event of two years may lie apart
NOISE_OF_MEDIANS = 0.6  # the spread of a difference of two medians of eight values, over that of the values


@dataclass(frozen=True)
class LevelShift:
    """A date from which a series stays higher or lower than before.

    Attributes
    ----------
    place : int
        The index of the first value after it.
    date : numpy.datetime64
        Its date.
    before, after : float
        The levels on the two sides, over eight seasons or steps each, in the user's units: medians without the usual
        course of the season and, where it could be learned, of the year.
    """

    place: int
    date: np.datetime64
    before: float
    after: float


def level_shifts(series: Series, upto: int | None = None) -> tuple[LevelShift, ...]:
    """Return the level shifts among the first values of a series, in the order of time.

    The medians of seasons are compared, eight before each place and eight after it. A shift is where both sides lie
    apart, by far more than such sides usually do, and by more than they do at the same time of the years before and
    after; most of it must happen within a few seasons. So neither a spike, nor a wandering level, nor a time of year
    is a shift. Counts are compared in the logarithm.

    Parameters
    ----------
    series : Series
    upto : int, optional
        How many values are looked at; by default all.
    """
    values, observed, frequency = series.values[:upto], series.observed[:upto], series.frequency
    length = frequency.season if len(values) >= LEAST_BLOCKS * frequency.season else 1
    first = len(values) % length
    comparable = comparable_of(values, counts=series.counts)
    medians, steady = _without_season(comparable.values[first:], frequency.season, length)
    if len(medians) < 3 * SIDE or not (medians != medians[0]).any():
        return ()
    year = round(frequency.year / length) if frequency.year > frequency.season else 0
    known = bool(year and len(medians) >= LEAST_YEARS * year)
    if known:
        course = _course(medians, year)
        medians, steady = medians - course, steady - np.repeat(course, length)
    seen = observed[first:].reshape(-1, length).mean(axis=1) >= OBSERVED_SHARE
    medians, steady = _carried(medians, steady, seen, length)
    found: list[LevelShift] = []
    for block in _shifted(medians, year):
        place = first + _first_step(steady, medians, block, length)
        at = (place - first) // length
        if not seen[at : at + SIDE].mean() >= OBSERVED_SHARE or not (known or seen[max(at - SIDE, 0) : at].any()):
            continue  # after a long gap the time of year may have changed the level
        before, after = (float(np.median(side)) for side in (medians[block - SIDE : block], medians[block:][:SIDE]))
        found.append(LevelShift(place, series.dates[place], comparable.inverse(before), comparable.inverse(after)))
    return tuple(found)


def _without_season(
    values: NDArray[np.float64], season: int, length: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the medians of blocks, and the values without the usual course of a season."""
    if length == season:
        blocks = values.reshape(-1, length)
        medians = np.median(blocks, axis=1)
        return medians, (blocks - np.median(blocks - medians[:, None], axis=0)).ravel()
    if len(values) < 2 * season:
        return values, values
    steady = values - _course(values, season)
    return steady, steady


def _carried(
    medians: NDArray[np.float64], steady: NDArray[np.float64], seen: NDArray[np.bool_], length: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return medians and values in which a block that was mostly filled in has the median of the last one that was not.

    What was filled in repeats a season, which without the course of the year would look like shifts.
    """
    if seen.all():
        return medians, steady
    last = np.maximum.accumulate(np.where(seen, np.arange(len(seen)), 0))
    carried = medians[last]
    return carried, np.where(np.repeat(seen, length), steady, np.repeat(carried, length))


def _course(values: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    """Return the usual course of a season: of each of its places the median distance from the level around it."""
    padded = np.pad(values, (season // 2, season - 1 - season // 2), mode="reflect")
    level = np.median(np.lib.stride_tricks.sliding_window_view(padded, season), axis=1)
    place = np.arange(len(values)) % season
    course = np.array([np.median((values - level)[place == at]) for at in range(season)])
    return (course - course.mean())[place]


def _shifted(medians: NDArray[np.float64], year: int) -> list[int]:
    """Return the blocks with which a shift begins, the first first; `year` is how many blocks it has, or 0."""
    windows = np.lib.stride_tricks.sliding_window_view(medians, SIDE)
    before, after = windows[:-SIDE], windows[SIDE:]
    low, high = np.quantile(windows, (OUTSIDE, 1 - OUTSIDE), axis=1)
    change = np.median(after, axis=1) - np.median(before, axis=1)
    apart = np.where(change > 0, low[SIDE:] - high[:-SIDE], low[:-SIDE] - high[SIDE:]) > 0
    spread = deviations(windows - np.median(windows, axis=1)[:, None])
    of_its_own = _beyond_the_year(change, year)
    noise = max(NOISE_OF_MEDIANS * float(np.median(spread)), float(np.finfo(float).tiny))
    clear = np.abs(change) > CLEAR * np.maximum(spread[SIDE:], spread[:-SIDE])
    found: list[int] = []
    for at in sorted(np.flatnonzero(apart & clear), key=lambda at: -abs(of_its_own[at])):
        block = int(at) + SIDE
        if any(abs(block - other) < SIDE for other in found):
            continue
        elsewhere = np.abs(np.arange(len(change)) - at) >= 2 * SIDE  # where neither side holds the shift
        usual = max(deviation(of_its_own[elsewhere]), noise)
        around = range(max(block - ABRUPT_BLOCKS, 0), block - 1), range(block + 1, block + ABRUPT_BLOCKS)
        here, there = (float(np.median(medians[list(side)])) for side in around)
        if abs(of_its_own[at]) > SURE * usual and (there - here) / change[at] >= ABRUPT:
            found.append(block)
    return sorted(found)


def _beyond_the_year(change: NDArray[np.float64], year: int) -> NDArray[np.float64]:
    """Return how far changes go beyond those at the same time of the year before and after; 0 where they do not."""
    least = change.copy()
    if not year:
        return least
    at = np.arange(len(change))
    for away in (-year, year):
        nearest = np.full(len(change), np.nan)
        for moved in range(away - YEARS_DIFFER, away + YEARS_DIFFER + 1):
            there = (at + moved >= 0) & (at + moved < len(change))
            beyond = np.where(there, change - change[np.where(there, at + moved, 0)], np.nan)
            nearest = np.where(np.abs(beyond) >= np.abs(nearest), nearest, np.where(there, beyond, nearest))
        known = ~np.isnan(nearest)
        opposite = known & (np.sign(nearest) != np.sign(change))
        smaller = known & ~opposite & (np.abs(nearest) < np.abs(least))
        least = np.where(opposite, 0.0, np.where(smaller, nearest, least))
    return least


def _first_step(steady: NDArray[np.float64], medians: NDArray[np.float64], block: int, length: int) -> int:
    """Return the step with which a shift begins: the one that divides its surroundings best."""
    around = np.arange(max(block - ABRUPT_BLOCKS, 0) * length, min((block + ABRUPT_BLOCKS) * length, len(steady)))
    before, after = np.median(medians[block - SIDE : block]), np.median(medians[block : block + SIDE])
    from_before, from_after = np.abs(steady[around] - before), np.abs(steady[around] - after)
    costs = np.concatenate([[0.0], np.cumsum(from_before - from_after)])  # of all steps before each place
    return int(around[0]) + int(np.argmin(costs[1:-1])) + 1
