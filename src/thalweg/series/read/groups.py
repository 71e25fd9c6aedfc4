"""The rows of one date, or of one moment, as one entry: how many there are, and what their values come to."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import isos
from thalweg.series.read.clocks import parts_of_clock, seconds_of, zone_of
from thalweg.series.read.table import shown

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from thalweg.series.read.rows import Rows

LEAST_SHARE_IN_PARTS = 1 / 2  # of the days, that have rows at different times of day


@dataclass(frozen=True)
class Groups:
    """What the rows of each date come to, in the order of the dates; arrays of shape (dates,).

    Attributes
    ----------
    by : {"day", "moment"}
        The column of `thalweg.series.read.rows.Rows` that the rows are grouped by.
    date : ndarray of datetime64
        Days; or moments, in seconds, until they are brought to the minutes of their steps.
    rows : ndarray of int64
        How many rows the date has.
    first : ndarray of int64
        The first record of the date.
    several : ndarray of bool
        Whether the rows of a day stand at different times of day, or those of a moment have different offsets from UTC.
    total, mean, last : ndarray of float64
        The sum, the mean and the last of the date's values; NaN where there is none.
    sql : str
        The query whose rows are grouped.
    """

    by: Literal["day", "moment"]
    date: NDArray[np.datetime64]
    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    several: NDArray[np.bool_]
    total: NDArray[np.float64]
    mean: NDArray[np.float64]
    last: NDArray[np.float64]
    sql: str

    def where(self, kept: NDArray[np.bool_]) -> Groups:
        """Return the dates that are kept."""
        names = [name for name in self.__dataclass_fields__ if name not in ("by", "sql")]
        return replace(self, **{name: getattr(self, name)[kept] for name in names})

    @property
    def valued(self) -> NDArray[np.bool_]:
        """Whether each date has a value."""
        return ~np.isnan(self.mean)

    @property
    def in_parts(self) -> bool:
        """Whether rows stand for parts of days: over half of the days have rows at different times of day."""
        return self.by == "day" and bool(self.several.mean() > LEAST_SHARE_IN_PARTS)

    def __len__(self) -> int:
        return len(self.date)


@dataclass(frozen=True)
class Grouping:
    """How rows are grouped.

    Attributes
    ----------
    by : {"day", "moment"}
        The column that they are grouped by.
    sql : str
        A query that gives this column, ``record``, ``value`` and what `part` names; of a panel also ``series``.
    part : str
        The column whose cells differ where the rows of a group are several things, as of `Groups`; empty for none.
    rows : str
        A query of the same rows with all their columns.
    """

    by: Literal["day", "moment"]
    sql: str
    part: str
    rows: str

    @property
    def summed(self) -> str:
        """SQL for what the rows of a group come to; the total of a date without any number is null, not zero."""
        several = f"coalesce(min({self.part}) <> max({self.part}), false)" if self.part else "false"
        return (
            f"{self.by} AS date, count(*) AS rows, min(record) AS first, {several} AS several, "
            "sum(value) AS total, avg(value) AS mean, arg_max(value, record) AS last"
        )

    def groups(self, taken: Mapping[str, NDArray[Any]], rows: str | None = None) -> Groups:
        """Return the groups that a query has given by the names of `summed`; `rows` are theirs, by default all."""

        def numbers(name: str) -> NDArray[np.float64]:
            return np.ma.filled(np.ma.asarray(taken[name], dtype=np.float64), np.nan)

        return Groups(
            by=self.by,
            date=np.ma.getdata(taken["date"]).astype("datetime64[D]" if self.by == "day" else "datetime64[s]"),
            rows=np.ma.getdata(taken["rows"]).astype(np.int64),
            first=np.ma.getdata(taken["first"]).astype(np.int64),
            several=np.ma.getdata(taken["several"]).astype(np.bool_),
            total=numbers("total"),
            mean=numbers("mean"),
            last=numbers("last"),
            sql=self.rows if rows is None else rows,
        )


def by_day(rows: Rows) -> Grouping:
    """Return how rows are grouped by day."""
    return Grouping("day", rows.sql, "clock" if rows.timed else "", rows.sql)


def of_days(rows: Rows) -> Groups:
    """Return the rows grouped by day."""
    return _taken(rows, by_day(rows))


def of_moments(rows: Rows, seconds: int = 1) -> Groups:
    """Return the rows grouped by moment, as local clocks show it; parameters and errors as of `by_moment`."""
    return _taken(rows, by_moment(rows, seconds))


def by_moment(rows: Rows, seconds: int = 1) -> Grouping:
    """Return how rows are grouped by moment, as local clocks show it.

    Parameters
    ----------
    rows : Rows
    seconds : int
        The length of the spans in which moments count as one; each is called by its first second.

    Raises
    ------
    InputError
        If a time of day is none. The row is named.
    """
    table, series = rows.table, "series, " if rows.many else ""
    clocks = f"SELECT clock, {parts_of_clock('clock')} AS parts FROM (SELECT DISTINCT clock FROM ({rows.sql}))"
    table.prepare(
        f"CREATE OR REPLACE TEMP TABLE clocks AS SELECT clock, {seconds_of('clock', 'parts')} AS seconds, "
        f"{zone_of('parts')} AS zone FROM ({clocks})"
    )
    table.prepare(
        f"CREATE OR REPLACE TEMP TABLE row_moments AS SELECT {series}record, value, zone, day, "
        f"epoch(day)::BIGINT + seconds AS moment FROM ({rows.sql}) AS rows "
        "JOIN clocks ON clocks.clock IS NOT DISTINCT FROM rows.clock"
    )
    for (record,) in table.query("SELECT min(record) FROM row_moments WHERE day IS NOT NULL AND moment IS NULL"):
        if record is not None:
            raise _no_time(rows, record)
    floored = f"SELECT *, moment // {seconds} * {seconds} AS floored FROM row_moments"
    sql = f"SELECT * FROM ({rows.sql}) JOIN (SELECT record, floored AS moment, zone FROM ({floored})) USING (record)"
    grouped = f"SELECT {series}record, value, zone, floored AS moment FROM ({floored})"
    return Grouping("moment", grouped, "zone", sql)


def zones_of(rows: Rows) -> list[tuple[int, int]]:
    """Return the offsets from UTC that are written behind times of day, in minutes, most first, and the row of each.

    The rows have been grouped by moment.
    """
    return [
        (zone, record)
        for zone, record in rows.table.query(
            "SELECT zone, min(record) FROM row_moments WHERE zone IS NOT NULL "
            "GROUP BY zone ORDER BY count(*) DESC, zone"
        )
    ]


def _no_time(rows: Rows, record: int) -> InputError:
    """Return the error about a time of day that is none."""
    table = rows.table
    cell = table.query(f"SELECT date_cell FROM ({rows.sql}) WHERE record = {record}")[0][0]
    name = rows.date_profile.column.name
    return InputError("read.no_time", source=table.source_name, row=table.row(record), cell=shown(cell), name=name)


def _taken(rows: Rows, grouping: Grouping) -> Groups:
    by = grouping.by
    sql = f"SELECT {grouping.summed} FROM ({grouping.sql}) GROUP BY {by} ORDER BY {by}"
    return grouping.groups(rows.table.query_arrays(sql))


def without_future(groups: Groups, today: dt.date, rows: Rows, notes: list[Message]) -> Groups:
    """Leave out the dates after today, and add a note about them."""
    future = groups.date.astype("datetime64[D]") > np.datetime64(today, "D")
    if not future.any():
        return groups
    if future.all():
        raise InputError(
            "read.all_after_today",
            source=rows.table.source_name,
            today=today,
            first=groups.date[0].astype("datetime64[D]"),
            last=groups.date[-1].astype("datetime64[D]"),
            argument=Argument("date_format", "%d/%m/%Y"),
        )
    notes.append(Message("note.future", {"count": int(future.sum()), "first": told_date(groups.date[future][0])}))
    return groups.where(~future)


def within(groups: Groups, first: dt.date | None, last: dt.date | None, rows: Rows, notes: list[Message]) -> Groups:
    """Leave out the dates after the last that counts, then those before the first, and add a note about each."""
    for option, bound, refusal in (("until", last, "all_after_until"), ("since", first, "all_before_since")):
        if bound is None:
            continue
        days, told = groups.date.astype("datetime64[D]"), bound.isoformat()
        beyond = days > np.datetime64(bound, "D") if option == "until" else days < np.datetime64(bound, "D")
        if beyond.all():
            ends = {"first": days[0], "last": days[-1]}
            raise InputError(f"read.{refusal}", source=rows.table.source_name, argument=Argument(option, told), **ends)
        if beyond.any():
            notes.append(Message(f"note.{option}", {option: told, "count": int(beyond.sum())}))
        groups = groups.where(~beyond)
    return groups


def without_partial_days(groups: Groups, notes: list[Message]) -> Groups:
    """Leave out a first or last day that has fewer rows than is usual: its sum is not that of a whole day."""
    if not groups.in_parts:
        return groups
    usual = np.median(groups.rows)
    kept = np.ones(len(groups), dtype=np.bool_)
    for end in (0, -1):
        if groups.rows[end] < usual:
            kept[end] = False
            told = {"day": str(groups.date[end]), "rows": int(groups.rows[end]), "usual": int(usual)}
            notes.append(Message("note.partial_day", told))
    return groups.where(kept)


def told_date(date: Any) -> str:  # noqa: ANN401 - a date of NumPy
    """Return a date, or a moment, for a sentence: seconds are written only where there are some."""
    if date.dtype == "datetime64[s]" and int(date.astype(np.int64)) % 60:
        return str(date).replace("T", " ")
    return str(isos(np.asarray(date if date.dtype == "datetime64[D]" else date.astype("datetime64[m]"))))
