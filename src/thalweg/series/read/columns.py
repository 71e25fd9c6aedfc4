"""Which column holds the dates and which the values: found where only one fits, asked for elsewhere."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import difflib
import re
import statistics
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.read.dates import Shape, shape_of, without_time
from thalweg.series.read.numbers import is_missing, is_number
from thalweg.series.read.repeats import several_rows_a_day
from thalweg.series.read.table import shown
from thalweg.sql import literal

if TYPE_CHECKING:
    from thalweg.series.read.table import Column, Table

_SAMPLE_RECORDS = 300
_COLUMNS_AT_A_TIME = 500  # DuckDB's memory grows with the number of columns of a query
_COLUMNS_LISTED = 12
_UNITS = re.compile(r"^[^\d\s.,+-]{1,3}(?=[\s\d.,+-])|(?<=[\d.])\s?[^\d\s.,]{1,3}$")  # $12, 49.1%, 5 km


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
    rows_a_day : int
        How many different times of day a date usually has.
    """

    column: Column
    content: Literal["dates", "numbers", "row_numbers", "text", "empty"]
    example: str
    shape: Shape | None = None
    rows_a_day: int = 1


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
    return profiles if date_format is None else [_by_format(table, profile, date_format) for profile in profiles]


def _profiles_from(table: Table, start: int) -> list[ColumnProfile]:
    columns = table.columns[start : start + _COLUMNS_AT_A_TIME]
    parts = ", ".join(column.field if column.kind != "text" else f"left({column.field}, 100)" for column in columns)
    sample = table.query(f"SELECT {parts} FROM source_rows LIMIT {_SAMPLE_RECORDS}")
    return [
        _profile_of(table, column, [row[place] for row in sample], is_all=len(sample) < _SAMPLE_RECORDS)
        for place, column in enumerate(columns)
    ]


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
        return ColumnProfile(column, "dates", shown(filled[0]), rows_a_day=_rows_a_day([str(cell) for cell in filled]))
    texts = [f"{cell:.12g}" if column.kind == "number" else str(cell).strip() for cell in filled]
    example = shown(texts[0])
    if (shape := shape_of(texts)) is not None:
        return ColumnProfile(column, "dates", example, shape, _rows_a_day(texts))
    if 2 * sum(is_number(text) for text in texts) > len(texts):
        return ColumnProfile(column, "row_numbers" if _counts_rows(column, texts) else "numbers", example)
    return ColumnProfile(column, "text", example)


def _rows_a_day(stamps: list[str]) -> int:
    return int(statistics.median(Counter(without_time(stamp) for stamp in set(stamps)).values()))


def _counts_rows(column: Column, cells: list[str]) -> bool:
    """Whether this is the index without a name that a data frame writes into a file."""
    if column.name != "Unnamed: 0" and not (column.name == "column0" and column.kind == "text"):
        return False
    return cells in ([str(i) for i in range(len(cells))], [str(i + 1) for i in range(len(cells))])


def choose_columns(
    table: Table,
    profiles: list[ColumnProfile],
    date: str | None,
    value: str | None,
    date_format: str | None,
    *,
    daily: bool = True,
) -> tuple[ColumnProfile, ColumnProfile]:
    """Return the date column and the value column, as named or as found.

    With `daily`, several rows a day at different times are refused before any question which of several columns of
    numbers counts.

    Raises
    ------
    InputError
        If there is no column of a given name, or several columns could be meant.
    """
    source = table.source_name
    date_profile = _named(table, profiles, "date", date) if date is not None else None
    value_profile = _named(table, profiles, "value", value) if value is not None else None
    if date_profile is not None and date_profile is value_profile:
        raise InputError(
            "read.same_column",
            source=source,
            name=date_profile.column.name,
            date=Argument("date"),
            value=Argument("value"),
        )
    if date_profile is not None and date_format is None:
        _check_dated(table, date_profile)
    date_profile = date_profile or _found_date(table, profiles, value_profile, date_format)
    return date_profile, value_profile or _found_value(table, profiles, date_profile, daily=daily)


def _found_date(
    table: Table, profiles: list[ColumnProfile], value_profile: ColumnProfile | None, date_format: str | None
) -> ColumnProfile:
    candidates = [each for each in profiles if each.content == "dates" and each is not value_profile]
    if not candidates:
        raise _no_dates(table, profiles, date_format)
    if len(candidates) > 1:
        raise InputError(
            "read.several_dates",
            source=table.source_name,
            count=len(candidates),
            argument=Argument("date", candidates[0].column.name),
            columns=_listed(profiles),
        )
    return candidates[0]


