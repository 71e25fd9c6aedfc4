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

_PIECE = 1_000_000  # rows that are fetched at a time


@dataclass(frozen=True)
class SeriesGroups:
    """The rows of all series, in the connection's table ``series_rows``, by series and date.

    Attributes
    ----------
    rows : Rows
        The rows of all series.
    grouping : Grouping
        How those of a series are grouped.
    counts : mapping of int to int
        How many dates each series has, by its number; those that have some.
    repeated : tuple of int
        The series that have several rows for some date.
    """

    rows: Rows
    grouping: Grouping
    counts: Mapping[int, int]
    repeated: tuple[int, ...]

    def each(self, wanted: Collection[int] | None = None) -> Iterator[tuple[int, Groups]]:
        """Yield the number of each series, or of those wanted, and its groups.

        Where every date has one row, it is the group: that takes a tenth of the time.
        """
        by, chosen = self.grouping.by, sorted(self.counts if wanted is None else wanted)
        asked = f"{by} AS date, record AS first, value", ""
        if self.repeated:
            asked = self.grouping.summed, f"GROUP BY series, {by} ORDER BY series, {by}"
        for series, taken in fetched(self.rows.table, "series_rows", self.counts, chosen, *asked):
            yield series, self._of(taken, series)

    def _of(self, taken: Mapping[str, NDArray[Any]], series: int) -> Groups:
        if not self.repeated:
            ones = np.ones(len(taken["date"]), dtype=np.int64)
            same = dict.fromkeys(("total", "mean", "last"), taken["value"])
            taken = {**taken, "rows": ones, "several": np.zeros(len(ones), dtype=np.bool_), **same}
        return self.grouping.groups(taken, f"SELECT * FROM ({self.grouping.rows}) WHERE series = {series}")

    def in_parts(self) -> tuple[list[int], list[int]]:
        """Return the series whose rows stand for parts of days, and the others; those of a day or two are neither."""
        in_parts: set[int] = set()
        for number, groups in self.each(self.repeated):
            if groups.several.mean() > LEAST_SHARE_IN_PARTS:
                in_parts.add(number)
        enough = [number for number, count in self.counts.items() if count >= LEAST_DATES]
        return [each for each in enough if each in in_parts], [each for each in enough if each not in in_parts]

    def ahead(self) -> int:
        """Return of how many series rows go on after the last value."""
        by = self.grouping.by
        ends = f"SELECT max({by}) AS ends, max({by}) FILTER (WHERE value IS NOT NULL) AS valued FROM series_rows"
        ((count,),) = self.rows.table.query(f"SELECT count(*) FROM ({ends} GROUP BY series) WHERE ends > valued")
        return count

    def filled_ahead(self, columns: Sequence[Column]) -> list[Column]:
        """Return the columns that have a cell after the last value of its series."""
        by = self.grouping.by
        filled = ", ".join(f"count(nullif(trim({column.field}::VARCHAR), ''))" for column in columns)
        lasts = f"SELECT series, max({by}) AS last FROM series_rows WHERE value IS NOT NULL GROUP BY series"
        (counts,) = self.rows.table.query(
            f"SELECT {filled} FROM ({self.grouping.rows}) AS dated JOIN ({lasts}) AS ends "
            f"ON dated.series = ends.series WHERE dated.{by} > ends.last"
        )
        return [column for column, count in zip(columns, counts, strict=True) if count]

    def differing(self) -> dict[int, list[object]]:
        """Return the dates of each series that have rows which differ."""
        if not self.repeated:
            return {}
        by, listed = self.grouping.by, ", ".join(map(str, self.repeated))
        twice = f"SELECT series, {by} FROM series_rows WHERE series IN ({listed}) GROUP BY series, {by}"
        rows = f"SELECT * FROM ({self.grouping.rows}) SEMI JOIN ({twice} HAVING count(*) > 1) USING (series, {by})"
        return differing_dates(self.rows, by, rows)


def series_groups(rows: Rows, grouping: Grouping) -> SeriesGroups:
    """Sort the rows by series and date, and count the dates of each series.

    Parameters
    ----------
    rows : Rows
        Of several series.
    grouping : Grouping
        How those of a series are grouped.
    """
    table, by = rows.table, grouping.by
    part = f", {grouping.part}" if grouping.part else ""
    table.prepare(
        f"CREATE OR REPLACE TEMP TABLE series_rows AS SELECT series, {by}, record, value{part} FROM ({grouping.sql}) "
        f"ORDER BY series, {by}, record"
    )
    counts: dict[int, int] = {}
    repeated: list[int] = []
    count_of = counts_of(table, "series_rows")
    for series, taken in fetched(table, "series_rows", count_of, list(count_of), f"{by} AS date"):
        date = np.ma.getdata(taken["date"])
        counts[series] = 1 + int(np.count_nonzero(date[1:] != date[:-1]))
        if counts[series] < len(date):
            repeated.append(series)
    return SeriesGroups(rows, grouping, counts, tuple(repeated))


def counts_of(table: Table, name: str) -> dict[int, int]:
    """Return how many rows of a table of the connection each series has."""
    return dict(table.query(f"SELECT series, count(*) FROM {name} GROUP BY series ORDER BY series"))


def fetched(
    table: Table, name: str, counts: Mapping[int, int], wanted: Sequence[int], asked: str = "*", grouped: str = ""
) -> Iterator[tuple[int, dict[str, NDArray[Any]]]]:
    """Yield the number of each series and its rows of a table of the connection, which is sorted by ``series``.

    Parameters
    ----------
    table : Table
    name : str
        What the connection calls the table.
    counts : mapping of int to int
        How many rows come of each series.
    wanted : sequence of int
        The series, rising.
    asked : str
        SQL for what is wanted of each row, or of each group.
    grouped : str
        SQL for how rows are grouped, and the groups sorted, by series first.
    """
    for piece in _pieces([counts[series] for series in wanted]):
        numbers = wanted[piece]
        among = f"series BETWEEN {numbers[0]} AND {numbers[-1]}"
        if len(numbers) <= numbers[-1] - numbers[0]:
            among += f" AND series IN ({', '.join(map(str, numbers))})"
        taken = table.query_arrays(f"SELECT {asked} FROM {name} WHERE {among} {grouped}")
        starts = np.cumsum([0, *(counts[series] for series in numbers)])
        for series, first, last in zip(numbers, starts[:-1], starts[1:], strict=True):
            yield series, {column: cells[first:last] for column, cells in taken.items()}


def _pieces(counts: list[int]) -> Iterator[slice]:
    """Yield slices of series that have about as many rows together as are fetched at a time."""
    first, together = 0, 0
    for place, count in enumerate(counts):
        together += count
        if together >= _PIECE or place == len(counts) - 1:
            yield slice(first, place + 1)
            first, together = place + 1, 0
