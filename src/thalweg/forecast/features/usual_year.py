"""The usual deviation of a time of year from the level of its year, over all years that are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block
from thalweg.series.scale import trailing_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins

MOST_YEARS = 6
LEAST_YEARS = 2


@dataclass(frozen=True)
class UsualYear(Block):
    """The mean deviation of the weeks around the first date to predict, in each year before, from that year's level."""

    name: ClassVar[str] = "usual_year"
    bounded: ClassVar[bool] = True

    def names(self, steps: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for any number of steps
        """Return the names of the deviation and of the value that it leads to."""
        season = self.frequency.known[-1]
        return (
            f"usual deviation of the time of {season}",
            f"level of the {season} with it",
            f"{season}s that are known",
        )

    @property
    def seen(self) -> int:
        """All the years that are averaged, those for the furthest step too."""
        year, season = self.frequency.long_season, self.frequency.season
        first = -(-self.frequency.longest_horizon // year)
        return (first + MOST_YEARS - 1) * year + season + season // 2 + 1

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return the columns in spreads of the scale; 0 where no year is known."""
        past, values = origins.past, origins.transformed
        year, season = self.frequency.long_season, self.frequency.season
        half = season // 2
        total, count = np.zeros(len(past)), np.zeros(len(past))
        first = -(-origins.ahead // year)  # far ahead, the last year at that time is not known yet
        for ago in range(MOST_YEARS):
            back = (first + ago) * year  # from the date to predict to the same time of that year
            known = past.available > back + season + half
            at = np.where(known, np.minimum(past.newest + origins.ahead - back + half, past.newest), season - 1)
            end = np.where(known, past.newest - back + year, 0)  # of the year that holds it
            whole = np.where(known, np.minimum(year, past.available - back + year), 1)
            around, level = trailing_mean(values, at, season), trailing_mean(values, end, whole)
            total += np.where(known, around - level, 0.0)
            count += known
        known = count >= LEAST_YEARS
        usual = np.where(known, total / np.maximum(count, 1), 0.0)
        now = trailing_mean(values, past.newest, np.minimum(year, past.available)) - origins.level
        spread = origins.scale.spread
        return np.stack([usual / spread, np.where(known, now + usual, 0.0) / spread, known.astype(float)], axis=1)
