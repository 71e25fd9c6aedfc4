"""How the series went on from the same date in earlier years."""

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
    """The mean change, in earlier years, from the month before the origin's date to the time of the target's date."""

    name: ClassVar[str] = "usual_change"

    def names(self, steps: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for any number of steps
        season = self.frequency.known[-1]
        return (f"usual change since the date, short, of {season}s", f"usual change since the date, long, of {season}s")

    @property
    def seen(self) -> int:
        year = self.frequency.long_season
        first = -(-self.frequency.longest_horizon // year)
        return (first + MOST_YEARS - 1) * year + self.frequency.month

    def columns(self, origins: Origins, targets: NDArray[np.datetime64]) -> NDArray[np.float64]:  # noqa: ARG002
        past, values, frequency = origins.past, origins.transformed, self.frequency
        year, season = frequency.long_season, frequency.season
        month = min(frequency.month, year)
        first = -(-origins.ahead // year) * 0 + 1
        count = np.zeros(len(past))
        total = np.zeros((2, len(past)))
        oldest = past.newest - past.available + 1
        for ago in range(MOST_YEARS):
            back = (first + ago) * year
            known = past.available >= back + month
            at = np.where(known, past.newest - back, past.newest)
            level = trailing_mean(values, np.maximum(at, month - 1), month)
            for place, length in enumerate((season, month)):
                end = np.where(known, np.minimum(at + origins.ahead + length // 2, past.newest), month - 1)
                total[place] += np.where(known, trailing_mean(values, end, length) - level, 0.0)
            count += known
        return (total / np.maximum(count, 1)).T / origins.scale.spread
