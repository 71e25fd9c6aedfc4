"""Baselines of series that are mostly zero: how often something comes, and how much of it when it comes.

The rate moves at every step, so that it fades where a series ends (Teunter, Syntetos and Babai 2011, "Intermittent
demand: linking forecasting to inventory obsolescence", European Journal of Operational Research 214). The exponential
means are over a window of the past, whose weights add up to 1: so they need no first value to begin from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.predictors.baselines import Baseline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Past
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

RATE_MEMORIES = (8, 16, 32, 64, 128)  # steps
SIZE_MEMORIES = (4, 16, 64)  # values above 0
SEASONS_LOOKED_BACK, LEAST_WINDOW = 8, 32
MOST_LOOKED_AT = 2_000_000  # past values at once, so that many rows take little memory


@dataclass(frozen=True, eq=False)
class _Window:
    """The last values of some rows, the newest first; 0 where none was observed.

    Attributes
    ----------
    values : ndarray of float64, shape (rows, steps back)
    there : ndarray of bool, the same shape
        Where a value was observed; predictions that were taken for values do not count.
    """

    values: NDArray[np.float64]
    there: NDArray[np.bool_]

    @property
    def came(self) -> NDArray[np.bool_]:
        """Where something came."""
        return self.values > 0


@dataclass(frozen=True)
class RateAndSize(Baseline):
    """Predicts the share of steps at which something comes, times the mean of what comes then.

    Both are exponential means of the past.

    Attributes
    ----------
    rate_memory : int
        The rate moves by one part in so many at each step.
    size_memory : int
        The size moves by one part in so many at each value above 0.
    window : int
        How many steps are looked back at, at most.
    """

    rate_memory: int
    size_memory: int
    window: int

    @property
    def needed(self) -> int:
        """One step."""
        return 1

    @property
    def seen(self) -> int:
        """The window."""
        return self.window

    @property
    def days_back(self) -> int:
        """The window."""
        return self.window

    @property
    def name(self) -> str:
        """The name in the ladder's table, which is its kind."""
        return self.kind

    @property
    def kind(self) -> str:
        """``rate and size``."""
        return "rate and size"

    @property
    def repeats(self) -> bool:
        """It is a mean of what was observed."""
        return True

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """How far back it looks, and how fast it forgets."""
        memories = {"memory of the rate": self.rate_memory, "memory of the size": self.size_memory}
        return {"days back": self.window, **memories}

    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return rate times size at each step ahead, times what the place of that step has of a season."""
        made = [self._predicted(window, steps) for window in _windows(past, self.window)]
        return np.concatenate(made) if made else np.zeros((0, steps))

    def weights(self, past: Past) -> NDArray[np.float64]:
        """Return the weights of values above 0 in the next prediction; zeros have the rest of 1, and change nothing."""
        return self.weights_ahead(past, 1)

    def weights_ahead(self, past: Past, step: int) -> NDArray[np.float64]:
        """Return the weight of each past value in the prediction of a step ahead, the oldest first."""
        (window,) = _windows(past, self.window)
        places = self._places(window)
        of_size = places[:, step % places.shape[1]] * self._rate(window, places) * self._size_weights(window)
        zeros = _fading(window, self.rate_memory) * ~window.came
        rest = np.divide(zeros, zeros.sum(), out=np.zeros_like(zeros), where=zeros.sum() > 0)
        return (of_size + (1 - of_size.sum()) * rest)[0, ::-1]

    def _places(self, window: _Window) -> NDArray[np.float64]:
        """Return by how much more than usual comes at each place of the season, shape (rows, places); mean 1.

        The first place is that of the newest value.
        """
        return np.ones((len(window.values), 1))

    def _predicted(self, window: _Window, steps: int) -> NDArray[np.float64]:
        places = self._places(window)
        size = (self._size_weights(window) * window.values).sum(axis=1)
        return (self._rate(window, places)[:, 0] * size)[:, None] * places[:, np.arange(1, steps + 1) % places.shape[1]]

    def _rate(self, window: _Window, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how often something comes at a usual place, shape (rows, 1)."""
        fading = _fading(window, self.rate_memory)
        back = -np.arange(fading.shape[1]) % places.shape[1]
        came, usual = (fading * window.came).sum(axis=1), (fading * places[:, back]).sum(axis=1)
        return np.divide(came, usual, out=np.zeros_like(came), where=usual > 0)[:, None]

    def _size_weights(self, window: _Window) -> NDArray[np.float64]:
        """Return the weight of each value in the mean of those above 0; all are 0 where there is none."""
        came = window.came
        weights = (1 - 1 / self.size_memory) ** np.maximum(np.cumsum(came, axis=1) - 1, 0) * came
        total = weights.sum(axis=1, keepdims=True)
        return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


