"""From a series to a forecast: split, search, choose, backtest, calibrate, fit on all days."""

from __future__ import annotations

import datetime as dt
import math
import time
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.backtest import (
    Backtest,
    BacktestSpecification,
    Member,
    Refits,
    average,
    needs_direct,
    predictions_at_cutoffs,
    refit,
    refits,
)
from thalweg.forecast.features import LOOK_BACK_DAYS
from thalweg.forecast.interval import adaptive_conformal, miss_transform
from thalweg.forecast.model import Model
from thalweg.forecast.result import COVERAGES, AsUsed, Findings, Miss
from thalweg.forecast.search import Candidate, Search
from thalweg.forecast.verdict import verdict
from thalweg.forecast.watch import Silence, Watcher
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.learn.training.thread_pool import ThreadPool, thread_pool
from thalweg.messages import Argument, Message
from thalweg.series.calendar import Calendar, nearest_holiday
from thalweg.series.dates import days_between
from thalweg.series.series import Series
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from thalweg.forecast.interval import AdaptiveConformal, MissTransform
    from thalweg.forecast.ladder import Ladder
    from thalweg.forecast.options import FitOptions

REFIT_DAYS = 30
MISSES_LISTED = 10  # days
LEAST_RESIDUALS = 20  # below, a step ahead has the interval of the step before
SEARCH_SHARE = 0.4  # share of a time limit for the search; the rest is for the refits of the choice


def fit_series(series: Series, options: FitOptions) -> tuple[Findings, Model]:
    """Find the function that predicts tomorrow.

    Parameters
    ----------
    series : Series
    options : FitOptions

    Returns
    -------
    findings : Findings
        The ladder's table, the choice, the backtest and the forecast.
    model : Model
        The choice, fitted on all days.

    Raises
    ------
    InputError
        If it is no series, or the series is too short, or too short for the horizon.
    """
    began = time.perf_counter()
    if not isinstance(series, Series):  # pyright: ignore[reportUnnecessaryIsInstance] - users have no type checker
        raise InputError("fit.no_series", kind=type(series).__name__)
    horizon, loss = options.horizon, options.loss
    ladder = cast("Ladder", options.ladder)  # as the record holds it once it is checked
    split = split_by_date(series)
    longest = split.validation + split.test
    if horizon > longest:
        raise InputError("fit.horizon", argument=Argument("horizon", horizon), days=split.days, longest=longest)
    calendar = Calendar(options.country or "")
    watcher = options.watcher or Silence()
    with thread_pool(options.threads) as pool:
        limit = TimeLimit(began, options.time_limit, pool)
        search = Search(series, split, calendar, loss=loss, seed=options.seed, pool=pool, watcher=watcher)
        limit.limit_search()
        at = search.run(ladder)
        limit.lift(cut_short=search.cut_short)
        search.open_the_seal()
        serving = Serving(search, at, horizon, watcher)
        as_used = serving.as_used(limit)
        model = serving.forecast()
    lines = tuple(one.line for one in search.candidates)
    chosen = lines[at]
    baselines = {line.rung: line.test for line in lines if line.kind == "copy"}
    settings = {
        "ladder": ladder.name,
        "loss": loss,
        "country": calendar.country,
        "horizon": horizon,
        "seed": options.seed,
        "time_limit": options.time_limit,
        "refit_days": serving.refit_days,
    }
    findings = Findings(
        series=series,
        split=split,
        ladder=lines,
        chosen=chosen.rung,
        loss=loss,
        baselines=baselines,
        as_used=as_used,
        steps=serving.steps(),
        strategy=serving.strategy,
        forecast=model.predict(),
        misses=_misses(as_used, calendar.country, series.dates[serving.sealed], search.with_and_without_calendar()),
        verdict=verdict(lines, chosen, as_used, baselines, loss, [*search.notes, *limit.notes]),
        country=calendar.country,
        seconds=time.perf_counter() - began,
        settings=settings,
    )
    return findings, model


