"""The last values at the place of the short season that is predicted: the last few Mondays for a Monday."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins

SEASONS_BACK = 4


@dataclass(frozen=True)
class SamePlaces(Block):
    """The known values a whole number of seasons before the first date to predict, relative to the level."""

    name: ClassVar[str] = "same_places"
    bounded: ClassVar[bool] = True

    def names(self, steps: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for any number of steps
        """Return a name for each season back."""
        return tuple(f"same place {ago} seasons back" for ago in range(1, SEASONS_BACK + 1))

    @property
    def seen(self) -> int:
        """The place furthest back."""
        return SEASONS_BACK * self.frequency.season

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return the values in spreads of the scale; 0 where the past does not reach so far."""
        past, season = origins.past, self.frequency.season
        # The latest known value at the place of the target lies so many steps before the newest.
        last = season - 1 - (origins.ahead - 1) % season
        back = last[:, None] + season * np.arange(SEASONS_BACK)
        known = back < past.available[:, None]
        at = np.where(known, past.newest[:, None] - back, past.newest[:, None])
        values = origins.transformed[at] - origins.level[:, None]
        return np.where(known, values, 0.0) / origins.scale.spread
