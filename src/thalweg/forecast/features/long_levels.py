"""The levels of a month, a quarter and a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from thalweg.forecast.features.block import Block

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Origins


@dataclass(frozen=True)
class LongLevels(Block):
    """The means over longer times, relative to the level; over all the past where that is shorter."""

    name: ClassVar[str] = "long_levels"
    bounded: ClassVar[bool] = True
    most: ClassVar[float] = 1.0  # after a break they lie further from the level than in any training row

    def names(self, steps: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for any number of steps
        """Return a name for each level."""
        return tuple(f"level of {steps} {self.frequency.steps}" for steps in self.frequency.levels)

    @property
    def seen(self) -> int:
        """The longest of them."""
        return max(self.frequency.levels)

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        """Return the levels in spreads of the scale."""
        past = origins.past
        levels = [
            origins.mean(past.newest, np.minimum(steps, past.available)) - origins.level
            for steps in self.frequency.levels
        ]
        return np.stack(levels, axis=1) / origins.scale.spread
