"""The choice as it will serve: refitted again and again on all days before, and scored on the days that follow."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features import LOOK_BACK, Past, days_needed, past_of
from thalweg.forecast.fit import Descended, Fit, TrainingSet, descend
from thalweg.series.dates import days_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.forecast.ladder import Rung
    from thalweg.learn.thread_pool import ThreadPool
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series


# As many outputs as steps; fed its own forecasts; the mean of the two.
STRATEGIES = ("direct", "recursive", "both")


@dataclass(frozen=True)
class Member:
    """A rung of the choice, how long each of its networks descends, and from which seeds."""

    rung: Rung
    epochs: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True)
class BacktestSpecification:
    """What is refitted: the series, what is known of its days, and the loss."""

    series: Series
    calendar: Calendar
    loss: str


def refit(
    specification: BacktestSpecification,
    members: tuple[Member, ...],
    uptos: list[int],
    steps: int,
    pool: ThreadPool,
    advance: Callable[[int], None],
) -> list[list[Fit | Rung]]:
    """Fit every member on the days before each of `uptos`, side by side, epochs as found.

    Returns
    -------
    list of list
        For each of `uptos`, a `Fit` per member; the rung itself where it only copies.

    Raises
    ------
    InputError
        If all descents of a rung diverge: its learning rate is too high for these days.
    """
    distinct = tuple(dict.fromkeys(members))  # a mean may count a rung several times; it is fitted once
    problems: list[tuple[TrainingSet | None, Member]] = []
    jobs: list[Callable[[], Descended]] = []
    for upto in uptos:
        for member in distinct:
            if member.rung.copy:
                problems.append((None, member))
                continue
            training_set = TrainingSet(
                member.rung, specification.series, specification.calendar, specification.loss, upto, steps
            )
            problems.append((training_set, member))
            jobs.extend(
                functools.partial(descend, training_set, seed, epochs=epochs, late=pool.late)
                for seed, epochs in zip(member.seeds, member.epochs, strict=True)
            )
    found = iter(pool.run(jobs, advance))
    fits: list[Fit | Rung] = []
    for training_set, member in problems:
        if training_set is None:
            fits.append(member.rung)
            continue
        runs = [next(found) for _ in member.seeds]
        thetas = [run.theta for run in runs if not run.outcome.failed]
        if not thetas:
            until = specification.series.dates[training_set.upto - 1]
            raise InputError(f"{member.rung.name}, refitted on the days to {until}: {runs[0].outcome.advice}")
        fits.append(Fit(member.rung, training_set.scale, training_set.network, np.stack(thetas)))
    places = [distinct.index(member) for member in members]
    return [[fits[at + place] for place in places] for at in range(0, len(fits), len(distinct))]


def ahead(fits: list[Fit | Rung], calendar: Calendar, past: Past, steps: int) -> NDArray[np.float64]:
    """Return the mean of the fits' estimates for as many days ahead as they have outputs, shape (rows, steps)."""
    return np.mean([_ahead(fit, calendar, past, steps) for fit in fits], axis=0)


def _ahead(fit: Fit | Rung, calendar: Calendar, past: Past, steps: int) -> NDArray[np.float64]:
    if isinstance(fit, Fit):
        return fit.predict(calendar, past)
    # Copying k days back repeats the last k days for as long as is asked.
    back = fit.days_back - 1 - np.arange(steps) % fit.days_back
    return past.values[past.newest[:, None] - back]


