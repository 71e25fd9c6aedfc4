"""Columns of the past alone, such as impressions: what they were when the last value was known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block
from thalweg.forecast.features.known_columns import regressors_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins
    from thalweg.series.calendar import Calendar


@dataclass(frozen=True)
class PastColumns(Block):
    """The newest value of each column, and its mean over the short season up to it.

    Where a rung is fed its own predictions, these stay at the last known value: what comes later is not known.
    """

    name: ClassVar[str] = "past_columns"

    @classmethod
    def serves(cls, calendar: Calendar) -> bool:
        """Whether there is such a column."""
        return calendar.regressors is not None and bool(calendar.regressors.past)

    def names(self, steps: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for any number of steps
        """Return two names for each column."""
        columns = regressors_of(self.calendar).past
        return tuple(f"{one.name}, {what}" for one in columns for what in ("last value", "mean of a season"))

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return them in spreads of each column."""
        regressors, past = regressors_of(self.calendar), origins.past
        newest = regressors.places(past.dates) - past.fed
        back = newest[:, None] - np.arange(self.frequency.season)
        parts = [np.stack([one.at(newest), one.at(back).mean(axis=1)], axis=1) for one in regressors.past]
        return np.concatenate(parts, axis=1)