class TimeLimit:
    """A time limit in seconds, divided between the search and the refits of the choice."""

    def __init__(self, began: float, seconds: float | None, pool: ThreadPool) -> None:
        self.began, self.seconds, self.pool = began, seconds, pool
        self.notes: list[Message] = []

    def limit_search(self) -> None:
        """Let the search end after its share of the time."""
        if self.seconds is not None:
            self.pool.deadline = self.began + SEARCH_SHARE * self.seconds

    def lift(self, *, cut_short: bool) -> None:
        """Remove the deadline for what follows; note it if the search was cut short."""
        if cut_short and self.seconds is not None:
            self.notes.append(Message("verdict.time_limit", {"seconds": self.seconds}))
        self.pool.deadline = math.inf

    def refit_days(self, seconds_per_refit: float, days: int) -> int:
        """Return the days between refits, more than usual where time is short."""
        refits = math.ceil(days / REFIT_DAYS)
        if self.seconds is None:
            return REFIT_DAYS
        remaining = max(self.seconds - (time.perf_counter() - self.began), 0.0)
        allowed = max(1, min(refits, int(remaining / max(seconds_per_refit, 1e-9)) - 1))
        if allowed == refits:
            return REFIT_DAYS
        between = math.ceil(days / allowed)
        key = "verdict.no_refits" if allowed == 1 else "verdict.fewer_refits"
        self.notes.append(Message(key, {"days": between}))
        return between


class Serving:
    """The choice, refitted as it will be used: its backtest, its intervals and its model.

    Parameters
    ----------
    search : Search
    at : int
        The place of the choice among the search's candidates.
    horizon : int
        Days ahead.
    watcher : Watcher
    """

    def __init__(self, search: Search, at: int, horizon: int, watcher: Watcher) -> None:
        self.search, self.horizon, self.watcher = search, horizon, watcher
        self.series, self.split = search.series, search.split
        self.specification = BacktestSpecification(search.series, search.calendar, search.loss)
        self.chosen = search.candidates[at].line
        self.parts = search.parts(at)
        self.members = tuple(_member(part) for part in self.parts)
        self.first = self.split.train  # validation days calibrate the first intervals of the test
        self.sealed = self.split.train + self.split.validation
        self.strategy = "copy" if self.chosen.kind == "copy" else "direct" if horizon == 1 else "both"
        self.refit_days = REFIT_DAYS
        self._run: Backtest | None = None

    @property
    def run(self) -> Backtest:
        """The backtest from the first validation day on."""
        assert self._run is not None, "call as_used first"  # noqa: S101 - a promise between these methods
        return self._run

    @cached_property
    def miss_transform(self) -> MissTransform:
        """The transform of residuals, chosen on training days."""
        return miss_transform(self.series.values[: self.split.train], counts=self.series.counts)

    def _fits(self) -> int:
        return sum(len(member.seeds) for member in set(self.members))

    def _backtest(self, fitted: Refits) -> Backtest:
        """Forecast with the strategy of least loss over validation days, averaged over all steps ahead."""
        if self.strategy == "copy" or self.horizon == 1:
            return predictions_at_cutoffs(self.specification, fitted, self.horizon, self.strategy)
        runs = {
            name: predictions_at_cutoffs(self.specification, fitted, self.horizon, name)
            for name in ("direct", "recursive")
        }
        runs["both"] = Backtest(self.first, average(runs["direct"].forecasts, runs["recursive"].forecasts))
        losses = {name: self._per_step(run, self.first, self.sealed) for name, run in runs.items()}
        self.strategy = min(losses, key=lambda name: float(np.nanmean(losses[name])))
        return runs[self.strategy]

    def as_used(self, limit: TimeLimit) -> AsUsed:
        """Refit over validation and sealed test; score the test, each interval calibrated on earlier days."""
        days = len(self.series)
        seconds = sum(part.line.seconds for part in self.parts) / max(self.search.pool.threads, 1)
        self.refit_days = limit.refit_days(2 * seconds, days - self.first)
        refit_count = math.ceil((days - self.first) / self.refit_days)
        self.watcher.stage(
            "as_used", self._fits() * refit_count * (2 if needs_direct(self.strategy, self.horizon) else 1)
        )
        fitted = refits(
            self.specification, self.members, first=self.first, refit_days=self.refit_days, steps=self.horizon,
            strategy=self.strategy, pool=self.search.pool, advance=self.watcher.advance,
        )  # fmt: skip
        self._run = self._backtest(fitted)
        transform = self.miss_transform
        start = self.sealed - self.first
        bands = self._calibrated(self.run.forecasts[0], 1).bands
        predictions = self.run.forecasts[0, start:]
        bounds = transform.inverse(transform.transform(predictions)[:, None] + bands)
        scored = self.series.observed[self.sealed :]
        prediction, target = predictions[scored], self.series.values[self.sealed :][scored]
        # As in a forecast, the prediction lies within its intervals, even where the residuals have a bias.
        low80, low95 = np.minimum(bounds[scored][:, ::2].T, prediction)
        high80, high95 = np.maximum(bounds[scored][:, 1::2].T, prediction)
        coverage = {
            COVERAGES[0]: float(np.mean((target >= low80) & (target <= high80))),
            COVERAGES[1]: float(np.mean((target >= low95) & (target <= high95))),
        }
        return AsUsed(
            refit_days=self.refit_days,
            test=mean_loss(LOSSES[self.search.loss], prediction, target),
            dates=self.series.dates[self.sealed :][scored],
            target=target,
            prediction=prediction,
            low80=low80,
            high80=high80,
            low95=low95,
            high95=high95,
            coverage=coverage,
        )

    def _calibrated(self, predictions: NDArray[np.float64], step: int) -> AdaptiveConformal:
        """Calibrate the intervals of one step ahead on its residuals, over the sealed test."""
        transform = self.miss_transform.transform
        known = self.series.observed[self.first :] & np.isfinite(predictions)
        residuals = transform(self.series.values[self.first :]) - transform(np.where(known, predictions, 0.0))
        return adaptive_conformal(residuals, known, self.sealed - self.first, step)

    def _per_step(self, run: Backtest, first: int, last: int) -> NDArray[np.float64]:
        """Return the loss of each step ahead over the observed days ``first`` to ``last`` (excluded)."""
        return np.array([self.search.loss_over(forecasts, first, last, run.first) for forecasts in run.forecasts])

    def steps(self) -> NDArray[np.float64]:
        """Return the loss of each step ahead over the sealed test, as used."""
        return self._per_step(self.run, self.sealed, len(self.series))

    def forecast(self) -> Model:
        """Fit on all days, and calibrate the intervals on the residuals of validation and sealed test."""
        pool, advance = self.search.pool, self.watcher.advance
        self.watcher.stage("forecast", self._fits() * (2 if needs_direct(self.strategy, self.horizon) else 1))
        days = len(self.series)
        one_step = refit(self.specification, self.members, [days], 1, pool, advance)[0]
        multi_step = one_step
        if needs_direct(self.strategy, self.horizon):
            multi_step = refit(self.specification, self.members, [days], self.horizon, pool, advance)[0]
        observed = self.series.observed[self.first :]
        bands: list[NDArray[np.float64]] = []
        for step, predictions in enumerate(self.run.forecasts, 1):
            # Where there are too few residuals so far ahead, the interval is that of the step before.
            enough = (observed & np.isfinite(predictions)).sum() >= LEAST_RESIDUALS
            bands.append(self._calibrated(predictions, step).last if enough or not bands else bands[-1])
        sealed_predictions = self.run.forecasts[0, self.sealed - self.first :]
        errors = LOSSES[self.search.loss].error(sealed_predictions, self.series.values[self.sealed :])
        return Model(
            chosen=self.chosen.rung,
            loss=self.search.loss,
            strategy=self.strategy,
            daily=one_step,
            many=multi_step,
            calendar=self.search.calendar,
            days=_last_days(self.series, self.members),
            miss_transform=self.miss_transform,
            bands=np.array(bands),
            errors=errors[self.series.observed[self.sealed :]].astype(np.float64),
            made=dt.datetime.now().astimezone().date(),
        )


