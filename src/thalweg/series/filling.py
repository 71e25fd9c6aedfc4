"""Dates without a value: which weekdays and times of day never have one, and what stands where one is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.dates import (
    a_day,
    are_in,
    minutes_of_day,
    places,
    step_range,
    steps_between,
    weekdays,
)
from thalweg.series.frequency.record import DAILY, MINUTES_OF_A_DAY, daily, sub_daily

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

RARE_SHARE = 0.05  # of the weeks; a weekday with values in fewer is one that does not occur
USUAL_SHARE = 0.5  # of the weeks; the weekdays that occur have values in at least so many
LEAST_WEEKS = 4  # before a weekday without a value is taken for one that never occurs
LEAST_DAYS = 14  # before a time of day without a value is taken for one that never occurs


def frequency_of(dates: NDArray[np.datetime64]) -> Frequency:
    """Return the daily frequency of the weekdays on which there are values.

    A weekday does not occur where fewer than one in twenty of its weeks have a value, while every other weekday has one
    in at least half of them. At least two weekdays must occur: a single one is a week's rhythm, not a day's.

    Parameters
    ----------
    dates : ndarray of datetime64, shape (values,)
        The days that have a value, rising.
    """
    if not len(dates):
        return DAILY
    weeks = (steps_between(DAILY, dates[0], dates[-1]) + 1) / DAILY.season
    if weeks < LEAST_WEEKS:
        return DAILY
    shares = np.bincount(weekdays(dates), minlength=DAILY.season) / weeks
    occurs = shares >= RARE_SHARE
    if occurs.all() or occurs.sum() < 2 or shares[occurs].min() < USUAL_SHARE:  # noqa: PLR2004 - one is a week's rhythm
        return DAILY
    return daily("".join("1" if each else "0" for each in occurs))


def frequency_of_moments(moments: NDArray[np.datetime64], minutes: int) -> Frequency:
    """Return the frequency of values so many minutes apart, of the weekdays and times of day on which there are values.

    A time of day does not occur where fewer than one in twenty of the days that have values have one then; likewise a
    weekday, over four weeks at least. At least half of the steps that remain must have a value.

    Parameters
    ----------
    moments : ndarray of datetime64, shape (values,)
        In minutes: the moments that have a value, rising; all lie a whole number of steps apart.
    minutes : int
        The length of a step.
    """
    whole = sub_daily(minutes)
    days = np.unique(a_day(moments))
    count = steps_between(DAILY, days[0], days[-1]) + 1
    if count < LEAST_DAYS:
        return whole
    of_day = minutes_of_day(moments)
    times, counts = np.unique(of_day, return_counts=True)
    slots = times[counts >= RARE_SHARE * len(days)]
    at_slots = np.isin(of_day, slots)
    weeks = count / DAILY.season
    shares = np.bincount(weekdays(moments[at_slots]), minlength=DAILY.season) / (weeks * len(slots))
    occurs = (shares >= RARE_SHARE) | (weeks < LEAST_WEEKS)
    weekmask = "".join("1" if each else "0" for each in occurs)
    if not occurs.any() or (occurs.all() and len(slots) == MINUTES_OF_A_DAY // minutes):
        return whole
    steps = (steps_between(daily(weekmask), days[0], days[-1]) + 1) * len(slots)
    if (at_slots & np.isin(weekdays(moments), np.flatnonzero(occurs))).sum() < USUAL_SHARE * steps:
        return whole
    return sub_daily(minutes, weekmask, tuple(int(time) for time in slots))


def filled(values: NDArray[np.float64], observed: NDArray[np.bool_], season: int) -> NDArray[np.float64]:
    """Give each missing value the last one at its place of the season; in the first season, the value before it.

    The first value must be observed.
    """
    whole = values.copy()
    for place in np.flatnonzero(~observed):
        whole[place] = whole[place - (season if place >= season else 1)]
    return whole


def sources_of_copies(observed: NDArray[np.bool_], steps: int) -> NDArray[np.int64]:
    """Return, for each place, the place of the value that a copy takes when it looks there.

    It is the place itself where that value was observed. Else a copy goes back, `steps` at a time, to the last value
    that was observed: a baseline copies nothing that was filled in. Where there is none, it is the place itself.

    Parameters
    ----------
    observed : ndarray of bool, shape (values,)
    steps : int
        How far back the copy looks: 1 for the last value, a season for the same place of the last season.
    """
    places = np.arange(len(observed))
    sources = np.where(observed, places, -1)
    for first in range(min(steps, len(observed))):
        sources[first::steps] = np.maximum.accumulate(sources[first::steps])
    return np.where(sources < 0, places, sources)


def in_frequency(series: Series, frequency: Frequency) -> Series | None:
    """Return a series in another frequency of its step, or a daily one of few values in a longer step.

    The steps that the other frequency leaves out are dropped, those that it adds are filled and marked as not observed.
    None where the series has values that do not occur in the other frequency.
    """
    own = series.frequency
    if own.same_step(frequency):
        return series
    like = (own.unit, own.units) == (frequency.unit, frequency.units)
    longer = (own.unit, own.units) == (DAILY.unit, DAILY.units) and not frequency.sub_daily
    dates = series.dates[series.observed]
    if not (like or longer) or not are_in(frequency, dates).all():
        return None
    at = places(frequency, dates[0], dates)
    whole = step_range(frequency, dates[0], int(at[-1]) + 1)
    if not np.array_equal(whole[at], dates):
        return None
    values, observed = np.zeros(len(whole)), np.zeros(len(whole), dtype=np.bool_)
    values[at], observed[at] = series.values[series.observed], True
    return replace(
        series,
        start=dates[0],
        values=filled(values, observed, frequency.season),
        observed=observed,
        frequency=frequency,
    )


def absent_weekdays(frequency: Frequency) -> list[int]:
    """Return the weekdays that do not occur: 0 for Monday to 6 for Sunday."""
    return [day for day, mark in enumerate(frequency.weekmask) if mark == "0"]
