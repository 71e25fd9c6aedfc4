"""The same place of the last long season, relative to its own level: the same weeks of last year, for days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins
    from thalweg.series.frequency.record import Frequency

STEPS_AROUND = 3  # steps before and after the same place of the last long season that are features too
SEASON_AGO_SHRINK = 0.25  # factor of its values for several steps: a few years must not be learned by heart


def look_back(frequency: Frequency) -> int:
    """Return how many past steps the same place of the last long season needs."""
    return frequency.long_season + STEPS_AROUND + frequency.level + 1


@dataclass(frozen=True)
class LastSeason(Block):
    """The values around the same dates one long season ago, and whether there are such values.

    For days that is a year ago in whole weeks, for hours a week ago, for weeks and months a year ago. Further ahead
    than a long season they are those of the last one.

    Attributes
    ----------
    furthest : int
        The furthest first step ahead that a row is asked for.
    """

    furthest: int = 1
    name: ClassVar[str] = "last_season"
    bounded: ClassVar[bool] = True

    def names(self, steps: int) -> tuple[str, ...]:
        """Return a name for each value, and that of the column which says whether there are any."""
        offsets = range(1 - STEPS_AROUND, steps + STEPS_AROUND + 1)
        called = f"last {self.frequency.known[-1]}"
        return (*(f"{called}, step {offset}" for offset in offsets), f"{called} is known")

    @property
    def seen(self) -> int:
        """A long season, the steps around, and those whose mean is their level."""
        return look_back(self.frequency) - self.frequency.long_season + int(self._ago(np.array(self.furthest)))

    def _ago(self, ahead: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many steps ago the season ended that is looked at, in whole long seasons.

        Far ahead, the same place of the last one is not known yet, so that of the one before is taken.
        """
        season = self.frequency.long_season
        return -(-(ahead + STEPS_AROUND) // season) * season

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return the values in spreads of the scale, 0 where the past does not reach so far."""
        past, transformed, level = origins.past, origins.transformed, self.frequency.level
        steps, season = targets.shape[1], self.frequency.long_season
        ahead, ago = origins.ahead - 1, self._ago(origins.ahead)
        available = past.available >= look_back(self.frequency) - season + ago
        season_ago = np.where(available, past.newest - ago, past.newest)
        level_ago = origins.mean(np.where(available, season_ago, level - 1), level)
        offsets = np.arange(1 - STEPS_AROUND, steps + STEPS_AROUND + 1)
        whole = np.maximum(offsets - 1, 0) // season * season  # long seasons that an offset lies further ahead
        at = np.minimum(season_ago[:, None] + ahead[:, None] + offsets - whole, past.newest[:, None])
        spread = origins.scale.spread if steps == 1 else origins.scale.spread / SEASON_AGO_SHRINK
        values = np.where(available[:, None], (transformed[at] - level_ago[:, None]) / spread, 0.0)
        return np.concatenate([values, available[:, None].astype(float)], axis=1)
