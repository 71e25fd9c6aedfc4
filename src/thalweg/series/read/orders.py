"""Which of day, month and year stands first in a date of numbers."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.frequency.record import DAYS_OF_PACES
from thalweg.series.read.table import shown

if TYPE_CHECKING:
    from thalweg.series.read.dates import DateReading
    from thalweg.series.read.table import Table

_REGULAR_SHARE = 0.9  # of the steps from date to date, that are of one rhythm
_IRREGULAR_SHARE = 0.5  # likewise
_LEAST_COVERED = 0.4  # of the time from the first date to the last, that steps of a rhythm are
_LONGER_STEPS = sorted({(min(days), max(days)) for days in DAYS_OF_PACES.values()})
_MOST_ROWS = 100_000  # that are looked at for exchanged days and months
_SEQUENCE_SHARE = 0.3  # of the rows, that follow a row of the day before or after
_POINTED = "%d.%m.%y"  # day, month and year between points stand in this order unless all shows otherwise


@dataclass(frozen=True)
class First:
    """How many cells satisfy a condition, and the first of them: its record and its text."""

    count: int
    record: int
    cell: str

    @staticmethod
    def sql(cell: str, condition: str) -> str:
        """Return SQL that counts the used cells with this condition."""
        chosen = f"FILTER (WHERE used AND {condition})"
        return f"[count(*) {chosen}::VARCHAR, min(record) {chosen}::VARCHAR, arg_min({cell}, record) {chosen}]"

    @staticmethod
    def of(taken: list[Any]) -> First:
        """Return the answer to `sql`."""
        return First(int(taken[0]), int(taken[1] or 0), str(taken[2]))


def choose_order(
    table: Table, name: str, cells: str, dates: list[DateReading], misfits: list[First], example: str
) -> tuple[int, list[Message]]:
    """Return the index of the order that fits all dates, and the note about it.

    Parameters
    ----------
    table : Table
    name : str
        Of the date column.
    cells : str
        A query that gives ``day0``, ``day1`` and so on, by each of `dates`.
    dates : list of DateReading
        The orders; that with the year first comes last.
    misfits : list of First
        The cells that each order does not fit; at least one fits all.
    example : str
        A date, for the error.

    Raises
    ------
    InputError
        If several orders fit, and the days do not follow one another by one of them alone.
    """
    fitting = [i for i, misfit in enumerate(misfits) if not misfit.count]
    usual = [i for i in fitting if dates[i].first != "year"]
    chosen: int | None = None
    if len(fitting) == 1:
        chosen = fitting[0]
    else:
        chosen = _regular({i: _share_of_steps(table, cells, i, [(1, 1)]) for i in fitting})
        if chosen is None:
            chosen = _regular({i: _share_of_steps(table, cells, i, _LONGER_STEPS) for i in fitting})
        if chosen is None:
            chosen = _regular({i: _share_of_next_days(table, cells, i) for i in fitting})
        if chosen is None and _all_alike(table, cells, fitting):
            return fitting[0], []
        if chosen in usual and len(usual) == 1:
            fitting = usual  # as where no year comes first
        elif chosen is None and len(usual) == 1:
            chosen, fitting = usual[0], usual
        elif chosen is None:
            raise _undecided(table, name, [dates[i] for i in fitting], example)
    if dates[chosen].format == _POINTED:
        return chosen, []
    if len(fitting) > 1:
        return chosen, [Message(f"note.{dates[chosen].first}_first_regular")]
    other = next(misfit for i, misfit in enumerate(misfits) if i != chosen and misfit.count)
    return chosen, [Message(f"note.{dates[chosen].first}_first_sure", {"example": other.cell})]


def _regular(shares: dict[int, float]) -> int | None:
    """Return the order by which day follows day, where by no other it does."""
    for i, share in shares.items():
        rest = [other for j, other in shares.items() if j != i]
        if share >= _REGULAR_SHARE and max(rest) < _IRREGULAR_SHARE:
            return i
    return None


def _share_of_steps(table: Table, cells: str, i: int, rhythms: list[tuple[int, int]]) -> float:
    """Return the share of the steps from date to date, by one order, that are of the rhythm of most.

    Parameters
    ----------
    table : Table
    cells : str
        As of `choose_order`.
    i : int
        The index of the order.
    rhythms : list of pairs of int
        The fewest and the most days of a step of each. One whose steps are a small part of the time does not count: the
        first days of twelve months, in the wrong order, are twelve days in January.
    """
    days = f"SELECT DISTINCT day{i} AS day FROM ({cells}) WHERE used AND NOT undated"
    steps = f"SELECT day - lag(day) OVER (ORDER BY day) AS step FROM ({days})"
    asked = ", ".join(
        f"count(*) FILTER (WHERE step BETWEEN {low} AND {high}), sum(step) FILTER (WHERE step BETWEEN {low} AND {high})"
        for low, high in rhythms
    )
    count, span, *counted = table.query(f"SELECT count(step), sum(step), {asked} FROM ({steps})")[0]
    return max(
        (
            of_rhythm / count
            for of_rhythm, covered in zip(counted[::2], counted[1::2], strict=True)
            if of_rhythm and covered >= _LEAST_COVERED * span
        ),
        default=0.0,
    )


def _all_alike(table: Table, cells: str, orders: list[int]) -> bool:
    """Whether every date is the same in all orders, as 1 January is."""
    first, *others = orders
    differ = " OR ".join(f"day{first} IS DISTINCT FROM day{other}" for other in others)
    return not table.query(f"SELECT 1 FROM ({cells}) WHERE used AND NOT undated AND ({differ}) LIMIT 1")


def _share_of_next_days(table: Table, cells: str, i: int) -> float:
    """Return the share of the steps from row to row, by one order, that are one day forth or back."""
    steps = f"SELECT day{i} - lag(day{i}) OVER (ORDER BY record) AS step FROM ({cells}) WHERE used AND NOT undated"
    count, single = table.query(f"SELECT count(step), count(*) FILTER (WHERE abs(step) = 1) FROM ({steps})")[0]
    return single / count if count else 0.0


def check_exchanged(table: Table, name: str, rows: str, date_format: str, by: str = "") -> None:
    """Refuse dates of which some have day and month exchanged, as spreadsheets of another country leave them.

    A date where both could be meant is taken for exchanged if the exchanged one is a day from its neighbour in the
    file, and the date as it stands is not. That counts only where many rows follow one another in the file, and not
    where rows are sorted; one coincidence alone does not, and neither does a row that stands in the file again.

    Parameters
    ----------
    table : Table
    name : str
        Of the date column.
    rows : str
        A query that gives ``record``, ``date_cell``, ``value_cell`` and ``day``.
    date_format : str
        How the dates are written.
    by : str
        SQL for the columns whose cells name the series of a row, with commas between; empty where all are of one.

    Raises
    ------
    InputError
        If some dates are exchanged. The first of them is named.
    """
    if "%d" not in date_format or re.search("%[bB]", date_format):
        return
    among = f"{by}, " if by else ""
    window = f"{f'PARTITION BY {by} ' if by else ''}ORDER BY record"
    sql = f"""
        WITH days AS (
            SELECT {among}day, record, date_cell AS cell, repeated FROM (
                SELECT {among}day, record, date_cell, lag(day) OVER ({window}) AS prior,
                    count(*) OVER (PARTITION BY {among}day, value_cell) > 1 AS repeated
                FROM (SELECT * FROM ({rows}) LIMIT {_MOST_ROWS})
            ) WHERE prior IS DISTINCT FROM day
        ), rows AS (
            SELECT *, lag(day) OVER following AS before, lead(day) OVER following AS after,
                CASE WHEN day(day) <= 12 AND day(day) <> month(day) THEN make_date(year(day), day(day), month(day)) END
                AS exchanged FROM days WINDOW following AS ({window})
        ), way AS (
            SELECT CASE WHEN count(*) FILTER (WHERE day - before = 1) >= count(*) FILTER (WHERE day - before = -1)
                THEN 1 ELSE -1 END AS forth,
                count(*) FILTER (WHERE abs(day - before) = 1) AS single, count(*) AS count,
                min(day - before) AS lowest, max(day - before) AS highest FROM rows
        ), found AS (
            SELECT record, cell, day, exchanged,
                coalesce(exchanged - before = forth AND day - before <> forth, false)::INT AS opens,
                coalesce(after - exchanged = forth AND after - day <> forth, false)::INT AS closes,
                1 + (before IS NULL OR after IS NULL)::INT AS weight
            FROM rows, way
            WHERE exchanged IS NOT NULL AND NOT repeated AND single >= {_SEQUENCE_SHARE} * count
                AND (lowest * forth < 0 OR highest * forth < 0)
        )
        SELECT min(record), arg_min(cell, record), arg_min(day, record), arg_min(exchanged, record), count(*)
        FROM found WHERE opens + closes > 0 HAVING sum((opens + closes) * weight) > 1
    """
    for record, cell, day_read, exchanged, count in table.query(sql):
        raise InputError(
            "read.day_and_month_exchanged",
            source=table.source_name,
            row=table.row(record),
            cell=shown(cell),
            name=name,
            day=day_read,
            exchanged=exchanged,
            count=count,
        )


def _undecided(table: Table, name: str, dates: list[DateReading], example: str) -> InputError:
    ways = [Argument("date_format", reading.format) for reading in dates]
    values = {"source": table.source_name, "name": name, "example": shown(example)}
    if any(reading.first == "year" for reading in dates):
        return InputError("read.order_undecided_of_three", **values, ways=ways)
    return InputError("read.order_undecided", **values, month_first=ways[0], day_first=ways[1])
