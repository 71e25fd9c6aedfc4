"""Days without a value: which weekdays never have one, and what stands where a single value is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.dates import step_range, steps_between, weekdays
from thalweg.series.frequency.record import DAILY, daily

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

RARE_SHARE = 0.05  # of the weeks; a weekday with values in fewer is one that does not occur
USUAL_SHARE = 0.5  # of the weeks; the weekdays that occur have values in at least so many
LEAST_WEEKS = 4  # before a weekday without a value is taken for one that never occurs


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
    """Return a daily series with the weekdays of another daily frequency; None where it has values on other days.

    Days that the other frequency leaves out are dropped, those that it adds are filled and marked as not observed.
    """
    if series.frequency.same_step(frequency):
        return series
    if series.frequency.units != 1 or frequency.units != 1:
        return None
    dates = series.dates[series.observed]
    if not np.is_busday(dates, weekmask=frequency.weekmask).all():
        return None
    whole = step_range(frequency, dates[0], steps_between(frequency, dates[0], dates[-1]) + 1)
    places = np.searchsorted(whole, dates)
    values, observed = np.zeros(len(whole)), np.zeros(len(whole), dtype=np.bool_)
    values[places], observed[places] = series.values[series.observed], True
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