def recursive(fits: list[Fit | Rung], calendar: Calendar, past: Past, steps: int) -> NDArray[np.float64]:
    """Feed the one-day-ahead mean its own forecasts, shape (rows, steps)."""
    kept = max(LOOK_BACK, *(days_needed(fit.rung) if isinstance(fit, Fit) else fit.days_back for fit in fits))
    width = kept + steps
    rows = len(past)
    # Each row gets a past of its own, which grows by what is forecast.
    at = np.maximum(past.newest[:, None] - np.arange(kept - 1, -1, -1), 0)
    own = np.zeros((rows, width))
    own[:, :kept] = past.values[at]
    own[:, kept:] = own[:, kept - 1 : kept]
    out = np.empty((rows, steps))
    for step in range(steps):
        now = Past(
            own.reshape(-1),
            np.arange(rows) * width + kept - 1 + step,
            days_after(past.dates, step),
            np.minimum(past.available, kept) + step,
        )
        out[:, step] = ahead(fits, calendar, now, 1)[:, 0]
        own[:, kept + step] = out[:, step]
    return out


@dataclass(frozen=True, eq=False)
class Backtest:
    """Forecasts made with what was known at the time.

    Attributes
    ----------
    first : int
        The first day forecast.
    forecasts : ndarray of float64, shape (steps, days from `first` on)
        ``forecasts[h − 1, j]`` is of day ``first + j``, made h days before; NaN where no model was fitted yet.
    """

    first: int
    forecasts: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Refits:
    """The choice fitted again and again: for each of `uptos`, on the days before it, a fit per member.

    Attributes
    ----------
    uptos : list of int
    daily, direct : list of list
        With one output, and with as many as the horizon has steps (`daily` again where none are needed).
    refit_days : int
    """

    uptos: list[int]
    daily: list[list[Fit | Rung]]
    direct: list[list[Fit | Rung]]
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
    """Fit every `refit_days` from day `first` on, on all days before, what a strategy needs."""
    uptos = list(range(first, len(specification.series), refit_days))
    daily = refit(specification, members, uptos, 1, pool, advance)
    direct = refit(specification, members, uptos, steps, pool, advance) if needs_direct(strategy, steps) else daily
    return Refits(uptos, daily, direct, refit_days)


def replay(specification: BacktestSpecification, fitted: Refits, steps: int, strategy: str) -> Backtest:
    """Forecast from every day on with the latest refit, until the series ends.

    Parameters
    ----------
    task : Task
    fitted : Refits
        The first refit sees the days before the first day forecast.
    steps : int
        Days ahead.
    strategy : str
        How days after tomorrow are forecast: one of `STRATEGIES`, or ``copy``. Tomorrow's estimate is always of
        the one-day-ahead rung.
    """
    days, first = len(specification.series), fitted.uptos[0]
    out = np.full((steps, days - first), np.nan)
    for upto, one, many in zip(fitted.uptos, fitted.daily, fitted.direct, strict=True):
        newest = np.arange(upto - 1, min(upto + fitted.refit_days, days) - 1)
        past = past_of(specification.series, newest)
        made = horizon(one, many, specification.calendar, past, steps, strategy)
        for step in range(steps):
            target = newest + 1 + step
            inside = target < days
            out[step, target[inside] - first] = made[inside, step]
    return Backtest(first, out)


def horizon(
    daily: list[Fit | Rung], many: list[Fit | Rung], calendar: Calendar, past: Past, steps: int, strategy: str
) -> NDArray[np.float64]:
    """Return forecasts for 1 to `steps` days ahead, shape (rows, steps): tomorrow's is of `daily`."""
    if steps == 1:
        return ahead(daily, calendar, past, 1)
    if strategy == "recursive":
        return recursive(daily, calendar, past, steps)
    made = ahead(many, calendar, past, steps)
    made[:, 0] = ahead(daily, calendar, past, 1)[:, 0]
    return both(made.T, recursive(daily, calendar, past, steps).T).T if strategy == "both" else made


def both(direct: NDArray[np.float64], recursive: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the two strategies' forecasts, shape (steps, rows); tomorrow's is the same in both."""
    return np.concatenate([direct[:1], (direct[1:] + recursive[1:]) / 2])


def needs_direct(strategy: str, steps: int) -> bool:
    """Whether a strategy needs networks with as many outputs as steps."""
    return steps > 1 and strategy in ("direct", "both")
