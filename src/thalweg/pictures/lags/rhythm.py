"""The rhythm of a series: its mean by weekday and its autocorrelation (U3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.dates import weekdays as weekdays_of
from thalweg.series.frequency.record import DAILY

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEEK_DAYS = DAILY.season
LONGEST_LAG_DAYS = 5 * WEEK_DAYS
LEVEL_DAYS = DAILY.month  # the level subtracted from a day is the mean of so many days around it
PEAK_STANDARD_ERRORS = 3.0  # a peak must stand so many above zero and above the trough before it
FIRST_PEAK_SHARE = (
    2 / 3
)  # of the highest peak; the first peak of this height is the rhythm, later ones are its multiples


@dataclass(frozen=True, eq=False)
class Rhythm:
    """The rhythm of a series.

    Attributes
    ----------
    weekdays : ndarray of float64, shape (7,)
        The mean of each weekday, Monday first, in the user's units; NaN where there was none.
    correlation : ndarray of float64, shape (lags,)
        The autocorrelation at lags 1, 2, …, of each day less the mean of the four weeks around it.
    error : ndarray of float64, shape (lags,)
        Its standard error if there is no correlation at this lag or a longer one (Bartlett 1946).
    lag : int or None
        The length of the rhythm in days; None where there is none.
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
    values: NDArray[np.float64],
    dates: NDArray[np.datetime64],
    observed: NDArray[np.bool_],
    lags: int = LONGEST_LAG_DAYS,
) -> Rhythm:
    """Find the rhythm of a series.

    A lag counts as a rhythm where the autocorrelation has a peak that stands three standard errors above zero and
    above the trough before it. Of several such lags the first counts whose peak is two thirds as high as the highest,
    because 14 and 21 days are multiples of a week.

    Parameters
    ----------
    values : ndarray of float64, shape (days,)
    dates : ndarray of datetime64, shape (days,)
    observed : ndarray of bool, shape (days,)
        A day without a value counts neither for its weekday nor for any lag.
    lags : int
        The longest lag in days; at most a third of the days.

    Raises
    ------
    ValueError
        If there are fewer than 9 days.
    """
    count = min(lags, len(values) // 3)
    if count < 3:  # noqa: PLR2004 - a peak has two neighbours
        raise ValueError(f"There are {len(values)} days; a rhythm shows from 9 on.")
    weekday = weekdays_of(dates)
    means = np.full(WEEK_DAYS, np.nan)
    for day in range(WEEK_DAYS):
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


def _away(values: NDArray[np.float64], observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return each day less the mean of the four weeks around it; 0 where there was no value."""
    kernel = np.ones(LEVEL_DAYS + 1)
    kernel[[0, -1]] = 0.5  # so that every weekday counts four times
    # At the ends of the series, the level is the mean of those days that exist.
    around = slice(LEVEL_DAYS // 2, LEVEL_DAYS // 2 + len(values))
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
    high = np.minimum(correlation[inner], correlation[inner] - trough) > PEAK_STANDARD_ERRORS * error[inner]
    found = inner[peak & high]
    if not len(found):
        return None
    return int(found[np.argmax(correlation[found] >= FIRST_PEAK_SHARE * correlation[found].max())]) + 1
