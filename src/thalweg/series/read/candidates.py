"""Columns of numbers that no one forecasts: those that count the rows, are constant, or are a part of the date."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.series.frequency.dates import parts_of
from thalweg.series.frequency.record import DAILY
from thalweg.series.read.clocks import parts_of_clock, seconds_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.table import Table

_MOST_ROWS = 20_000  # are looked at; more than fifty years of days
MINUTES_OF_AN_HOUR = 60
_LEAST_ROWS = DAILY.season  # fewer may be equal, or rise by one, by chance
_COLUMNS_AT_A_TIME = 100
_PARTS_OF_A_DAY = (15, MINUTES_OF_AN_HOUR // 2, MINUTES_OF_AN_HOUR)  # minutes, by which a column may count


def forecastable(
    table: Table,
    profiles: list[ColumnProfile],
    date_profile: ColumnProfile,
    date_format: str | None,
    *,
    constant: bool = False,
) -> list[ColumnProfile]:
    """Return the columns of numbers that neither count the rows, nor are constant, nor follow from the date alone.

    Parameters
    ----------
    table : Table
    profiles : list of ColumnProfile
    date_profile : ColumnProfile
    date_format : str, optional
        In `strptime` codes.
    constant : bool
        Whether those that are constant are kept.
    """
    kept: list[ColumnProfile] = []
    for start in range(0, len(profiles), _COLUMNS_AT_A_TIME):
        some = profiles[start : start + _COLUMNS_AT_A_TIME]
        kept += _among(table, some, date_profile, date_format, constant=constant)
    return kept


def _among(
    table: Table,
    profiles: list[ColumnProfile],
    date_profile: ColumnProfile,
    date_format: str | None,
    *,
    constant: bool,
) -> list[ColumnProfile]:
    date_cell = f"trim({date_profile.column.field}::VARCHAR)"
    days = [each.day for each in date_profile.date_readings(date_format, date_cell, thorough=True)]
    rows = f"(SELECT * FROM source_rows ORDER BY record LIMIT {_MOST_ROWS})"
    cells = [f"trim({profile.column.field}::VARCHAR)" for profile in profiles]
    ends = ", ".join(
        f"count(nullif({cell}, '')) >= {_LEAST_ROWS} AND min(nullif({cell}, '')) = max({cell})" for cell in cells
    )
    all_alike = table.query(f"SELECT {ends} FROM {rows}")[0] if cells else ()
    parts = [f"{day} AS day{i}" for i, day in enumerate(days)]
    readings = date_profile.date_readings(date_format, date_cell, thorough=True)
    parts += [f"{_minutes(each.time)} AS minute{i}" for i, each in enumerate(readings)]
    parts += [f"try_cast({cell} AS DOUBLE) AS number{i}" for i, cell in enumerate(cells)]
    taken = table.query_arrays(f"SELECT record, {', '.join(parts)} FROM {rows} ORDER BY record")
    dates = [_days_of(taken[f"day{i}"]) for i in range(len(days))]
    minutes = [_numbers_of(taken[f"minute{i}"]) for i in range(len(days))]
    numbers = [_numbers_of(taken[f"number{i}"]) for i in range(len(cells))]
    return [
        profile
        for profile, number, alike in zip(profiles, numbers, all_alike, strict=True)
        if (constant if alike else not _is_of_date(number, dates, minutes))
    ]


def _is_of_date(
    numbers: NDArray[np.float64], dates: list[NDArray[np.datetime64]], minutes: list[NDArray[np.float64]]
) -> bool:
    """Whether numbers count the rows, or are a part of the date or of the time of day, by one way of reading it."""
    return any(_follows(numbers, each) for each in dates) or any(_is_time(numbers, each) for each in minutes)


def _days_of(taken: NDArray[Any]) -> NDArray[np.datetime64]:
    days = np.ma.getdata(taken).astype("datetime64[D]")
    days[np.ma.getmaskarray(taken)] = np.datetime64("NaT", "D")
    return days


def _numbers_of(taken: NDArray[Any]) -> NDArray[np.float64]:
    return np.ma.filled(np.ma.asarray(taken, dtype=np.float64), np.nan)


def _follows(numbers: NDArray[np.float64], days: NDArray[np.datetime64]) -> bool:
    """Whether numbers, of rows in order, count the rows that have a day, or are a part of the day."""
    dated = ~np.isnat(days)
    numbers, days = numbers[dated], days[dated]
    if len(numbers) < _LEAST_ROWS:
        return False
    if not np.isnan(numbers).any() and (_counts(numbers) or _counts(numbers[np.argsort(days, kind="stable")])):
        return True
    filled = ~np.isnan(numbers)
    if filled.sum() < _LEAST_ROWS:
        return False
    return any(np.array_equal(numbers[filled], part) for part in parts_of(days[filled]))


def _minutes(clock: str) -> str:
    """Return SQL for the minutes after midnight that a time of day stands for."""
    parts = f"SELECT {parts_of_clock('clock')} AS parts, clock FROM (SELECT {clock} AS clock)"
    return f"(SELECT {seconds_of('clock', 'parts')} // 60 FROM ({parts}))"


def _is_time(numbers: NDArray[np.float64], minutes: NDArray[np.float64]) -> bool:
    """Whether numbers are the hours or the minutes of the times of day beside them."""
    known = ~np.isnan(numbers) & ~np.isnan(minutes)
    if known.sum() < _LEAST_ROWS or not minutes[known].any():
        return False
    number, minute = numbers[known], minutes[known]
    parts = (minute, minute % 60, *(minute // step + first for step in _PARTS_OF_A_DAY for first in (0, 1)))
    return any(np.array_equal(number, part) for part in parts)


def _counts(numbers: NDArray[np.float64]) -> bool:
    steps = np.diff(numbers)
    return bool((steps == 1).all() or (steps == -1).all())
