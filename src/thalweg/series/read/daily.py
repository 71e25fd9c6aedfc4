"""From rows to days: one value a day, gaps filled, and numbers that are not daily refused."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.filling import absent_weekdays, filled, frequency_of
from thalweg.series.frequency.dates import step_range, steps_between
from thalweg.series.frequency.record import DAILY, PACES
from thalweg.series.read.ahead import notes_ahead
from thalweg.series.read.columns import choose_columns
from thalweg.series.read.doubts import doubts
from thalweg.series.read.orders import check_exchanged
from thalweg.series.read.profiles import profile_columns
from thalweg.series.read.repeats import check_repeats
from thalweg.series.read.rows import Rows, decide
from thalweg.series.read.totals import differenced
from thalweg.series.series import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency
    from thalweg.series.read.options import ReadOptions
    from thalweg.series.read.table import Table

_LEAST_SHARE = 0.5  # of the days from the first to the last; Monday to Friday alone is 0.71
_LEAST_DAYS_FOR_SPACING = 3
_SIMULATED = "simulated"  # how the name of a column of simulated values begins


@dataclass(frozen=True)
class _Days:
    """What the rows of each day come to, in the order of the days; arrays of shape (days,).

    Attributes
    ----------
    day : ndarray of datetime64[D]
    rows : ndarray of int64
        How many rows the day has.
    first : ndarray of int64
        The first record of the day.
    several_times : ndarray of bool
        Whether the day has rows at different times of day.
    total, mean, last : ndarray of float64
        The sum, the mean and the last of the day's values; NaN where there is none.
    """

    day: NDArray[np.datetime64]
    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    several_times: NDArray[np.bool_]
    total: NDArray[np.float64]
    mean: NDArray[np.float64]
    last: NDArray[np.float64]

    def where(self, kept: NDArray[np.bool_]) -> _Days:
        """Return the days that are kept."""
        return _Days(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))

    @property
    def in_parts(self) -> bool:
        """Whether rows stand for parts of days: over half of the days have rows at different times of day."""
        return bool(self.several_times.mean() > 1 / 2)

    def __len__(self) -> int:
        return len(self.day)


def days_of(table: Table, options: ReadOptions) -> Series:
    """Make a daily series of a table's rows; errors as in `thalweg.series.read.read`."""
    duplicates = options.duplicates
    profiles = profile_columns(table, options.date_format)
    date_profile, value_profile = choose_columns(
        table, profiles, options.date, options.value, options.date_format, daily=duplicates is None
    )
    rows = decide(table, profiles, date_profile, value_profile, options)
    notes = [*table.notes, *rows.notes]
    days = _grouped(rows)
    used = [date_profile.column, value_profile.column]
    notes += notes_ahead(rows, days.day, ~np.isnan(days.mean), used)
    if (np.diff(days.first) < 0).any() or (days.rows > 1).any():
        check_exchanged(table, date_profile.column.name, rows.sql, rows.date_format)
    today = options.today or dt.datetime.now().astimezone().date()
    days = _without_future(days, today, rows, notes)
    days = _until(days, options.until, rows, notes)
    frequency = frequency_of(days.day[~np.isnan(days.mean)])
    days = _without_other_weekdays(days, frequency, notes)
    _check_spacing(days, rows, frequency)
    if (days.rows > 1).any():
        if duplicates is None:
            notes.append(check_repeats(rows, days.day[days.rows > 1], days.rows, several_times=days.in_parts))
        else:
            days = _without_partial_days(days, notes)
            count = int((days.rows > 1).sum())
            notes.append(Message(f"note.duplicates_{duplicates}", {"count": count}))
    if (np.diff(days.first) < 0).any():
        notes.append(Message("note.unsorted"))
    values = {None: days.last, "last": days.last, "sum": days.total, "mean": days.mean}[duplicates]
    day = days.day
    if options.difference:
        if len(day) < 2:  # noqa: PLR2004 - an increase is between two days
            raise InputError("read.one_total", source=table.source_name, day=day[0])
        day, values, told = differenced(day, values, frequency)
        notes += told
    return _series(day, values, rows, notes, frequency, options)


def _grouped(rows: Rows) -> _Days:
    # The total of a day without any number is null, not zero.
    sql = f"""
        SELECT day, count(*) AS rows, min(record) AS first, coalesce(min(clock) <> max(clock), false) AS several_times,
            sum(value) AS total, avg(value) AS mean, arg_max(value, record) AS last
        FROM ({rows.sql}) GROUP BY day ORDER BY day
    """
    taken = rows.table.query_arrays(sql)

    def numbers(name: str) -> NDArray[np.float64]:
        return np.ma.filled(np.ma.asarray(taken[name], dtype=np.float64), np.nan)

    return _Days(
        day=np.ma.getdata(taken["day"]).astype("datetime64[D]"),
        rows=np.ma.getdata(taken["rows"]).astype(np.int64),
        first=np.ma.getdata(taken["first"]).astype(np.int64),
        several_times=np.ma.getdata(taken["several_times"]).astype(np.bool_),
        total=numbers("total"),
        mean=numbers("mean"),
        last=numbers("last"),
    )


def _without_future(days: _Days, today: dt.date, rows: Rows, notes: list[Message]) -> _Days:
    """Leave out the days after today, and add a note about them."""
    limit = np.datetime64(today, "D")
    future = days.day > limit
    if not future.any():
        return days
    if future.all():
        raise InputError(
            "read.all_after_today",
            source=rows.table.source_name,
            today=today,
            first=days.day[0],
            last=days.day[-1],
            argument=Argument("date_format", "%d/%m/%Y"),
        )
    notes.append(Message("note.future", {"count": int(future.sum()), "first": str(days.day[future][0])}))
    return days.where(~future)


