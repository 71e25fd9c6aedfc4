"""Past days and what is known beforehand -> `Examples` (F1, U3).

A row looks from its newest day at the days to come: step h predicts the h-th day after it. Nothing later than the
newest day enters its features, but what the calendar knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import KNOWN
from thalweg.learn.examples import Examples
from thalweg.series.dates import date_range, days_after, days_between
from thalweg.series.scale import WEEK, trailing_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.ladder import Rung
    from thalweg.series.calendar import Calendar
    from thalweg.series.scale import Scale
    from thalweg.series.series import Series

YEAR = 364  # 52 whole weeks: the same weekday of last year
AROUND = 3  # days looked at before and after the same day of last year
LONG_LEVELS = (28, 91, 364)  # days whose mean is told beside the level
WEEKDAYS_AGO = (4, 8)  # weeks over which a weekday's usual place in its week is told
MOST = 4.0  # features told relative to a spread are kept within ± this: one wild day must not rule
FADE = 3.0  # days back at which a value whispers half as loud as yesterday's: a far day must earn its weight
SEASON = " of year ×"  # in the names of those columns of the calendar that tell the time of year
WHISPER = 0.25  # of last year's days where they are as many as the days ahead: few years must not be learned by heart

# Days of past that every feature of a row can be told from; with fewer, some are told as absent.
LOOK_BACK = YEAR + AROUND + WEEK + 1


@dataclass(frozen=True, eq=False)
class Past:
    """Rows to predict from.

    Attributes
    ----------
    values : ndarray of float64, shape (values,)
        In the user's units; several pasts may stand in it one after another.
    newest : ndarray of int64, shape (rows,)
        Where each row's newest day stands in `values`.
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
    """Return the days of past that a row of this rung needs at least."""
    return max(rung.days_back, WEEK) if rung.known else rung.days_back


def days_seen(rung: Rung) -> int:
    """Return the days of past that every feature of a row can be told from; with fewer, some are told as absent."""
    if KNOWN[rung.known].year:
        return max(rung.days_back, LOOK_BACK)
    return max(rung.days_back, WEEK * (max(WEEKDAYS_AGO) + 1) - 1) if rung.known else rung.days_back


def calendar_names(rung: Rung, calendar: Calendar) -> tuple[str, ...]:
    """Return which of the calendar's columns a rung sees of the first day ahead: its first dense columns."""
    if not rung.known:
        return ()
    return tuple(name for name in calendar.names if KNOWN[rung.known].year or SEASON not in name)


def inputs(rung: Rung, scale: Scale, calendar: Calendar, past: Past, steps: int, *, limit: float = MOST) -> Examples:
    """Return rows to predict from, as examples whose targets are not given (weight 0, target NaN).

    Where a rung knows a calendar, its features are kept within ± `limit`; with an infinite one, and a scale without a
    logarithm, they are an affine function of the values.
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
        emphasis=1 / (1 + np.arange(rung.days_back) / FADE) if rung.known else None,
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
    usual = _usual_place(past, transformed, steps) + (trailing_mean(transformed, past.newest, WEEK) - level)[:, None]
    columns.append(usual / scale.spread)
    if year:
        # The same weeks of last year, relative to their own level, where there are years.
        there = past.available >= LOOK_BACK
        ago = np.where(there, past.newest - YEAR, past.newest)
        level_ago = trailing_mean(transformed, np.where(there, ago, WEEK - 1), WEEK)
        offsets = np.arange(1 - AROUND, steps + AROUND + 1)
        at = np.minimum(ago[:, None] + offsets, past.newest[:, None])
        shrunk = scale.spread if steps == 1 else scale.spread / WHISPER
        columns.append(np.where(there[:, None], (transformed[at] - level_ago[:, None]) / shrunk, 0.0))
        columns.append(there[:, None].astype(float))
        for days in LONG_LEVELS:
            long = trailing_mean(transformed, past.newest, np.minimum(days, past.available))
            columns.append(((long - level) / scale.spread)[:, None])
    return np.concatenate(columns, axis=1)


def _usual_place(past: Past, transformed: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Return how far the weekdays to come usually lie from the mean of the week that ends there."""
    away = transformed - trailing_mean(transformed, np.arange(len(transformed)), WEEK)  # where a week stands before
    out: list[NDArray[np.float64]] = []
    for step in range(min(steps, WEEK)):
        total, count = np.zeros(len(past)), np.zeros(len(past))
        for week in range(1, max(WEEKDAYS_AGO) + 1):
            back = WEEK * week - 1 - step  # of the same weekday, from the newest day
            there = past.available >= back + WEEK
            at = np.where(there, past.newest - back, past.newest)
            total += np.where(there, away[at], 0.0)
            count += there
            if week in WEEKDAYS_AGO:
                out.append(total / np.maximum(count, 1))
    return np.stack(out, axis=1)


def _calendar(calendar: Calendar, dates: NDArray[np.datetime64], steps: int, *, year: bool) -> NDArray[np.float64]:
    """Return what is known of the first day ahead, and of holidays on each day ahead."""
    names = calendar.names
    seasons = [at for at, name in enumerate(names) if SEASON in name]
    first = calendar.columns(days_after(dates, 1))
    feasts = list(range(max(seasons, default=-1) + 1, len(names)))  # the calendar's last columns
    if steps > 1 and feasts:
        days = date_range(days_after(dates.min(), 1), days_between(dates.min(), dates.max()) + steps)
        table = calendar.columns(days)[:, feasts]
        later = (dates - days[0]).astype(np.int64)[:, None] + 1 + np.arange(1, steps)
        first = np.concatenate([first, table[later].reshape(len(dates), -1)], axis=1)
    return first if year else np.delete(first, seasons, axis=1)
