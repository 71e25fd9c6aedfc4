"""Where in a text file the table lies: its header, its first row and, where other rows follow, its last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.series.read.dates import Shape, words_and_shape
from thalweg.series.read.eastern import plain_width
from thalweg.series.read.moments import COLUMNS_OF_NUMBERS, numbered_shape
from thalweg.series.read.numbers import is_missing, is_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from thalweg.series.read.words import Words

_LEAST_SHARE = 0.5  # of the full rows, whose cell in the column of dates is one
_UNIT = re.compile(r"\[.*\]|\(.*\)|[ymdhjtagYMDHJTAG]{1,4}(?:[-./ ][ymdhjtagYMDHJTAG]{1,4})+")  # (count), dd.mm.yyyy


@dataclass(frozen=True)
class Dated:
    """The column of dates as its first cells show it: its place, the shape of the dates and what their words mean."""

    place: int
    shape: Shape
    words: Words | None

    def fits(self, record: list[str]) -> bool:
        """Whether the record has such a date."""
        if self.place >= len(record):
            return False
        cell = plain_width(record[self.place]).strip()
        return self.shape.fits(self.words.plain(cell) if self.words else cell)


@dataclass(frozen=True)
class Outline:
    """The records above the data.

    Attributes
    ----------
    header : int, optional
        The index of the header's record; None where there is none.
    data : int
        The index of the first record of data.
    """

    header: int | None
    data: int


def dated_column(records: list[list[str]], width: int) -> Dated | None:
    """Return the first column that holds dates in more than half of the full records, or None."""
    full = [record for record in records if len(record) == width]
    of_periods: Dated | None = None
    for place in range(width):
        cells = [plain_width(record[place]).strip() for record in full]
        cells = [cell for cell in cells if not is_missing(cell)]
        with_digits = [cell for cell in cells if any(letter.isdigit() for letter in cell)]
        words, shape = words_and_shape(with_digits)
        if shape is None:
            continue
        dated = Dated(place, shape, words)
        if sum(dated.fits(record) for record in full) > _LEAST_SHARE * len(cells):
            if not shape.period:
                return dated
            of_periods = of_periods or dated
    if of_periods is not None:
        return of_periods
    for place in range(min(width, COLUMNS_OF_NUMBERS)):
        shape = numbered_shape([record[place] for record in full])
        if shape is not None:
            return Dated(place, shape, None)
    return None


def outline(records: list[list[str]], width: int, dated: Dated) -> Outline | None:
    """Return where the header and the data are: the header is the last full row of names above the first dated row.

    None where the row above the data has several cells, but not as many as the data.
    """
    first = _first_row(records, width, dated)
    above = [place for place in range(first) if any(cell.strip() for cell in records[place])]
    if not above:
        return Outline(None, first)
    named = [place for place in above if len(records[place]) == width and not _has_number(records[place], dated)]
    if not named:
        wide = any(len(records[place]) > 1 for place in above)
        return None if wide else Outline(None, first)
    filled = {place: sum(bool(cell.strip()) for cell in records[place]) for place in named}
    most = max(filled.values())
    headers = [place for place in named if filled[place] == most]
    while len(headers) > 1 and _has_units(records[headers[-1]]):
        headers.pop()
    header = headers[-1]
    # Rows with a number below the header belong to the data: a sum, or a row whose date is missing or wrong.
    below = [place for place in above if place > header and _has_number(records[place], dated)]
    return Outline(header, below[0] if below else first)


def _first_row(records: list[list[str]], width: int, dated: Dated) -> int:
    """Return the index of the first row of data; a date above the header, as one of the export, is none."""
    rows = [place for place, record in enumerate(records) if len(record) == width and dated.fits(record)]
    counted = [place for place in rows if _has_number(records[place], dated)]
    if not counted or counted[0] == rows[0]:
        return rows[0]
    between = records[rows[0] : counted[0]]
    has_header = any(
        len(record) == width and all(cell.strip() for cell in record) and not dated.fits(record) for record in between
    )
    return counted[0] if has_header else rows[0]


@dataclass(frozen=True)
class End:
    """Where rows begin that do not belong to the table: the row, as a spreadsheet counts rows, and its text."""

    row: int
    text: str


def end_of_table(records: Iterable[tuple[int, list[str]]], width: int, dated: Dated) -> End | None:
    """Return where the table ends, or None where it ends with the file.

    After a blank row, a row without a date and without a number begins another table. At the end of the file, rows
    without a date that are not full rows with a number are remarks.

    Parameters
    ----------
    records : iterable of pairs
        The row of each record below the header, as a spreadsheet counts rows, and its cells.
    width : int
        How many cells a row of the table has.
    dated : Dated
    """
    last_row: int | None = None  # of the table
    rest: End | None = None
    for row, record in records:
        text = [cell.strip() for cell in record if cell.strip()]
        if not text:
            continue
        if dated.fits(record) or (len(record) == width and _has_number(record, dated)):
            last_row, rest = row, None
        elif rest is None and last_row is not None:
            rest = End(row, ", ".join(text))
            if row > last_row + 1 and not any(is_number(cell) for cell in record):
                return rest
    return rest


def _has_number(record: list[str], dated: Dated) -> bool:
    return any(is_number(cell) for place, cell in enumerate(record) if place != dated.place)


def _has_units(record: list[str]) -> bool:
    return any(_UNIT.fullmatch(cell.strip()) for cell in record)
