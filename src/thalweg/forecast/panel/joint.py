"""What the forecasts of all series missed at the same dates, so that paths may move as the series moved together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.panel.bands import bands_of, shape_of
from thalweg.forecast.panel.choice import Choice
from thalweg.forecast.panel.chunk import tried_at
from thalweg.forecast.panel.cutoffs import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.panel.served import Plan
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.series import Series

SERIES_AT_ONCE = 100
LEVELS = (20.0, 40.0, 60.0, 80.0, 90.0, 95.0, 98.0)  # percent; between their ends a path takes its values
PLACES = np.array([*((100 - level) / 200 for level in reversed(LEVELS)), *((100 + level) / 200 for level in LEVELS)])
"""At which probabilities the ends of the levels lie, rising."""


@dataclass(frozen=True, eq=False)
class Joint:
    """Residuals of all series at common dates, from the same choice and networks as the losses that are told.

    Attributes
    ----------
    before : ndarray of int64, shape (cutoffs,)
        How many steps before the panel's last date each cutoff lies, falling.
    sealed : int
        How many of the cutoffs lie in the validation part; those behind them lie in the test.
    residuals : ndarray of float32, shape (series, cutoffs, horizon)
        In spreads; NaN where a series was too short, or had ended, or where nothing was observed.
    made : ndarray of float32, shape (series, test cutoffs, horizon)
        The predictions over the test, in the user's units.
    spread : ndarray of float32, shape (series, cutoffs)
        In the user's units; NaN where there is no prediction.
    now : ndarray of float64, shape (series,)
        The spread after the last value.
    ends : ndarray of float32, shape (series, blocks, places)
        What stands at each of `PLACES` of the distribution of a series' residuals, in spreads.
    sealed_ends : ndarray of float32, the same shape
        The same, from validation alone.
    """

    before: NDArray[np.int64]
    sealed: int
    residuals: NDArray[np.float32]
    made: NDArray[np.float32]
    spread: NDArray[np.float32]
    now: NDArray[np.float64]
    ends: NDArray[np.float32]
    sealed_ends: NDArray[np.float32]

    def windows(self, upto: int) -> NDArray[np.float64]:
        """Return as how many cutoffs that do not overlap the first so many count, for each step ahead.

        Errors h steps ahead of a random walk, k steps apart, have the correlation 1 − k/h: then so many of them tell as
        much about their variance as one in each 2h/3 steps (Bartlett 1946).
        """
        steps = np.arange(1, self.residuals.shape[2] + 1)
        if not upto:
            return np.full(len(steps), np.inf)
        before = self.before[:upto]
        return np.minimum(1 + 1.5 * (before[0] - before[-1]) / steps, upto)


def joint_of(
    series: Sequence[Series],
    plan: Plan,
    choice: Choice,
    late: NDArray[np.int64],
    pool: ThreadPool,
    advance: Callable[[float], None],
) -> Joint:
    """Predict all series at common dates.

    The dates are the cutoffs of a series of the usual length that ends on the last date. A series counts where its
    networks and lines had not learned from the values that came.

    Parameters
    ----------
    series : sequence of Series
    plan : Plan
    choice : Choice
        Of each series.
    late : ndarray of int64, shape (series,)
        How many steps before the last date of the panel each series ends.
    pool : ThreadPool
    advance : callable
        Called with the number of series that were done since the last call.
    """
    length = int(np.median([len(one) for one in series]))
    usual = parts_of(length, plan.horizon, plan.frequency)
    empty = np.empty(0, np.int64)
    before = empty if usual is None else length - np.concatenate([usual.validation, usual.test])
    sealed = 0 if usual is None else len(usual.validation)
    shape = len(series), len(before), plan.horizon
    residuals, spread = np.full(shape, np.nan, np.float32), np.full(shape[:2], np.nan, np.float32)
    made = np.full((shape[0], shape[1] - sealed, shape[2]), np.nan, np.float32)
    now = np.empty(len(series))

    def fill(first: int) -> None:
        some = slice(first, first + SERIES_AT_ONCE)
        there = [_known(one, int(behind), before, plan) for one, behind in zip(series[some], late[some], strict=True)]
        cutoffs = [
            len(one) + behind - before[at] for one, behind, at in zip(series[some], late[some], there, strict=True)
        ]
        tried = tried_at(series[some], cutoffs, plan.of(some), Choice(choice.own[some], choice.share[some]))
        at = np.concatenate(there)
        of = first + np.repeat(np.arange(len(there)), list(map(len, there)))
        residuals[of, at] = (tried.target - tried.made) / tried.spread[:, None]
        spread[of, at] = tried.spread
        test = at >= sealed
        made[of[test], at[test] - sealed] = tried.made[test]
        now[some] = tried.now

    starts = range(0, len(series), SERIES_AT_ONCE)
    pool.run([_Part(fill, first) for first in starts], lambda count: advance(count * SERIES_AT_ONCE))
    whole, validated = (_ends(residuals[:, :upto], plan) for upto in (len(before), sealed))
    return Joint(before, sealed, residuals, made, spread, now, whole, validated)


class _Part:
    """A run of series that waits to be done."""

    def __init__(self, fill: Callable[[int], None], first: int) -> None:
        self._fill, self._first = fill, first

    def __call__(self) -> None:
        self._fill(self._first)


def _known(one: Series, late: int, before: NDArray[np.int64], plan: Plan) -> NDArray[np.int64]:
    """Return the places of the cutoffs at which a series can be judged."""
    parts = parts_of(len(one), plan.horizon, plan.frequency)
    if parts is None:
        return np.empty(0, np.int64)
    cutoffs = len(one) + late - before
    return np.flatnonzero((cutoffs >= parts.train) & (cutoffs < len(one)))


def _ends(residuals: NDArray[np.float32], plan: Plan) -> NDArray[np.float32]:
    """Return the distribution of each series' residuals at `PLACES`, by the rules of its bands."""
    count, rows, horizon = residuals.shape
    at, row = np.nonzero(np.isfinite(residuals).any(axis=2))
    known = residuals[at, row].astype(np.float64)
    shape = shape_of(known.reshape(-1, horizon), at, count, plan.blocks, LEVELS)
    bands = bands_of(known.reshape(-1, horizon), at, count, plan.blocks, LEVELS, shape)
    del rows
    return np.concatenate([bands[:, :, ::-1, 0], bands[:, :, :, 1]], axis=2).astype(np.float32)
