"""What each column that a user gives is worth: the error on validation with it and without it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.features.past import past_of
from thalweg.forecast.ladder import WIDE_OPTIMIZER, Ladder
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.result import ColumnWorth
from thalweg.forecast.search import search
from thalweg.forecast.verdict import figures
from thalweg.forecast.watch import Silence
from thalweg.learn.loss import LOSSES
from thalweg.messages import Message
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.data import Data
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.regressors import Regressors
    from thalweg.series.split import Split

SURE = 2.5  # standard errors by which a column must lessen the error at one step; less may be chance
SMALL = Rung(1, hidden=(32,), optimizer=WIDE_OPTIMIZER, seeds=5, epochs=4, updates=900, shared=True)
LEAST_BLOCKS = 4  # of validation values that a standard error is made of


@dataclass(frozen=True)
class Worth:
    """The data with the columns that help, what each is worth, and the sentences about it."""

    data: Data
    columns: tuple[ColumnWorth, ...] = ()
    notes: tuple[Message, ...] = ()


def worth_of(data: Data, split: Split, horizon: int, seed: int, pool: ThreadPool) -> Worth:
    """Measure what each column is worth, and leave out those that do not help.

    Small networks, shared over the steps ahead, are fitted on training values with all columns, then without one after
    another. A column stays that lessens the error on validation at one of a few steps ahead by more than chance
    explains, and does not make it larger at another. The next are measured without those that were left out: so of two
    columns that say the same, one stays.

    Parameters
    ----------
    data : Data
        A panel of one.
    split : Split
    horizon : int
    seed : int
    pool : ThreadPool
    """
    regressors = data.calendar.regressors
    if regressors is None:
        return Worth(data)
    (series,) = data.panel.series
    steps = _steps(series.frequency, horizon)
    still = [one.name for one in regressors.each if not one.spread]
    columns = [ColumnWorth(one.name, one.known, kept=False) for one in regressors.each if not one.spread]
    notes = [Message("verdict.column_still", {"name": name}) for name in still]
    kept = regressors.only([name for name in regressors.names if name not in still])
    errors = _errors(_with(data, kept), split, steps, seed, pool)
    for one in () if kept is None else kept.each:
        others = None if kept is None else kept.only([name for name in kept.names if name != one.name])
        without = None if errors is None else _errors(_with(data, others), split, steps, seed, pool)
        compared = _compared(errors, without, steps, series.frequency.season)
        if errors is None or without is None or np.isnan(compared).all():
            columns.append(ColumnWorth(one.name, one.known, kept=True))
            notes.append(Message("verdict.column_unmeasured", {"name": one.name, **words_of(series.frequency)}))
            continue
        at = int(np.nanargmax(compared))
        helps = bool(compared[at] > SURE and np.nanmin(compared) > -SURE)
        losses = float(np.nanmean(errors[:, at])), float(np.nanmean(without[:, at]))
        columns.append(ColumnWorth(one.name, one.known, helps, steps[at], *losses))
        words = words_of(series.frequency)
        ahead = Message(f"verdict.steps_ahead_{'one' if steps[at] == 1 else 'many'}", {"count": steps[at], **words})
        values = {
            "name": one.name,
            "with_it": figures(losses[0]),
            "without_it": figures(losses[1]),
            "ahead": ahead,
            **words,
        }
        key = f"verdict.column_helps_{data.loss}" if helps else f"verdict.column_left_out_{data.loss}"
        notes.append(Message(key, values))
        if not helps:
            kept, errors = others, without
    return Worth(_with(data, kept), tuple(columns), tuple(notes))


def _steps(frequency: Frequency, horizon: int) -> tuple[int, ...]:
    """Return the steps ahead at which the error is measured: the next, a season, the usual horizon, the last."""
    return tuple(sorted({min(step, horizon) for step in (1, frequency.season, frequency.horizon, horizon)}))


def _with(data: Data, regressors: Regressors | None) -> Data:
    return replace(data, calendar=replace(data.calendar, regressors=regressors))


def _compared(
    errors: NDArray[np.float64] | None, without: NDArray[np.float64] | None, steps: tuple[int, ...], season: int
) -> NDArray[np.float64]:
    """Return by how many standard errors a column lessens the error at each step ahead; NaN where there are too few.

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


def _errors(
    data: Data, split: Split, steps: tuple[int, ...], seed: int, pool: ThreadPool
) -> NDArray[np.float64] | None:
    """Return the errors on validation values, some steps ahead, of networks that learned on training; NaN for none.

    The shape is (dates, steps). None where there are too few values to learn from.
    """
    (series,), frequency = data.panel.series, data.panel.frequency
    small = replace(SMALL, days_back=frequency.lags[1])
    rungs = (replace(small, known=known) for known in reversed(frequency.known))
    rung = next((rung for rung in rungs if rung.suits(split.train, frequency)), None)
    if rung is None:
        return None
    searched = search(data, (split,), Ladder("worth", (rung,)), seed=seed, pool=pool, watcher=Silence())
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
