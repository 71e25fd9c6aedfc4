"""Rows to predict from: each stands on its newest value, and nothing later is known of the series."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.series.filling import sources_of_copies
from thalweg.series.scale import totals_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency
    from thalweg.series.scale import Scale, Totals
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class Past:
    """Rows of one series to predict from.

    Attributes
    ----------
    values : ndarray of float64, shape (values,)
        In the user's units. Several pasts may stand in it, one after another.
    newest : ndarray of int64, shape (rows,)
        The place of each row's newest value in `values`.
    dates : ndarray of datetime64, shape (rows,)
        The newest value's date.
    available : ndarray of int64, shape (rows,)
        Steps of past up to and including the newest.
    frequency : Frequency
    observed : ndarray of bool, shape (values,), optional
        False where a value was filled in; all were observed where it is not given.
    place : int
        Which series of a panel it is, from 0.
    fed : int
        How many of the newest values are predictions that were taken for values.
    """

    values: NDArray[np.float64]
    newest: NDArray[np.int64]
    dates: NDArray[np.datetime64]
    available: NDArray[np.int64]
    frequency: Frequency
    observed: NDArray[np.bool_] | None = None
    place: int = 0
    fed: int = 0

    def __len__(self) -> int:
        return len(self.newest)

    def rows(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> Past:
        """Return some of the rows, in the order asked for; one may be asked for several times."""
        newest, dates, available = self.newest[which], self.dates[which], self.available[which]
        return replace(self, newest=newest, dates=dates, available=available)

    def transformed(self, scale: Scale) -> Transformed:
        """Return the values after a scale's transform."""
        return Transformed(scale.transform(self.values))

    def copied(self, days_back: int) -> NDArray[np.int64] | None:
        """Return the place that a copy of so many steps ago takes for each value; None where all were observed."""
        return None if self.observed is None else sources_of_copies(self.observed, days_back)


class Transformed:
    """Values after a scale's transform.

    Parameters
    ----------
    values : ndarray of float64, shape (values,)
    """

    def __init__(self, values: NDArray[np.float64]) -> None:
        self.values = values
        self._own_totals: Totals | None = None
        self._deviations: dict[int, NDArray[np.float64]] = {}

    @property
    def totals(self) -> Totals:
        """Their running totals."""
        if self._own_totals is None:
            self._own_totals = totals_of(self.values)
        return self._own_totals

    def deviation(self, places: NDArray[np.int64], steps: int) -> NDArray[np.float64]:
        """Return how far the values at some places, each with so many up to it, lie from the mean of these."""
        if steps not in self._deviations:
            self._deviations[steps] = self.values - self.totals.mean(np.arange(len(self.values)), steps)
        return self._deviations[steps][places]

    def windows(self, newest: NDArray[np.int64], length: int) -> tuple[NDArray[np.floating[Any]], NDArray[np.int64]]:
        """Return values that hold the last `length` up to each of `newest`, and the places of these among them."""
        del length
        return self.values, newest


def past_of(series: Series, newest: NDArray[np.int64], place: int = 0) -> Past:
    """Return the rows of a series whose newest values stand at `newest`; `place` is that of the series in its panel."""
    return Past(series.values, newest, series.dates[newest], newest + 1, series.frequency, series.observed, place)


@dataclass(frozen=True, eq=False)
class Origins:
    """The rows as a block of features sees them.

    Attributes
    ----------
    past : Past
    scale : Scale
    source : Transformed
        The past's values after the scale's transform.
    level : ndarray of float64, shape (rows,)
        The level of each row, in the transform's units.
    ahead : ndarray of int64, shape (rows,)
        How many steps after its newest value the first date to predict of each row lies: 1, but for networks that are
        shared over steps.
    """

    past: Past
    scale: Scale
    source: Transformed
    level: NDArray[np.float64]
    ahead: NDArray[np.int64]

    @property
    def transformed(self) -> NDArray[np.float64]:
        """The past's values after the scale's transform, shape (values,)."""
        return self.source.values

    def mean(self, newest: NDArray[np.int64], steps: int | NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean of so many transformed values up to and including each of `newest`."""
        return self.source.totals.mean(newest, steps)


def origins_of(past: Past, scale: Scale, ahead: NDArray[np.int64] | None = None) -> Origins:
    """Return rows after a scale's transform."""
    source = past.transformed(scale)
    level = scale.level_from(lambda: source.totals, past.newest)
    return Origins(past, scale, source, level, np.ones(len(past), dtype=np.int64) if ahead is None else ahead)
