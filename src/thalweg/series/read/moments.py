"""Dates that are written as one number: a spreadsheet's days, and seconds or milliseconds since 1970."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.read.dates import DateReading, Shape

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
_SIX = 6  # digits
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
    """Return the shape of cells that are numbers of days or moments, one day after another; None for other numbers."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    for shape, (low, high, day) in _KINDS.items():
        whole = [cell for cell in filled if re.fullmatch(shape.pattern, cell)]
        if len(whole) < _LEAST_NUMBERS or 2 * len(whole) <= len(filled):
            continue
        numbers: NDArray[np.float64] = np.unique(np.array([float(cell) for cell in whole]))
        steps = np.diff(numbers)
        if numbers[0] >= low and numbers[-1] <= high and len(steps) and (steps == day).mean() >= _SEQUENCE_SHARE:
            return shape
    return _six_digits(filled)


def _six_digits(cells: list[str]) -> Shape | None:
    """Return the shape of year, month and day in two digits each, if these follow one another as days do."""
    days: list[int] = []
    for cell in cells:
        with contextlib.suppress(ValueError):
            days.append(dt.datetime.strptime(cell, "%y%m%d").toordinal() if len(cell) == _SIX else 0)  # noqa: DTZ007 (a day has no zone)
    steps = np.diff(np.unique([day for day in days if day]))
    if 2 * len(steps) <= len(cells) or (steps == 1).mean() < _SEQUENCE_SHARE:
        return None
    return SIX_DIGITS


def reading_of_numbers(shape: Shape, cell: str) -> DateReading:
    """Return the reading of such a shape; `cell` is SQL for the trimmed text."""
    number = f"CASE WHEN regexp_full_match({cell}, '{shape.pattern}') THEN try_cast({cell} AS DOUBLE)::BIGINT END"
    if shape == _SPREADSHEET:
        return DateReading(shape.formats[0], f"DATE '1899-12-30' + ({number})::INTEGER", "NULL")
    stamp = f"epoch_ms({number} * {1000 if shape == _SECONDS else 1})"
    return DateReading(
        shape.formats[0], f"{stamp}::DATE", f"nullif(strftime({stamp}, '%H:%M:%S.%f'), '00:00:00.000000')"
    )
