"""Rows by day: daily values, those of some weekdays, and those a week, a month, a quarter or a year apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.filling import RARE_SHARE, absent_weekdays, frequency_of
from thalweg.series.frequency.alias import WORKING_DAYS
from thalweg.series.frequency.record import DAILY, PACES, daily
from thalweg.series.read.changes import check_one_rhythm
from thalweg.series.read.coarse import coarse_of, few_of
from thalweg.series.read.found import LEAST_DATES, Found, check_asked, check_dense

_LEAST_USUAL = 1 / 2  # of the steps, that are the usual one

if TYPE_CHECKING:
    from thalweg.series.frequency.alias import Alias
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.read.groups import Groups
    from thalweg.series.read.table import Table


def days_found(table: Table, days: Groups, asked: Alias | None) -> Found:
    """Return the frequency of days, and the days that occur in it.

    Raises
    ------
    InputError
        If their rhythm is not served, changes, or is not the one that was asked for.
    """
    valued = days.where(days.valued)
    if asked is not None and len(valued) < LEAST_DATES:
        found = few_of(table, valued if len(valued) else days, asked)
        if found is not None:
            return found
    frequency = frequency_of(valued.date)
    if asked is not None and asked.working and frequency.unit == DAILY.unit and _are_working(valued):
        frequency = daily(WORKING_DAYS)
    if frequency == DAILY:
        check_one_rhythm(table, days)
        found = _coarse(table, days, valued)
        if found is not None:
            check_asked(table, found.groups, found.frequency, asked)
            return found
    check_asked(table, days, frequency, asked)
    kept, notes = _without_other_weekdays(days, frequency)
    if frequency == DAILY and len(kept) >= LEAST_DATES:
        _check_spacing(table, kept)
        check_dense(table, kept, frequency)
    return Found(frequency, kept, notes)


def _coarse(table: Table, days: Groups, valued: Groups) -> Found | None:
    """Return what is found where values lie further apart than days; days without a value say nothing then."""
    if len(valued) == len(days) or len(valued) < LEAST_DATES:
        return coarse_of(table, days)
    try:
        return coarse_of(table, valued)
    except InputError:
        if np.median(np.diff(days.date).astype(np.int64)) > 1:
            raise
        return None  # days, many of them without a value


def _are_working(valued: Groups) -> bool:
    """Whether there are nearly no values on Saturdays and Sundays."""
    return bool(np.mean(~np.is_busday(valued.date)) <= RARE_SHARE)


def _without_other_weekdays(days: Groups, frequency: Frequency) -> tuple[Groups, list[Message]]:
    """Leave out the weekdays that do not occur; return notes about them and about the few values that they had."""
    if frequency == DAILY:
        return days, []
    kept = np.is_busday(days.date, weekmask=frequency.weekmask)
    lost = ~kept & days.valued
    left_out = [Message(f"note.weekday.{day}") for day in absent_weekdays(frequency)]
    notes = [Message("note.weekdays", {"weekdays": left_out})]
    if lost.any():
        told = {"count": int(lost.sum()), "first": str(days.date[lost][0]), "weekdays": left_out}
        notes.append(Message("note.rare_weekdays", told))
    return days.where(kept), notes


def _check_spacing(table: Table, days: Groups) -> None:
    """Refuse dates whose usual distance is not served."""
    steps = np.diff(days.date).astype(np.int64)
    usual = int(np.median(steps))
    if usual == 1:
        return
    if np.mean(steps == usual) < _LEAST_USUAL:
        told = Message("read.pace.irregular")
    elif PACES.get(usual) == "fortnightly":
        told = Message("read.pace.fortnightly")
    else:
        told = Message("read.pace.days", {"days": usual})
    raise InputError("read.not_served", source=table.source_name, pace=told, days=usual, dates=list(days.date[:3]))
