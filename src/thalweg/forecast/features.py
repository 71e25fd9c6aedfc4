"""Features of past days and of the calendar, as `Examples` (F1, U3).

A row stands on its newest day: step h predicts the h-th day after it. Nothing later than the newest day enters its
features except the calendar, which is known ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import KNOWN
from thalweg.learn.data.examples import Examples
from thalweg.series.dates import date_range, days_after, days_between
from thalweg.series.scale import WEEK, trailing_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.ladder import Rung
    from thalweg.series.calendar import Calendar
    from thalweg.series.scale import Scale
    from thalweg.series.series import Series

YEAR_DAYS = 364  # 52 whole weeks, so that a day is compared with the same weekday of last year
DAYS_AROUND = 3  # days before and after the same day of last year that are features too
LONG_LEVEL_DAYS = (28, 91, 364)  # the mean over so many days is a feature beside the level
WEEKDAYS_AGO = (4, 8)  # weeks over which the usual deviation of a weekday is averaged
FEATURE_CLIP = 4.0  # spreads: features are kept within ± this, so that one extreme day does not dominate
FADE_DAYS = 3.0  # days back at which a lag's scale is halved: a distant day must earn its weight
SEASON = " of year ×"  # stands in the names of the calendar's columns for the time of year
YEAR_AGO_SHRINK = 0.25  # factor of last year's days for several steps: a few years must not be learned by heart

# Days of past from which every feature of a row can be computed; with fewer, some features are marked as absent.
LOOK_BACK_DAYS = YEAR_DAYS + DAYS_AROUND + WEEK + 1


@dataclass(frozen=True, eq=False)
class Past:
    """Rows to predict from.

    Attributes
    ----------
    values : ndarray of float64, shape (values,)
        In the user's units. Several pasts may stand in it, one after another.
    newest : ndarray of int64, shape (rows,)
        The place of each row's newest day in `values`.
    dates : ndarray of datetime64[D], shape (rows,)
        The newest day's date.
    available : ndarray of int64, shape (rows,)
        Days of past up to and including the newest.
    """

    values: NDArray[np.float64]
    newest: NDArray[np.int64]
    dates: NDArray[np.datetime64]
    available: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.newest)


def past_of(series: Series, newest: NDArray[np.int64]) -> Past:
    """Return the rows of a series whose newest days stand at `newest`."""
    return Past(series.values, newest, series.dates[newest], newest + 1)


def days_needed(rung: Rung) -> int:
    """Return how many past days a row of this rung needs at least."""
    return max(rung.days_back, WEEK) if rung.known else rung.days_back


def days_seen(rung: Rung) -> int:
    """Return from how many past days every feature of a row can be computed; with fewer, some are marked absent."""
    if KNOWN[rung.known].year:
        return max(rung.days_back, LOOK_BACK_DAYS)
    return max(rung.days_back, WEEK * (max(WEEKDAYS_AGO) + 1) - 1) if rung.known else rung.days_back


def calendar_names(rung: Rung, calendar: Calendar) -> tuple[str, ...]:
    """Return the calendar's columns of the first day ahead that a rung sees; they are its first dense columns."""
    if not rung.known:
        return ()
    return tuple(name for name in calendar.names if KNOWN[rung.known].year or SEASON not in name)


def inputs(
    rung: Rung, scale: Scale, calendar: Calendar, past: Past, steps: int, *, limit: float = FEATURE_CLIP
) -> Examples:
    """Return rows to predict from, as examples without targets (weight 0, target NaN).

    Parameters
    ----------
    rung : Rung
    scale : Scale
    calendar : Calendar
    past : Past
    steps : int
        Days ahead.
    limit : float
        In spreads: the features of a rung that knows a calendar are kept within ± `limit`. With an infinite limit, and
        a scale without a logarithm, they are an affine function of the values.
    """
    transformed = scale.transform(past.values)
    level = scale.level(transformed, past.newest)
    rows = len(past)
    dense = np.zeros((rows, 0))
    if rung.known:
        dense = np.clip(_known(rung, scale, calendar, past, transformed, level, steps), -limit, limit)
    return Examples(
        values=transformed,
        newest=past.newest,
        window=rung.days_back,
        level=level,
        scale=np.full(rows, 1 / scale.spread),
        dense=dense,
        target=np.full((rows, steps), np.nan),
        weight=np.zeros((rows, steps)),
        emphasis=1 / (1 + np.arange(rung.days_back) / FADE_DAYS) if rung.known else None,
        limit=limit if rung.known else np.inf,
    )


