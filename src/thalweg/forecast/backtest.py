"""Backtest the choice: refit it again and again on all earlier days, and score it on the days that follow."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features import LOOK_BACK_DAYS, Past, days_needed, past_of
from thalweg.forecast.fit import Descended, Fit, TrainingSet, descend
from thalweg.series.dates import days_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.forecast.ladder import Rung
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series


# How days after tomorrow are forecast: a network with as many outputs as steps, a network fed its own forecasts, or
# the mean of the two.
STRATEGIES = ("direct", "recursive", "both")


@dataclass(frozen=True)
class Member:
    """A rung of the choice, the number of epochs of each of its networks, and their seeds."""

    rung: Rung
    epochs: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True)
class BacktestSpecification:
    """What is refitted: the series, the calendar of its days, and the loss."""

    series: Series
    calendar: Calendar
    loss: str


def refit(
    specification: BacktestSpecification,
    members: tuple[Member, ...],
    cutoffs: list[int],
    steps: int,
    pool: ThreadPool,
    advance: Callable[[int], None],
) -> list[list[Fit | Rung]]:
    """Fit every member on the days before each cutoff, side by side, for as many epochs as the search found.

    Returns
    -------
    list of list
        For each cutoff a `Fit` per member, or the rung itself where it only copies.

    Raises
    ------
    InputError
        If all descents of a rung diverge, since its learning rate is too high for these days.
    """
    distinct = tuple(dict.fromkeys(members))  # a mean may count a rung several times
    fitted: list[tuple[TrainingSet | None, Member]] = []
    jobs: list[Callable[[], Descended]] = []
    for cutoff in cutoffs:
        for member in distinct:
            if member.rung.copy:
                fitted.append((None, member))
                continue
            training_set = TrainingSet(
                member.rung, specification.series, specification.calendar, specification.loss, cutoff, steps
            )
            fitted.append((training_set, member))
            jobs.extend(
                functools.partial(descend, training_set, seed, epochs=epochs, late=pool.late)
                for seed, epochs in zip(member.seeds, member.epochs, strict=True)
            )
    results = iter(pool.run(jobs, advance))
    fits: list[Fit | Rung] = []
    for training_set, member in fitted:
        if training_set is None:
            fits.append(member.rung)
            continue
        runs = [next(results) for _ in member.seeds]
        thetas = [run.theta for run in runs if not run.outcome.failed]
        if not thetas:
            until = specification.series.dates[training_set.upto - 1]
            advice = runs[0].outcome.message
            raise InputError("backtest.diverged", rung=member.rung.name, until=until, advice=advice)
        fits.append(Fit(member.rung, training_set.scale, training_set.network, np.stack(thetas)))
    places = [distinct.index(member) for member in members]
    return [[fits[at + place] for place in places] for at in range(0, len(fits), len(distinct))]


def ahead(fits: list[Fit | Rung], calendar: Calendar, past: Past, steps: int) -> NDArray[np.float64]:
    """Return the mean of the fits' predictions for as many days ahead as they have outputs, shape (rows, steps)."""
    return np.mean([_ahead(fit, calendar, past, steps) for fit in fits], axis=0)


def _ahead(fit: Fit | Rung, calendar: Calendar, past: Past, steps: int) -> NDArray[np.float64]:
    if isinstance(fit, Fit):
        return fit.predict(calendar, past)
    # Copying k days back repeats the last k days over all steps.
    back = fit.days_back - 1 - np.arange(steps) % fit.days_back
    return past.values[past.newest[:, None] - back]


def recursive(fits: list[Fit | Rung], calendar: Calendar, past: Past, steps: int) -> NDArray[np.float64]:
    """Feed the one-day-ahead mean its own predictions; return them, shape (rows, steps)."""
    kept = max(LOOK_BACK_DAYS, *(days_needed(fit.rung) if isinstance(fit, Fit) else fit.days_back for fit in fits))
    width = kept + steps
    rows = len(past)
    # Each row gets its own past, which grows by the predictions.
    at = np.maximum(past.newest[:, None] - np.arange(kept - 1, -1, -1), 0)
    pasts = np.zeros((rows, width))
    pasts[:, :kept] = past.values[at]
    pasts[:, kept:] = pasts[:, kept - 1 : kept]
    predictions = np.empty((rows, steps))
    for step in range(steps):
        now = Past(
            pasts.reshape(-1),
            np.arange(rows) * width + kept - 1 + step,
            days_after(past.dates, step),
            np.minimum(past.available, kept) + step,
        )
        predictions[:, step] = ahead(fits, calendar, now, 1)[:, 0]
        pasts[:, kept + step] = predictions[:, step]
    return predictions


