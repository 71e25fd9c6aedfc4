"""Read the days of events from a file or a frame: Prophet's form, or dates and names."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.events import Event, EventTable, event_table, written
from thalweg.series.frequency.dates import a_day, day_numbers
from thalweg.series.read import open_table
from thalweg.series.read.numbers import is_missing
from thalweg.series.read.profiles import profile_columns
from thalweg.series.read.table import shown
from thalweg.series.read.ways import cell_sql
from thalweg.sql import interruptible
from thalweg.text import MOST_LETTERS, clean

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from narwhals.typing import IntoFrame

    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.table import Table

# What the columns are called, by what they hold.
HEADERS = {
    "name": "holiday event name title label 节日 節日 节假日 事件 名称 名稱 活动 活動 假日 假期 名字 标题",
    "first": "ds date day start begin from first start_date begin_date start_day 日期 日子 开始 開始 开始日期 開始日期 "
    "开始时间 起始 起始日期 起",
    "last": "end until to last end_date end_day finish 结束 結束 结束日期 結束日期 结束时间 截止 截止日期 止",
    "lower": "lower_window 窗口下限 下窗口 提前天数",
    "upper": "upper_window 窗口上限 上窗口 延后天数",
}
NOT_USED = {"prior_scale"}  # Prophet's strength of an effect: here validation decides how strong one is
WHOLE_NAMES = ("unique_id", "item_id")  # of a column that names the series of a panel
ROLES = {word: role for role, words in HEADERS.items() for word in words.split()}
MOST_WINDOW_DAYS = 60  # before or after an event; a longer effect is a span with a start and an end
MOST_SPAN_DAYS = 3660  # of one event: ten years
MOST_ROWS = 20_000
_SAID_OF_EVENTS = {
    "error.read.empty_file": "events.empty",
    "error.read.header_only": "events.none",
    "error.read.no_rows": "events.none",
    "error.read.no_columns": "events.none",
    "error.read.one_column": "events.one_column",
    "error.read.one_column_of_text": "events.one_column",
}
_KEY = "series "  # before the name of a column that names the series, among the roles
_WHOLE = re.compile(r"[+\-\u2212]?[0-9]{1,9}(?:\.0*)?")


class _Row(NamedTuple):
    """One row: its record, and what its event is."""

    record: int
    event: Event

    @property
    def begins(self) -> int:
        """The first day of its window."""
        return self.event.first + (self.event.lower or 0)

    @property
    def ends(self) -> int:
        """The last day of its window."""
        return self.event.last + (self.event.upper or 0)


def read_events(source: str | Path | IntoFrame, date_format: str | None = None, by: Collection[str] = ()) -> EventTable:
    """Read the days of events from a file or a frame.

    Parameters
    ----------
    source : str, Path or frame
        A file or a frame as `thalweg.read` takes them, with a row for each occurrence. Its columns are those of
        Prophet's frame of holidays: ``holiday``, ``ds``, ``lower_window`` and ``upper_window``, of which the windows
        may be absent; its ``prior_scale`` is not used, which a note tells. Or they are a date and a name, or a start,
        an end and a name; Chinese names of columns count too.
    date_format : str, optional
        How dates are written, in `strptime` codes, where they are written so. Without it the whole column decides.
    by : collection of str
        The columns that name the series of a panel, as its ``keys`` has them. Where the table has some of them, or one
        called ``unique_id`` or ``item_id``, an event is of the series that they name; one whose cell is empty is of
        all. See `EventTable.of_series`.

    Returns
    -------
    EventTable

    Raises
    ------
    InputError
        If a column is missing or unknown, a date or a window is none, a row stands there twice, or two rows of one
        event overlap. The rows are named.

    Examples
    --------
    >>> import thalweg
    >>> events = thalweg.read_events({"holiday": ["release", "release"], "ds": ["2024-03-01", "2024-09-01"]})
    >>> events.names
    ('release',)
    """
    with interruptible():
        table = _opened(source)
        try:
            profiles = profile_columns(table)
            for name in (profile.column.name for profile in profiles if _plain(profile.column.name) in NOT_USED):
                table.notes.append(Message("note.column_of_events_not_used", {"column": name}))
            keys = _keys(profiles, by) if by else {}
            left = [profile for profile in profiles if profile not in keys.values()]
            return _Reading(table, _roles(table, left, by), date_format, keys).table_of_events()
        finally:
            table.close()


def _opened(source: str | Path | IntoFrame) -> Table:
    """Open the source; what is said of a table without rows or with one column is said of events."""
    try:
        return open_table(source)
    except InputError as error:
        values = error.message.values
        instead = _SAID_OF_EVENTS.get(error.message.key)
        if instead is None:
            raise
        raise InputError(instead, source=values.get("path") or values["source"]) from error


def _keys(profiles: list[ColumnProfile], by: Collection[str]) -> dict[str, ColumnProfile]:
    """Return the columns that name a series: by their own names, or ``unique_id`` for the whole name of one."""
    keys = {profile.column.name: profile for profile in profiles if profile.column.name in by}
    whole = next((profile for profile in profiles if _plain(profile.column.name) in WHOLE_NAMES), None)
    return keys if keys or whole is None else {"unique_id": whole}


def _plain(header: str) -> str:
    """Return a column's name as it is compared."""
    return header.strip().casefold().replace(" ", "_").replace("-", "_")


