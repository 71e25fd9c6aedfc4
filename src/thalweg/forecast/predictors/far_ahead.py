"""What predicts far ahead without unknowns: last year at the level of now, and a damped line.

They are no rungs of a ladder, since tomorrow is not their matter; they are ways to predict later steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.predictors.base import WithoutUnknowns
from thalweg.series.scale import trailing_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Past
    from thalweg.series.frequency.record import Frequency

MOST_RATIO = 4.0  # of the level of now to that of last year, and its inverse
DAMPING = 0.8  # of the slope, from one season to the next (Gardner and McKenzie 1985)
SEASONS_OF_SHAPE = 4  # over which the places of a season are averaged


@dataclass(frozen=True)
class LastYear(WithoutUnknowns):
    """The same place of the long season before, moved to the level of now.

    Attributes
    ----------
    long_season : int
        Steps of the long season, in whole short seasons.
    level : int
        The steps over which the two levels are means.
    ratio : bool
        Whether the levels are compared by their ratio, as suits counts; else by their difference.
    called : str
        What the long season is called: ``year``, or ``week`` where steps are parts of a day.
    """

    long_season: int
    level: int
    ratio: bool
    called: str = "year"

    @property
    def kind(self) -> str:
        """``last year``, whatever the season is called."""
        return "last year"

    @property
    def name(self) -> str:
        """The name in a report, such as ``last week at its level``."""
        return f"last {self.called} at its level"

    @property
    def needed(self) -> int:
        """The long season, and the level before it."""
        return self.long_season + self.level

    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return the values of the long season before, moved from their level to that of now."""
        then = past.newest - self.long_season
        now_level = trailing_mean(past.values, past.newest, self.level)
        then_level = trailing_mean(past.values, then, self.level)
        copied = past.values[then[:, None] + 1 + np.arange(steps) % self.long_season]
        if not self.ratio:
            return copied + (now_level - then_level)[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(then_level > 0, now_level / then_level, 1.0)
        return copied * np.clip(ratio, 1 / MOST_RATIO, MOST_RATIO)[:, None]


@dataclass(frozen=True)
class DampedLine(WithoutUnknowns):
    """The usual shape of a season on a line whose slope fades from season to season.

    Attributes
    ----------
    season : int
        Steps of the season.
    """

    season: int

    @property
    def kind(self) -> str:
        """``damped line``."""
        return "damped line"

    @property
    def name(self) -> str:
        """The name in a report, which is its kind."""
        return self.kind

    @property
    def needed(self) -> int:
        """The seasons over which slope and shape are taken."""
        return 2 * SEASONS_OF_SHAPE * self.season

    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return level, slope and the deviation of each place of the season, added up."""
        back = np.arange(self.needed - 1, -1, -1)
        seasons = past.values[past.newest[:, None] - back].reshape(len(past), -1, self.season)
        means = seasons.mean(axis=2)
        slope = (means[:, SEASONS_OF_SHAPE:].mean(axis=1) - means[:, :SEASONS_OF_SHAPE].mean(axis=1)) / SEASONS_OF_SHAPE
        shape = (seasons[:, SEASONS_OF_SHAPE:] - means[:, SEASONS_OF_SHAPE:, None]).mean(axis=1)
        ahead = np.arange(steps)
        # The level of now is that of the middle of the last season, so the first season ahead is a whole one later.
        moved = np.cumsum(DAMPING ** np.arange(1, ahead[-1] // self.season + 2))[ahead // self.season]
        return means[:, -1:] + slope[:, None] * moved + shape[:, ahead % self.season]


def far_ahead(frequency: Frequency, *, counts: bool) -> tuple[WithoutUnknowns, ...]:
    """Return what predicts far ahead at a frequency, in the order of their names in a report."""
    season, year = frequency.season, frequency.long_season
    return (DampedLine(season), LastYear(year, min(frequency.month, year), counts, frequency.known[-1]))
