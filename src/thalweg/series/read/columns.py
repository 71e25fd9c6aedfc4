"""Which column holds the dates and which the values: found where there is no doubt, asked for elsewhere."""
# ruff: noqa: S608  (SQL is put together from names of our own; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import difflib
import re
import statistics
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from thalweg.errors import InputError
from thalweg.series.read.dates import Shape, shape_of, without_time
from thalweg.series.read.numbers import is_missing, is_number
from thalweg.series.read.repeats import not_daily
from thalweg.series.read.table import shown
from thalweg.sql import literal

if TYPE_CHECKING:
    from thalweg.series.read.table import Column, Table

_SAMPLE_RECORDS = 300
_AT_A_TIME = 500  # columns; DuckDB's memory grows with their number
_LISTED = 12
_MARKS = re.compile(r"^[^\d\s.,+-]{1,3}(?=[\s\d.,+-])|(?<=[\d.])\s?[^\d\s.,]{1,3}$")  # $12, 49.1%, 5 km


@dataclass(frozen=True)
class Illustration:
    """What a column's first cells look like."""

    column: Column
    what: Literal["dates", "numbers", "row numbers", "text", "empty"]
    example: str
    shape: Shape | None = None
    rows_a_day: int = 1  # at different times


def look(table: Table, date_format: str | None = None) -> list[Illustration]:
    """Return what each column looks like, judged by the first few hundred records.

    With `date_format`, a column of text is one of dates if more than half of its cells are written so.

    Raises
    ------
    InputError
        If `date_format` is no format.
    """
    looks = [one for start in range(0, len(table.columns), _AT_A_TIME) for one in _look_from(table, start)]
    return looks if date_format is None else [_by_format(table, one, date_format) for one in looks]


def _look_from(table: Table, start: int) -> list[Illustration]:
    columns = table.columns[start : start + _AT_A_TIME]
    parts = ", ".join(column.field if column.kind != "text" else f"left({column.field}, 100)" for column in columns)
    sample = table.query(f"SELECT {parts} FROM source_rows LIMIT {_SAMPLE_RECORDS}")
    return [
        _look_at(table, column, [row[place] for row in sample], few=len(sample) < _SAMPLE_RECORDS)
        for place, column in enumerate(columns)
    ]


def _by_format(table: Table, one: Illustration, date_format: str) -> Illustration:
    import duckdb  # noqa: PLC0415  (loaded late: `import thalweg` stays light)

    if one.column.kind == "time":
        return one
    cell = f"trim({one.column.field}::VARCHAR)"
    try:
        fitting, filled = table.connection.execute(
            f"SELECT count(try_strptime({cell}, {literal(date_format)})), count(*) FILTER (WHERE {cell} <> '') "
            f"FROM (SELECT * FROM source_rows LIMIT {_SAMPLE_RECORDS})"
        ).fetchall()[0]
    except duckdb.Error as error:
        raise InputError(
            f"{table.source}: {date_format!r} is no date format. Codes like %d/%m/%Y are expected: %d "
            "day, %m month, %Y year, %b the month's name."
        ) from error
    if 2 * fitting > filled:
        return replace(one, what="dates")
    return replace(one, what="text") if one.what == "dates" else one


def _look_at(table: Table, column: Column, cells: list[Any], *, few: bool) -> Illustration:
    filled = [cell for cell in cells if cell is not None and not is_missing(str(cell))]
    if not filled and not few:
        # A column may begin late, as one added in the third year.
        name = column.field
        later = f"SELECT left({name}::VARCHAR, 100) FROM source_rows WHERE trim({name}::VARCHAR) <> '' LIMIT 100"
        filled = [cell for (cell,) in table.query(later) if not is_missing(cell)]
    if not filled:
        return Illustration(column, "empty", "")
    if column.kind == "time":
        return Illustration(column, "dates", shown(filled[0]), rows_a_day=_rows_a_day([str(cell) for cell in filled]))
    texts = [f"{cell:.12g}" if column.kind == "number" else str(cell).strip() for cell in filled]
    example = shown(texts[0])
    if (shape := shape_of(texts)) is not None:
        return Illustration(column, "dates", example, shape, _rows_a_day(texts))
    if 2 * sum(is_number(text) for text in texts) > len(texts):
        return Illustration(column, "row numbers" if _counts_rows(column, texts) else "numbers", example)
    return Illustration(column, "text", example)


def _rows_a_day(stamps: list[str]) -> int:
    return int(statistics.median(Counter(without_time(stamp) for stamp in set(stamps)).values()))


def _counts_rows(column: Column, cells: list[str]) -> bool:
    """Whether this is the nameless index that a data frame writes along."""
    if column.name != "Unnamed: 0" and not (column.name == "column0" and column.kind == "text"):
        return False
    return cells in ([str(i) for i in range(len(cells))], [str(i + 1) for i in range(len(cells))])


