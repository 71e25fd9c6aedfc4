"""Values that look like slips: told, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.messages import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST = 28  # values to know the usual from
_APART = 50.0
_FEW = 3
_LOW = 0.02
_MONTH = 28
_LOOKED_BACK = 56


def doubts(days: NDArray[np.datetime64], values: NDArray[np.float64]) -> list[Message]:
    """Tell of values wildly apart from the others, and of a last day that looks incomplete.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (days,)
        The observed days, in order.
    values : ndarray of float64, shape (days,)
        Their values, in the user's units.

    Returns
    -------
    list of Message
        ``note.outlier``, ``note.outliers`` and ``note.last_day_low``, as far as they apply.
    """
    return [*_outliers(days, values), *_last_day(days, values)]


def _outliers(days: NDArray[np.datetime64], values: NDArray[np.float64]) -> list[Message]:
    """Find values over 50 times what all but the largest few reach: a spike of ordinary traffic stays far below."""
    sizes = np.abs(values)
    # Zeros are left out, else any sale of a shop that seldom sells would be apart.
    filled = np.sort(sizes[sizes > 0])
    if len(filled) < _LEAST:
        return []
    high = filled[-1 - max(_FEW, len(filled) // 100)]
    apart = np.flatnonzero(sizes > _APART * high)
    if not len(apart):
        return []
    largest = apart[np.argmax(sizes[apart])]
    told = {
        "value": _written(float(values[largest])),
        "day": str(days[largest]),
        "times": f"{float(f'{sizes[largest] / np.median(filled):.2g}'):,.0f}",
    }
    if len(apart) == 1:
        return [Message("note.outlier", told)]
    return [Message("note.outliers", {**told, "count": len(apart)})]


def _last_day(days: NDArray[np.datetime64], values: NDArray[np.float64]) -> list[Message]:
    """Find a last day under 2 % of the usual, where none of the eight weeks before was that low."""
    before, last = values[:-1], values[-1]
    if len(before) < _MONTH:
        return []
    usual = float(np.median(before[-_MONTH:]))
    limit = _LOW * usual
    if not 0 <= last <= limit or before[-_LOOKED_BACK:].min() <= limit:
        return []
    return [
        Message("note.last_day_low", {"day": str(days[-1]), "value": _written(float(last)), "usual": _written(usual)})
    ]


def _written(value: float) -> str:
    return f"{value:,.12g}" if abs(value) >= 1 else f"{value:.3g}"
