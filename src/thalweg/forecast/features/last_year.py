"""The same weeks of last year, relative to their own level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block
from thalweg.series.scale import trailing_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins
    from thalweg.series.frequency.record import Frequency

STEPS_AROUND = 3  # steps before and after the same date of last year that are features too
YEAR_AGO_SHRINK = 0.25  # factor of last year's values for several steps: a few years must not be learned by heart


def look_back(frequency: Frequency) -> int:
    """Return how many past steps the same weeks of last year need."""
    return frequency.long_season + STEPS_AROUND + frequency.season + 1


@dataclass(frozen=True)
class LastYear(Block):
    """The values around the dates to predict, whole seasons and about a year ago; and whether there are such values."""

    name: ClassVar[str] = "last_year"

    def names(self, steps: int) -> tuple[str, ...]:
        """Return a name for each value, and that of the column which says whether there are any."""
        offsets = range(1 - STEPS_AROUND, steps + STEPS_AROUND + 1)
        return (*(f"last year, step {offset}" for offset in offsets), "last year is known")

    @property
    def seen(self) -> int:
        """A year, the steps around, and the season whose mean is their level."""
        return look_back(self.frequency)

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return the values in spreads of the scale, 0 where the past does not reach so far."""
        past, transformed, season = origins.past, origins.transformed, self.frequency.season
        steps = targets.shape[1]
        # Far ahead, the same weeks of last year are not known yet, so those of the year before are taken.
        ago = -(-(origins.ahead + STEPS_AROUND) // self.frequency.long_season) * self.frequency.long_season
        available = past.available >= look_back(self.frequency) - self.frequency.long_season + ago
        year_ago = np.where(available, past.newest - ago, past.newest)
        level_ago = trailing_mean(transformed, np.where(available, year_ago, season - 1), season)
        offsets = origins.ahead[:, None] - 1 + np.arange(1 - STEPS_AROUND, steps + STEPS_AROUND + 1)
        at = np.minimum(year_ago[:, None] + offsets, past.newest[:, None])
        spread = origins.scale.spread if steps == 1 else origins.scale.spread / YEAR_AGO_SHRINK
        values = np.where(available[:, None], (transformed[at] - level_ago[:, None]) / spread, 0.0)
        return np.concatenate([values, available[:, None].astype(float)], axis=1)
