"""Outliers: single values far from those at the same place of the seasons around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.calendar import EVENT, HOLIDAY
from thalweg.series.comparable import comparable_of, deviation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.calendar import Calendar
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

AROUND = 4  # seasons before, and as many after
FAR = 6.0  # standard deviations of the distance from one such median, measured by the median absolute deviation


@dataclass(frozen=True, eq=False)
class Outliers:
    """Values far from those around them.

    Attributes
    ----------
    places : ndarray of int64, shape (outliers,)
        Rising.
    usual : ndarray of float64, shape (outliers,)
        The nearer of the medians of the values at the same place of the seasons before and after, in the user's units.
    far : ndarray of float64, shape (outliers,)
        How many standard deviations each lies away from that; above `FAR`.
    """

    places: NDArray[np.int64]
    usual: NDArray[np.float64]
    far: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.places)

    def but_near(self, place: int, steps: int) -> Outliers:
        """Return those that lie further than some steps from a place."""
        kept = np.abs(self.places - place) > steps
        return Outliers(self.places[kept], self.usual[kept], self.far[kept])

    def weights(self, count: int) -> NDArray[np.float64]:
        """Return the weight of each of `count` values: 1, and for an outlier the less the farther it lies (Huber 1964).

        The weight is that of Huber's M-estimator: it bounds the pull of one value by that of a value at `FAR`.
        """
        weights = np.ones(count)
        weights[self.places] = FAR / self.far
        return weights


def outliers(
    values: NDArray[np.float64],
    observed: NDArray[np.bool_],
    frequency: Frequency,
    *,
    counts: bool,
    explained: NDArray[np.bool_] | None = None,
) -> Outliers:
    """Return the values that lie far from those at the same place of the four seasons before, and of the four after.

    A value must lie far from both medians, so that none beside a level shift is an outlier; where one side has no
    observed value, as in the last season, nobody can tell yet. Counts are compared in the logarithm.

    Parameters
    ----------
    values : ndarray of float64, shape (values,)
        In the user's units; values after the last one are not looked at.
    observed : ndarray of bool, shape (values,)
        A value that was filled in is no outlier, and is compared with none.
    frequency : Frequency
    counts : bool
        Whether no value is negative.
    explained : ndarray of bool, shape (values,), optional
        Where something known of the date explains an unusual value, such as a holiday: it is no outlier.
    """
    comparable = comparable_of(values, counts=counts)
    both = np.stack([_usual(comparable.values, observed, side * frequency.season) for side in (-1, 1)])
    compared = observed & ~np.isnan(both).any(axis=0)
    none = Outliers(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    if not compared.any():
        return none
    distances = np.abs(both - comparable.values)[:, compared]
    nearer = distances.argmin(axis=0)
    usual = np.full(len(values), np.nan)
    usual[compared] = np.take_along_axis(both[:, compared], nearer[None], axis=0)[0]
    distance = np.abs(comparable.values - usual)
    spread = deviation(distances.ravel())
    if not spread:
        return none
    unusual = compared & (np.nan_to_num(distance) > FAR * spread)
    if explained is not None:
        unusual &= ~explained
    places = np.flatnonzero(unusual).astype(np.int64)
    told = np.array([comparable.inverse(float(each)) for each in usual[places]])
    return Outliers(places, told, distance[places] / spread)


def _usual(values: NDArray[np.float64], observed: NDArray[np.bool_], season: int) -> NDArray[np.float64]:
    """Return the median of the values some seasons away from each, before it for a negative `season`; NaN for none."""
    around = np.arange(len(values))[:, None] + season * np.arange(1, AROUND + 1)
    inside = (around >= 0) & (around < len(values))
    around = np.where(inside, around, 0)
    there = inside & observed[around]
    usual = np.full(len(values), np.nan)
    some = there.any(axis=1)
    if some.any():
        usual[some] = np.nanmedian(np.where(there, values[around], np.nan)[some], axis=1)
    return usual


def outliers_of(series: Series, calendar: Calendar, upto: int) -> Outliers:
    """Return the outliers among the first values of a series; none on a holiday or an event that the calendar has."""
    explained = np.zeros(upto, dtype=np.bool_)
    for group in (HOLIDAY, EVENT):
        if group in calendar.groups:
            explained |= calendar.group(group, series.dates[:upto]).any(axis=1)
    values, observed = series.values[:upto], series.observed[:upto]
    return outliers(values, observed, series.frequency, counts=series.counts, explained=explained)
