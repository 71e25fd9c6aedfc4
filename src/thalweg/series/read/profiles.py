"""What each column holds, judged by its first cells: dates, numbers, row numbers or text."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.series.read.dates import (
    DateReading,
    Shape,
    reading_of_format,
    reading_of_time_type,
    readings_of_shape,
    words_and_shape,
)
from thalweg.series.read.eastern import plain_width
from thalweg.series.read.moments import COLUMNS_OF_NUMBERS, NUMBERED, numbered_shape, reading_of_numbers
from thalweg.series.read.numbers import is_missing, is_number
from thalweg.series.read.table import shown
from thalweg.sql import literal

if TYPE_CHECKING:
    from thalweg.series.read.table import Column, Table
    from thalweg.series.read.words import Words

_SAMPLE_RECORDS = 300
_COLUMNS_AT_A_TIME = 500  # DuckDB's memory grows with the number of columns of a query


@dataclass(frozen=True)
class ColumnProfile:
    """What a column's first cells hold.

    Attributes
    ----------
    column : Column
    content : {"dates", "numbers", "row_numbers", "text", "empty"}
        What more than half of the cells are.
    example : str
        The first cell that is not empty, as `shown` writes it; "" where there is none.
    shape : Shape, optional
        How the dates are written, where they are text.
    words : Words, optional
        What the words of the dates stand for, where these are not English months alone.
    """

    column: Column
    content: Literal["dates", "numbers", "row_numbers", "text", "empty"]
    example: str
    shape: Shape | None = None
    words: Words | None = None

    def date_readings(self, date_format: str | None, cell: str, *, thorough: bool) -> list[DateReading]:
        """Return each way to read the column as dates; none where its text has no shape of a date.

        Parameters
        ----------
        date_format : str, optional
            In `strptime` codes; text is then read so and not otherwise.
        cell : str
            SQL for the trimmed text.
        thorough : bool
            As `readings_of_shape` takes it.
        """
        if self.column.kind == "time":
            return [reading_of_time_type(self.column.field)]
        if date_format is not None:
            return [reading_of_format(date_format, cell)]
        if self.shape is None:
            return []
        if self.shape in NUMBERED:
            return [reading_of_numbers(self.shape, cell)]
        return readings_of_shape(self.shape, cell, thorough=thorough, words=self.words)


def profile_columns(table: Table, date_format: str | None = None) -> list[ColumnProfile]:
    """Return what each column holds, judged by its first few hundred cells.

    Parameters
    ----------
    table : Table
    date_format : str, optional
        In `strptime` codes. A column of text then holds dates if more than half of its cells are written so.

    Raises
    ------
    InputError
        If `date_format` is no date format.
    """
    profiles = [
        profile
        for start in range(0, len(table.columns), _COLUMNS_AT_A_TIME)
        for profile in _profiles_from(table, start)
    ]
    if date_format is None and all(profile.content != "dates" for profile in profiles):
        profiles = [
            *(_numbered(table, profile) for profile in profiles[:COLUMNS_OF_NUMBERS]),
            *profiles[COLUMNS_OF_NUMBERS:],
        ]
    return profiles if date_format is None else [_by_format(table, profile, date_format) for profile in profiles]


def _profiles_from(table: Table, start: int) -> list[ColumnProfile]:
    columns = table.columns[start : start + _COLUMNS_AT_A_TIME]
    parts = ", ".join(column.field if column.kind != "text" else f"left({column.field}, 100)" for column in columns)
    sample = table.query(f"SELECT {parts} FROM source_rows LIMIT {_SAMPLE_RECORDS}")
    return [
        _profile_of(table, column, [row[place] for row in sample], is_all=len(sample) < _SAMPLE_RECORDS)
        for place, column in enumerate(columns)
    ]


def _numbered(table: Table, profile: ColumnProfile) -> ColumnProfile:
    """Return the profile again: of dates, where each number is the day after the one before."""
    if profile.content not in {"numbers", "row_numbers"}:
        return profile
    name = profile.column.field
    number = f"({name})::BIGINT" if profile.column.kind == "number" else f"left({name}, 100)"
    cells = table.query(f"SELECT ({number})::VARCHAR FROM source_rows WHERE {name} IS NOT NULL LIMIT {_SAMPLE_RECORDS}")
    shape = numbered_shape([cell for (cell,) in cells])
    return profile if shape is None else replace(profile, content="dates", shape=shape)


def _by_format(table: Table, profile: ColumnProfile, date_format: str) -> ColumnProfile:
    """Return the profile again, its dates being those that are written in `date_format`."""
    import duckdb  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

    if profile.column.kind == "time":
        return profile
    cell = f"trim({profile.column.field}::VARCHAR)"
    try:
        fitting, filled = table.connection.execute(
            f"SELECT count(try_strptime({cell}, {literal(date_format)})), count(*) FILTER (WHERE {cell} <> '') "
            f"FROM (SELECT * FROM source_rows LIMIT {_SAMPLE_RECORDS})"
        ).fetchall()[0]
    except duckdb.Error as error:
        raise InputError(
            "read.bad_format", source=table.source_name, argument=Argument("date_format", date_format)
        ) from error
    if 2 * fitting > filled:
        return replace(profile, content="dates")
    return replace(profile, content="text") if profile.content == "dates" else profile


def _profile_of(table: Table, column: Column, cells: list[Any], *, is_all: bool) -> ColumnProfile:
    """Return what a column holds, from its first cells, or from `is_all` of them."""
    filled = [cell for cell in cells if cell is not None and not is_missing(str(cell))]
    if not filled and not is_all:
        # A column may begin late, for example one that was added in the third year.
        name = column.field
        later = f"SELECT left({name}::VARCHAR, 100) FROM source_rows WHERE trim({name}::VARCHAR) <> '' LIMIT 100"
        filled = [cell for (cell,) in table.query(later) if not is_missing(cell)]
    if not filled:
        return ColumnProfile(column, "empty", "")
    if column.kind == "time":
        return ColumnProfile(column, "dates", shown(filled[0]))
    texts = [f"{cell:.12g}" if column.kind == "number" else plain_width(str(cell)).strip() for cell in filled]
    example = shown(f"{filled[0]:.12g}" if column.kind == "number" else str(filled[0]).strip())
    words, shape = words_and_shape(texts)
    if shape is not None:
        return ColumnProfile(column, "dates", example, shape, words)
    if 2 * sum(is_number(text) for text in texts) > len(texts):
        return ColumnProfile(column, "row_numbers" if _counts_rows(column, texts) else "numbers", example)
    return ColumnProfile(column, "text", example)


def _counts_rows(column: Column, cells: list[str]) -> bool:
    """Whether this is the index without a name that a data frame writes into a file."""
    if column.name != "Unnamed: 0" and not (column.name == "column0" and column.kind == "text"):
        return False
    return cells in ([str(i) for i in range(len(cells))], [str(i + 1) for i in range(len(cells))])
