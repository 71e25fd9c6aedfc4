"""The ways to read a column of dates and one of numbers, each tried on every cell."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from thalweg.series.read.dates import TOTAL_WORDS, DateReading, body_of, words_and_shape
from thalweg.series.read.eastern import has_myriads_sql, plain_width_sql, times_myriads_sql
from thalweg.series.read.numbers import (
    INFINITE,
    MISSING,
    NumberReading,
    is_missing,
    number_text,
    reading_of_number_type,
    readings_of_text,
)
from thalweg.series.read.orders import First
from thalweg.series.read.words import words_in
from thalweg.sql import literal

if TYPE_CHECKING:
    from thalweg.series.read.options import ReadOptions
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.table import Table

LARGEST_VALUE = 1e15  # above it a float holds no hundredths, and no daily number lies there
_MOST_TOTALS = 3  # rows of sums in a file
_SUM_TOLERANCE = 1e-9  # of a sum, in which it may differ where decimals were rounded
_MOST_WORDINGS = 1000  # different words beside the digits of dates
_HAS_SIGNS = "NOT missing AND (value_mark <> '' OR value_factor <> 1 OR regexp_matches(value_cell, '[)]|-$'))"
_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"


@dataclass(frozen=True)
class Ways:
    """The ways to read both columns, and a query that tries each of them on every cell.

    Attributes
    ----------
    dates, numbers : list
    allowed : list of int
        The indices of the ways to read numbers that the options allow.
    mark : str
        The sign of a currency or of percent that stands beside most numbers.
    cells : str
    marked : bool
        Whether signs beside the number are understood.
    myriads : bool
        Whether numbers in ten thousands and hundred millions are understood by their last letter.
    """

    dates: list[DateReading]
    numbers: list[NumberReading]
    allowed: list[int]
    mark: str
    cells: str
    marked: bool
    myriads: bool


def ways_found(
    table: Table, date_profile: ColumnProfile, value_profile: ColumnProfile, options: ReadOptions
) -> tuple[Ways, dict[str, First]]:
    """Return the ways to read the columns, and how many cells each fits: the plain ways where they fit all cells."""
    if date_profile.words is not None:
        date_profile = _with_all_words(table, date_profile)
    ways = _ways(table, date_profile, value_profile, options, thorough=False)
    found = _tally(table, ways)
    marked = False
    if _undated(ways, found) or _unread(ways, found):
        if _undated(ways, found) and options.date_format is None and date_profile.shape is not None:
            date_profile = _with_all_words(table, date_profile)
        ways = _ways(table, date_profile, value_profile, options, thorough=True)
        found = _tally(table, ways)
    if _unread(ways, found) and value_profile.column.kind == "text":
        marked = True
        ways = _ways(table, date_profile, value_profile, options, thorough=True, marked=True)
        found = _tally(table, ways)
    odd = found["undated"].count + min(found[f"day{i}"].count for i in range(len(ways.dates)))
    if 0 < odd <= _MOST_TOTALS and (sums := _sums(table, ways)):
        ways = _ways(table, date_profile, value_profile, options, thorough=True, marked=marked, sums=sums)
        found = _tally(table, ways)
    return ways, found


def _with_all_words(table: Table, date_profile: ColumnProfile) -> ColumnProfile:
    """Return the profile of the dates again, the words of all of them known: the first dates may name few months."""
    cell = cell_sql(date_profile, thorough=True)
    dates = f"SELECT left({cell}, 100) AS cell FROM source_rows WHERE {cell} IS NOT NULL"
    words = f"SELECT cell, array_to_string({words_in(body_of('cell'))}, ' ') AS words FROM ({dates})"
    cells = table.query(f"SELECT min(cell) FROM ({words}) WHERE words <> '' GROUP BY words LIMIT {_MOST_WORDINGS}")
    if not 0 < len(cells) < _MOST_WORDINGS:
        return date_profile
    words_, shape = words_and_shape([cell for (cell,) in cells if not is_missing(cell)])
    return date_profile if words_ is None else replace(date_profile, shape=shape, words=words_)


def _sums(table: Table, ways: Ways) -> list[int]:
    """Return the records without a date whose number is the sum of all dated rows, whatever word they have."""
    dated = " OR ".join(f"day{i} IS NOT NULL" for i in range(len(ways.dates)))
    for i in range(len(ways.numbers)):
        value = f"value{i}"
        total = f"(SELECT sum({value}) FILTER (WHERE {dated}) FROM rows HAVING count(*) > {_MOST_TOTALS} + 2)"
        found = table.query(
            f"WITH rows AS (SELECT record, {value}, {', '.join(f'day{i}' for i in range(len(ways.dates)))} "
            f"FROM ({ways.cells}) WHERE used) "
            f"SELECT record FROM rows WHERE NOT ({dated}) "
            f"AND {value} <> 0 AND abs({value} - {total}) <= {_SUM_TOLERANCE} * abs({value})"
        )
        if found:
            return [record for (record,) in found]
    return []


def _undated(ways: Ways, found: dict[str, First]) -> int:
    """Return how many cells do not fit the best reading of the dates."""
    return min(found[f"day{i}"].count for i in range(len(ways.dates)))


def _unread(ways: Ways, found: dict[str, First]) -> int:
    """Return how many cells do not fit the best reading of the numbers."""
    return min(found[f"value{i}"].count for i in ways.allowed)


def _ways(
    table: Table,
    date_profile: ColumnProfile,
    value_profile: ColumnProfile,
    options: ReadOptions,
    *,
    thorough: bool,
    marked: bool = False,
    sums: list[int] | None = None,
) -> Ways:
    date_cell, value_cell = (cell_sql(profile, thorough=thorough) for profile in (date_profile, value_profile))
    dates = date_profile.date_readings(options.date_format, "date_cell", thorough=thorough)
    if not dates:
        raise AssertionError(date_profile.column.name)  # `choose_columns` has refused it
    text, mark, factor = number_text("value_cell", thorough=thorough, marked=marked)
    is_sum = f" OR record IN ({', '.join(map(str, sums))})" if sums else ""
    inner = f"""
        SELECT *, {_among("date_cell", MISSING)} AS undated, {_missing(options.missing)} AS missing,
            {_among("date_cell", TOTAL_WORDS)}{is_sum} AS total,
            {text} AS value_text, {mark} AS value_mark, {factor} AS value_factor
        FROM (SELECT *, {date_cell} AS date_cell, {value_cell} AS value_cell FROM source_rows)
    """
    if value_profile.column.kind == "number":
        numbers = [reading_of_number_type(value_profile.column.field)]
        allowed = [0]
    else:
        numbers = readings_of_text("value_text", thorough=thorough)
        if not (table.semicolon or thorough or options.decimal_comma):
            numbers = numbers[:1]
        allowed = [i for i, each in enumerate(numbers) if options.decimal_comma in (None, each.decimal_comma)]
    usual, fits, times = "", "NOT missing", ""
    if marked:
        # What takes signs apart is long, and DuckDB would plan it anew in every query over these cells.
        table.query(f"CREATE OR REPLACE TEMP TABLE marked_cells AS {inner}")
        inner = "SELECT * FROM marked_cells"
        usual = (
            table.query(f"SELECT mode(value_mark) FROM ({inner}) WHERE NOT missing AND value_text <> ''")[0][0] or ""
        )
        fits, times = f"NOT missing AND value_mark = {literal(usual)}", " * value_factor"
    values = [each.value for each in numbers]
    if thorough and not marked and value_profile.column.kind != "number":
        values = [times_myriads_sql("value_cell", each) for each in values]
    values = [f"({each}){times}" for each in values]
    if times:
        values = [f"round({each}, 6)" for each in values]  # 1.005K is 1005, not 1004.9999999999999
    cells = f"""
        SELECT *, NOT total AND NOT (undated AND missing) AS used,
            {", ".join(f"{reading.day} AS day{i}, {reading.time} AS clock{i}" for i, reading in enumerate(dates))},
            {", ".join(f"CASE WHEN {fits} THEN {each} END AS value{i}" for i, each in enumerate(values))}
        FROM ({inner})
    """
    return Ways(dates, numbers, allowed, usual, cells, marked=marked, myriads=thorough and not marked)


def _tally(table: Table, ways: Ways) -> dict[str, First]:
    """Count the cells of each sort, in one pass over the file."""
    asked = {
        "total": "[count(*) FILTER (WHERE total)::VARCHAR, '0', min(coalesce(date_cell, '')) FILTER (WHERE total)]",
        "used": First.sql("date_cell", "true"),
        "undated": First.sql("value_cell", "undated"),
        "infinite": First.sql("value_cell", _among("value_cell", INFINITE)),
        "myriads": First.sql(
            "value_cell", f"NOT missing AND {has_myriads_sql('value_cell')}" if ways.myriads else "false"
        ),
        "comma": First.sql("value_cell", "NOT missing AND contains(value_cell, ',')"),
        "point": First.sql("value_cell", "NOT missing AND contains(value_cell, '.')"),
        "gap": First.sql("value_cell", r"NOT missing AND regexp_matches(value_cell, '\d[^\d.,eE+-]\d')"),
        "signs": First.sql("value_cell", _HAS_SIGNS if ways.marked else "false"),
    }
    for i in range(len(ways.dates)):
        asked[f"day{i}"] = First.sql("date_cell", f"NOT undated AND day{i} IS NULL")
        asked[f"clock{i}"] = First.sql("date_cell", f"clock{i} IS NOT NULL")
    for i in range(len(ways.numbers)):
        asked[f"value{i}"] = First.sql("value_cell", f"NOT missing AND value{i} IS NULL")
        asked[f"huge{i}"] = First.sql("value_cell", f"abs(value{i}) > {LARGEST_VALUE}")
    answer = table.query(f"SELECT {', '.join(asked.values())} FROM ({ways.cells})")[0]
    return {name: First.of(taken) for name, taken in zip(asked, answer, strict=True)}


def cell_sql(profile: ColumnProfile, *, thorough: bool) -> str:
    """Return SQL for a column's cell as trimmed text."""
    name = profile.column.field
    if profile.column.kind == "number":
        # Whole numbers are written without a point: they may be dates like 20210105.
        whole = f"{name} = floor({name}) AND abs({name}) < 1e15"
        name = f"CASE WHEN {whole} THEN {name}::BIGINT::VARCHAR ELSE {name}::VARCHAR END"
    if thorough:
        return f"trim({plain_width_sql(f'({name})::VARCHAR')}, {_BLANKS})"
    return f"trim(({name})::VARCHAR)"


def _among(cell: str, words: tuple[str, ...]) -> str:
    """Return SQL for whether a cell is one of the words; a null cell counts as empty."""
    return f"lower(coalesce({cell}, '')) IN ({', '.join(literal(word) for word in words)})"


def _missing(codes: tuple[str, ...]) -> str:
    """Return SQL for whether a value's cell stands for a missing value; a code that is a number counts as a number."""
    numbers = [number for code in codes if (number := _as_number(code)) is not None]
    asked = _among("value_cell", (*MISSING, *(code.lower() for code in codes)))
    if numbers:
        plain = "replace(value_cell, '\u2212', '-')"
        asked = f"({asked} OR coalesce(try_cast({plain} AS DOUBLE) IN ({', '.join(map(repr, numbers))}), false))"
    return asked


def _as_number(code: str) -> float | None:
    try:
        number = float(code.replace("\u2212", "-"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
