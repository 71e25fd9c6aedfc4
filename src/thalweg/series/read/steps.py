"""From rows to steps: one value a step of the frequency that is found, gaps filled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.filling import filled
from thalweg.series.frequency.dates import a_day, python_date, step_range, steps_between
from thalweg.series.read.ahead import notes_ahead
from thalweg.series.read.changes import check_one_rhythm
from thalweg.series.read.columns import choose_columns, named
from thalweg.series.read.days import days_found
from thalweg.series.read.doubts import doubts
from thalweg.series.read.found import LEAST_DATES, Found, in_steps_of, is_by_day
from thalweg.series.read.groups import (
    Groups,
    of_days,
    of_moments,
    told_date,
    within,
    without_future,
    without_partial_days,
)
from thalweg.series.read.orders import check_exchanged
from thalweg.series.read.paces import pace_of
from thalweg.series.read.parts_of_day import grouped, moments_found, offsets_of
from thalweg.series.read.profiles import profile_columns
from thalweg.series.read.regressors import choose_regressors, regressors_of, up_to_the_last_value
from thalweg.series.read.repeats import check_repeats
from thalweg.series.read.rows import Rows, decide
from thalweg.series.read.totals import differenced
from thalweg.series.series import Series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.series.read.options import ReadOptions
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.table import Table

NO_OFFSETS = np.zeros(0, dtype=np.int64)
_SIMULATED = "simulated"  # how the name of a column of simulated values begins


def series_of_rows(table: Table, options: ReadOptions) -> Series:
    """Make a series of a table's rows; errors as in `thalweg.series.read.read`."""
    one = one_series(table, options)
    notes = [*one.notes]
    groups = one.steps.counted(one.groups, notes)
    return one.with_columns(one.steps.series(one.steps.found(groups), notes))


@dataclass(frozen=True)
class OneSeries:
    """The rows of a table that is one series, grouped by date.

    Attributes
    ----------
    steps : Steps
    groups : Groups
    others : list of ColumnProfile
        The columns beside the values.
    static : list of ColumnProfile
        Those that are the same in all rows.
    notes : list of Message
        What was odd in the source and in the way that it is written.
    """

    steps: Steps
    groups: Groups
    others: list[ColumnProfile]
    static: list[ColumnProfile]
    notes: list[Message]

    def with_columns(self, series: Series) -> Series:
        """Return the series with the columns beside it."""
        options, steps = self.steps.options, self.steps
        if not (options.known or options.past):
            return series
        return regressors_of(series, steps.rows, self.groups, self.others, options, alone=steps.alone)


def one_series(table: Table, options: ReadOptions, static: Sequence[str] = (), *, alone: bool = True) -> OneSeries:
    """Decide how a table's rows are read, and group them by date.

    Parameters
    ----------
    table : Table
    options : ReadOptions
    static : sequence of str
        The names of columns that are the same in all rows.
    alone : bool
        As of `Steps`.
    """
    asked = options.asked
    profiles = profile_columns(table, options.date_format)
    others = choose_regressors(table, profiles, options)
    constant = [named(table, profiles, "static", name) for name in static]
    values = [profile for profile in profiles if profile not in (*others, *constant)]
    date_profile, value_profile = choose_columns(table, values, options.date, options.value, options.date_format)
    rows = decide(table, profiles, date_profile, value_profile, options)
    notes = [*table.notes, *rows.notes]
    groups = of_days(rows)
    by_moment = rows.timed and is_by_moment(options, in_parts=groups.in_parts, dates=len(groups))
    if by_moment:
        groups = grouped(rows, asked, combined=options.duplicates is not None)
    elif rows.timed:
        notes.append(Message("note.time_of_day"))
    used = [date_profile, value_profile, *others, *constant]
    notes += notes_ahead(rows, groups, [profile.column for profile in used])
    if (np.diff(groups.first) < 0).any() or (groups.rows > 1).any():
        check_exchanged(table, date_profile.column.name, rows.sql, rows.date_format)
    offsets = offsets_of(rows) if by_moment else NO_OFFSETS
    return OneSeries(Steps(rows, options, by_moment, offsets, alone=alone), groups, others, constant, notes)


def is_by_moment(options: ReadOptions, *, in_parts: bool, dates: int) -> bool:
    """Whether each moment is a value of its own: most days have several, and they are not to be combined into days.

    Parameters
    ----------
    options : ReadOptions
    in_parts : bool
        As of `thalweg.series.read.groups.Groups`.
    dates : int
        How many days there are.
    """
    if options.asked is not None and options.asked.sub_daily:
        return in_parts or dates <= 2  # noqa: PLR2004 - too few to show a rhythm
    return in_parts and options.duplicates is None