def choose_columns(
    table: Table,
    looks: list[Illustration],
    date: str | None,
    value: str | None,
    date_format: str | None,
    *,
    daily: bool = True,
) -> tuple[Illustration, Illustration]:
    """Return the date column and the value column, as asked for or as found.

    With `daily`, hours are refused at once instead of asking which of several columns counts.

    Raises
    ------
    InputError
        If a named column is not there, or the choice is not plain.
    """
    date_look = _named(table, looks, "date", date) if date is not None else None
    value_look = _named(table, looks, "value", value) if value is not None else None
    if date_look is not None and date_look is value_look:
        raise InputError(f"{table.source}: {date_look.column.name!r} is named both as date and as value; choose two.")
    if date_look is not None and date_format is None:
        check_dated(table, date_look)
    date_look = date_look or _found_date(table, looks, value_look, date_format)
    return date_look, value_look or _found_value(table, looks, date_look, daily=daily)


def _found_date(
    table: Table, looks: list[Illustration], value_look: Illustration | None, date_format: str | None
) -> Illustration:
    candidates = [one for one in looks if one.what == "dates" and one is not value_look]
    if not candidates:
        wide = sum(shape_of([one.column.name]) is not None for one in looks)
        hint = (
            "Days stand in its first row, a column each: turn the table so that each day is a row."
            if wide > 1
            else f"Name the column with {table.choose('date', 'NAME')}, and how its dates are written with "
            f"{table.choose('date_format', '%d.%m.%Y')}."
        )
        like = "looks like dates" if date_format is None else f"is written like {date_format}"
        if date_format is not None:
            near = next((one for one in looks if one.shape is not None), looks[0])
            hint = (
                f"Column {near.column.name} begins with {near.example or 'an empty cell'}."
                f"{codes_of(date_format)} {hint}"
            )
        raise InputError(f"{table.source} has no column that {like}. {hint} {_listing(looks)}")
    if len(candidates) > 1:
        raise InputError(
            f"{table.source} has {len(candidates)} columns of dates, and which one counts must be said: "
            f"{table.choose('date', candidates[0].column.name)}. {_listing(looks)}"
        )
    return candidates[0]


def _found_value(table: Table, looks: list[Illustration], date_look: Illustration, *, daily: bool) -> Illustration:
    candidates = [one for one in looks if one.what == "numbers" and one is not date_look]
    empty = [one for one in looks if one.what == "empty" and one is not date_look]
    if not candidates and len(empty) == 1:
        candidates = empty  # then it is refused by its name, as empty
    if not candidates:
        marked = next((one for one in looks if one is not date_look and _is_marked(one)), None)
        hint = (
            f" {marked.column.name} holds {marked.example}: plain numbers are expected, without units or signs of "
            "percent or currency."
            if marked
            else ""
        )
        raise InputError(f"{table.source} has no column of numbers beside its dates.{hint} {_listing(looks)}")
    if len(candidates) > 1 and daily and date_look.rows_a_day > 1:
        raise not_daily(table, date_look.rows_a_day)
    if len(candidates) > 1:
        raise InputError(
            f"{table.source} has {len(candidates)} columns of numbers, and which one to forecast must be said, for "
            f"example: {table.choose('value', candidates[0].column.name)}. {_listing(looks)}"
        )
    return candidates[0]


def check_dated(table: Table, one: Illustration) -> None:
    """Refuse a column named as the dates whose cells are none.

    Raises
    ------
    InputError
        If the column is not one of dates.
    """
    if one.column.kind == "time" or one.shape is not None:
        return
    raise InputError(
        f"{table.source}: column {one.column.name} does not look like dates"
        + (f" (it holds {one.example}). " if one.example else " (it is empty). ")
        + f"Say how they are written with {table.choose('date_format', '%d.%m.%Y')}, or name another column."
    )


def codes_of(date_format: str) -> str:
    """Return a hint where a format has none of `strptime`'s codes."""
    return "" if "%" in date_format else " A format says with %d, %m and %Y where day, month and year stand."


def _is_marked(one: Illustration) -> bool:
    """Whether a column holds numbers with a unit or a sign of percent or currency."""
    bare = _MARKS.sub("", one.example.strip('"'))
    return one.what == "text" and any(letter.isdigit() for letter in bare) and is_number(bare)


def _named(table: Table, looks: list[Illustration], option: str, name: str) -> Illustration:
    for one in looks:
        if one.column.name == name:
            return one
    names = {one.column.name.casefold(): one.column.name for one in looks}
    near = difflib.get_close_matches(name.casefold(), names, n=1)
    hint = f" Did you mean {table.choose(option, names[near[0]])}?" if near else ""
    raise InputError(f"{table.source} has no column {name!r}.{hint} {_listing(looks)}")


def _listing(looks: list[Illustration]) -> str:
    parts = [
        f"{one.column.name} ({one.what}, {one.example})" if one.example else f"{one.column.name} ({one.what})"
        for one in looks[:_LISTED]
    ]
    more = f" and {len(looks) - _LISTED} more" if len(looks) > _LISTED else ""
    return f"Its columns: {', '.join(parts)}{more}."
