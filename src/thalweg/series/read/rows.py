"""How a table's rows are read, decided from the whole of both columns."""
# ruff: noqa: S608  (SQL is put together from names of our own; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.read.columns import codes_of
from thalweg.series.read.dates import (
    TOTAL_WORDS,
    DateReading,
    reading_of_format,
    reading_of_time_type,
    readings_of_shape,
)
from thalweg.series.read.numbers import INFINITE, MISSING, NumberReading, reading_of_number_type, readings_of_text
from thalweg.series.read.table import shown
from thalweg.sql import literal

if TYPE_CHECKING:
    from thalweg.series.read.columns import Illustration
    from thalweg.series.read.table import Table

_ABSURD = 1e15  # a float no longer holds a hundredth above it, and no daily number lies there
_REGULAR = 0.9
_IRREGULAR = 0.5
_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"


@dataclass(frozen=True)
class Rows:
    """The rows that count.

    Attributes
    ----------
    table : Table
        Where they come from.
    looks : list of Look
        All its columns.
    date_look, value_look : Look
        The two that count.
    sql : str
        A query: the table's columns and ``day``, ``clock`` (time of day or null), ``value`` (null where missing),
        ``value_cell`` (as written).
    notes : tuple of Message
        What was odd in the writing of dates and numbers.
    """

    table: Table
    looks: list[Illustration]
    date_look: Illustration
    value_look: Illustration
    sql: str
    notes: tuple[Message, ...]


@dataclass(frozen=True)
class _First:
    """How many cells are of some sort, and the first of them."""

    count: int
    record: int
    cell: str

    @staticmethod
    def sql(cell: str, condition: str) -> str:
        chosen = f"FILTER (WHERE used AND {condition})"
        return f"[count(*) {chosen}::VARCHAR, min(record) {chosen}::VARCHAR, arg_min({cell}, record) {chosen}]"

    @staticmethod
    def of(taken: list[Any]) -> _First:
        return _First(int(taken[0]), int(taken[1] or 0), str(taken[2]))


@dataclass(frozen=True)
class _Ways:
    """The ways to read both columns, and the query in which each is tried on every cell."""

    dates: list[DateReading]
    numbers: list[NumberReading]
    cells: str


def decide(
    table: Table, looks: list[Illustration], date_look: Illustration, value_look: Illustration, date_format: str | None
) -> Rows:
    """Decide from the whole columns how dates and numbers are written.

    Raises
    ------
    InputError
        If a cell is neither date nor number nor empty, if day and month cannot be told apart, or if a
        value is infinite or absurd; the row is named.
    """
    ways, found = _ways_found(table, date_look, value_look, date_format)
    dates, numbers, cells = ways.dates, ways.numbers, ways.cells
    if not found["used"].count:
        raise InputError(f"{table.source} has no rows with a date and a value. A row a day is expected.")
    notes: list[Message] = []
    if found["total"].count:
        notes.append(Message("note.total", {"count": found["total"].count, "word": found["total"].cell}))
    day = _settle_dates(table, date_look, cells, dates, found, notes)
    if found["undated"].count:
        raise InputError(
            f"{table.source}, {table.row(found['undated'].record)}: the value {shown(found['undated'].cell)} has no "
            f"date in column {date_look.column.name}. Give it one, or delete the row."
        )
    value = _settle_numbers(table, value_look, numbers, found, notes)
    sql = f"SELECT *, day{day} AS day, clock{day} AS clock, value{value} AS value FROM ({cells}) WHERE used"
    return Rows(table, looks, date_look, value_look, sql, tuple(notes))


def _ways_found(
    table: Table, date_look: Illustration, value_look: Illustration, date_format: str | None
) -> tuple[_Ways, dict[str, _First]]:
    """Return the ways to read the columns, and how they fare: the plain ones where they fit every cell."""
    ways = _ways(table, date_look, value_look, date_format, thorough=False)
    found = _tally(table, ways)
    plain = not min(found[f"day{i}"].count for i in range(len(ways.dates)))
    if not plain or min(found[f"value{i}"].count for i in range(len(ways.numbers))):
        ways = _ways(table, date_look, value_look, date_format, thorough=True)
        found = _tally(table, ways)
    return ways, found


