"""How dates and numbers are read, decided from the whole of both columns."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.read.dates import has_codes
from thalweg.series.read.marks import Settled, settle_mark
from thalweg.series.read.midnights import local_days
from thalweg.series.read.moments import NUMBERED
from thalweg.series.read.numbers import is_number
from thalweg.series.read.orders import First, choose_order
from thalweg.series.read.table import shown
from thalweg.series.read.ways import LARGEST_VALUE, ways_found

if TYPE_CHECKING:
    from thalweg.series.read.dates import DateReading
    from thalweg.series.read.options import ReadOptions
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.table import Table
    from thalweg.series.read.ways import Ways


@dataclass(frozen=True)
class Rows:
    """The rows that count.

    Attributes
    ----------
    table : Table
        Where they come from.
    profiles : list of ColumnProfile
        All its columns.
    date_profile, value_profile : ColumnProfile
        The two that count.
    sql : str
        A query. It gives the table's columns and ``day``, ``clock`` (the time of day, or null), ``value`` (null where
        missing) and ``value_cell`` (as written).
    timed : bool
        Whether there are times of day other than midnight.
    date_format : str
        `DateReading.format` of the dates.
    notes : tuple of Message
        What was odd in the way that dates and numbers are written.
    many : bool
        Whether the rows are of several series; then the query also gives ``series``, the number of each row's series.
    """

    table: Table
    profiles: list[ColumnProfile]
    date_profile: ColumnProfile
    value_profile: ColumnProfile
    sql: str
    timed: bool
    date_format: str
    notes: tuple[Message, ...]
    many: bool = False


def decide(
    table: Table,
    profiles: list[ColumnProfile],
    date_profile: ColumnProfile,
    value_profile: ColumnProfile,
    options: ReadOptions,
) -> Rows:
    """Decide from the whole columns how dates and numbers are written.

    Raises
    ------
    InputError
        If a cell that should hold a date or a number holds neither, if the order of day and month is undecided, or if a
        value is infinite or too large. The row is named.
    """
    ways, found = ways_found(table, date_profile, value_profile, options)
    dates, cells = ways.dates, ways.cells
    if not found["used"].count:
        raise InputError("read.no_dated_values", source=table.source_name)
    notes: list[Message] = []
    if found["total"].count:
        word = found["total"].cell or Message("read.empty_cell")
        notes.append(Message("note.total", {"count": found["total"].count, "word": word}))
    day = _choose_dates(table, date_profile, cells, dates, found, notes)
    if date_profile.shape in NUMBERED:
        notes.append(Message(f"note.dates_in_{NUMBERED[date_profile.shape]}", {"example": found["used"].cell}))
    if date_profile.shape is not None and date_profile.shape.period and options.date_format is None:
        notes.append(_about_period(table, cells, day, date_profile.shape.period))
    if found["undated"].count:
        raise _cell_error("read.no_date", table, found["undated"], date_profile.column.name)
    value = _choose_numbers(table, value_profile, ways, found, options, notes)
    local, clock, timed = f"day{day}", f"clock{day}", False
    if found[clock].count:
        local, clock, told = local_days(table, date_profile, cells, day, form_given=options.date_format is not None)
        timed = not told and not _midnight(table, cells, day)
        notes += told
    sql = f"SELECT *, {local} AS day, {clock} AS clock, value{value} AS value FROM ({cells}) WHERE used"
    return Rows(table, profiles, date_profile, value_profile, sql, timed, dates[day].format, tuple(notes))


def _about_period(table: Table, cells: str, day: int, period: str) -> Message:
    """Return the note about dates that are periods, with the first of them as an example."""
    sql = f"SELECT date_cell, day{day} FROM ({cells}) WHERE used ORDER BY record LIMIT 1"
    cell, first = table.query(sql)[0]
    return Message(f"note.dates_in_{period}", {"example": str(cell), "date": str(first)})


def _choose_dates(
    table: Table,
    date_profile: ColumnProfile,
    cells: str,
    dates: list[DateReading],
    found: dict[str, First],
    notes: list[Message],
) -> int:
    """Return the index of the reading that fits the whole column."""
    name = date_profile.column.name
    misfits = [found[f"day{i}"] for i in range(len(dates))]
    fitting = [i for i, misfit in enumerate(misfits) if not misfit.count]
    if not fitting:
        raise _unfitting_date(table, name, dates, misfits, found["used"].count)
    chosen = fitting[0]
    if len(dates) > 1:
        chosen, note = choose_order(table, name, cells, dates, misfits, found["used"].cell)
        notes += note
    return chosen


def _unfitting_date(table: Table, name: str, dates: list[DateReading], misfits: list[First], used: int) -> InputError:
    """Return the error about the first cell that is no date by the reading that fits the most of `used` cells."""
    best = min(range(len(dates)), key=lambda i: misfits[i].count)
    misfit, form = misfits[best], dates[best].format
    if misfit.count == used:
        key = "read.fits_no_cell" if has_codes(form) else "read.fits_no_cell_without_codes"
        return _cell_error(key, table, misfit, name, argument=Argument("date_format", form))
    if len(dates) == 1:
        return _cell_error("read.unlike_the_others", table, misfit, name, format=form)
    other = min((i for i in range(len(dates)) if i != best), key=lambda i: misfits[i].count)
    return _cell_error(
        "read.unlike_the_others_in_both_orders",
        table,
        misfit,
        name,
        format=form,
        other_format=dates[other].format,
        other_cell=shown(misfits[other].cell),
        other_row=table.row(misfits[other].record),
    )


def _midnight(table: Table, cells: str, chosen: int) -> bool:
    """Whether every time of day is midnight, as in dates that a database writes."""
    sql = f"SELECT 1 FROM ({cells}) WHERE used AND NOT regexp_matches(clock{chosen}, '^[T ]*([0:.,]*( ?[aA]|$| ?[Z+-]| ?UTC| ?GMT)|12:00(:00)? ?[aA])') LIMIT 1"  # noqa: E501
    return not table.query(sql)


def _choose_numbers(
    table: Table,
    value_profile: ColumnProfile,
    ways: Ways,
    found: dict[str, First],
    options: ReadOptions,
    notes: list[Message],
) -> int:
    """Return the index of the reading that fits the whole column."""
    name, numbers = value_profile.column.name, ways.numbers
    misfits = [found[f"value{i}"] for i in range(len(numbers))]
    infinite = found["infinite"]
    if infinite.count:
        raise _cell_error("read.infinite", table, infinite, name)
    best = min(ways.allowed, key=lambda i: misfits[i].count)
    if misfits[best].count:
        raise _unread_number(table, name, ways, misfits, best, options)
    if found[f"huge{best}"].count:
        raise _cell_error("read.too_large", table, found[f"huge{best}"], name, most=LARGEST_VALUE)
    if value_profile.column.kind == "number":
        return best
    best = _settled(table, name, ways, found, best, options, notes)
    _note_marks(table, name, ways, found, best, notes)
    return best


def _settled(
    table: Table,
    name: str,
    ways: Ways,
    found: dict[str, First],
    best: int,
    options: ReadOptions,
    notes: list[Message],
) -> int:
    """Return the index of the reading that the whole column asks for where the one mark in it leaves two."""
    comma, point = found["comma"], found["point"]
    first, mark = (comma, ",") if comma.count else (point, ".")
    if options.decimal_comma is not None or not first.count:
        return best
    match settle_mark(table, ways.cells, semicolon=table.semicolon):
        case Settled.NOT:
            both = {argument: Argument(argument, mark) for argument in ("thousands", "decimal")}
            raise _cell_error("read.mark_undecided", table, first, name, **both)
        case Settled.DECIMAL:
            return next(i for i, each in enumerate(ways.numbers) if each.decimal_comma == (mark == ","))
        case Settled.USUALLY:
            values = {"name": name, "example": point.cell, "thousands": Argument("thousands", mark)}
            notes.append(Message("note.decimal_point", values))
            return best
        case _:
            return best


def _note_marks(table: Table, name: str, ways: Ways, found: dict[str, First], best: int, notes: list[Message]) -> None:
    """Add notes about the marks in the numbers and the signs beside them."""
    comma, point, gap = found["comma"], found["point"], found["gap"]
    is_comma, asked = ways.numbers[best].decimal_comma, len(ways.allowed) < len(ways.numbers)
    if is_comma and (comma.count or (point.count and not asked)):
        notes.append(Message("note.decimal_comma", {"example": (comma if comma.count else point).cell}))
    elif separators := [each.cell for each in ((point, gap) if is_comma else (comma, gap)) if each.count]:
        notes.append(Message("note.thousands", {"example": separators[0]}))
    if found["myriads"].count:
        notes.append(Message("note.myriads", {"example": found["myriads"].cell}))
    if (signs := found["signs"]).count:
        value = table.query(f"SELECT value{best} FROM ({ways.cells}) WHERE record = {signs.record}")[0][0]
        notes.append(Message("note.signs", {"name": name, "example": signs.cell, "value": f"{value:,.12g}"}))


def _unread_number(
    table: Table, name: str, ways: Ways, misfits: list[First], best: int, options: ReadOptions
) -> InputError:
    """Return the error about the first cell that is no number by the best of the readings that are allowed."""
    misfit = misfits[best]
    if not min(each.count for each in misfits):
        argument = "decimal" if options.decimal is not None else "thousands"
        given = str(getattr(options, argument))
        other = Argument(argument, "." if given == "," else ",")
        return _cell_error("read.other_mark", table, misfit, name, given=Argument(argument, given), other=other)
    if ways.mark and is_number(misfit.cell):
        return _cell_error("read.sign_differs", table, misfit, name, sign=ways.mark)
    return _cell_error("read.not_a_number" if misfit.count == 1 else "read.not_numbers", table, misfit, name)


def _cell_error(key: str, table: Table, first: First, name: str, **values: object) -> InputError:
    """Return an error about a cell: in which row and column it stands, and what it holds."""
    return InputError(
        key, source=table.source_name, row=table.row(first.record), cell=shown(first.cell), name=name, **values
    )
