"""The mean of several predictors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.predictors.base import Predictor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Past
    from thalweg.forecast.predictors.base import RungPredictor
    from thalweg.series.calendar import Calendar


@dataclass(frozen=True, eq=False)
class Mean(Predictor):
    """The mean of several predictors; one of them may stand there several times.

    Attributes
    ----------
    members : tuple of RungPredictor
        At least one.
    """

    members: tuple[RungPredictor, ...]

    @property
    def reach(self) -> float:
        """That of the member with the shortest reach."""
        return min(member.reach for member in self.members)

    @property
    def needed(self) -> int:
        """The most that a member needs."""
        return max(member.needed for member in self.members)

    @property
    def seen(self) -> int:
        """The most that a member looks at."""
        return max(member.seen for member in self.members)

    @property
    def parameters(self) -> int:
        """The sum over the members, each counted once."""
        return sum({id(member): member.parameters for member in self.members}.values())

    @property
    def repeats(self) -> bool:
        """Whether every member only says again what was observed."""
        return all(member.repeats for member in self.members)

    def with_calendar(self, calendar: Calendar) -> Mean:
        """Return the mean of the same members, which know another calendar with the same columns."""
        changed = {id(member): member.with_calendar(calendar) for member in self.members}
        return Mean(tuple(changed[id(member)] for member in self.members))

    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return the mean of the members' predictions."""
        return np.mean([member.direct(past, steps) for member in self.members], axis=0)