def _ways(
    table: Table, date_look: Illustration, value_look: Illustration, date_format: str | None, *, thorough: bool
) -> _Ways:
    date_cell, value_cell = (_cell(one, thorough=thorough) for one in (date_look, value_look))
    dates = _date_readings(date_look, date_format, thorough=thorough)
    if value_look.column.kind == "number":
        numbers = [reading_of_number_type(value_look.column.field)]
    else:
        numbers = readings_of_text("value_cell", thorough=thorough)
        if not (table.semicolon or thorough):
            numbers = numbers[:1]
    cells = f"""
        SELECT *, NOT total AND NOT (undated AND missing) AS used,
            {", ".join(f"{reading.day} AS day{i}, {reading.time} AS clock{i}" for i, reading in enumerate(dates))},
            {", ".join(f"CASE WHEN NOT missing THEN {one.value} END AS value{i}" for i, one in enumerate(numbers))}
        FROM (
            SELECT *, {_among("date_cell", MISSING)} AS undated, {_among("value_cell", MISSING)} AS missing,
                {_among("date_cell", TOTAL_WORDS)} AS total
            FROM (SELECT *, {date_cell} AS date_cell, {value_cell} AS value_cell FROM source_rows)
        )
    """
    return _Ways(dates, numbers, cells)


def _tally(table: Table, ways: _Ways) -> dict[str, _First]:
    """Count, in one pass over the file, the cells of each sort."""
    asked = {
        "total": "[count(*) FILTER (WHERE total)::VARCHAR, '0', min(date_cell) FILTER (WHERE total)]",
        "used": _First.sql("date_cell", "true"),
        "undated": _First.sql("value_cell", "undated"),
        "infinite": _First.sql("value_cell", _among("value_cell", INFINITE)),
        "comma": _First.sql("value_cell", "NOT missing AND contains(value_cell, ',')"),
        "point": _First.sql("value_cell", "NOT missing AND contains(value_cell, '.')"),
        "gap": _First.sql("value_cell", r"NOT missing AND regexp_matches(value_cell, '\d[^\d.,eE+-]\d')"),
    }
    for i in range(len(ways.dates)):
        asked[f"day{i}"] = _First.sql("date_cell", f"NOT undated AND day{i} IS NULL")
        asked[f"clock{i}"] = _First.sql("date_cell", f"clock{i} IS NOT NULL")
    for i in range(len(ways.numbers)):
        asked[f"value{i}"] = _First.sql("value_cell", f"NOT missing AND value{i} IS NULL")
        asked[f"huge{i}"] = _First.sql("value_cell", f"abs(value{i}) > {_ABSURD}")
    answer = table.query(f"SELECT {', '.join(asked.values())} FROM ({ways.cells})")[0]
    return {name: _First.of(taken) for name, taken in zip(asked, answer, strict=True)}


def _cell(one: Illustration, *, thorough: bool) -> str:
    """Return SQL for a column's cell as trimmed text."""
    name = one.column.field
    if one.column.kind == "number":
        # Whole numbers without a point: they may be dates like 20210105.
        whole = f"{name} = floor({name}) AND abs({name}) < 1e15"
        name = f"CASE WHEN {whole} THEN {name}::BIGINT::VARCHAR ELSE {name}::VARCHAR END"
    return f"trim(({name})::VARCHAR, {_BLANKS})" if thorough else f"trim(({name})::VARCHAR)"


def _among(cell: str, words: tuple[str, ...]) -> str:
    """Return SQL for whether a cell is one of the words; a null cell counts as empty."""
    return f"lower(coalesce({cell}, '')) IN ({', '.join(literal(word) for word in words)})"


def _date_readings(date_look: Illustration, date_format: str | None, *, thorough: bool) -> list[DateReading]:
    if date_look.column.kind == "time":
        return [reading_of_time_type(date_look.column.field)]
    if date_format is not None:
        return [reading_of_format(date_format, "date_cell")]
    if date_look.shape is None:
        raise AssertionError(date_look.column.name)  # `choose_columns` has refused it
    return readings_of_shape(date_look.shape, "date_cell", thorough=thorough)