def _known(
    rung: Rung,
    scale: Scale,
    calendar: Calendar,
    past: Past,
    transformed: NDArray[np.float64],
    level: NDArray[np.float64],
    steps: int,
) -> NDArray[np.float64]:
    year = KNOWN[rung.known].year
    columns = [_calendar(calendar, past.dates, steps, year=year)]
    above_level = trailing_mean(transformed, past.newest, WEEK) - level
    columns.append((_weekday_deviations(past, transformed, steps) + above_level[:, None]) / scale.spread)
    if year:
        # The same weeks of last year, relative to their own level, where the past reaches so far.
        available = past.available >= LOOK_BACK_DAYS
        year_ago = np.where(available, past.newest - YEAR_DAYS, past.newest)
        level_ago = trailing_mean(transformed, np.where(available, year_ago, WEEK - 1), WEEK)
        offsets = np.arange(1 - DAYS_AROUND, steps + DAYS_AROUND + 1)
        at = np.minimum(year_ago[:, None] + offsets, past.newest[:, None])
        spread = scale.spread if steps == 1 else scale.spread / YEAR_AGO_SHRINK
        columns.append(np.where(available[:, None], (transformed[at] - level_ago[:, None]) / spread, 0.0))
        columns.append(available[:, None].astype(float))
        for days in LONG_LEVEL_DAYS:
            long = trailing_mean(transformed, past.newest, np.minimum(days, past.available))
            columns.append(((long - level) / scale.spread)[:, None])
    return np.concatenate(columns, axis=1)


def _weekday_deviations(past: Past, transformed: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Return how far the weekdays to come usually lie from the mean of the week that ends on them."""
    deviation = transformed - trailing_mean(transformed, np.arange(len(transformed)), WEEK)
    columns: list[NDArray[np.float64]] = []
    for step in range(min(steps, WEEK)):
        total, count = np.zeros(len(past)), np.zeros(len(past))
        for week in range(1, max(WEEKDAYS_AGO) + 1):
            back = WEEK * week - 1 - step  # days from the same weekday to the newest day
            available = past.available >= back + WEEK
            at = np.where(available, past.newest - back, past.newest)
            total += np.where(available, deviation[at], 0.0)
            count += available
            if week in WEEKDAYS_AGO:
                columns.append(total / np.maximum(count, 1))
    return np.stack(columns, axis=1)


def _calendar(calendar: Calendar, dates: NDArray[np.datetime64], steps: int, *, year: bool) -> NDArray[np.float64]:
    """Return the calendar's columns of the first day ahead, and the holidays of each later day ahead."""
    names = calendar.names
    seasons = [at for at, name in enumerate(names) if SEASON in name]
    first = calendar.columns(days_after(dates, 1))
    holidays = list(range(max(seasons, default=-1) + 1, len(names)))  # the calendar's last columns
    if steps > 1 and holidays:
        days = date_range(days_after(dates.min(), 1), days_between(dates.min(), dates.max()) + steps)
        table = calendar.columns(days)[:, holidays]
        later = (dates - days[0]).astype(np.int64)[:, None] + 1 + np.arange(1, steps)
        first = np.concatenate([first, table[later].reshape(len(dates), -1)], axis=1)
    return first if year else np.delete(first, seasons, axis=1)
