"""From rows to steps: one value a step of the frequency that is found, gaps filled."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.filling import filled
from thalweg.series.frequency.dates import python_date, step_range, steps_between
from thalweg.series.read.ahead import notes_ahead
from thalweg.series.read.changes import check_one_rhythm
from thalweg.series.read.columns import choose_columns
from thalweg.series.read.days import days_found
from thalweg.series.read.doubts import doubts
from thalweg.series.read.found import Found, in_steps_of, is_by_day
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
from thalweg.series.read.parts_of_day import grouped, moments_found
from thalweg.series.read.profiles import profile_columns
from thalweg.series.read.regressors import choose_regressors, regressors_of, up_to_the_last_value
from thalweg.series.read.repeats import check_repeats
from thalweg.series.read.rows import Rows, decide
from thalweg.series.read.totals import differenced
from thalweg.series.series import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.frequency.alias import Alias
    from thalweg.series.read.options import ReadOptions
    from thalweg.series.read.table import Table

_SIMULATED = "simulated"  # how the name of a column of simulated values begins


def series_of_rows(table: Table, options: ReadOptions) -> Series:
    """Make a series of a table's rows; errors as in `thalweg.series.read.read`."""
    asked = options.asked
    profiles = profile_columns(table, options.date_format)
    others = choose_regressors(table, profiles, options)
    values = [profile for profile in profiles if profile not in others]
    date_profile, value_profile = choose_columns(table, values, options.date, options.value, options.date_format)
    rows = decide(table, profiles, date_profile, value_profile, options)
    notes = [*table.notes, *rows.notes]
    groups = of_days(rows)
    by_moment = rows.timed and _by_moment(groups, options, asked)
    if by_moment:
        groups = grouped(rows, asked, combined=options.duplicates is not None)
    elif rows.timed:
        notes.append(Message("note.time_of_day"))
    used = [date_profile, value_profile, *others]
    notes += notes_ahead(rows, groups, [profile.column for profile in used])
    whole = groups
    if options.known:
        groups = up_to_the_last_value(groups)
    if (np.diff(groups.first) < 0).any() or (groups.rows > 1).any():
        check_exchanged(table, date_profile.column.name, rows.sql, rows.date_format)
    groups = without_future(groups, options.today or dt.datetime.now().astimezone().date(), rows, notes)
    groups = within(groups, options.since, options.until, rows, notes)
    if rows.timed and not by_moment and options.duplicates is None and groups.several.any():
        check_one_rhythm(table, within(of_moments(rows), options.since, options.until, rows, []))
    if by_moment:
        found = moments_found(rows, groups, asked, combined=options.duplicates is not None)
    else:
        found = days_found(table, groups, asked)
    notes += found.notes
    groups = _combined(rows, found.groups, options, notes)
    if (np.diff(groups.first) < 0).any():
        notes.append(Message("note.unsorted"))
    series = _series(rows, groups, found, notes, options)
    return regressors_of(series, rows, whole, others, options) if options.known or options.past else series


def _by_moment(days: Groups, options: ReadOptions, asked: Alias | None) -> bool:
    """Whether each moment is a value of its own: most days have several, and they are not to be combined into days."""
    if asked is not None and asked.sub_daily:
        return days.in_parts or len(days) <= 2  # noqa: PLR2004 - too few to show a rhythm
    return days.in_parts and options.duplicates is None


def _combined(rows: Rows, groups: Groups, options: ReadOptions, notes: list[Message]) -> Groups:
    """Refuse several rows of one date, or combine them as asked; add notes about them."""
    several = groups.rows > 1
    if not several.any():
        return groups
    if options.duplicates is not None:
        groups = without_partial_days(groups, notes)
        count = int((groups.rows > 1).sum())
        notes.append(Message(f"note.duplicates_{options.duplicates}", {"count": count}))
    elif groups.by == "day":
        notes.append(check_repeats(rows, groups))
    return groups


def _series(rows: Rows, groups: Groups, found: Found, notes: list[Message], options: ReadOptions) -> Series:
    """Return the series of the dates and their values, from the first value to the last, gaps filled."""
    table, name, goes_on, frequency = rows.table, rows.value_profile.column.name, options.goes_on, found.frequency
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
    if len(present) == 1 and not goes_on:
        raise InputError("read.one_day", source=table.source_name, day=told_date(date[present[0]]))
    if value[present].min() == value[present].max() and not goes_on:
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