@dataclass(frozen=True)
class Steps:
    """From the groups of one series to its steps; what was decided for all series of a source is held here.

    Attributes
    ----------
    rows : Rows
        The rows of the source.
    options : ReadOptions
    by_moment : bool
        Whether each moment is a value of its own.
    offsets : ndarray of int64
        As of `thalweg.series.read.parts_of_day.offsets_of`.
    differing : sequence, optional
        As of `thalweg.series.read.repeats.check_repeats`.
    alone : bool
        Whether the series is the only one. Then it is refused where it has a single value, or all are equal.
    """

    rows: Rows
    options: ReadOptions
    by_moment: bool
    offsets: NDArray[np.int64]
    differing: Sequence[object] | None = None
    alone: bool = True

    def counted(self, groups: Groups, notes: list[Message]) -> Groups:
        """Leave out the dates that do not count: those after the last value, after today, and those not asked for.

        Raises
        ------
        InputError
            If none is left, or the rows of each day show two rhythms.
        """
        rows, options = self.rows, self.options
        if options.known:
            groups = up_to_the_last_value(groups)
        groups = without_future(groups, options.today or dt.datetime.now().astimezone().date(), rows, notes)
        groups = within(groups, options.since, options.until, rows, notes)
        if rows.timed and not self.by_moment and options.duplicates is None and groups.several.any():
            moments = of_moments(replace(rows, sql=groups.sql))
            check_one_rhythm(rows.table, within(moments, options.since, options.until, rows, []))
        return groups

    def found(self, groups: Groups) -> Found:
        """Return the frequency of the dates, and the dates that occur in it; refuse those without one.

        A series among others whose moments are no values of their own may have one value a day.
        """
        if not self.by_moment:
            return days_found(self.rows.table, groups, self.options.asked)
        if not self.alone and len(groups) >= LEAST_DATES:
            days = a_day(groups.date)
            if (np.diff(days) > np.timedelta64(0, "D")).all():
                return days_found(self.rows.table, replace(groups, by="day", date=days), self.options.asked)
        return moments_found(
            self.rows,
            groups,
            self.options.asked,
            self.offsets,
            combined=self.options.duplicates is not None,
            differing=self.differing,
        )

    def series(self, found: Found, notes: list[Message]) -> Series:
        """Return the series of what was found; `notes` tell what was odd so far.

        Raises
        ------
        InputError
            If rows of one date contradict each other, or there is no value.
        """
        notes = [*notes, *found.notes]
        groups = self._combined(found.groups, notes)
        if (np.diff(groups.first) < 0).any():
            notes.append(Message("note.unsorted"))
        return _series(self, groups, found, notes)

    def _combined(self, groups: Groups, notes: list[Message]) -> Groups:
        """Refuse several rows of one date, or combine them as asked; add notes about them."""
        several, duplicates = groups.rows > 1, self.options.duplicates
        if not several.any():
            return groups
        if duplicates is not None:
            groups = without_partial_days(groups, notes)
            count = int((groups.rows > 1).sum())
            notes.append(Message(f"note.duplicates_{duplicates}", {"count": count}))
        elif groups.by == "day":
            notes.append(check_repeats(self.rows, groups, self.differing))
        return groups


def _series(steps: Steps, groups: Groups, found: Found, notes: list[Message]) -> Series:
    """Return the series of the dates and their values, from the first value to the last, gaps filled."""
    rows, options, frequency = steps.rows, steps.options, found.frequency
    table, name, lone = rows.table, rows.value_profile.column.name, steps.alone and not options.goes_on
    date, value = groups.date, {"sum": groups.total, "mean": groups.mean}.get(options.duplicates or "", groups.last)
    if options.difference:
        if len(date) < 2:  # noqa: PLR2004 - an increase is between two dates
            raise InputError("read.one_total", source=table.source_name, day=told_date(date[0]))
        date, value, told = differenced(date, value, frequency)
        notes += told
    present = np.flatnonzero(~np.isnan(value))
    another = Argument("value", "NAME")
    if not len(present):
        raise InputError("read.all_missing", source=table.source_name, name=name, argument=another)
    if len(present) == 1 and lone:
        raise InputError("read.one_day", source=table.source_name, day=told_date(date[present[0]]))
    if lone and value[present].min() == value[present].max():
        raise InputError(
            "read.all_equal",
            source=table.source_name,
            count=len(present),
            name=name,
            value=value[present[0]],
            argument=another,
        )
    trimmed = len(value) - (present[-1] + 1 - present[0])
    if trimmed:
        notes.append(Message("note.trimmed", {"count": int(trimmed)}))
    date, value = date[present[0] : present[-1] + 1], value[present[0] : present[-1] + 1]
    dates = step_range(frequency, date[0], steps_between(frequency, date[0], date[-1]) + 1)
    values = np.full(len(dates), np.nan)
    at = np.searchsorted(dates, date)
    values[at] = value
    observed = ~np.isnan(values)
    gaps = np.delete(dates, at)
    notes += _missing_notes(gaps[~np.isin(gaps, found.skipped)], date[np.isnan(value)])
    negative = int((value < 0).sum())
    if negative:
        notes.append(Message("note.negative", {"count": negative}))
    known = ~np.isnan(value)
    notes += doubts(date[known], value[known], frequency, differenced=options.difference)
    if not is_by_day(frequency):
        notes.insert(0, Message("note.frequency", {"pace": pace_of(frequency, python_date(date[0]))}))
    return Series(
        start=date[0],
        values=filled(values, observed, frequency.season),
        observed=observed,
        name=name,
        source=table.source,
        simulated=name.casefold().startswith(_SIMULATED),
        notes=tuple(in_steps_of(frequency, note) for note in notes),
        frequency=frequency,
        differenced=options.difference,
    )


def _missing_notes(gaps: NDArray[np.datetime64], empty: NDArray[np.datetime64]) -> list[Message]:
    """Return notes about dates without a row, and about those whose cell is empty."""
    return [
        Message(f"note.{key}", {"count": len(dates), "first": told_date(dates[0])})
        for key, dates in (("missing_days", gaps), ("empty_cells", empty))
        if len(dates)
    ]
