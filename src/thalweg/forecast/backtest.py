"""Step three, the backtest: refit the choice again and again on all earlier steps, and predict those that follow."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features.past import past_of
from thalweg.forecast.limits import limits_of
from thalweg.forecast.names import rung_message
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.strategy import COPYING, STRATEGIES, Pair, average, mixed, needs_direct, predict_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.data import Data, Span
    from thalweg.forecast.predictors.base import Fitting, RungPredictor
    from thalweg.forecast.search import Member
    from thalweg.forecast.training import Descended
    from thalweg.learn.training.thread_pool import ThreadPool

MOST_BYTES_AT_ONCE = 2**26  # of examples that wait to be learned from: far ahead each has thousands of columns


def refit(
    data: Data,
    members: tuple[Member, ...],
    cutoffs: Sequence[tuple[int, ...]],
    steps: int,
    pool: ThreadPool,
    advance: Callable[[float], None],
) -> list[Mean]:
    """Fit the mean of some members on the steps before each cutoff, for as many epochs as the search found.

    Parameters
    ----------
    data : Data
    members : tuple of Member
        One of them may stand there several times; it is fitted once.
    cutoffs : sequence of tuple of int
        For each refit, how many values of each series it learns from.
    steps : int
        Steps ahead at once.
    pool : ThreadPool
        Fits run side by side, as many as their examples leave memory for.
    advance : callable
        Is given the number of networks that were fitted, in parts.

    Raises
    ------
    InputError
        If all descents of a rung diverge, since its learning rate is too high for these steps.
    """
    distinct = tuple(dict.fromkeys(members))  # a mean may count a rung several times
    fitted: list[RungPredictor] = []
    waiting: list[tuple[tuple[int, ...], Member, Fitting]] = []
    for cutoff in cutoffs:
        for member in distinct:
            waiting.append((cutoff, member, member.rung.fitting(data, cutoff, steps)))
            if sum(fitting.nbytes for _, _, fitting in waiting) > MOST_BYTES_AT_ONCE:
                fitted += _fitted(data, waiting, pool, advance)
                waiting = []
    fitted += _fitted(data, waiting, pool, advance)
    places = [distinct.index(member) for member in members]
    starts = range(0, len(fitted), len(distinct))
    return [Mean(tuple(fitted[start + place] for place in places)) for start in starts]


def _fitted(
    data: Data,
    waiting: Sequence[tuple[tuple[int, ...], Member, Fitting]],
    pool: ThreadPool,
    advance: Callable[[float], None],
) -> list[RungPredictor]:
    """Fit what waits, side by side; errors as of `refit`."""
    jobs: list[Callable[[], Descended]] = [
        functools.partial(fitting.descend, seed, epochs=epochs, late=pool.late, progress=pool.progress)
        for _, member, fitting in waiting
        for seed, epochs in zip(member.seeds, member.epochs, strict=True)
    ]
    results = iter(pool.run(jobs, advance))
    fitted: list[RungPredictor] = []
    for cutoff, member, fitting in waiting:
        descents = [next(results) for _ in member.seeds]
        kept = [one for one in descents if not one.outcome.failed]
        if descents and not kept:
            until = max(series.dates[upto - 1] for series, upto in zip(data.panel.series, cutoff, strict=True))
            advice = descents[0].outcome.message
            raise InputError("backtest.diverged", rung=rung_message(member.rung.name), until=until, advice=advice)
        fitted.append(fitting.predictor(kept))
    return fitted


@dataclass(frozen=True, eq=False)
class Backtest:
    """Predictions made with what was known at the time.

    Attributes
    ----------
    first : tuple of int
        For each series the index of the first value predicted.
    refit_days : int
        Steps between refits.
    forecasts : mapping
        Strategy to an array of float64, shape (steps, all values of the panel): row h − 1 holds the predictions made h
        steps before; NaN where none was made.
    """

    first: tuple[int, ...]
    refit_days: int
    forecasts: dict[str, NDArray[np.float64]]

    def by(self, strategies: tuple[str, ...]) -> NDArray[np.float64]:
        """Return the predictions of each step ahead by its strategy, shape (steps, all values of the panel)."""
        return mixed(self.forecasts, strategies, axis=0)


def backtest(
    data: Data,
    members: tuple[Member, ...],
    *,
    first: tuple[int, ...],
    refit_days: int,
    steps: int,
    pool: ThreadPool,
    advance: Callable[[float], None],
    predicting: Callable[[], None] = lambda: None,
) -> Backtest:
    """Refit the choice every `refit_days` steps, and predict from every step on with the latest refit.

    Parameters
    ----------
    data : Data
    members : tuple of Member
        What the choice is made of.
    first : tuple of int
        For each series the index of the first value predicted; the first refit learns from the values before it. Series
        of a panel are cut at these places, each at its own, whatever its dates.
    refit_days : int
        Steps between refits.
    steps : int
        Steps ahead.
    pool : ThreadPool
    advance : callable
        Is given the number of networks that were fitted, in parts.
    predicting : callable
        Called when all are fitted, before the predictions.
    """
    lengths = [len(series) for series in data.panel.series]
    refits = range(max(-(-(length - start) // refit_days) for length, start in zip(lengths, first, strict=True)))
    cutoffs = [
        tuple(min(start + refit_days * at, length) for length, start in zip(lengths, first, strict=True))
        for at in refits
    ]
    one_step = refit(data, members, cutoffs, 1, pool, advance)
    tried = strategies_of(members, steps)
    multi_step = refit(data, members, cutoffs, steps, pool, advance) if needs_direct(tried, steps) else one_step
    predicting()
    limits = [
        tuple(limits_of(series, upto, steps) for series, upto in zip(data.panel.series, cutoff, strict=True))
        for cutoff in cutoffs
    ]
    pairs = [Pair(*pair) for pair in zip(one_step, multi_step, limits, strict=True)]
    spans = [
        [(cutoff, min(cutoff + refit_days, length)) for cutoff, length in zip(each, lengths, strict=True)]
        for each in cutoffs
    ]
    single = [name for name in tried if name != "both"]
    forecasts = {name: predictions_at_cutoffs(data, pairs, spans, (name,) * steps) for name in single}
    if "both" in tried:
        forecasts["both"] = average(forecasts["direct"], forecasts["recursive"])
    return Backtest(first, refit_days, forecasts)


def strategies_of(members: tuple[Member, ...], steps: int) -> tuple[str, ...]:
    """Return the strategies to try for what a choice is made of."""
    if len(set(members)) == 1 and not members[0].seeds:
        return (COPYING,)
    return STRATEGIES if steps > 1 else STRATEGIES[:1]


def predictions_at_cutoffs(
    data: Data, pairs: Sequence[Pair], spans: Sequence[Sequence[Span]], strategies: tuple[str, ...]
) -> NDArray[np.float64]:
    """Predict from every step of the spans of each refit; array as in `Backtest.forecasts`."""
    panel = data.panel
    forecasts = np.full((len(strategies), len(panel.values)), np.nan)
    for pair, of_refit in zip(pairs, spans, strict=True):
        for place, (first, last) in enumerate(of_refit):
            series, newest = panel.series[place], np.arange(max(first, pair.one_step.needed) - 1, last - 1)
            if not len(newest):
                continue
            made = predict_steps(pair, past_of(series, newest, place), strategies)
            for step in range(len(strategies)):
                target = newest + 1 + step
                inside = target < len(series)
                forecasts[step, panel.offsets[place] + target[inside]] = made[inside, step]
    return forecasts


def choose_strategies(data: Data, backtested: Backtest, spans: Sequence[Span]) -> tuple[str, ...]:
    """Return the strategy of each step ahead: for all steps that of the least loss over spans of validation."""
    losses = {
        name: [data.loss_over(row, spans) for row in forecasts] for name, forecasts in backtested.forecasts.items()
    }
    if len(losses) == 1:
        (name,) = losses
    else:
        name = min(losses, key=lambda name: float(np.nanmean(losses[name])))
    return (name,) * len(losses[name])