def _settle_dates(
    table: Table,
    date_look: Illustration,
    cells: str,
    dates: list[DateReading],
    found: dict[str, _First],
    notes: list[Message],
) -> int:
    """Return the place of the reading that the whole column bears out."""
    name = date_look.column.name
    misfits = [found[f"day{i}"] for i in range(len(dates))]
    fitting = [i for i, misfit in enumerate(misfits) if not misfit.count]
    if not fitting:
        best = min(range(len(dates)), key=lambda i: misfits[i].count)
        misfit, other = misfits[best], misfits[best - 1]
        where = f"{table.source}, {table.row(misfit.record)}: {shown(misfit.cell)} in column {name}"
        if misfit.count == found["used"].count:
            raise InputError(
                f"{where} does not fit {table.choose('date_format', dates[best].format)}, nor does any other."
                f"{codes_of(dates[best].format)}"
            )
        also = (
            f" (nor {dates[best - 1].order}, for {shown(other.cell)} in {table.row(other.record)})"
            if len(dates) > 1
            else ""
        )
        raise InputError(
            f"{where} is not a date like the others, which are written {dates[best].format}{also}. Write all dates the "
            "same way."
        )
    chosen = fitting[0]
    if len(dates) > 1:
        if len(fitting) > 1:
            chosen = _by_regularity(table, name, cells, dates, found["used"].cell)
            key, values = "regular", {}
        else:
            key, values = "sure", {"example": misfits[1 - chosen].cell}
        notes.append(Message(f"note.{'day' if dates[chosen].day_first else 'month'}_first_{key}", values))
    if found[f"clock{chosen}"].count and not _midnight(table, cells, chosen):
        notes.append(Message("note.time_of_day"))
    return chosen


def _by_regularity(table: Table, name: str, cells: str, dates: list[DateReading], example: str) -> int:
    """Return the reading by which day follows day, where by the other it does not."""
    shares: list[float] = []
    for i in range(len(dates)):
        days = f"SELECT DISTINCT day{i} AS day FROM ({cells}) WHERE used AND NOT undated"
        steps = f"SELECT day - lag(day) OVER (ORDER BY day) AS step FROM ({days})"
        count, single = table.query(f"SELECT count(step), count(*) FILTER (WHERE step = 1) FROM ({steps})")[0]
        shares.append(single / count if count else 0.0)
    for i, share in enumerate(shares):
        if share >= _REGULAR and shares[1 - i] < _IRREGULAR:
            return i
    ways = " or ".join(reading.order for reading in dates)
    raise InputError(
        f"{table.source}: whether the dates of column {name}, such as {shown(example)}, are {ways} cannot be told from "
        f"the column. Say which: {' or '.join(table.choose('date_format', reading.format) for reading in dates)}."
    )


def _midnight(table: Table, cells: str, chosen: int) -> bool:
    """Whether every time of day is midnight, as in dates that a database wrote."""
    sql = f"SELECT 1 FROM ({cells}) WHERE used AND NOT regexp_matches(clock{chosen}, '^[T ]*([0:.,]*( ?[aA]|$| ?[Z+-]| ?UTC| ?GMT)|12:00(:00)? ?[aA])') LIMIT 1"  # noqa: E501
    return not table.query(sql)


def _settle_numbers(
    table: Table,
    value_look: Illustration,
    numbers: list[NumberReading],
    found: dict[str, _First],
    notes: list[Message],
) -> int:
    """Return the place of the reading that the whole column bears out."""
    name = value_look.column.name
    misfits = [found[f"value{i}"] for i in range(len(numbers))]
    infinite = found["infinite"]
    if infinite.count:
        raise InputError(
            f"{table.source}, {table.row(infinite.record)}: {shown(infinite.cell)} in column {name} is infinite. A "
            "finite number is expected, or an empty cell where there is none."
        )
    best = min(range(len(numbers)), key=lambda i: misfits[i].count)
    if misfits[best].count:
        misfit = misfits[best]
        raise InputError(
            f"{table.source}, {table.row(misfit.record)}: {shown(misfit.cell)} in column {name} is not a number"
            + (", nor are others" if misfit.count > 1 else "")
            + ". Plain numbers are expected, without units or signs of percent or currency, and empty cells where "
            "there are none."
        )
    if found[f"huge{best}"].count:
        huge = found[f"huge{best}"]
        raise InputError(
            f"{table.source}, {table.row(huge.record)}: {shown(huge.cell)} in column {name} is beyond what a daily "
            f"number can be (more than {_ABSURD:g}). Mend or empty the cell."
        )
    if value_look.column.kind == "number":
        return best
    comma, point, gap = found["comma"], found["point"], found["gap"]
    if table.semicolon and not misfits[1 - best].count and (comma.count or point.count):
        mark = comma if comma.count else point
        raise InputError(
            f"{table.source}: whether {shown(mark.cell)} in column {name} ({table.row(mark.record)}) counts thousands "
            "or has decimals cannot be told from the column. Write the numbers without marks for thousands, or the "
            "decimals with a point in a file separated by commas."
        )
    if numbers[best].decimal_comma:
        if comma.count or point.count:
            notes.append(Message("note.decimal_comma", {"example": (comma if comma.count else point).cell}))
    elif comma.count or gap.count:
        notes.append(Message("note.thousands", {"example": (comma if comma.count else gap).cell}))
    return best
