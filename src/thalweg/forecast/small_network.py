"""What a small network loses on validation: by it the data are judged, with and without what may help."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.features.past import past_of
from thalweg.forecast.ladder import WIDE_OPTIMIZER, Ladder
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.search import search
from thalweg.forecast.watch import Silence
from thalweg.learn.loss import LOSSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.data import Data
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.split import Split

SURE = 2.5  # standard errors by which an error must be less at one step; fewer may be chance
SMALL = Rung(1, hidden=(32,), optimizer=WIDE_OPTIMIZER, seeds=5, epochs=4, updates=900, shared=True)
LEAST_BLOCKS = 4  # of validation values that a standard error is made of


def steps_measured(frequency: Frequency, horizon: int) -> tuple[int, ...]:
    """Return the steps ahead at which the error is measured: the next, a season, the usual horizon, the last."""
    return tuple(sorted({min(step, horizon) for step in (1, frequency.season, frequency.horizon, horizon)}))


def compared(
    errors: NDArray[np.float64] | None, without: NDArray[np.float64] | None, steps: tuple[int, ...], season: int
) -> NDArray[np.float64]:
    """Return by how many standard errors errors are less than those without something, at each step ahead.

    NaN where there are too few.

    Errors of neighbouring dates are alike, so that the standard error is that of means over blocks of dates.
    """
    found = np.full(len(steps), np.nan)
    if errors is None or without is None:
        return found
    for place, step in enumerate(steps):
        less = (without - errors)[:, place]
        less = less[np.isfinite(less)]
        blocks = len(less) // max(step, season)
        if blocks >= LEAST_BLOCKS:
            means = np.array([part.mean() for part in np.array_split(less, blocks)])
            found[place] = less.mean() / max(float(means.std(ddof=1)) / np.sqrt(blocks), np.finfo(float).tiny)
    return found


def helps(less: NDArray[np.float64]) -> bool:
    """Whether errors are surely less at one step ahead, and surely greater at none; `less` as `compared` returns it."""
    return bool(np.nanmax(less) > SURE and np.nanmin(less) > -SURE)


def small_network_errors(
    data: Data, split: Split, steps: tuple[int, ...], seed: int, pool: ThreadPool, *, steady: bool = False
) -> NDArray[np.float64] | None:
    """Return the errors on validation values, some steps ahead, of networks that learned on training; NaN for none.

    The shape is (dates, steps). With `steady`, outliers weigh less as they learn. None where there are too few values
    to learn from.
    """
    (series,), frequency = data.panel.series, data.panel.frequency
    small = replace(SMALL, days_back=frequency.lags[1], steady=steady)
    rungs = (replace(small, known=known) for known in reversed(frequency.known))
    rung = next((rung for rung in rungs if rung.suits(split.train, frequency)), None)
    if rung is None:
        return None
    searched = search(data, (split,), Ladder("small", (rung,)), seed=seed, pool=pool, watcher=Silence())
    fitted = [candidate for candidate in searched.candidates if candidate.line.rung == rung.name]
    if not fitted:
        return None
    newest = np.arange(split.train - 1, split.train + split.validation - 1)
    made = fitted[0].predictor.predict(past_of(series, newest), steps)
    at = newest[:, None] + np.array(steps)
    inside = at < split.train + split.validation
    at = np.minimum(at, len(series) - 1)
    counted = inside & series.observed[at]
    errors = LOSSES[data.loss].error(made, series.values[at])
    return np.where(counted, errors, np.nan)
