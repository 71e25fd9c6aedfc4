"""Columns that are known beforehand, such as a price: their values on the dates to predict, and how these differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block
from thalweg.series.calendar import COLUMN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins
    from thalweg.series.calendar import Calendar
    from thalweg.series.regressors import Regressors


def regressors_of(calendar: Calendar) -> Regressors:
    """Return the columns of a calendar that has some."""
    if calendar.regressors is None:
        raise ValueError("No columns are given.")
    return calendar.regressors


def values_ahead(regressors: Regressors, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return the standardised values on the dates to predict, shape (rows, steps, columns).

    A row sees them as far as the horizon alone: those of later steps stay at the last that it sees.
    """
    first = regressors.places(targets[:, 0])
    steps = np.minimum(np.arange(targets.shape[1]), max(regressors.horizon - 1, 0))
    at = first[:, None] + steps
    return np.stack([one.at(at) for one in regressors.known], axis=2)


@dataclass(frozen=True)
class KnownColumns(Block):
    """The value of each known column on each date to predict."""

    name: ClassVar[str] = COLUMN
    known_ahead: ClassVar[bool] = True

    def names(self, steps: int) -> tuple[str, ...]:
        """Return the columns of the first date, then of each later one."""
        columns = self.calendar.groups[self.name]
        return (*columns, *(f"{name}, step {step}" for step in range(2, steps + 1) for name in columns))

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return the values in spreads of each column."""
        return values_ahead(regressors_of(self.calendar), targets).reshape(len(targets), -1)


@dataclass(frozen=True)
class ColumnChanges(Block):
    """How far each known column lies, on each date to predict, from its newest value and from its mean before."""

    name: ClassVar[str] = "column_changes"

    @classmethod
    def serves(cls, calendar: Calendar) -> bool:
        """Whether there is a known column."""
        return COLUMN in calendar.groups

    def names(self, steps: int) -> tuple[str, ...]:
        """Return two names for each column of each date."""
        columns = self.calendar.groups[COLUMN]
        return tuple(
            f"{name} less its {before}" + (f", step {step}" if step > 1 else "")
            for step in range(1, steps + 1)
            for before in ("last value", "mean")
            for name in columns
        )

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return the differences in spreads of each column."""
        regressors = regressors_of(self.calendar)
        newest = regressors.places(origins.past.dates)
        back = newest[:, None] - np.arange(self.frequency.level)
        last = np.stack([one.at(newest) for one in regressors.known], axis=1)
        mean = np.stack([one.at(back).mean(axis=1) for one in regressors.known], axis=1)
        values = values_ahead(regressors, targets)
        differences = np.concatenate([values - last[:, None], values - mean[:, None]], axis=2)
        return differences.reshape(len(targets), -1)
