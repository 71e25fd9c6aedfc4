"""Dates: steps from one to another, and what stands in a calendar. No other module names a unit of dates.

NumPy deprecates the sum of a date and a whole number without a unit, so every sum is made here.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast, overload

import numpy as np

from thalweg.series.frequency.record import EVERY_DAY, MINUTES_OF_A_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency

_MINUTE, _DAY, _MONTH = "datetime64[m]", "datetime64[D]", "datetime64[M]"
_WEEKDAYS, _MONTHS, _FIRST_YEAR = 7, 12, 1970  # of a week, of a year; NumPy counts from 1 January 1970, a Thursday
_THURSDAY = 3


@overload
def days_after(date: np.datetime64, days: int) -> np.datetime64: ...
@overload
def days_after(date: NDArray[np.datetime64], days: int) -> NDArray[np.datetime64]: ...
@overload
def days_after(date: np.datetime64 | NDArray[np.datetime64], days: NDArray[np.int64]) -> NDArray[np.datetime64]: ...
def days_after(
    date: np.datetime64 | NDArray[np.datetime64], days: int | NDArray[np.int64]
) -> np.datetime64 | NDArray[np.datetime64]:
    """Return the date so many days later, or earlier where `days` is negative; arrays are broadcast.

    Parameters
    ----------
    date : numpy.datetime64, or ndarray of datetime64[D]
    days : int, or ndarray of int64
    """
    return date + np.asarray(days).astype("timedelta64[D]")


def date_range(first: np.datetime64, days: int) -> NDArray[np.datetime64]:
    """Return so many days in a row, the first of them `first`; datetime64[D], shape (days,)."""
    return days_after(first, np.arange(days))


def days_between(first: np.datetime64, last: np.datetime64) -> int:
    """Return how many days `last` lies after `first`; negative where it lies before."""
    return int((last - first).astype("timedelta64[D]").astype(np.int64))


@overload
def steps_after(frequency: Frequency, date: np.datetime64, steps: int) -> np.datetime64: ...
@overload
def steps_after(frequency: Frequency, date: NDArray[np.datetime64], steps: int) -> NDArray[np.datetime64]: ...
@overload
def steps_after(
    frequency: Frequency, date: np.datetime64 | NDArray[np.datetime64], steps: NDArray[np.int64]
) -> NDArray[np.datetime64]: ...
def steps_after(
    frequency: Frequency, date: np.datetime64 | NDArray[np.datetime64], steps: int | NDArray[np.int64]
) -> np.datetime64 | NDArray[np.datetime64]:
    """Return the date so many steps of a frequency later, or earlier where `steps` is negative; arrays are broadcast.

    Parameters
    ----------
    frequency : Frequency
    date : numpy.datetime64, or ndarray of datetime64
        Dates that occur.
    steps : int, or ndarray of int64
    """
    if frequency.unit == "M":
        return _months_after(date, np.asarray(steps) * frequency.units, frequency.anchor)
    if frequency.slots:
        return _slots_after(frequency, date, np.asarray(steps))
    if frequency.weekmask != EVERY_DAY:
        return np.busday_offset(date, steps, weekmask=frequency.weekmask)
    return date + (np.asarray(steps) * frequency.units).astype(f"timedelta64[{frequency.unit}]")


def _months_after(date: Any, months: Any, anchor: int) -> Any:  # noqa: ANN401 - a date or an array of them
    """Return the dates so many months later, on the anchor's day or on the last day of a shorter month."""
    month = date.astype(_MONTH) + np.asarray(months).astype("timedelta64[M]")
    first, last = month.astype(_DAY), (month + np.timedelta64(1, "M")).astype(_DAY) - np.timedelta64(1, "D")
    return np.minimum(first + np.timedelta64(anchor - 1, "D"), last)


