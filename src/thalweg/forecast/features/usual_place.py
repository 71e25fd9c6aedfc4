"""How far the places of the short season usually lie from its mean: a usual Monday, a usual Tuesday."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block
from thalweg.series.scale import trailing_mean

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
        past, transformed, season = origins.past, origins.transformed, self.frequency.season
        above_level = trailing_mean(transformed, past.newest, season) - origins.level
        deviation = transformed - trailing_mean(transformed, np.arange(len(transformed)), season)
        columns: list[NDArray[np.float64]] = []
        for step in range(min(targets.shape[1], season)):
            total, count = np.zeros(len(past)), np.zeros(len(past))
            for ago in range(1, max(SEASONS_AGO) + 1):
                back = season * ago - 1 - (origins.ahead - 1 + step) % season  # from the same place to the newest value
                available = past.available >= back + season
                at = np.where(available, past.newest - back, past.newest)
                total += np.where(available, deviation[at], 0.0)
                count += available
                if ago in SEASONS_AGO:
                    columns.append(total / np.maximum(count, 1))
        return (np.stack(columns, axis=1) + above_level[:, None]) / origins.scale.spread
