"""Rows to days: one value per day, gaps filled, and what is not daily named and refused."""
# ruff: noqa: S608  (SQL is put together from names of our own; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.dates import date_range, days_between
from thalweg.series.read.columns import choose_columns, look
from thalweg.series.read.doubts import doubts
from thalweg.series.read.repeats import check_repeats
from thalweg.series.read.rows import Rows, decide
from thalweg.series.series import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.read.options import ReadOptions
    from thalweg.series.read.table import Table

_WEEK = 7
_LEAST_SHARE = 0.5  # of the days between first and last; Monday to Friday alone is 0.71
_SPACINGS = (
    {7: "weekly", 14: "fortnightly"}
    | dict.fromkeys(range(28, 32), "monthly")
    | dict.fromkeys(range(90, 93), "quarterly")
    | dict.fromkeys((365, 366), "yearly")
)
_SIMULATED = "simulated"


@dataclass(frozen=True)
class _Days:
    """What each day's rows come to, in the order of the days; arrays of shape (days,)."""

    day: NDArray[np.datetime64]
    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    clocks: NDArray[np.bool_]  # rows at different times of day
    total: NDArray[np.float64]
    mean: NDArray[np.float64]
    last: NDArray[np.float64]

    def where(self, kept: NDArray[np.bool_]) -> _Days:
        return _Days(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.day)


def days_of(table: Table, options: ReadOptions) -> Series:
    """Make a table's rows a daily series; errors as in `thalweg.series.read.read`."""
    duplicates = options.duplicates
    looks = look(table, options.date_format)
    date_look, value_look = choose_columns(
        table, looks, options.date, options.value, options.date_format, daily=duplicates is None
    )
    rows = decide(table, looks, date_look, value_look, options.date_format)
    notes = [*table.notes, *rows.notes]
    days = _grouped(rows)
    today = options.today or dt.datetime.now().astimezone().date()
    days = _without_future(days, today, rows, notes)
    _check_spacing(days, rows)
    if (days.rows > 1).any():
        if duplicates is None:
            notes.append(
                check_repeats(rows, days.day[days.rows > 1], days.rows, clocks=bool(days.clocks.mean() > 1 / 2))
            )
        else:
            days = _whole_days(days, notes)
            count = int((days.rows > 1).sum())
            notes.append(Message(f"note.duplicates_{duplicates}", {"count": count}))
    if (np.diff(days.first) < 0).any():
        notes.append(Message("note.unsorted"))
    chosen = {None: days.last, "last": days.last, "sum": days.total, "mean": days.mean}[duplicates]
    return _series(days.day, chosen, rows, notes, goes_on=options.goes_on)


def _grouped(rows: Rows) -> _Days:
    # A day's total without any number is null, not zero.
    sql = f"""
        SELECT day, count(*) AS rows, min(record) AS first, coalesce(min(clock) <> max(clock), false) AS clocks,
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
        clocks=np.ma.getdata(taken["clocks"]).astype(np.bool_),
        total=numbers("total"),
        mean=numbers("mean"),
        last=numbers("last"),
    )


def _without_future(days: _Days, today: dt.date, rows: Rows, notes: list[Message]) -> _Days:
    limit = np.datetime64(today, "D")
    future = days.day > limit
    if not future.any():
        return days
    if future.all():
        raise InputError(
            f"{rows.table.source}: all days lie after today, {today}: {days.day[0]} to {days.day[-1]}. Days gone by "
            "are expected; check how the dates are written "
            f"({rows.table.choose('date_format', '%d/%m/%Y')} settles it)."
        )
    notes.append(Message("note.future", {"count": int(future.sum()), "first": str(days.day[future][0])}))
    return days.where(~future)


def _check_spacing(days: _Days, rows: Rows) -> None:
    """Refuse weeks, months and scattered days."""
    source = rows.table.source
    least = 3
    if len(days) < least:
        return
    steps = np.diff(days.day).astype(np.int64)
    usual = int(np.median(steps))
    if usual > 1:
        name = _SPACINGS.get(usual, "not daily")
        raise InputError(
            f"{source} is {name}: usually {usual} days lie between one date and the next ({days.day[0]}, "
            f"{days.day[1]}, {days.day[2]}, …). A row a day is expected; weeks and months are not served yet. If "
            "you have the days themselves, give those."
        )
    span = int(steps.sum()) + 1
    if len(days) < _LEAST_SHARE * span:
        widest = int(np.argmax(steps))
        raise InputError(
            f"{source} has only {len(days):,} of the {span:,} days from {days.day[0]} to {days.day[-1]}; the widest "
            f"gap lies between {days.day[widest]} ({rows.table.row(int(days.first[widest]))}) and "
            f"{days.day[widest + 1]} ({rows.table.row(int(days.first[widest + 1]))}). More than half "
            "of the days are expected: mend the date if it is a slip, or keep one side of the gap."
        )


def _whole_days(days: _Days, notes: list[Message]) -> _Days:
    """Leave out a first or last day with fewer hours than the others: its sum would be no day's sum."""
    if days.clocks.mean() <= 1 / 2:
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
    day: NDArray[np.datetime64], value: NDArray[np.float64], rows: Rows, notes: list[Message], *, goes_on: bool
) -> Series:
    table, name = rows.table, rows.value_look.column.name
    seen = np.flatnonzero(~np.isnan(value))
    if not len(seen):
        raise InputError(f"{table.source}: all values of {name} are missing. A number a day is expected.")
    if len(seen) == 1 and not goes_on:
        raise InputError(f"{table.source} has one day only, {day[seen[0]]}. Many days are expected, a row each.")
    if value[seen].min() == value[seen].max() and not goes_on:
        raise InputError(
            f"{table.source}: all {len(seen):,} values of {name} are equal ({value[seen[0]]:g}), so there is nothing "
            f"to find. Choose another column with {table.choose('value', 'NAME')} if this is not the one."
        )
    trimmed = len(value) - (seen[-1] + 1 - seen[0])
    if trimmed:
        notes.append(Message("note.trimmed", {"count": int(trimmed)}))
    day, value = day[seen[0] : seen[-1] + 1], value[seen[0] : seen[-1] + 1]
    values = np.full(days_between(day[0], day[-1]) + 1, np.nan)
    values[(day - day[0]).astype(np.int64)] = value
    observed = ~np.isnan(values)
    absent = len(values) - len(day)
    if absent:
        gaps = np.setdiff1d(date_range(day[0], len(values)), day)
        notes.append(Message("note.missing_days", {"count": absent, "first": str(gaps[0])}))
    empty = int(np.isnan(value).sum())
    if empty:
        notes.append(Message("note.empty_cells", {"count": empty, "first": str(day[np.isnan(value)][0])}))
    negative = int((value < 0).sum())
    if negative:
        notes.append(Message("note.negative", {"count": negative}))
    notes += doubts(day[~np.isnan(value)], value[~np.isnan(value)])
    return Series(
        start=day[0],
        values=_filled(values, observed),
        observed=observed,
        name=name,
        source=table.source,
        simulated=name.casefold().startswith(_SIMULATED),
        notes=tuple(notes),
    )


def _filled(values: NDArray[np.float64], observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give each missing day the value of seven days before, in the first week of the day before."""
    filled = values.copy()
    for place in np.flatnonzero(~observed):
        filled[place] = filled[place - (_WEEK if place >= _WEEK else 1)]
    return filled