def _slots_after(frequency: Frequency, date: Any, steps: Any) -> Any:  # noqa: ANN401 - likewise
    """Return the dates so many steps later, where only some times of day and weekdays occur."""
    slots = np.array(frequency.slots)
    place = np.searchsorted(slots, minutes_of_day(date)) + steps
    day = np.busday_offset(date.astype(_DAY), place // len(slots), weekmask=frequency.weekmask)
    return day.astype(_MINUTE) + slots[place % len(slots)].astype("timedelta64[m]")


def steps_between(frequency: Frequency, first: np.datetime64, last: np.datetime64) -> int:
    """Return how many steps `last` lies after `first`; negative where it lies before. A part of a step is left out."""
    return int(places(frequency, first, np.asarray(last)))


def places(frequency: Frequency, first: np.datetime64, dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return how many steps each date lies after `first`, as `steps_between` does."""
    if frequency.unit == "M":
        month = (dates.astype(_MONTH) - first.astype(_MONTH)).astype(np.int64)
        return month // frequency.units
    if frequency.slots:
        slots = np.array(frequency.slots)
        days = np.busday_count(first.astype(_DAY), dates.astype(_DAY), weekmask=frequency.weekmask)
        of_day = np.searchsorted(slots, minutes_of_day(dates)) - np.searchsorted(slots, minutes_of_day(first))
        return days * len(slots) + of_day
    if frequency.weekmask != EVERY_DAY:
        return np.busday_count(first, dates, weekmask=frequency.weekmask)
    return (dates - first).astype(f"timedelta64[{frequency.unit}]").astype(np.int64) // frequency.units


def step_range(frequency: Frequency, first: np.datetime64, count: int) -> NDArray[np.datetime64]:
    """Return so many dates in a row, the first of them `first`; shape (count,)."""
    return steps_after(frequency, first, np.arange(count))


def date_of_period(frequency: Frequency, first: np.datetime64, date: np.datetime64) -> np.datetime64:
    """Return the date of the step whose month, quarter or year holds a date; the date itself where steps are no months.

    `first` is a date that occurs. A quarter and a year are dated by their first month or by their last; where it is
    another month, only the dates of that month are told apart.
    """
    if frequency.unit != "M":
        return date
    units, month = frequency.units, int(months(np.asarray(first)))
    apart = int((date.astype(_MONTH) - first.astype(_MONTH)).astype(np.int64))
    if month % units not in {0, units - 1}:
        return date if apart % units else steps_after(frequency, first, apart // units)
    return steps_after(frequency, first, (apart + month % units) // units)


def occurs(frequency: Frequency, date: object) -> bool:
    """Whether a value may stand on a date: its unit, weekday, time of day and day of the month are those that occur."""
    if not isinstance(date, np.datetime64) or np.isnat(date) or date.dtype != f"datetime64[{frequency.date_unit}]":
        return False
    if frequency.slots and int(minutes_of_day(date)) not in frequency.slots:
        return False
    if frequency.unit == "M":
        return bool(_months_after(date, 0, frequency.anchor) == date)
    return frequency.weekmask == EVERY_DAY or bool(np.is_busday(date.astype(_DAY), weekmask=frequency.weekmask))


def are_in(frequency: Frequency, dates: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    """Return whether a value may stand on each date, as `occurs` says it; shape (dates,)."""
    if dates.dtype != f"datetime64[{frequency.date_unit}]":
        return np.zeros(len(dates), dtype=np.bool_)
    if frequency.unit == "M":
        return _months_after(dates, 0, frequency.anchor) == dates
    fits = np.is_busday(dates.astype(_DAY), weekmask=frequency.weekmask)
    return fits & np.isin(minutes_of_day(dates), frequency.slots) if frequency.slots else fits


def a_date(frequency: Frequency, date: dt.date | np.datetime64 | str) -> np.datetime64:
    """Return a date, or a moment, as NumPy's in the unit of a frequency's dates."""
    return cast("np.datetime64", np.asarray(date).astype(f"datetime64[{frequency.date_unit}]")[()])


@overload
def a_day(date: dt.date | np.datetime64 | str) -> np.datetime64: ...
@overload
def a_day(date: NDArray[np.datetime64]) -> NDArray[np.datetime64]: ...
def a_day(date: dt.date | np.datetime64 | str | NDArray[np.datetime64]) -> np.datetime64 | NDArray[np.datetime64]:
    """Return a date, or each of several, as NumPy's, in days."""
    return date.astype(_DAY) if isinstance(date, (np.datetime64, np.ndarray)) else np.datetime64(date, "D")


def python_date(date: np.datetime64) -> dt.date:
    """Return a date as Python's."""
    return cast("dt.date", date.astype(_DAY).item())


def last_day_of(frequency: Frequency, date: np.datetime64) -> dt.date:
    """Return the last day of the step that a date stands for: of a month, a quarter or a year dated by its first day.

    Every other step is taken to end on the day of its date.
    """
    starts = frequency.by_month and frequency.anchor == 1
    return python_date(steps_after(frequency, date, 1)) - dt.timedelta(1) if starts else python_date(date)


def iso(date: np.datetime64) -> str:
    """Return a date as ISO 8601 writes it, such as 2025-01-09; a moment as 2025-01-09 14:30."""
    return str(isos(np.asarray(date)))


def isos(dates: NDArray[np.datetime64]) -> NDArray[np.str_]:
    """Return dates, or moments, as `iso` does; shape (dates,)."""
    if dates.dtype == _MINUTE and dates.size:  # NumPy replaces nothing in an empty array
        return np.char.replace(np.datetime_as_string(dates), "T", " ")
    return np.datetime_as_string(dates.astype(_DAY))


def is_moment(date: Any) -> bool:  # noqa: ANN401 - a date or an array of them
    """Whether dates have a time of day."""
    return date.dtype == _MINUTE


def clock(moment: np.datetime64) -> str:
    """Return the time of day of a moment, such as 14:30."""
    return "{:02}:{:02}".format(*divmod(int(minutes_of_day(moment)), 60))


def days_apart(first: np.datetime64, last: np.datetime64) -> float:
    """Return how many days `last` lies after `first`; a part of a day counts as such."""
    return float((last - first).astype("timedelta64[m]").astype(np.int64)) / MINUTES_OF_A_DAY


def minutes_of_day(dates: Any) -> NDArray[np.int64]:  # noqa: ANN401 - a date or an array of them
    """Return how many minutes of its day have passed at each moment; 0 for a date without a time."""
    return (dates.astype(_MINUTE) - dates.astype(_DAY).astype(_MINUTE)).astype(np.int64)


def day_numbers(dates: Any) -> NDArray[np.int64]:  # noqa: ANN401 - whatever NumPy makes dates of
    """Return the days from 1 January 1970 to each date, int64."""
    return np.asarray(dates).astype(_DAY).astype(np.int64)


def day_of_number(days: Any) -> NDArray[np.datetime64]:  # noqa: ANN401 - likewise, whole numbers
    """Return the dates that lie so many days after 1 January 1970; the inverse of `day_numbers`."""
    return np.asarray(days, dtype=np.int64).astype(_DAY)


def weekdays(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the weekday of each date: 0 for Monday to 6 for Sunday."""
    return (day_numbers(dates) + _THURSDAY) % _WEEKDAYS


def weekday_columns(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return a column for each weekday from Monday on, 1 on that weekday and else 0; shape (dates, 7)."""
    return np.eye(_WEEKDAYS)[weekdays(dates)]


def years(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the calendar year of each date."""
    return np.asarray(dates).astype("datetime64[Y]").astype(np.int64) + _FIRST_YEAR


def share_of_month(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return which share of its calendar month has passed when each date begins."""
    dates = np.asarray(dates).astype(_DAY)
    month = dates.astype(_MONTH)
    first = month.astype(_DAY).astype(np.int64)
    length = (month + np.timedelta64(1, "M")).astype(_DAY).astype(np.int64) - first
    return (dates.astype(np.int64) - first) / length


def share_of_year(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return which share of its calendar year has passed at each date or moment: 0 when 1 January begins."""
    passed = minutes_of_day(dates) / MINUTES_OF_A_DAY
    dates = np.asarray(dates).astype(_DAY)
    year = dates.astype("datetime64[Y]")
    first = year.astype(_DAY).astype(np.int64)
    length = (year + np.timedelta64(1, "Y")).astype(_DAY).astype(np.int64) - first
    return (dates.astype(np.int64) - first + passed) / length


def months(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the calendar month of each date: 0 for January to 11 for December."""
    return np.asarray(dates).astype(_MONTH).astype(np.int64) % _MONTHS


def days_of_steps(frequency: Frequency, dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the days that each step holds, as `day_numbers` counts them, shape (dates, days of a step).

    A step of a week holds the seven days from its date on; any shorter one holds the day of its date.
    """
    days = frequency.units if frequency.unit == "D" else 1
    return day_numbers(dates)[:, np.newaxis] + np.arange(days)


def day_of_year(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return how many days of its calendar year have passed when each day begins: 0 on 1 January."""
    days = np.asarray(dates, dtype=_DAY)
    return (days - days.astype("datetime64[Y]")).astype(np.float64)


def month_and_day(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return 100 times the month plus the day of the month: 1225 on 25 December."""
    dates = np.asarray(dates).astype(_DAY)
    months = dates.astype("datetime64[M]")
    day = (dates - months.astype(_DAY)).astype(np.int64) + 1
    return (months.astype(np.int64) % _MONTHS + 1) * 100 + day


def parts_of(days: NDArray[np.datetime64]) -> Iterator[NDArray[np.int64]]:
    """Yield each part of the days that a column may hold, by each usual way of counting it."""
    number = days.astype(np.int64)  # 0 is 1970-01-01, a Thursday
    for first in range(7):  # a week may begin on any day
        weekday = (number - first) % 7
        yield weekday + 1
        if first in (3, 4):  # Sunday or Monday
            yield weekday
    months = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]")
    year, month = years.astype(np.int64) + 1970, months.astype(np.int64) % 12
    day_of_year = (days - years.astype("datetime64[D]")).astype(np.int64)
    day_of_month = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    yield from (year, year % 100, month, month + 1, month // 3 + 1, day_of_month, day_of_year + 1)
    yield from (100 * year + month + 1, 10_000 * year + 100 * (month + 1) + day_of_month)
    thursday = (number + 3) // 7 * 7  # the ISO week of a day is that of its Thursday
    thursdays = thursday.astype("datetime64[D]")
    yield (thursdays - thursdays.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) // 7 + 1
    yield thursdays.astype("datetime64[Y]").astype(np.int64) + 1970
    for first in (3, 4):  # weeks from the first Sunday or Monday of the year on, and those that count the days before
        weekday = (number - first) % 7
        week = (day_of_year + 7 - weekday) // 7
        january = (number - day_of_year - first) % 7
        yield from (week, (day_of_year + january) // 7 + 1)
    yield day_of_year // 7 + 1
