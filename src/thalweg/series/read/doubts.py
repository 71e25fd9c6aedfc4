"""Notes about values that look like slips; no value is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import a_day
from thalweg.series.frequency.record import DAILY
from thalweg.series.read.groups import told_date
from thalweg.series.variation import as_told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency

_LEAST_VALUES = DAILY.month  # for a usual value to be known
_OUTLIER_TIMES = 50.0  # how many times the usual largest values an outlier is
_CODE_LEAST_TIMES = 2  # a code for missing values occurs
_CODE_TIMES = 10.0  # how many times as far as the others are apart a code lies from them
_NINES_TIMES = 1.0  # likewise for a code such as 9999
_MOST_FALLS = 0.05  # of the increments of a running total are negative: corrections, or a counter that begins anew
_LEAST_TURNS = 0.2  # of the increments of a running total are above the one before, and likewise below
_MOST_REPEATS = 0.2  # of the days before a padded tail have the value of the day before
_LARGEST_LEFT_OUT = 3  # values, at least, that do not count among the usual largest


def doubts(
    days: NDArray[np.datetime64],
    values: NDArray[np.float64],
    frequency: Frequency = DAILY,
    *,
    differenced: bool = False,
) -> list[Message]:
    """Return notes about values that look like slips, codes for missing values, running totals or padding.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (days,)
        The observed days, in order.
    values : ndarray of float64, shape (days,)
        Their values, in the user's units.
    frequency : Frequency
        How far apart they are.
    differenced : bool
        Whether they are the increases of a running total, and so no running total themselves.

    Returns
    -------
    list of Message
        ``note.missing_code``, ``note.outlier``, ``note.outliers``, ``note.running_total`` and ``note.padded_tail``,
        where they apply.
    """
    codes, is_code = _missing_codes(days, values)
    outliers = _outliers(days[~is_code], values[~is_code])
    totals = [] if differenced else _running_total(days, values)
    return [*codes, *outliers, *totals, *_padded_tail(days, values, frequency)]


def _missing_codes(
    days: NDArray[np.datetime64], values: NDArray[np.float64]
) -> tuple[list[Message], NDArray[np.bool_]]:
    """Find far values that repeat exactly, such as -999; return a note about them, and where they are."""
    is_code = np.zeros(len(values), dtype=np.bool_)
    codes: list[float] = []
    while code := _outermost_code(values[~is_code]):
        codes.append(code)
        is_code |= values == code
    if not codes:
        return [], is_code
    told = {
        "codes": [as_told(code) for code in codes],
        "count": int(is_code.sum()),
        "day": told_date(days[is_code][0]),
        "argument": Argument("missing", ",".join(f"{code:.15g}" for code in codes)),
    }
    return [Message("note.missing_code", told)], is_code


def _outermost_code(values: NDArray[np.float64]) -> float | None:
    """Return the lowest or the highest value if it repeats and lies so far from all others that it may be a code."""
    for code in (float(values.min()), float(values.max())) if len(values) else ():
        others = values[values != code]
        if len(others) < _LEAST_VALUES or not _CODE_LEAST_TIMES <= len(values) - len(others) <= len(others) / 2:
            continue
        low, high = float(others.min()), float(others.max())
        gap = low - code if code < low else code - high
        of_nines = abs(code) > 9 and set(f"{abs(code):.15g}") <= {"9", "."}  # noqa: PLR2004 - two nines or more
        found = high > low and gap >= (high - low) * (_NINES_TIMES if of_nines else _CODE_TIMES)
        if low >= 0 > code:  # no other value is negative
            found = found or of_nines or low > _CODE_TIMES * -code
        if found and code != 0:
            return code
    return None


def _outliers(days: NDArray[np.datetime64], values: NDArray[np.float64]) -> list[Message]:
    """Find values over 50 times the largest of the others; a spike of ordinary traffic stays far below that."""
    sizes = np.abs(values)
    # Zeros are left out: else any sale of a shop that seldom sells would be an outlier.
    filled = np.sort(sizes[sizes > 0])
    if len(filled) < _LEAST_VALUES:
        return []
    high = filled[-1 - max(_LARGEST_LEFT_OUT, len(filled) // 100)]
    outliers = np.flatnonzero(sizes > _OUTLIER_TIMES * high)
    if not len(outliers):
        return []
    largest = outliers[np.argmax(sizes[outliers])]
    largest_one = {
        "value": as_told(float(values[largest])),
        "day": told_date(days[largest]),
        "times": f"{float(f'{sizes[largest] / np.median(filled):.2g}'):,.0f}",
    }
    if len(outliers) == 1:
        return [Message("note.outlier", largest_one)]
    return [Message("note.outliers", {**largest_one, "count": len(outliers)})]


def _running_total(days: NDArray[np.datetime64], values: NDArray[np.float64]) -> list[Message]:
    """Find values that hardly ever fall while their increments go up and down, as daily numbers do."""
    steps = np.diff(values)
    if len(steps) < _LEAST_VALUES or np.mean(steps < 0) > _MOST_FALLS or np.mean(steps > 0) < 1 / 2:
        return []
    turns = np.diff(steps)
    if min(np.mean(turns > 0), np.mean(turns < 0)) < _LEAST_TURNS:
        return []
    told = {
        "day": told_date(days[-1]),
        "increment": as_told(float(steps[-1])),
        "usual": as_told(float(np.median(steps))),
        "argument": Argument("difference", value=True),
    }
    return [Message("note.running_total", told)]


def _padded_tail(days: NDArray[np.datetime64], values: NDArray[np.float64], frequency: Frequency) -> list[Message]:
    """Find one value that fills the last week or more, or day of hours, after numbers that seldom repeat."""
    least = max(DAILY.season, frequency.season if frequency.sub_daily else 0)
    changes = np.flatnonzero(np.diff(values)) + 1  # the places of values that differ from the one before
    if not len(changes):
        return []
    count, before = len(values) - int(changes[-1]), values[: changes[-1]]
    longest = int(np.diff(changes, prepend=0).max())
    repeats = float(np.mean(np.diff(before) == 0)) if len(before) > 1 else 1.0
    if len(before) < _LEAST_VALUES or count < max(least, 2 * longest) or repeats > _MOST_REPEATS:
        return []
    told = {
        "count": count,
        "day": told_date(days[changes[-1]]),
        "value": as_told(float(values[-1])),
        "longest": longest,
        "argument": Argument("until", str(a_day(days[changes[-1] - 1]))),
    }
    return [Message("note.padded_tail", told)]
