"""A row to predict from, the base that it is compared with, and the sources among which the difference is divided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.dates import step_range, steps_after

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Past
    from thalweg.series.calendar import Calendar

# Behind the sources that are asked for stand three that every prediction may have.
LIMITS, REMAINDER, ROUNDING = -3, -2, -1
OWN_SOURCES = 3


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known beforehand of the dates after a row, what it is compared with, and the source of each column.

    Attributes
    ----------
    names : tuple of str
        Those of the calendar's columns.
    columns : ndarray of float64, shape (steps, columns)
        The calendar's columns on each date.
    average : ndarray of float64, shape (columns,)
        Their means over the long season before the origin: an average day.
    sources : ndarray of int64, shape (steps, columns)
    past_average : ndarray of float64, shape (past columns,)
        The means of the columns of the past alone over the same time, standardised.
    past_sources : ndarray of int64, shape (past columns,)
    """

    names: tuple[str, ...]
    columns: NDArray[np.float64]
    average: NDArray[np.float64]
    sources: NDArray[np.int64]
    past_average: NDArray[np.float64]
    past_sources: NDArray[np.int64]

    def later(self, steps: int) -> Facts:
        """Return what is known after so many of the dates have become past."""
        return replace(self, columns=self.columns[steps:], sources=self.sources[steps:])


def facts_of(
    calendar: Calendar, newest: np.datetime64, sources: NDArray[np.int64], past_sources: NDArray[np.int64]
) -> Facts:
    """Return what a calendar knows of the dates after the newest, one for each row of `sources`."""
    frequency = calendar.frequency
    season = steps_after(frequency, newest, -np.arange(frequency.long_season))
    regressors = calendar.regressors
    past = () if regressors is None else regressors.past
    means = [] if regressors is None else [one.at(regressors.places(season)).mean() for one in past]
    dates = step_range(frequency, steps_after(frequency, newest, 1), len(sources))
    average = calendar.columns(season).mean(axis=0)
    return Facts(calendar.names, calendar.columns(dates), average, sources, np.array(means), past_sources)


@dataclass(frozen=True, eq=False)
class Row:
    """A row to predict from.

    Attributes
    ----------
    past : Past
        Of one row; its values end with the newest.
    base : ndarray of float64, shape (values,)
        What each value is compared with, in the user's units.
    split : ndarray of float64, shape (sources, values)
        The differences of the values from the base, divided among the sources.
    facts : Facts
    """

    past: Past
    base: NDArray[np.float64]
    split: NDArray[np.float64]
    facts: Facts

    @property
    def values(self) -> NDArray[np.float64]:
        """The values."""
        return self.past.values

    def pasts(self, values: NDArray[np.float64]) -> Past:
        """Return pasts of other values, shape (rows, values), that are alike in everything else."""
        rows, length = values.shape
        observed = self.past.observed
        return replace(
            self.past,
            values=values.reshape(-1),
            newest=np.arange(1, rows + 1) * length - 1,
            dates=np.repeat(self.past.dates, rows),
            available=np.repeat(self.past.available, rows),
            observed=None if observed is None else np.tile(observed, rows),
        )


@dataclass(frozen=True, eq=False)
class Moved:
    """Some predictions, what they are compared with, and what each source moved, in the user's units.

    Attributes
    ----------
    value, base : ndarray of float64, shape (steps,)
    parts : ndarray of float64, shape (steps, sources)
        They add up to ``value - base``: what is left of the integration is a source of its own.
    parts_of_line : int
        Into how many parts the line from the base was cut, at most.
    """

    value: NDArray[np.float64]
    base: NDArray[np.float64]
    parts: NDArray[np.float64]
    parts_of_line: int = 1

    @classmethod
    def with_remainder(
        cls, value: NDArray[np.float64], base: NDArray[np.float64], parts: NDArray[np.float64], parts_of_line: int = 1
    ) -> Moved:
        """Return what moved some predictions, with what the parts leave of the difference as the remainder."""
        parts[:, REMAINDER] += value - base - parts.sum(axis=1)
        return cls(value, base, parts, parts_of_line)
