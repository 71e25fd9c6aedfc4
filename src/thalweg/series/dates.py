"""Sums of dates, each with its unit: NumPy deprecates adding a whole number without a unit to a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@overload
def days_after(date: np.datetime64, days: int) -> np.datetime64: ...
@overload
def days_after(date: NDArray[np.datetime64], days: int) -> NDArray[np.datetime64]: ...
@overload
def days_after(date: np.datetime64 | NDArray[np.datetime64], days: NDArray[np.int64]) -> NDArray[np.datetime64]: ...
def days_after(
    date: np.datetime64 | NDArray[np.datetime64], days: int | NDArray[np.int64]
) -> np.datetime64 | NDArray[np.datetime64]:
    """Return the date so many days later, or earlier where `days` is negative; arrays are broadcast.

    Parameters
    ----------
    date : numpy.datetime64, or ndarray of datetime64[D]
    days : int, or ndarray of int64
    """
    return date + np.asarray(days).astype("timedelta64[D]")


def date_range(first: np.datetime64, days: int) -> NDArray[np.datetime64]:
    """Return so many days in a row, the first of them `first`; datetime64[D], shape (days,)."""
    return days_after(first, np.arange(days))


def days_between(first: np.datetime64, last: np.datetime64) -> int:
    """Return how many days `last` lies after `first`; negative where it lies before."""
    return int((last - first).astype("timedelta64[D]").astype(np.int64))
