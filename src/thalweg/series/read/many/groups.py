"""The rows of each series by date: sorted once, then fetched a piece at a time."""
# ruff: noqa: S608  (the SQL is made of our own names)

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.series.read.found import LEAST_DATES
from thalweg.series.read.groups import LEAST_SHARE_IN_PARTS
from thalweg.series.read.repeats import differing_dates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.series.read.groups import Grouping, Groups
    from thalweg.series.read.rows import Rows
    from thalweg.series.read.table import Column, Table

_PIECE = 1_000_000  # dates that are fetched at a time


@dataclass(frozen=True)
class SeriesGroups:
    """The groups of all series, in the connection's table ``series_dates``, by series and date.

    Attributes
    ----------
    rows : Rows
        The rows of all series.
    grouping : Grouping
    counts : mapping of int to int
        How many dates each series has, by its number; those that have some.
    several : bool
        Whether some date has several rows.
    """

    rows: Rows
    grouping: Grouping
    counts: Mapping[int, int]
    several: bool

    def each(self, wanted: Collection[int] | None = None) -> Iterator[tuple[int, Groups]]:
        """Yield the number of each series, or of those wanted, and its groups."""
        chosen = sorted(self.counts if wanted is None else wanted)
        for series, taken in fetched(self.rows.table, "series_dates", self.counts, chosen):
            yield series, self._of(taken, series)

    def _of(self, taken: Mapping[str, NDArray[Any]], series: int) -> Groups:
        if not self.several:
            ones = np.ones(len(taken["date"]), dtype=np.int64)
            same = dict.fromkeys(("total", "mean", "last"), taken["value"])
            taken = {**taken, "rows": ones, "several": np.zeros(len(ones), dtype=np.bool_), **same}
        return self.grouping.groups(taken, f"SELECT * FROM ({self.grouping.rows}) WHERE series = {series}")

    def in_parts(self) -> tuple[list[int], list[int]]:
        """Return the series whose rows stand for parts of days, and the others; those of a day or two are neither."""
        found: tuple[list[int], list[int]] = [], []
        if self.several:
            shares = self.rows.table.query(
                "SELECT series, avg(several::INTEGER) FROM series_dates GROUP BY series "
                f"HAVING count(*) >= {LEAST_DATES}"
            )
            for number, share in sorted(shares):
                found[share <= LEAST_SHARE_IN_PARTS].append(number)
        return found

    def ahead(self) -> int:
        """Return of how many series rows go on after the last value."""
        value = "mean" if self.several else "value"
        ends = f"SELECT max(date) AS ends, max(date) FILTER (WHERE {value} IS NOT NULL) AS valued FROM series_dates"
        ((count,),) = self.rows.table.query(f"SELECT count(*) FROM ({ends} GROUP BY series) WHERE ends > valued")
        return count

    def filled_ahead(self, columns: Sequence[Column]) -> list[Column]:
        """Return the columns that have a cell after the last value of its series."""
        by, value = self.grouping.by, "mean" if self.several else "value"
        filled = ", ".join(f"count(nullif(trim({column.field}::VARCHAR), ''))" for column in columns)
        lasts = f"SELECT series, max(date) AS last FROM series_dates WHERE {value} IS NOT NULL GROUP BY series"
        (counts,) = self.rows.table.query(
            f"SELECT {filled} FROM ({self.grouping.rows}) AS dated JOIN ({lasts}) AS ends "
            f"ON dated.series = ends.series WHERE dated.{by} > ends.last"
        )
        return [column for column, count in zip(columns, counts, strict=True) if count]

    def differing(self) -> dict[int, list[object]]:
        """Return the dates of each series that have rows which differ."""
        if not self.several:
            return {}
        by = self.grouping.by
        repeated = f"SELECT series, date AS {by} FROM series_dates WHERE rows > 1"
        rows = f"SELECT * FROM ({self.grouping.rows}) SEMI JOIN ({repeated}) USING (series, {by})"
        return differing_dates(self.rows, by, rows)


def series_groups(rows: Rows, grouping: Grouping) -> SeriesGroups:
    """Sort the rows by series and date; where a date has several, group them.

    Sorting alone takes half as long as grouping, and nearly every file has one row for each date of a series.

    Parameters
    ----------
    rows : Rows
        Of several series.
    grouping : Grouping
        How they are grouped.
    """
    table, by = rows.table, grouping.by
    made = "CREATE OR REPLACE TEMP TABLE series_dates AS SELECT series"
    table.prepare(f"{made}, {by} AS date, record AS first, value FROM ({grouping.sql}) ORDER BY series, {by}, record")
    counts = counts_of(rows.table, "series_dates")
    several = any(_repeats(rows, first, last) for first, last in _spans(counts))
    if several:
        table.prepare(f"{made}, {grouping.summed} FROM ({grouping.sql}) GROUP BY series, {by} ORDER BY series, {by}")
        counts = counts_of(rows.table, "series_dates")
    return SeriesGroups(rows, grouping, counts, several)


def counts_of(table: Table, name: str) -> dict[int, int]:
    """Return how many rows of a table of the connection each series has."""
    return dict(table.query(f"SELECT series, count(*) FROM {name} GROUP BY series ORDER BY series"))


def _spans(counts: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return the first and the last series of each piece."""
    numbers = list(counts)
    return [(numbers[piece.start], numbers[piece.stop - 1]) for piece in _pieces(list(counts.values()))]


def _repeats(rows: Rows, first: int, last: int) -> bool:
    """Whether a series of a piece has several rows for one date."""
    taken = rows.table.query_arrays(f"SELECT series, date FROM series_dates WHERE series BETWEEN {first} AND {last}")
    series, date = (np.ma.getdata(taken[name]) for name in ("series", "date"))
    return bool(((series[1:] == series[:-1]) & (date[1:] == date[:-1])).any())


def fetched(
    table: Table, name: str, counts: Mapping[int, int], wanted: Sequence[int]
) -> Iterator[tuple[int, dict[str, NDArray[Any]]]]:
    """Yield the number of each series and its rows of a table of the connection, which is sorted by ``series``.

    Parameters
    ----------
    table : Table
    name : str
        What the connection calls the table.
    counts : mapping of int to int
        How many rows each series has there.
    wanted : sequence of int
        The series, rising.
    """
    for piece in _pieces([counts[series] for series in wanted]):
        numbers = wanted[piece]
        among = f"series BETWEEN {numbers[0]} AND {numbers[-1]}"
        if len(numbers) <= numbers[-1] - numbers[0]:
            among += f" AND series IN ({', '.join(map(str, numbers))})"
        taken = table.query_arrays(f"SELECT * FROM {name} WHERE {among}")
        starts = np.cumsum([0, *(counts[series] for series in numbers)])
        for series, first, last in zip(numbers, starts[:-1], starts[1:], strict=True):
            yield series, {column: cells[first:last] for column, cells in taken.items()}


def _pieces(counts: list[int]) -> Iterator[slice]:
    """Yield slices of series that have about as many dates together as are fetched at a time."""
    first, together = 0, 0
    for place, count in enumerate(counts):
        together += count
        if together >= _PIECE or place == len(counts) - 1:
            yield slice(first, place + 1)
            first, together = place + 1, 0