@dataclass(frozen=True, eq=False)
class Backtest:
    """Predictions made with what was known at the time.

    Attributes
    ----------
    first : int
        The first day predicted.
    forecasts : ndarray of float64, shape (steps, days from `first` on)
        ``forecasts[h − 1, j]`` is for day ``first + j``, made h days before; NaN where no model was fitted yet.
    """

    first: int
    forecasts: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Refits:
    """The choice fitted again and again: for each cutoff a fit per member, on the days before it.

    Attributes
    ----------
    cutoffs : list of int
        Places of the first days that the fits do not learn from.
    one_step, multi_step : list of list
        Fits with one output, and with as many outputs as the horizon has steps (`one_step` again where the strategy
        needs none).
    refit_days : int
        Days between refits.
    """

    cutoffs: list[int]
    one_step: list[list[Fit | Rung]]
    multi_step: list[list[Fit | Rung]]
    refit_days: int


def refits(
    specification: BacktestSpecification,
    members: tuple[Member, ...],
    *,
    first: int,
    refit_days: int,
    steps: int,
    strategy: str,
    pool: ThreadPool,
    advance: Callable[[int], None],
) -> Refits:
    """Fit what a strategy needs every `refit_days` from day `first` on, on all earlier days."""
    cutoffs = list(range(first, len(specification.series), refit_days))
    one_step = refit(specification, members, cutoffs, 1, pool, advance)
    multi_step = one_step
    if needs_direct(strategy, steps):
        multi_step = refit(specification, members, cutoffs, steps, pool, advance)
    return Refits(cutoffs, one_step, multi_step, refit_days)


def predictions_at_cutoffs(specification: BacktestSpecification, fitted: Refits, steps: int, strategy: str) -> Backtest:
    """Forecast from every day on with the latest refit, until the series ends.

    Parameters
    ----------
    specification : BacktestSpecification
    fitted : Refits
        The first refit learns from the days before the first day predicted.
    steps : int
        Days ahead.
    strategy : str
        How days after tomorrow are forecast: one of `STRATEGIES`, or ``copy``. Tomorrow's prediction is always that of
        the one-step fits.
    """
    days, first = len(specification.series), fitted.cutoffs[0]
    forecasts = np.full((steps, days - first), np.nan)
    for cutoff, one_step, multi_step in zip(fitted.cutoffs, fitted.one_step, fitted.multi_step, strict=True):
        newest = np.arange(cutoff - 1, min(cutoff + fitted.refit_days, days) - 1)
        past = past_of(specification.series, newest)
        predictions = predict_steps(one_step, multi_step, specification.calendar, past, steps, strategy)
        for step in range(steps):
            target = newest + 1 + step
            inside = target < days
            forecasts[step, target[inside] - first] = predictions[inside, step]
    return Backtest(first, forecasts)


def predict_steps(
    one_step: list[Fit | Rung], multi_step: list[Fit | Rung], calendar: Calendar, past: Past, steps: int, strategy: str
) -> NDArray[np.float64]:
    """Return predictions for 1 to `steps` days ahead, shape (rows, steps); tomorrow's is that of `one_step`."""
    if steps == 1:
        return ahead(one_step, calendar, past, 1)
    if strategy == "recursive":
        return recursive(one_step, calendar, past, steps)
    direct = ahead(multi_step, calendar, past, steps)
    direct[:, 0] = ahead(one_step, calendar, past, 1)[:, 0]
    if strategy != "both":
        return direct
    return average(direct.T, recursive(one_step, calendar, past, steps).T).T


def average(direct: NDArray[np.float64], recursive: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the two strategies' predictions, shape (steps, rows); tomorrow's is the same in both."""
    return np.concatenate([direct[:1], (direct[1:] + recursive[1:]) / 2])


def needs_direct(strategy: str, steps: int) -> bool:
    """Whether a strategy needs networks with as many outputs as steps."""
    return steps > 1 and strategy in ("direct", "both")
