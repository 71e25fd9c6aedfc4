"""Which rhythm days have: their mean by weekday, and how they go with the days before (U3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEEK = 7
LAGS = 35  # days back: five weeks
FOUR_WEEKS = 28  # the level that is taken out is the mean of so many days around
SURE = 3.0  # standard errors that a peak must rise above nothing, and above the trough before it
PERIOD = 2 / 3  # of the highest peak: the first peak so high is the rhythm, the later ones are its multiples


@dataclass(frozen=True, eq=False)
class Rhythm:
    """The rhythm of some days.

    Attributes
    ----------
    weekdays : ndarray of float64, shape (7,)
        The mean of each weekday, Monday first, in the user's units; NaN where there was none.
    correlation : ndarray of float64, shape (lags,)
        The autocorrelation at lags 1, 2, …, of each day less the mean of the four weeks around it.
    error : ndarray of float64, shape (lags,)
        Its standard error where no day knows of days so long before (Bartlett 1946).
    lag : int or None
        The rhythm's length in days; None where none stands out.
    """

    weekdays: NDArray[np.float64]
    correlation: NDArray[np.float64]
    error: NDArray[np.float64]
    lag: int | None

    @property
    def lags(self) -> NDArray[np.int64]:
        """1, 2, …."""
        return np.arange(1, len(self.correlation) + 1)


def rhythm_of(
    values: NDArray[np.float64], dates: NDArray[np.datetime64], observed: NDArray[np.bool_], lags: int = LAGS
) -> Rhythm:
    """Find the rhythm of some days.

    A lag counts as a rhythm where the autocorrelation has a peak that stands three standard errors above nothing and
    above the trough before it. Of several the first that is two thirds as high as the highest: 14 and 21 days are
    multiples of a week.

    Parameters
    ----------
    values : ndarray of float64, shape (days,)
    dates : ndarray of datetime64[D], shape (days,)
    observed : ndarray of bool, shape (days,)
        A day without a value counts neither for its weekday nor for any lag.
    lags : int
        The longest lag; fewer where the days are not three times as many.

    Raises
    ------
    ValueError
        If there are fewer than 9 days.
    """
    count = min(lags, len(values) // 3)
    if count < 3:  # noqa: PLR2004 - a peak has two neighbours
        raise ValueError(f"There are {len(values)} days; a rhythm shows from 9 on.")
    weekday = weekdays_of(dates)
    means = np.full(WEEK, np.nan)
    for day in range(WEEK):
        of = values[observed & (weekday == day)]
        if len(of):
            means[day] = of.mean()
    away = _away(values, observed)
    variance = float(away @ away) / max(int(observed.sum()), 1)
    correlation = np.zeros(count)
    for lag in range(1, count + 1):
        pairs = int((observed[lag:] & observed[:-lag]).sum())
        if pairs and variance > 0:
            correlation[lag - 1] = float(away[lag:] @ away[:-lag]) / pairs / variance
    before = np.concatenate([[0.0], np.cumsum(correlation**2)[:-1]])
    error = np.sqrt((1 + 2 * before) / max(int(observed.sum()), 1))
    return Rhythm(means, correlation, error, _rhythm(correlation, error))


def weekdays_of(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the weekday of each day, 0 for Monday."""
    return (dates.astype("datetime64[D]").astype(np.int64) + 3) % WEEK  # 1970-01-01 was a Thursday


def _away(values: NDArray[np.float64], observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return each day less the mean of the four weeks around it; 0 where there was no value."""
    kernel = np.ones(FOUR_WEEKS + 1)
    kernel[[0, -1]] = 0.5  # so that every weekday counts four times
    # Cut to the days: at the ends, the level is the mean of the days that are there.
    around = slice(FOUR_WEEKS // 2, FOUR_WEEKS // 2 + len(values))
    total = np.convolve(np.where(observed, values, 0.0), kernel)[around]
    weight = np.convolve(observed.astype(float), kernel)[around]
    away = np.where(observed, values - total / np.where(weight > 0, weight, 1.0), 0.0)
    away[observed] -= away[observed].mean() if observed.any() else 0.0
    size = float(np.abs(values).max(initial=0.0))
    return np.where(np.abs(away) > 1e-12 * size, away, 0.0)  # what is left of a flat series is rounding


def _rhythm(correlation: NDArray[np.float64], error: NDArray[np.float64]) -> int | None:
    inner = np.arange(1, len(correlation) - 1)
    peak = (correlation[inner] > correlation[inner - 1]) & (correlation[inner] >= correlation[inner + 1])
    trough = np.minimum.accumulate(correlation)[inner]
    high = np.minimum(correlation[inner], correlation[inner] - trough) > SURE * error[inner]
    found = inner[peak & high]
    if not len(found):
        return None
    return int(found[np.argmax(correlation[found] >= PERIOD * correlation[found].max())]) + 1