def _member(part: Candidate) -> Member:
    assert part.rung is not None  # noqa: S101 - the parts of a mean are rungs
    if part.fit is None:
        return Member(part.rung)
    return Member(part.rung, part.fit.epochs, part.fit.seeds)


def _last_days(series: Series, members: tuple[Member, ...]) -> Series:
    """Return the days that the members look back at, and those of the same weeks of last year."""
    needed = max(LOOK_BACK_DAYS, *(member.rung.days_back for member in members)) + 1
    cut = max(len(series) - needed, 0)
    return replace(
        series, start=series.dates[cut], values=series.values[cut:], observed=series.observed[cut:], notes=()
    )


def _misses(
    as_used: AsUsed, country: str, first: np.datetime64, others: Mapping[str, NDArray[np.float64]]
) -> tuple[Miss, ...]:
    """Return the days missed most (U5), the worst first, with the predictions of `others`, which begin at `first`."""
    order = np.argsort(-np.abs(as_used.target - as_used.prediction), kind="stable")[:MISSES_LISTED]
    misses: list[Miss] = []
    for at in order:
        date: np.datetime64 = as_used.dates[int(at)]
        target, prediction = float(as_used.target[at]), float(as_used.prediction[at])
        place = days_between(first, date)
        of_others = {name: float(estimates[place]) for name, estimates in others.items()}
        misses.append(Miss(date, target, prediction, nearest_holiday(date, country), of_others))
    return tuple(misses)