def _until(days: _Days, until: dt.date | None, rows: Rows, notes: list[Message]) -> _Days:
    """Leave out the days after the last that counts, and add a note about them."""
    if until is None:
        return days
    later = days.day > np.datetime64(until, "D")
    if later.all():
        raise InputError(
            "read.all_after_until",
            source=rows.table.source_name,
            argument=Argument("until", until.isoformat()),
            first=days.day[0],
            last=days.day[-1],
        )
    if later.any():
        notes.append(Message("note.until", {"until": until.isoformat(), "count": int(later.sum())}))
    return days.where(~later)


def _without_other_weekdays(days: _Days, frequency: Frequency, notes: list[Message]) -> _Days:
    """Leave out the weekdays that do not occur, and add a note about them and about the few values that they had."""
    if frequency == DAILY:
        return days
    kept = np.is_busday(days.day, weekmask=frequency.weekmask)
    lost = ~kept & ~np.isnan(days.mean)
    left_out = [Message(f"note.weekday.{day}") for day in absent_weekdays(frequency)]
    notes.append(Message("note.weekdays", {"weekdays": left_out}))
    if lost.any():
        first = str(days.day[lost][0])
        notes.append(Message("note.rare_weekdays", {"count": int(lost.sum()), "first": first, "weekdays": left_out}))
    return days.where(kept)


def _check_spacing(days: _Days, rows: Rows, frequency: Frequency) -> None:
    """Refuse weekly, monthly and scattered dates."""
    table = rows.table
    if len(days) < _LEAST_DAYS_FOR_SPACING or frequency != DAILY:
        return  # the weekdays that occur were found in at least half of the weeks
    steps = np.diff(days.day).astype(np.int64)
    usual = int(np.median(steps))
    if usual > 1:
        raise InputError(
            "read.not_daily",
            source=table.source_name,
            pace=Message(f"read.pace.{PACES.get(usual, 'not_daily')}"),
            days=usual,
            dates=list(days.day[:3]),
        )
    span = int(steps.sum()) + 1
    if not _is_dense(days.day):
        widest = int(np.argmax(steps))
        before, after = days.day[widest], days.day[widest + 1]
        later, earlier = len(days) - widest - 1, widest + 1
        key, kept, told = "read.scattered", 0, {}
        if _is_dense(days.day[widest + 1 :]):
            key, kept = "read.scattered_before", later
        if _is_dense(days.day[: widest + 1]) and earlier > kept:
            key, kept, told = "read.scattered_after", earlier, {"argument": Argument("until", str(before))}
        raise InputError(
            key,
            source=table.source_name,
            count=len(days),
            span=span,
            first=days.day[0],
            last=days.day[-1],
            before=before,
            before_row=table.row(int(days.first[widest])),
            after=after,
            after_row=table.row(int(days.first[widest + 1])),
            kept=kept,
            **told,
        )


def _is_dense(days: NDArray[np.datetime64]) -> bool:
    """Whether at least half of the days from the first to the last are there, and several."""
    span = int((days[-1] - days[0]).astype(np.int64)) + 1
    return len(days) >= max(_LEAST_SHARE * span, _LEAST_DAYS_FOR_SPACING)


def _without_partial_days(days: _Days, notes: list[Message]) -> _Days:
    """Leave out a first or last day that has fewer rows than is usual: its sum is not that of a whole day."""
    if not days.in_parts:
        return days
    usual = np.median(days.rows)
    kept = np.ones(len(days), dtype=np.bool_)
    for end in (0, -1):
        if days.rows[end] < usual:
            kept[end] = False
            notes.append(
                Message(
                    "note.partial_day",
                    {"day": str(days.day[end]), "rows": int(days.rows[end]), "usual": int(usual)},
                )
            )
    return days.where(kept)


def _series(
    day: NDArray[np.datetime64],
    value: NDArray[np.float64],
    rows: Rows,
    notes: list[Message],
    frequency: Frequency,
    options: ReadOptions,
) -> Series:
    """Return the series of the days and their values, from the first value to the last, gaps filled."""
    table, name, goes_on = rows.table, rows.value_profile.column.name, options.goes_on
    present = np.flatnonzero(~np.isnan(value))
    another = Argument("value", "NAME")
    if not len(present):
        raise InputError("read.all_missing", source=table.source_name, name=name, argument=another)
    if len(present) == 1 and not goes_on:
        raise InputError("read.one_day", source=table.source_name, day=day[present[0]])
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
    day, value = day[present[0] : present[-1] + 1], value[present[0] : present[-1] + 1]
    dates = step_range(frequency, day[0], steps_between(frequency, day[0], day[-1]) + 1)
    values = np.full(len(dates), np.nan)
    values[np.searchsorted(dates, day)] = value
    observed = ~np.isnan(values)
    absent = len(values) - len(day)
    if absent:
        gaps = np.setdiff1d(dates, day)
        notes.append(Message("note.missing_days", {"count": absent, "first": str(gaps[0])}))
    empty = int(np.isnan(value).sum())
    if empty:
        notes.append(Message("note.empty_cells", {"count": empty, "first": str(day[np.isnan(value)][0])}))
    negative = int((value < 0).sum())
    if negative:
        notes.append(Message("note.negative", {"count": negative}))
    notes += doubts(day[~np.isnan(value)], value[~np.isnan(value)], differenced=options.difference)
    return Series(
        start=day[0],
        values=filled(values, observed, frequency.season),
        observed=observed,
        name=name,
        source=table.source,
        simulated=name.casefold().startswith(_SIMULATED),
        notes=tuple(notes),
        frequency=frequency,
        differenced=options.difference,
    )