def _no_dates(table: Table, profiles: list[ColumnProfile], date_format: str | None) -> InputError:
    """Return the error about a table without a column of dates."""
    if sum(shape_of([each.column.name]) is not None for each in profiles) > 1:
        advice = Message("read.days_in_columns")
    else:
        names = {"date": Argument("date", "NAME"), "date_format": Argument("date_format", "%d.%m.%Y")}
        advice = Message("read.name_the_dates", names)
    if date_format is None:
        return InputError("read.no_dates", source=table.source_name, advice=advice, columns=_listed(profiles))
    near = next((each for each in profiles if each.shape is not None), profiles[0])
    return InputError(
        "read.no_dates_of_format" if has_codes(date_format) else "read.no_dates_of_format_without_codes",
        source=table.source_name,
        format=date_format,
        name=near.column.name,
        example=near.example or Message("read.empty_cell"),
        advice=advice,
        columns=_listed(profiles),
    )


def _found_value(
    table: Table, profiles: list[ColumnProfile], date_profile: ColumnProfile, *, daily: bool
) -> ColumnProfile:
    others = [each for each in profiles if each is not date_profile]
    candidates = [each for each in others if each.content == "numbers"]
    empty = [each for each in others if each.content == "empty"]
    if not candidates and len(empty) == 1:
        candidates = empty  # a later check refuses it by its name, as empty
    if not candidates:
        with_units = next((each for each in others if _has_units(each)), None)
        if with_units is None:
            raise InputError("read.no_numbers", source=table.source_name, columns=_listed(profiles))
        raise InputError(
            "read.numbers_with_units",
            source=table.source_name,
            name=with_units.column.name,
            example=with_units.example,
            columns=_listed(profiles),
        )
    if len(candidates) > 1 and daily and date_profile.rows_a_day > 1:
        raise several_rows_a_day(table, date_profile.rows_a_day)
    if len(candidates) > 1:
        raise InputError(
            "read.several_numbers",
            source=table.source_name,
            count=len(candidates),
            argument=Argument("value", candidates[0].column.name),
            columns=_listed(profiles),
        )
    return candidates[0]


def _check_dated(table: Table, profile: ColumnProfile) -> None:
    """Refuse a column named as the dates whose cells are no dates."""
    if profile.column.kind == "time" or profile.shape is not None:
        return
    raise InputError(
        "read.not_dates",
        source=table.source_name,
        name=profile.column.name,
        example=profile.example or Message("read.empty_cells"),
        argument=Argument("date_format", "%d.%m.%Y"),
    )


def has_codes(date_format: str) -> bool:
    """Whether a format has any of `strptime`'s codes."""
    return "%" in date_format


def _has_units(profile: ColumnProfile) -> bool:
    """Whether a column holds numbers with a unit or a sign of percent or currency."""
    bare = _UNITS.sub("", profile.example.strip('"'))
    return profile.content == "text" and any(letter.isdigit() for letter in bare) and is_number(bare)


def _named(table: Table, profiles: list[ColumnProfile], argument: str, name: str) -> ColumnProfile:
    for profile in profiles:
        if profile.column.name == name:
            return profile
    names = {profile.column.name.casefold(): profile.column.name for profile in profiles}
    near = difflib.get_close_matches(name.casefold(), names, n=1)
    if not near:
        raise InputError("read.no_column", source=table.source_name, name=name, columns=_listed(profiles))
    raise InputError(
        "read.no_column_but_near",
        source=table.source_name,
        name=name,
        argument=Argument(argument, names[near[0]]),
        columns=_listed(profiles),
    )


def _listed(profiles: list[ColumnProfile]) -> Message:
    """Return the sentence that lists the columns."""
    columns = [
        Message(
            "read.column" if profile.example else "read.column_without_example",
            {
                "name": profile.column.name,
                "content": Message(f"read.content.{profile.content}"),
                "example": profile.example,
            },
        )
        for profile in profiles[:_COLUMNS_LISTED]
    ]
    if len(profiles) > _COLUMNS_LISTED:
        return Message("read.columns_and_more", {"columns": columns, "count": len(profiles) - _COLUMNS_LISTED})
    return Message("read.columns", {"columns": columns})
