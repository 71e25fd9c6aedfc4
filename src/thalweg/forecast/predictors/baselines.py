"""Baselines: what predicts without unknowns: copies, seasonal means and a trend, for any step ahead (U2)."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.predictors.base import Fitting, WithoutUnknowns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.data import Data
    from thalweg.forecast.features.past import Past
    from thalweg.forecast.training import Descended
    from thalweg.series.frequency.record import Frequency


@dataclass(frozen=True)
class Baseline(WithoutUnknowns):
    """A baseline of the ladder: it is its own specification, and needs no fit."""

    @property
    def known(self) -> str:
        """Nothing beside past values."""
        return ""

    @property
    def seeds(self) -> int:
        """None: nothing is learned by descent."""
        return 0

    @abstractmethod
    def weights(self, past: Past) -> NDArray[np.float64]:
        """Return the weight of each past value in the next step's prediction, the oldest first.

        Parameters
        ----------
        past : Past
            Of one row; its last values have the weights.
        """

    def steps_needed(self, frequency: Frequency) -> int:  # noqa: ARG002 - the same for every frequency
        """Return how many past steps a row must have."""
        return self.needed

    def steps_at_once(self, frequency: Frequency) -> int:  # noqa: ARG002 - likewise
        """Return 1: it answers any step."""
        return 1

    def suits(self, train: int, frequency: Frequency) -> bool:  # noqa: ARG002 - the same for every frequency
        """Whether it looks back at training steps only."""
        return self.needed <= train

    def fitting(
        self,
        data: Data,  # noqa: ARG002 - nothing is fitted
        upto: tuple[int, ...],  # noqa: ARG002 - likewise
        steps: int,  # noqa: ARG002 - likewise
        *,
        again: bool = False,  # noqa: ARG002 - likewise
    ) -> Fitting:
        """Return a fit whose predictor is the baseline itself."""
        return Fitting(_no_descent, lambda _: self)


def _no_descent(*_: object, **__: object) -> Descended:
    raise TypeError("A baseline has no descent.")


@dataclass(frozen=True)
class Copy(Baseline):
    """Copies the value of so many steps ago; further ahead it repeats the last so many values.

    Attributes
    ----------
    days_back : int
        How many steps ago the copied value is.
    label : str
        Its name in the ladder's table, where it has one of its own.
    """

    days_back: int
    label: str = ""

    @property
    def needed(self) -> int:
        """The steps looked back."""
        return self.days_back

    @property
    def name(self) -> str:
        """The name in the ladder's table, such as ``copy last week``."""
        return self.label or f"copy {self.days_back}"

    @property
    def kind(self) -> str:
        """``copy``."""
        return "copy"

    @property
    def repeats(self) -> bool:
        """It copies."""
        return True

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """How far back it copies."""
        return {"days back": self.days_back}

    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return the last values, repeated; where one was filled in, the last observed one that a copy meets."""
        return past.values[self._sources(past, steps)]

    def weights(self, past: Past) -> NDArray[np.float64]:
        """Return 1 for the copied value."""
        return np.eye(int(past.newest[0] - self._sources(past, 1)[0, 0]) + 1)[0]

    def _sources(self, past: Past, steps: int) -> NDArray[np.int64]:
        return _sources(past, self.days_back, steps)


def _sources(past: Past, days_back: int, steps: int) -> NDArray[np.int64]:
    """Return the places of the values that a copy repeats, shape (rows, steps)."""
    looked = past.newest[:, None] - (days_back - 1 - np.arange(steps) % days_back)
    copied = past.copied(days_back)
    if copied is None:
        return looked
    sources = copied[looked]
    oldest = past.newest - past.available + 1  # several pasts may stand one after another
    return np.where(sources < oldest[:, None], looked, sources)


@dataclass(frozen=True)
class Trend(Baseline):
    """Repeats the last season, moved on by the change of its mean from the season before.

    A straight line is predicted exactly, whatever repeats each season on top of it.

    Attributes
    ----------
    season : int
        Steps of the season.
    label : str
        Its name in the ladder's table.
    """

    season: int
    label: str

    @property
    def needed(self) -> int:
        """Two seasons."""
        return 2 * self.season

    @property
    def days_back(self) -> int:
        """The steps looked back."""
        return self.needed

    @property
    def name(self) -> str:
        """The name in the ladder's table, such as ``copy last week + trend``."""
        return self.label

    @property
    def kind(self) -> str:
        """``trend``."""
        return "trend"

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """How far back it looks."""
        return {"days back": self.days_back}

    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return the values of the last season, with the change once for each season ahead."""
        seasons_ahead = 1 + np.arange(steps) // self.season
        copied = past.values[_sources(past, self.season, steps)]
        return copied + self._change(past)[:, None] * seasons_ahead

    def weights(self, past: Past) -> NDArray[np.float64]:
        """Return 1 for the copied value, and for the two seasons what makes up the change of their mean."""
        back = int(past.newest[0] - _sources(past, self.season, 1)[0, 0])
        weights = np.zeros(max(back + 1, self.needed))
        weights[-self.season :] += 1 / self.season
        weights[-self.needed : -self.season] -= 1 / self.season
        weights[-1 - back] += 1
        return weights

    def _change(self, past: Past) -> NDArray[np.float64]:
        """Return the change from the mean of the season before to that of the last one, shape (rows,)."""
        last = past.newest[:, None] - np.arange(self.season)
        return (past.values[last] - past.values[last - self.season]).mean(axis=1)


@dataclass(frozen=True)
class SeasonalMean(Baseline):
    """Predicts the mean of the last values at the same place of the season.

    Attributes
    ----------
    season : int
        Steps of the season.
    seasons : int
        Over how many seasons the mean is taken.
    """

    season: int
    seasons: int

    @property
    def needed(self) -> int:
        """The steps looked back."""
        return self.season * self.seasons

    @property
    def days_back(self) -> int:
        """The steps looked back."""
        return self.needed

    @property
    def name(self) -> str:
        """The name in the ladder's table, such as ``mean of 4 × 7 back``."""
        return f"mean of {self.seasons} × {self.season} back"

    @property
    def kind(self) -> str:
        """``seasonal mean``."""
        return "seasonal mean"

    @property
    def repeats(self) -> bool:
        """It is a mean of what was observed."""
        return True

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """How far back it looks."""
        return {"days back": self.days_back, "seasons": self.seasons}

    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return the means, one for each place of the season, repeated."""
        back = self.season - 1 - np.arange(steps) % self.season
        at = past.newest[:, None] - back
        ago = np.arange(self.seasons) * self.season
        return past.values[at[:, :, None] - ago].mean(axis=2)

    def weights(self, past: Past) -> NDArray[np.float64]:  # noqa: ARG002 - the same for every past
        """Return an equal share for each value at the place of the season."""
        return (np.arange(self.days_back) % self.season == 0) / self.seasons


@dataclass(frozen=True)
class Medians(Baseline):
    """Predicts the mean of two medians, of the last values and of fewer of them.

    Attributes
    ----------
    fewer, days_back : int
        Of how many values each is.
    """

    fewer: int
    days_back: int

    @property
    def needed(self) -> int:
        """The steps looked back."""
        return self.days_back

    @property
    def name(self) -> str:
        """The name in a table, such as ``medians of 7 and 28 back``."""
        return f"medians of {self.fewer} and {self.days_back} back"

    @property
    def kind(self) -> str:
        """``medians``."""
        return "medians"

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """How far back it looks."""
        return {"days back": self.days_back, "fewer": self.fewer}

    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return the same for each step."""
        medians = [np.median(self._last(past, count), axis=1) for count in (self.fewer, self.days_back)]
        return np.repeat(np.mean(medians, axis=0)[:, None], steps, axis=1)

    def weights(self, past: Past) -> NDArray[np.float64]:
        """Return the shares of the values in the middle: one of an odd count, two of an even one."""
        weights = np.zeros(self.days_back)
        for count in (self.fewer, self.days_back):
            order = np.argsort(self._last(past, count)[0], kind="stable")
            middle = order[(count - 1) // 2 : count // 2 + 1]
            weights[self.days_back - count + middle] += 1 / 2 / len(middle)
        return weights

    def _last(self, past: Past, count: int) -> NDArray[np.float64]:
        return past.values[past.newest[:, None] + np.arange(1 - count, 1)]