@dataclass(frozen=True)
class SeasonalShare(RateAndSize):
    """Rate and size, with the share that each place of a season has of the whole, such as each weekday.

    Shares are drawn to equal ones as far as their differences may be chance: by the James-Stein factor, the variance
    between places that is left without that within them, as a part of the whole.

    Attributes
    ----------
    season : int
        Steps of the season.
    """

    season: int

    @property
    def needed(self) -> int:
        """One season."""
        return self.season

    @property
    def kind(self) -> str:
        """``seasonal share``."""
        return "seasonal share"

    @property
    def name(self) -> str:
        """The name in the ladder's table, such as ``seasonal share 7``."""
        return f"{self.kind} {self.season}"

    def _places(self, window: _Window) -> NDArray[np.float64]:
        return shares(window.values, window.there, self.season) * self.season


def shares(values: NDArray[np.float64], there: NDArray[np.bool_], season: int) -> NDArray[np.float64]:
    """Return the share of each place of a season, shape (rows, season); each row adds up to 1.

    Parameters
    ----------
    values : ndarray, shape (rows, steps back)
        The newest first, 0 where there is none; the first share is that of the newest value's place.
    there : ndarray of bool, the same shape
    season : int
    """
    equal = np.full((len(values), season), 1 / season)
    back = [np.arange(-place % season, values.shape[1], season) for place in range(season)]
    count = np.stack([there[:, at].sum(axis=1) for at in back], axis=1)
    total = np.stack([values[:, at].sum(axis=1) for at in back], axis=1)
    squares = np.square(values).sum(axis=1)
    observed = count.sum(axis=1)
    known = (count.min(axis=1) > 0) & (total.sum(axis=1) > 0) & (observed > season)
    if season == 1 or not known.any():
        return equal
    count, total = count[known], total[known]
    mean = total / count
    overall = mean.mean(axis=1, keepdims=True)
    within = np.maximum(squares[known] - (total * mean).sum(axis=1), 0) / (observed[known] - season)
    chance = within * (1 / count).mean(axis=1)
    between = np.maximum(mean.var(axis=1, ddof=1) - chance, 0)
    factor = np.divide(between, between + chance, out=np.zeros_like(between), where=between > 0)
    equal[known] = (1 + factor[:, None] * (mean / overall - 1)) / season
    return equal


def _windows(past: Past, window: int) -> Iterator[_Window]:
    """Yield the last values of the rows of a past, some rows at a time."""
    if not len(past):
        return
    width = max(min(window + past.fed, int(past.available.max())), 1)
    back = np.arange(width)
    rows = max(MOST_LOOKED_AT // width, 1)
    for first in range(0, len(past), rows):
        newest, available = past.newest[first : first + rows, None], past.available[first : first + rows, None]
        there = (back < available) & (back >= past.fed)
        at = np.where(back < available, newest - back, newest)
        if past.observed is not None:
            there &= past.observed[at]
        yield _Window(np.where(there, past.values[at], 0.0), there)


def _fading(window: _Window, memory: int) -> NDArray[np.float64]:
    """Return the weight of each step in an exponential mean, not yet divided by their sum."""
    return (1 - 1 / memory) ** np.arange(window.there.shape[1]) * window.there


def looked_back(frequency: Frequency) -> int:
    """Return over how many steps rates and shares are taken: a year of days, eight weeks of hours, eight years else."""
    seasons = SEASONS_LOOKED_BACK * (frequency.long_season if frequency.sub_daily else frequency.season)
    return max(seasons, frequency.long_season, LEAST_WINDOW)


def rates(series: Series, train: int) -> tuple[RateAndSize, ...]:
    """Return the rungs of a series that is mostly zero, with the memories that suit its training part.

    Parameters
    ----------
    series : Series
    train : int
        How many values are for training.
    """
    frequency = series.frequency
    rate_memory, size_memory = _memories(series.values[:train], series.observed[:train])
    window = looked_back(frequency)
    seasons = dict.fromkeys((frequency.season, frequency.long_season) if frequency.sub_daily else (frequency.season,))
    shared = (SeasonalShare(rate_memory, size_memory, window, season) for season in seasons if season > 1)
    return (RateAndSize(rate_memory, size_memory, window), *shared)


def _memories(values: NDArray[np.float64], observed: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the memories of rate and size with the least squared error one step ahead, the longest of equals.

    The first values, as many as the longest memory or a quarter of all, are looked back at alone.
    """
    values = values[observed]
    first = min(RATE_MEMORIES[-1], len(values) // 4)
    came = values > 0
    keep_rate, keep_size = (1 - 1 / np.array(memories)[::-1] for memories in (RATE_MEMORIES, SIZE_MEMORIES))
    rate = rate_total = np.zeros(len(keep_rate))
    size = size_total = np.zeros(len(keep_size))
    squares = np.zeros((len(keep_rate), len(keep_size)))
    for place, (value, there) in enumerate(zip(values.tolist(), came.tolist(), strict=True)):
        if place >= max(first, 1):
            predicted = np.outer(rate / rate_total, size / np.maximum(size_total, 1))
            squares += np.square(predicted - value)
        rate, rate_total = keep_rate * rate + there, keep_rate * rate_total + 1
        if there:
            size, size_total = keep_size * size + value, keep_size * size_total + 1
    best = np.unravel_index(int(squares.argmin()), squares.shape)
    return RATE_MEMORIES[::-1][best[0]], SIZE_MEMORIES[::-1][best[1]]
