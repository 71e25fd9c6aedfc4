"""Days that lie a week, a month, a quarter or a year apart: on which weekday, or on which day of the month."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.frequency.dates import are_in, days_after, places, python_date, steps_after, weekdays
from thalweg.series.frequency.record import DAYS_OF_A_MONTH, PACES, monthly, quarterly, weekly, yearly
from thalweg.series.read.found import LEAST_DATES, Found, check_asked, check_dense, two_in_one
from thalweg.series.read.groups import told_date
from thalweg.series.read.paces import pace_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.series.frequency.alias import Alias
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.read.groups import Groups
    from thalweg.series.read.table import Table

_MOST_MOVED = 0.05  # of the dates, that stand beside the weekday or the day of the month of the others
_LEAST_FOR_ONE_MOVED = 8  # dates; from here on one may stand beside
_AWAY = 3  # days that the first or last weekday of a month may lie from its end; a Monday may be a holiday
_SATURDAY = 5
_MONTHS = {"monthly": (1, monthly), "quarterly": (3, quarterly), "yearly": (12, yearly)}


def coarse_of(table: Table, groups: Groups) -> Found | None:
    """Return what is found where dates usually lie a week, a month, a quarter or a year apart; None elsewhere.

    Parameters
    ----------
    table : Table
    groups : Groups
        The days that have a value.

    Raises
    ------
    InputError
        If a row does not fit in. It is named.
    """
    if len(groups) < LEAST_DATES:
        return None
    steps = np.diff(groups.date).astype(np.int64)
    pace = PACES.get(int(np.median(steps)), "")
    if pace == "weekly":
        found = _weekly(table, groups)
    elif pace in _MONTHS and not _equally_far(groups.date, steps):
        found = _of_months(table, groups, *_MONTHS[pace])
    else:
        return None
    check_dense(table, found.groups, found.frequency)
    return found


def _equally_far(days: NDArray[np.datetime64], steps: NDArray[np.int64]) -> bool:
    """Whether all dates lie equally far apart, in days, and none of the months' own days."""
    return bool((steps == steps[0]).all()) and _anchor(days) is None


def _weekly(table: Table, groups: Groups) -> Found:
    """Return the weeks: each date stands on the weekday of most, or up to three days beside it."""
    weekday = weekdays(groups.date)
    usual = int(np.argmax(np.bincount(weekday)))
    week = weekly().units
    beside = (weekday - usual + week // 2) % week - week // 2
    return _moved(table, groups, days_after(groups.date, -beside), weekly(), "week")


def _of_months(table: Table, groups: Groups, months: int, make: Callable[[int], Frequency]) -> Found:
    """Return the months, quarters or years: each date stands on the day of the month of most."""
    days = groups.date
    month = days.astype("datetime64[M]")
    anchor = _anchor(days)
    frequency = make(anchor or 1)
    beside = np.flatnonzero((month - month[0]).astype(np.int64) % months)
    if len(beside):
        at = int(beside[0])
        raise InputError(
            "read.other_month",
            source=table.source_name,
            row=table.row(int(groups.first[at])),
            date=days[at],
            pace=pace_of(frequency, python_date(days[0])),
            before=days[max(at - 1, 0)],
        )
    if anchor is None:
        return _of_weekdays(table, groups, make)
    return _moved(table, groups, _on(days, anchor), frequency, "month")


def _anchor(days: NDArray[np.datetime64]) -> int | None:
    """Return the day of the month on which nearly all dates stand, 31 for the last; None where there is none."""
    month = days.astype("datetime64[M]")
    day_of_month = (days - month.astype("datetime64[D]")).astype(np.int64) + 1
    for anchor in (DAYS_OF_A_MONTH, int(day_of_month.max()), int(np.bincount(day_of_month).argmax())):
        if _few((_on(days, anchor) != days).sum(), len(days)):
            return anchor
    return None


def _on(days: NDArray[np.datetime64], anchor: int) -> NDArray[np.datetime64]:
    """Return the day of each date's month that the anchor names, or the last of a shorter month."""
    return steps_after(monthly(anchor), days, 0)


def _few(count: int, of: int) -> bool:
    return count <= max(int(of >= _LEAST_FOR_ONE_MOVED), _MOST_MOVED * of)


def _of_weekdays(table: Table, groups: Groups, make: Callable[[int], Frequency]) -> Found:
    """Return months whose dates are their first weekdays, or their last; refuse dates that move otherwise."""
    days = groups.date
    month = days.astype("datetime64[M]")
    for anchor, kind in ((1, "first_weekdays"), (DAYS_OF_A_MONTH, "last_weekdays")):
        place = _on(days, anchor)
        if (weekdays(days) < _SATURDAY).all() and (np.abs((days - place).astype(np.int64)) <= _AWAY).all():
            frequency = make(anchor)
            if (np.diff(place).astype(np.int64) == 0).any():
                raise two_in_one(table, groups, place, frequency)
            at = int(np.flatnonzero(days != place)[0])
            told = {"date": told_date(days[at]), "place": told_date(place[at])}
            return Found(frequency, replace(groups, date=place), [Message(f"note.{kind}", told)])
    if (np.diff(month).astype(np.int64) == 0).any():
        raise two_in_one(table, groups, month, make(1))
    raise InputError(
        "read.days_move",
        source=table.source_name,
        pace=Message(f"read.pace.{make(1).name}"),
        dates=list(days[:3]),
        such_as=str(month[0]),
    )


def _moved(table: Table, groups: Groups, place: NDArray[np.datetime64], frequency: Frequency, kind: str) -> Found:
    """Return dates that were brought to their places; refuse several for one place, and more than a few beside it."""
    if (np.diff(place).astype(np.int64) == 0).any():
        raise two_in_one(table, groups, place, frequency)
    beside = np.flatnonzero(place != groups.date)
    if not len(beside):
        return Found(frequency, groups)
    at = int(beside[0])
    told = {
        "count": len(beside),
        "date": told_date(groups.date[at]),
        "place": told_date(place[at]),
        "row": table.row(int(groups.first[at])),
        "pace": pace_of(frequency, python_date(place[0])),
    }
    if not _few(len(beside), len(place)):
        raise InputError("read.other_weekdays", source=table.source_name, **told)
    return Found(frequency, replace(groups, date=place), [Message(f"note.moved_in_{kind}", told)])


def few_of(table: Table, groups: Groups, asked: Alias) -> Found | None:
    """Return what was asked for, of dates too few to show a rhythm; None where days or parts of days were asked for."""
    days = groups.date
    if asked.unit == "D" and asked.units > 1:
        frequency = weekly()
    elif asked.unit == "M":
        make = next(make for months, make in _MONTHS.values() if months == asked.units)
        frequency = make(_anchor(days) or 1)
    else:
        return None
    check_asked(table, groups, frequency, asked)
    steps = places(frequency, days[0], days)
    fits = are_in(frequency, days).all() and (steps_after(frequency, days[0], steps) == days).all()
    return Found(frequency, groups) if fits else None
