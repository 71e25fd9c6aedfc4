"""Dates that are written as one number: a spreadsheet's days, and seconds or milliseconds since 1970."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.record import DAILY, DAYS_OF_PACES, MINUTES_OF_A_DAY
from thalweg.series.read.dates import DateReading, Shape
from thalweg.series.read.grid import STEPS
from thalweg.series.read.periods import MONTHS, WEEK, WEEKS, YEARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS_OF_NUMBERS = 20  # of a file, that are looked at for dates written as numbers
_SECONDS_A_DAY = 86_400
_SEQUENCE_SHARE = 0.7  # of the steps between numbers, that are one day; Monday to Friday alone is 0.8
_LEAST_NUMBERS = 3
_SPREADSHEET = Shape(r"\d{5}(?:\.0*)?", ("45292",))
_SECONDS = Shape(r"\d{9,10}(?:\.0*)?", ("1704067200",))
_MILLISECONDS = Shape(r"\d{12,13}(?:\.0*)?", ("1704067200000",))
SIX_DIGITS = Shape(r"\d{6}", ("%y%m%d",))
_MONTHS = Shape(r"\d{6}", ("%Y%m",), period=MONTHS)
_WEEKS = Shape(r"\d{6}", ("202405",), period=WEEKS, first_day=WEEK)
_YEARS = Shape(r"\d{4}", ("%Y",), period=YEARS)
_YEARS_OF_DATES = range(1500, 2200)
_RHYTHMS = ([1], *DAYS_OF_PACES.values())
NUMBERED = {_SPREADSHEET: "spreadsheet", _SECONDS: "seconds", _MILLISECONDS: "milliseconds"}
"""Shapes of dates that are one number, and the last word of the note about them."""

NUMBERED_MOMENTS = (_SECONDS, _MILLISECONDS)
"""Shapes of moments in UTC that are one number."""

_KINDS = {  # to the first and the last number that may be a date, and what a day is
    _SPREADSHEET: (20_000, 80_000, 1),
    _SECONDS: (300_000_000, 4_100_000_000, _SECONDS_A_DAY),
    _MILLISECONDS: (300_000_000_000, 4_100_000_000_000, 1000 * _SECONDS_A_DAY),
}


def numbered_shape(cells: list[str]) -> Shape | None:
    """Return the shape of cells that are numbers of days, moments or periods at equal steps; None for other numbers."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    for shape, (low, high, day) in _KINDS.items():
        whole = [cell for cell in filled if re.fullmatch(shape.pattern, cell)]
        if len(whole) < _LEAST_NUMBERS or 2 * len(whole) <= len(filled):
            continue
        numbers: NDArray[np.float64] = np.unique(np.array([float(cell) for cell in whole]))
        if numbers[0] >= low and numbers[-1] <= high and _is_regular(np.diff(numbers) / day):
            return shape
    return _of_digits(filled)


def _is_regular(steps: NDArray[np.float64]) -> bool:
    """Whether most steps, in days, are those of one rhythm: of days, of weeks, of months, or of parts of a day."""
    if not len(steps):
        return False
    shares = [np.isin(steps, days).mean() for days in _RHYTHMS]
    values, counts = np.unique(np.round(steps * MINUTES_OF_A_DAY, 3), return_counts=True)
    usual = values[np.argmax(counts)]
    if usual in STEPS:
        shares.append(counts.max() / len(steps))
    return bool(max(shares) >= _SEQUENCE_SHARE)


def _of_digits(cells: list[str]) -> Shape | None:
    """Return the shape of days, months, weeks or years that are written as digits alone and follow one another."""
    found: dict[Shape, int] = {}
    for shape, number, step in (
        (SIX_DIGITS, _day, 1),
        (_MONTHS, _month, 1),
        (_WEEKS, _monday, DAILY.season),
        (_YEARS, _year, 1),
    ):
        places: list[int] = []
        for cell in cells:
            with contextlib.suppress(ValueError):
                places.append(number(cell))
        steps = np.diff(np.unique(places))
        if shape is _YEARS and len(steps) + 1 < len(cells):  # a year that stands there twice is no date of a series
            continue
        if 2 * len(steps) > len(cells) and (steps == step).mean() >= _SEQUENCE_SHARE:
            found[shape] = len(places)
    return max(found, key=lambda shape: found[shape], default=None)


def _day(cell: str) -> int:
    return dt.datetime.strptime(_digits(cell, 6), "%y%m%d").toordinal()  # noqa: DTZ007 (a day has no zone)


def _month(cell: str) -> int:
    date = dt.datetime.strptime(_digits(cell, 6), "%Y%m")  # noqa: DTZ007 (likewise)
    return 12 * _between_years(date.year) + date.month


def _monday(cell: str) -> int:
    cell = _digits(cell, 6)
    return dt.date.fromisocalendar(_between_years(int(cell[:4])), int(cell[4:]), 1).toordinal()


def _year(cell: str) -> int:
    return _between_years(int(_digits(cell, 4)))


def _digits(cell: str, count: int) -> str:
    if not re.fullmatch(rf"[0-9]{{{count}}}", cell):
        raise ValueError(cell)
    return cell


def _between_years(year: int) -> int:
    if year not in _YEARS_OF_DATES:
        raise ValueError(year)
    return year


def reading_of_numbers(shape: Shape, cell: str) -> DateReading:
    """Return the reading of such a shape; `cell` is SQL for the trimmed text."""
    number = f"CASE WHEN regexp_full_match({cell}, '{shape.pattern}') THEN try_cast({cell} AS DOUBLE)::BIGINT END"
    if shape == _SPREADSHEET:
        return DateReading(shape.formats[0], f"DATE '1899-12-30' + ({number})::INTEGER", "NULL")
    stamp = f"epoch_ms({number} * {1000 if shape == _SECONDS else 1})"
    return DateReading(
        shape.formats[0], f"{stamp}::DATE", f"nullif(strftime({stamp}, '%H:%M:%S.%f'), '00:00:00.000000')"
    )
