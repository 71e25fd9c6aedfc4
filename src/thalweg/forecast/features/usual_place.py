"""How far the places of the short season usually lie from its mean: a usual Monday, a usual Tuesday."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins

SEASONS_AGO = (4, 8)  # seasons over which the usual deviation of a place is averaged


@dataclass(frozen=True)
class UsualPlace(Block):
    """For each place of the season to come, its mean deviation over the last seasons, relative to the level."""

    name: ClassVar[str] = "usual_place"
    bounded: ClassVar[bool] = True

    def names(self, steps: int) -> tuple[str, ...]:
        """Return a name for each place to come and each number of seasons."""
        places = range(1, min(steps, self.frequency.season) + 1)
        return tuple(f"usual deviation of step {place} over {ago} seasons" for place in places for ago in SEASONS_AGO)

    @property
    def needed(self) -> int:
        """A season, for its mean."""
        return self.frequency.season

    @property
    def seen(self) -> int:
        """The place furthest back, with the season that ends on it."""
        return self.frequency.season * (max(SEASONS_AGO) + 1) - 1

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return the deviations from the mean of the season that ends on each place, in spreads of the scale."""
        past, season = origins.past, self.frequency.season
        above_level = origins.mean(past.newest, season) - origins.level
        seasons = season * np.arange(1, max(SEASONS_AGO) + 1)
        columns: list[NDArray[np.float64]] = []
        for step in range(min(targets.shape[1], season)):
            place = (origins.ahead - 1 + step) % season
            back = seasons - 1 - place[:, None]  # from the same place to the newest value, shape (rows, seasons)
            available = past.available[:, None] >= back + season
            at = past.newest[:, None] - np.where(available, back, 0)
            deviation = np.where(available, origins.source.deviation(at, season), 0.0)
            total, count = np.cumsum(deviation, axis=1), np.cumsum(available, axis=1)
            columns += [total[:, ago - 1] / np.maximum(count[:, ago - 1], 1) for ago in SEASONS_AGO]
        return (np.stack(columns, axis=1) + above_level[:, None]) / origins.scale.spread