def _roles(table: Table, profiles: list[ColumnProfile], by: Collection[str]) -> dict[str, ColumnProfile]:
    """Return which column holds what: by its name, and where that says nothing by its content."""
    roles: dict[str, ColumnProfile] = {}
    unknown: list[ColumnProfile] = []
    for profile in profiles:
        name = _plain(profile.column.name)
        role = ROLES.get(name)
        if role is not None and role not in roles:
            roles[role] = profile
        elif name not in NOT_USED and profile.content != "row_numbers":
            unknown.append(profile)
    for role, content in (("first", "dates"), ("name", "text")):
        fitting = [profile for profile in unknown if profile.content == content]
        if role not in roles and len(fitting) == 1:
            roles[role] = fitting[0]
            unknown.remove(fitting[0])
    found = [profile.column.name for profile in profiles]
    for role in ("first", "name"):
        if role not in roles:
            raise InputError(f"events.no_{role}", source=table.source_name, found=found)
    if unknown:
        names = [profile.column.name for profile in unknown]
        if by:
            raise InputError(
                "events.unknown_columns_by", source=table.source_name, names=names, found=found, by=list(by)
            )
        raise InputError("events.unknown_columns", source=table.source_name, names=names, found=found)
    return roles


@dataclass(frozen=True)
class _Reading:
    """The reading of one table."""

    table: Table
    roles: dict[str, ColumnProfile]
    date_format: str | None
    keys: dict[str, ColumnProfile]

    def table_of_events(self) -> EventTable:
        """Return the events; refuse rows that say nothing, or the same or something else again."""
        for note in self.table.notes:
            if note.key == "note.rows_below":  # of numbers they may be remarks; an event must not be lost
                raise InputError("events.rows_below", source=self.table.source_name, **note.values)
        cells = self._cells()
        dates = {role: self._days(role) for role in ("first", "last") if role in self.roles}
        rows = [self._row(record, cells, dates) for record in cells["name"] if self._filled(record, cells)]
        if not rows:
            raise InputError("events.none", source=self.table.source_name)
        self._check_names(rows)
        self._check_apart(rows)
        return event_table((row.event for row in rows), self.table.source_name, self.table.notes)

    def _cells(self) -> dict[str, dict[int, str]]:
        """Return the text of each column's cells by record; an empty one is ""."""
        columns = self.roles | {_KEY + name: profile for name, profile in self.keys.items()}
        parts = ", ".join(cell_sql(profile, thorough=True) for profile in columns.values())
        found = self.table.query(f"SELECT record, {parts} FROM source_rows ORDER BY record LIMIT {MOST_ROWS + 1}")
        if len(found) > MOST_ROWS:
            raise InputError("events.too_many_rows", source=self.table.source_name, most=MOST_ROWS)
        return {
            role: {int(record): "" if cell[place] is None else str(cell[place]) for record, *cell in found}
            for place, role in enumerate(columns)
        }

    @staticmethod
    def _filled(record: int, cells: dict[str, dict[int, str]]) -> bool:
        return any(of_role[record] for of_role in cells.values())

    def _days(self, role: str) -> dict[int, int]:
        """Return the days of a column by record, counted from 1970-01-01, where its cells are dates."""
        profile, cell = self.roles[role], cell_sql(self.roles[role], thorough=True)
        readings = profile.date_readings(None, "cell", thorough=True)
        if self.date_format is not None and profile.column.kind != "time":
            of_format = profile.date_readings(self.date_format, "cell", thorough=True)
            tried = self._tried(cell, of_format[0].day)
            if len(tried) == self._count(cell):
                return tried
        tried = [self._tried(cell, reading.day) for reading in readings]
        most = max(map(len, tried), default=0)
        best = [days for days in tried if len(days) == most] if most else [{}]
        if any(days != best[0] for days in best):
            self._refuse_order(profile, best)
        return best[0]

    def _tried(self, cell: str, day: str) -> dict[int, int]:
        """Return the days that one way of reading dates finds."""
        sql = f"SELECT record, {day} AS day FROM (SELECT *, {cell} AS cell FROM source_rows) LIMIT {MOST_ROWS + 1}"
        found = self.table.query(sql)
        return {int(record): int(day_numbers(a_day(day))) for record, day in found if day is not None}

    def _count(self, cell: str) -> int:
        ((count,),) = self.table.query(f"SELECT count(*) FROM source_rows WHERE {cell} <> ''")
        return int(count)

    def _refuse_order(self, profile: ColumnProfile, ways: list[dict[int, int]]) -> None:
        """Refuse dates in which day and month may be exchanged."""
        record = next(record for record in ways[0] if ways[0][record] != ways[1].get(record))
        one, other = (written(way[record]) for way in ways[:2])
        raise InputError(
            "events.order",
            source=self.table.source_name,
            row=self.table.row(record),
            name=profile.column.name,
            example=profile.example,
            one=one,
            other=other,
        )

    def _row(self, record: int, cells: dict[str, dict[int, str]], dates: dict[str, dict[int, int]]) -> _Row:
        """Return what one row says."""
        where = {"source": self.table.source_name, "row": self.table.row(record)}
        name = clean(cells["name"][record]).strip()
        if not name or is_missing(name):
            raise InputError("events.empty_name", **where, name=self.roles["name"].column.name)
        if len(name) > MOST_LETTERS:
            raise InputError("events.long_name", **where, name=name, length=len(name), most=MOST_LETTERS)
        first = self._day("first", record, cells, dates, where)
        ends = "last" in self.roles and not is_missing(cells["last"][record])
        last = self._day("last", record, cells, dates, where) if ends else first
        if last < first:
            told = {"first": written(first), "last": written(last)}
            raise InputError("events.ends_before", **where, **told)
        if last - first >= MOST_SPAN_DAYS:
            raise InputError("events.long_span", **where, days=last - first + 1, most=MOST_SPAN_DAYS)
        lower, upper = (self._window(role, record, cells, where) for role in ("lower", "upper"))
        named_so = ((column, clean(cells[_KEY + column][record]).strip()) for column in self.keys)
        return _Row(record, Event(name, first, last, lower, upper, tuple(pair for pair in named_so if pair[1])))

    def _day(
        self,
        role: str,
        record: int,
        cells: dict[str, dict[int, str]],
        dates: dict[str, dict[int, int]],
        where: dict[str, Any],
    ) -> int:
        if record not in dates[role]:
            cell = cells[role][record]
            told = shown(cell) if cell else Message("read.empty_cell")
            raise InputError("events.no_date", **where, name=self.roles[role].column.name, cell=told)
        return dates[role][record]

    def _window(self, role: str, record: int, cells: dict[str, dict[int, str]], where: dict[str, Any]) -> int | None:
        """Return how many days an event reaches back or on; None where there is no such column."""
        if role not in self.roles:
            return None
        cell = cells[role][record]
        if is_missing(cell):
            return 0
        told = where | {"name": self.roles[role].column.name, "cell": shown(cell)}
        if not _WHOLE.fullmatch(cell):
            raise InputError("events.no_whole_number", **told)
        days = int(float(cell.replace("\u2212", "-")))
        if days * (1 if role == "lower" else -1) > 0:
            raise InputError(f"events.{role}_reversed", **told, turned=-days)
        if abs(days) > MOST_WINDOW_DAYS:
            raise InputError("events.wide_window", **told, most=MOST_WINDOW_DAYS)
        return days

    def _check_names(self, rows: list[_Row]) -> None:
        """Refuse two names that differ in capitals and spaces alone: each would be learned from a part of the rows."""
        first: dict[str, _Row] = {}
        for row in rows:
            other = first.setdefault("".join(row.event.name.casefold().split()), row)
            if other.event.name != row.event.name:
                raise InputError(
                    "events.alike",
                    source=self.table.source_name,
                    name=other.event.name,
                    row=self.table.row(other.record),
                    other_name=row.event.name,
                    other=self.table.row(row.record),
                )

    def _check_apart(self, rows: list[_Row]) -> None:
        """Refuse two rows of one event on the same day, or whose windows overlap."""
        reached: _Row | None = None

        def is_called(row: _Row) -> tuple[str, tuple[tuple[str, str], ...]]:
            return row.event.name, row.event.series

        for before, row in pairwise(sorted(rows, key=lambda row: (is_called(row), row.begins, row.ends, row.record))):
            if reached is None or is_called(reached) != is_called(before) or before.ends > reached.ends:
                reached = before
            if is_called(row) != is_called(reached) or row.begins > reached.ends:
                continue
            same = row.event == reached.event
            records = sorted((reached.record, row.record))
            raise InputError(
                "events.twice" if same else "events.overlap",
                source=self.table.source_name,
                name=row.event.name,
                row=self.table.row(records[0]),
                other=self.table.row(records[1]),
                day=written(max(row.begins, reached.begins)),
            )
