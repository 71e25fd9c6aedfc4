"""Several rows for one day: the same row twice, hours, many series, or a contradiction."""
# ruff: noqa: S608  (SQL is put together from names of our own; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.sql import literal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.read.columns import Illustration
    from thalweg.series.read.rows import Rows
    from thalweg.series.read.table import Table

_TRIED_DAYS = 20
_HOURS = 24
_HOUR_NAMES = ("hour", "hr", "time", "stunde")


def check_repeats(rows: Rows, repeated: NDArray[np.datetime64], counts: NDArray[np.int64], *, clocks: bool) -> Message:
    """Refuse days that have several differing rows; tell of those that have the same row again.

    Parameters
    ----------
    rows : Rows
        The rows that count.
    repeated : ndarray of datetime64[D]
        The days with more than one row.
    counts : ndarray of int64, shape (days,)
        Rows of every day.
    clocks : bool
        Whether most days have rows at different times of day.

    Returns
    -------
    Message
        How many rows were dropped because the same row stood there already.

    Raises
    ------
    InputError
        If rows of one day differ: what was found is named, hours and many series by their name.
    """
    table = rows.table
    usual = int(np.median(counts))
    if clocks:
        raise not_daily(table, usual)
    fields = [one.column.field for one in rows.looks if one.what != "row numbers"]
    hashed = f"SELECT *, hash({', '.join(fields)}) AS content FROM ({rows.sql})"
    differing = [
        day
        for (day,) in table.query(
            f"SELECT day FROM ({hashed}) GROUP BY day HAVING min(content) <> max(content) ORDER BY day"
        )
    ]
    if not differing:
        return Message("note.duplicates_dropped", {"count": int((counts - 1).sum()), "first": str(repeated[0])})
    if 2 * len(differing) > len(counts) and (key := _key(rows, differing[:_TRIED_DAYS])) is not None:
        one, series = key
        if one.column.name.casefold() in _HOUR_NAMES and series == _HOURS:
            raise InputError(f"{table.source} is hourly: {series} rows a day. {_advice(table, 'hours')}")
        raise InputError(
            f"{table.source} holds many series: {series} values of {one.column.name} a date. {_advice(table, 'series')}"
        )
    raise _contradiction(rows, hashed, differing)


def not_daily(table: Table, usual: int) -> InputError:
    """Return the refusal of a table with several rows a day at different times."""
    return InputError(f"{table.source} is {_pace(usual)}: {usual} rows a day. {_advice(table, 'hours')}")


def _pace(usual: int) -> str:
    names = {24: "hourly", 48: "half-hourly", 96: "quarter-hourly", 1440: "by the minute"}
    return names.get(usual, "not daily")


def _advice(table: Table, what: str) -> str:
    added = f"{table.choose('duplicates', 'sum')} adds up each day's rows"
    mean = f"{table.choose('duplicates', 'mean')} takes their mean"
    if what == "hours":
        return f"Only daily numbers are served yet: {added}, {mean}."
    return f"Only one series is served yet: keep the rows of one, or add them up ({added}, {mean})."


def _key(rows: Rows, days: list[object]) -> tuple[Illustration, int] | None:
    """Return the column that tells a day's rows apart the same way each day, and how many values it has."""
    others = [one for one in rows.looks if one not in (rows.date_look, rows.value_look) and one.what != "row numbers"]
    others.sort(key=lambda one: one.what != "text")
    if not others:
        return None
    listed = ", ".join(f"DATE {literal(str(day))}" for day in days)
    told = ", ".join(f"count(DISTINCT {one.column.field})" for one in others)
    counted = rows.table.query(
        f"SELECT grouping(day), count(*), {told} FROM ({rows.sql}) WHERE day IN ({listed}) "
        "GROUP BY GROUPING SETS ((day), ()) ORDER BY 1"
    )
    *per_day, overall = counted
    usual = int(np.median([day[1] for day in per_day]))
    for place, one in enumerate(others, start=2):
        if all(day[place] == day[1] for day in per_day) and overall[place] <= 2 * usual:
            return one, usual
    return None


def _contradiction(rows: Rows, hashed: str, differing: list[object]) -> InputError:
    table, name = rows.table, rows.value_look.column.name
    others = [one for one in rows.looks if one not in (rows.date_look, rows.value_look) and one.what != "row numbers"]
    fields = ", ".join(["record", "content", "value_cell", *(one.column.field for one in others)])
    found = table.query(
        f"SELECT {fields} FROM ({hashed}) WHERE day = DATE {literal(str(differing[0]))} ORDER BY record"
    )
    first = found[0]
    second = next(row for row in found if row[1] != first[1])
    if first[2] != second[2]:
        what = f"{name} is {first[2] or 'empty'} and {second[2] or 'empty'}"
    else:
        apart = next((one for one, a, b in zip(others, first[3:], second[3:], strict=True) if a != b), rows.date_look)
        what = f"{name} is {first[2] or 'empty'} in both, but they differ in {apart.column.name}"
    more = f" (days like it: {len(differing):,})" if len(differing) > 1 else ""
    ways = ", ".join(table.choose("duplicates", way) for way in ("sum", "mean", "last"))
    return InputError(
        f"{table.source}: {table.row(first[0])} and {table.row(second[0])} are both of {differing[0]} and differ: "
        f"{what}{more}. One row a day is expected; delete one, or settle it with {ways}."
    )
