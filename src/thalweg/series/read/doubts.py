"""Notes about values that look like slips; no value is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.messages import Message
from thalweg.series.frequency.record import DAILY

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST_VALUES = DAILY.month  # for a usual value to be known
_OUTLIER_TIMES = 50.0  # how many times the usual largest values an outlier is
_LARGEST_LEFT_OUT = 3  # values, at least, that do not count among the usual largest
_LOW_SHARE = 0.02  # of the usual value
_MONTH = DAILY.month  # days whose median is the usual value
_DAYS_LOOKED_BACK = 2 * _MONTH


def doubts(days: NDArray[np.datetime64], values: NDArray[np.float64]) -> list[Message]:
    """Return notes about values far larger than all others, and about a last day that looks incomplete.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (days,)
        The observed days, in order.
    values : ndarray of float64, shape (days,)
        Their values, in the user's units.

    Returns
    -------
    list of Message
        ``note.outlier``, ``note.outliers`` and ``note.last_day_low``, where they apply.
    """
    return [*_outliers(days, values), *_last_day(days, values)]


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
        "value": _written(float(values[largest])),
        "day": str(days[largest]),
        "times": f"{float(f'{sizes[largest] / np.median(filled):.2g}'):,.0f}",
    }
    if len(outliers) == 1:
        return [Message("note.outlier", largest_one)]
    return [Message("note.outliers", {**largest_one, "count": len(outliers)})]


def _last_day(days: NDArray[np.datetime64], values: NDArray[np.float64]) -> list[Message]:
    """Find a last day of at most 2% of the usual value, where no day of the eight weeks before was that low."""
    before, last = values[:-1], values[-1]
    if len(before) < _MONTH:
        return []
    usual = float(np.median(before[-_MONTH:]))
    limit = _LOW_SHARE * usual
    if not 0 <= last <= limit or before[-_DAYS_LOOKED_BACK:].min() <= limit:
        return []
    return [
        Message("note.last_day_low", {"day": str(days[-1]), "value": _written(float(last)), "usual": _written(usual)})
    ]


def _written(value: float) -> str:
    return f"{value:,.12g}" if abs(value) >= 1 else f"{value:.3g}"
