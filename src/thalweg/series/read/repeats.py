"""Several rows for one day: repeated rows, several times of day, many series, or rows that contradict each other."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.sql import literal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.rows import Rows
    from thalweg.series.read.table import Table

_DAYS_TRIED = 20
_HOURS_A_DAY = 24
_HOUR_NAMES = ("hour", "hr", "time", "stunde")
_PACES = {24: "hourly", 48: "half_hourly", 96: "quarter_hourly", 1440: "minutely"}  # by rows a day


def check_repeats(
    rows: Rows, repeated: NDArray[np.datetime64], counts: NDArray[np.int64], *, several_times: bool
) -> Message:
    """Refuse days that have several differing rows; return a note about days that have the same row several times.

    Parameters
    ----------
    rows : Rows
        The rows that count.
    repeated : ndarray of datetime64[D]
        The days with more than one row.
    counts : ndarray of int64, shape (days,)
        How many rows every day has.
    several_times : bool
        Whether most days have rows at different times of day.

    Returns
    -------
    Message
        How many rows were dropped because they repeat another.

    Raises
    ------
    InputError
        If rows of one day differ. It says whether the rows are hourly, are of many series, or contradict each other.
    """
    table = rows.table
    if several_times:
        raise several_rows_a_day(table, int(np.median(counts)))
    fields = [profile.column.field for profile in rows.profiles if profile.content != "row_numbers"]
    hashed = f"SELECT *, hash({', '.join(fields)}) AS row_hash FROM ({rows.sql})"
    differing = [
        day
        for (day,) in table.query(
            f"SELECT day FROM ({hashed}) GROUP BY day HAVING min(row_hash) <> max(row_hash) ORDER BY day"
        )
    ]
    if not differing:
        return Message("note.duplicates_dropped", {"count": int((counts - 1).sum()), "first": str(repeated[0])})
    if 2 * len(differing) > len(counts) and (key := _key(rows, differing[:_DAYS_TRIED])) is not None:
        profile, values = key
        if profile.column.name.casefold() in _HOUR_NAMES and values == _HOURS_A_DAY:
            raise several_rows_a_day(table, values)
        raise InputError(
            "read.many_series", source=table.source_name, count=values, name=profile.column.name, **_sum_or_mean()
        )
    raise _contradiction(rows, hashed, differing)


def several_rows_a_day(table: Table, rows_a_day: int) -> InputError:
    """Return the error about a table that usually has so many rows a day, at different times."""
    return InputError(
        "read.several_rows_a_day",
        source=table.source_name,
        pace=Message(f"read.pace.{_PACES.get(rows_a_day, 'not_daily')}"),
        rows=rows_a_day,
        **_sum_or_mean(),
    )


def _sum_or_mean() -> dict[str, Argument]:
    return {"sum": Argument("duplicates", "sum"), "mean": Argument("duplicates", "mean")}


def _others(rows: Rows) -> list[ColumnProfile]:
    """Return the columns beside those of dates and values, without row numbers."""
    chosen = (rows.date_profile, rows.value_profile)
    return [each for each in rows.profiles if each not in chosen and each.content != "row_numbers"]


def _key(rows: Rows, days: list[object]) -> tuple[ColumnProfile, int] | None:
    """Return the column whose values are the same on each day, one a row, and how many values it has."""
    others = sorted(_others(rows), key=lambda profile: profile.content != "text")
    if not others:
        return None
    listed = ", ".join(f"DATE {literal(str(day))}" for day in days)
    counts = ", ".join(f"count(DISTINCT {profile.column.field})" for profile in others)
    counted = rows.table.query(
        f"SELECT grouping(day), count(*), {counts} FROM ({rows.sql}) WHERE day IN ({listed}) "
        "GROUP BY GROUPING SETS ((day), ()) ORDER BY 1"
    )
    *per_day, overall = counted
    usual = int(np.median([day[1] for day in per_day]))
    for place, profile in enumerate(others, start=2):
        if all(day[place] == day[1] for day in per_day) and overall[place] <= 2 * usual:
            return profile, usual
    return None


def _contradiction(rows: Rows, hashed: str, differing: list[object]) -> InputError:
    """Return the error about two rows of one day that differ; it names both rows and what differs."""
    table, name = rows.table, rows.value_profile.column.name
    others = _others(rows)
    fields = ", ".join(["record", "row_hash", "value_cell", *(profile.column.field for profile in others)])
    found = table.query(
        f"SELECT {fields} FROM ({hashed}) WHERE day = DATE {literal(str(differing[0]))} ORDER BY record"
    )
    first = found[0]
    second = next(row for row in found if row[1] != first[1])
    values = {"name": name, "first": first[2] or Message("read.empty"), "second": second[2] or Message("read.empty")}
    if first[2] != second[2]:
        difference = Message("read.values_differ", values)
    else:
        pairs = zip(others, first[3:], second[3:], strict=True)
        apart = next((profile for profile, one, other in pairs if one != other), rows.date_profile)
        difference = Message("read.other_cells_differ", {**values, "column": apart.column.name})
    return InputError(
        "read.rows_differ" if len(differing) == 1 else "read.rows_differ_often",
        source=table.source_name,
        first=table.row(first[0]),
        second=table.row(second[0]),
        day=str(differing[0]),
        difference=difference,
        count=len(differing),
        ways=[Argument("duplicates", way) for way in ("sum", "mean", "last")],
    )
