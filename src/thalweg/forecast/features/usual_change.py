"""How the series usually goes on from this date: its mean change in earlier long seasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block
from thalweg.series.scale import trailing_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins

MOST_YEARS = 3


@dataclass(frozen=True)
class UsualChange(Block):
    """The mean change, in earlier years, from the month before the newest value's date to the first date to predict.

    Around the date to predict the values are averaged over a season, and over a month.
    """

    name: ClassVar[str] = "usual_change"
    bounded: ClassVar[bool] = True

    def names(self, steps: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for any number of steps
        """Return a name for each length over which the date to predict is averaged."""
        return tuple(f"usual change since this date, over {length} {self.frequency.steps}" for length in self._lengths)

    @property
    def _lengths(self) -> tuple[int, int]:
        """A season and a month, neither longer than a year."""
        year = self.frequency.long_season
        return min(self.frequency.season, year), min(self.frequency.month, year)

    @property
    def seen(self) -> int:
        """All the years that are averaged, those for the furthest step too."""
        year = self.frequency.long_season
        return (-(-self.frequency.longest_horizon // year) + MOST_YEARS - 1) * year + self._lengths[1]

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return the changes in spreads of the scale; 0 where no year is known."""
        past, values, year = origins.past, origins.transformed, self.frequency.long_season
        month = self._lengths[1]
        total, count = np.zeros((len(self._lengths), len(past))), np.zeros(len(past))
        first = -(-origins.ahead // year)  # far ahead, the last year at that time is not known yet
        for ago in range(MOST_YEARS):
            back = (first + ago) * year
            known = past.available >= back + month
            then = np.where(known, past.newest - back, past.newest)
            before = trailing_mean(values, then, month)
            for place, length in enumerate(self._lengths):
                around = np.minimum(then + origins.ahead + length // 2, past.newest)
                total[place] += np.where(known, trailing_mean(values, around, length) - before, 0.0)
            count += known
        return (total / np.maximum(count, 1)).T / origins.scale.spread
