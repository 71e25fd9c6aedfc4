"""From a series to a forecast, in five steps: search, choose, backtest, calibrate, fit on all values."""

from __future__ import annotations

import functools
import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.backtest import backtest
from thalweg.forecast.beforehand import calendar_of, column_notes, event_notes
from thalweg.forecast.calibrate import calibrate
from thalweg.forecast.choose import Basis, best_without_and_with_calendar, choose, named, open_sealed_test
from thalweg.forecast.copying import copied_steps
from thalweg.forecast.course import course_of
from thalweg.forecast.data import data_of
from thalweg.forecast.final import final_fit
from thalweg.forecast.ladder import Ladder, ladder_for
from thalweg.forecast.laps import Laps, shared_out
from thalweg.forecast.mostly_zero import scales_of
from thalweg.forecast.overfitting import overfitting
from thalweg.forecast.plan import bounds, fallbacks, first_cutoff, longest_horizon, one_way, plan_steps, spans_of
from thalweg.forecast.predictors.rates import rates
from thalweg.forecast.result import Findings, Miss
from thalweg.forecast.search import search
from thalweg.forecast.team import ended_of, team_of
from thalweg.forecast.unfinished import doubted, without_unfinished
from thalweg.forecast.verdict import verdict, zero_sentences
from thalweg.forecast.watch import Silence
from thalweg.forecast.ways import RECURSIVE
from thalweg.forecast.worth import worth_of
from thalweg.learn.prepare import prepare
from thalweg.learn.training.thread_pool import ThreadPool, thread_pool
from thalweg.messages import Argument, Message
from thalweg.series.events import NEAR_DAYS
from thalweg.series.frequency.words import words_of
from thalweg.series.holidays import holiday_of_step
from thalweg.series.regressors import columns_of
from thalweg.series.series import Series
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from thalweg.forecast.backtest import Backtest
    from thalweg.forecast.model import Model
    from thalweg.forecast.options import FitOptions
    from thalweg.forecast.plan import Plan
    from thalweg.forecast.predictors.base import Specification
    from thalweg.forecast.result import AsUsed
    from thalweg.forecast.search import Candidate, Searched
    from thalweg.forecast.team import Team
    from thalweg.forecast.watch import Watcher
    from thalweg.series.calendar import Calendar
    from thalweg.series.split import Split

MISSES_LISTED = 10  # days
REFIT_SHARE = 0.3  # of the time of the search's fits: a refit goes on from the last one
SEARCH_SHARE = 0.4  # share of a time limit for the search; the rest is for the refits of the choice


def fit_series(series: Series, options: FitOptions) -> tuple[Findings, Model]:
    """Find the function that predicts the next value.

    Parameters
    ----------
    series : Series
    options : FitOptions

    Returns
    -------
    findings : Findings
        The ladder's table, the choice, the backtest and the forecast.
    model : Model
        The choice, fitted on all values.

    Raises
    ------
    InputError
        If it is no series, or the series is too short, or too short for the horizon.
    """
    laps = Laps(time.perf_counter())
    return fit_complete(complete(_checked(series), options, laps), options, laps)


def complete(series: Series, options: FitOptions, laps: Laps) -> Series:
    """Return the series without an unfinished last value; the time that it takes to look is counted."""
    _split(series, options)  # what cannot be served is refused before anything is told
    if doubted(series, options):
        _make_ready(options.watcher or Silence(), laps)
        series = without_unfinished(series, options)
        laps.end("last_value")
    return series


def fit_complete(
    series: Series, options: FitOptions, laps: Laps, rung: Specification | None = None
) -> tuple[Findings, Model]:
    """Fit a series whose last value is complete, as of `complete`; else as `fit_series`.

    With a `rung`, that one serves all steps ahead, fed its own predictions, and nothing is chosen.

    Raises
    ------
    InputError
        As `fit_series` does; or if the rung cannot be fitted on so few values.
    """
    split, watcher = _split(series, options), options.watcher or Silence()
    frequency, horizon = series.frequency, options.steps_ahead(series.frequency, len(series))
    ladder = ladder_for(options.ladder, frequency) if rung is None else Ladder(rung.name, (rung,))
    scales = scales_of(series, split.train, split.validation)
    if scales is not None and rung is None:
        ladder = ladder.with_baselines(rates(series, split.train))
    data = data_of(series, calendar_of(series, options), options.loss, scales)
    _make_ready(watcher, laps)
    with thread_pool(options.threads) as pool:
        limit = TimeLimit(laps.began, options.time_limit, pool, words_of(frequency))
        limit.limit_search()
        worth = worth_of(data, split, horizon, options.seed, pool)
        data = worth.data
        if worth.columns:
            laps.end("columns")
        course = course_of(data, split, ladder, horizon, options.seed, pool)
        laps.end("course")
        searched = search(data, (split,), course.ladder, seed=options.seed, pool=pool, watcher=watcher)
        limit.lift(cut_short=searched.cut_short)
        chosen_by = choose(searched) if rung is None else named(searched, rung.name)
        choice = chosen_by.candidate
        laps.end("search")
        opened = open_sealed_test(searched, watcher)
        laps.end("open")

        seconds = sum(member.seconds for member in choice.members) / max(pool.threads, 1)
        refit_days = limit.refit_days(REFIT_SHARE * seconds, split.validation + split.test, frequency.between_refits)
        decided = chosen_by.basis is Basis.VALIDATION and rung is None
        served = _backtest(searched, choice, split, horizon, refit_days, pool, watcher, decided=decided)
        plan, backtested = served.plan, served.backtest
        laps.end("backtest")
        watcher.stage("calibrate", 1)
        calibration = calibrate(data, searched.parts, backtested, plan, horizon, asked=options.asked)
        watcher.advance(1)
        laps.end("calibration")

        watcher.stage("forecast", len(served.needed.parts))
        model = final_fit(data, choice, served.needed, backtested, calibration, pool, watcher.advance)
        laps.end("final_fit")
    lines = shared_out(opened.lines, laps.seconds["search"])
    baselines = {line.rung: line.test for line in lines if line.kind == "copy"}
    chosen = lines[searched.candidates.index(choice)]
    copied = copied_steps(data, split, horizon)
    others = best_without_and_with_calendar(searched, opened)
    events = event_notes(series, data.calendar, split.train)
    idle = column_notes(data.calendar, choice, served.needed)
    notes = [
        *searched.notes,
        *limit.notes,
        *fallbacks(plan),
        *events,
        *worth.notes,
        *course.told(one.line.rung for one in searched.candidates),
        *idle,
    ]
    sentences = verdict(
        chosen,
        calibration,
        copied,
        frequency,
        data.judged,
        beforehand=zero_sentences(searched, choice, decided=decided),
        undecided=chosen_by.note,
        overfit=overfitting(searched),
        notes=notes,
    )
    forecast = model.predict()
    laps.end("summary")
    findings = Findings(
        series=series,
        split=split,
        ladder=lines,
        chosen=chosen.rung,
        loss=data.judged,
        baselines=baselines,
        as_used=calibration.as_used,
        steps=calibration.steps,
        copied=copied,
        rests_on=chosen_by.basis.value,
        plan=plan,
        forecast=forecast,
        misses=_misses(calibration.as_used, data.calendar, series, others),
        columns=worth.columns,
        shifts=course.shifts,
        outliers=course.outliers,
        scales=scales,
        zero_line=searched.zero_line,
        verdict=sentences,
        country=data.calendar.country,
        events=data.calendar.events,
        events_ahead=tuple(data.calendar.events_near(date, 0) for date in forecast.dates),
        seconds=sum(laps.seconds.values()),
        times=laps.seconds,
        settings={
            "ladder": ladder.name,
            "loss": options.loss,
            "country": data.calendar.country,
            **({"events": data.calendar.events.names} if data.calendar.events is not None else {}),
            **{name: names for name, names in columns_of(series.regressors).items() if names},
            "horizon": horizon,
            "level": list(options.asked.levels),
            "quantiles": list(options.asked.quantiles),
            "seed": options.seed,
            "time_limit": options.time_limit,
            "keep_last": options.keep_last,
            "refit_days": refit_days,
        },
    )
    return findings, model


@dataclass(frozen=True, eq=False)
class _Served:
    """How all steps ahead are predicted, and how that did.

    Attributes
    ----------
    plan : Plan
    needed : Team
        What the plan needs.
    backtest : Backtest
        Of all ways before the sealed test, and of those of the plan from there on.
    """

    plan: Plan
    needed: Team
    backtest: Backtest


def _backtest(
    searched: Searched,
    choice: Candidate,
    split: Split,
    horizon: int,
    refit_days: int,
    pool: ThreadPool,
    watcher: Watcher,
    *,
    decided: bool,
) -> _Served:
    """Backtest all ways on validation, choose those of each step ahead, and backtest these on the sealed test.

    Far steps that validation is too short for are backtested on training values too, by refits of their own: so the
    refits and the predictions of near steps are the same whatever the horizon.

    Where validation could not decide on the rung (`decided` is false), it cannot on the ways either, and the choice is
    fed its own predictions.
    """
    data, frequency = searched.data, searched.data.panel.frequency
    longest = longest_horizon(split, frequency)
    blocks = bounds(frequency, longest, horizon)
    steps, sealed, cut = blocks[-1][1], split.train + split.validation, first_cutoff(split, blocks, longest)
    team = team_of(searched, choice, steps, longest, split.train)
    watcher.stage("as_used", (2 + (cut < split.train)) * len(team.parts))
    refits = functools.partial(backtest, data, refit_days=refit_days, steps=steps, pool=pool, advance=watcher.advance)
    before = refits(team, first=(split.train,), until=(sealed,), start=ended_of(team))
    spans = spans_of(split, cut, blocks)
    if cut < split.train:  # the networks of the search have learned the values from `cut` on, so these start anew
        lasts = (last for (_, last), span in zip(blocks, spans, strict=True) if span[0][0] == split.train)
        near = max(lasts, default=0)
        before = refits(team, first=(cut,), until=(split.train,)).beyond(near).then(before)
    plan = (
        plan_steps(data, before.forecasts, blocks, spans, team.fallback, team.learned)
        if decided
        else one_way(RECURSIVE, steps)
    )
    needed = team.needed_by(plan)
    serving = replace(needed, baselines=team.baselines)
    after = refits(serving, first=(sealed,), until=(split.days,), start=before.ended, plan=plan)
    return _Served(plan, needed, before.then(after))


def _make_ready(watcher: Watcher, laps: Laps) -> None:
    """Load the engine; where it has to be compiled, the time counts for that and not for what comes next."""
    if prepare(lambda: watcher.stage("compile", 1)):
        laps.end("compile")


def _checked(series: Series) -> Series:
    """Return the series; refuse what is none."""
    if not isinstance(series, Series):  # pyright: ignore[reportUnnecessaryIsInstance] - users have no type checker
        raise InputError("fit.no_series", kind=type(series).__name__)
    return series


def _split(series: Series, options: FitOptions) -> Split:
    """Return how a series is split; refuse one that is too short for the horizon."""
    split = split_by_date(series)
    horizon, longest = options.steps_ahead(series.frequency, len(series)), longest_horizon(split, series.frequency)
    if horizon > longest:
        given, words = Argument("horizon", horizon), words_of(series.frequency)
        raise InputError("fit.horizon", argument=given, days=split.days, longest=longest, **words)
    return split


class TimeLimit:
    """A time limit in seconds, divided between the search and the refits of the choice."""

    def __init__(self, began: float, seconds: float | None, pool: ThreadPool, words: Mapping[str, Message]) -> None:
        self.began, self.seconds, self.pool, self.words = began, seconds, pool, words
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

    def refit_days(self, seconds_per_refit: float, days: int, usual: int) -> int:
        """Return the steps between refits, more than the usual where time is short."""
        refits = math.ceil(days / usual)
        if self.seconds is None:
            return usual
        remaining = max(self.seconds - (time.perf_counter() - self.began), 0.0)
        allowed = max(1, min(refits, int(remaining / max(seconds_per_refit, 1e-9)) - 1))
        if allowed == refits:
            return usual
        between = math.ceil(days / allowed)
        key = "verdict.no_refits" if allowed == 1 else "verdict.fewer_refits"
        self.notes.append(Message(key, {"days": between, "usual": usual, **self.words}))
        return between


def _misses(
    as_used: AsUsed, calendar: Calendar, series: Series, others: Mapping[str, NDArray[np.float64]]
) -> tuple[Miss, ...]:
    """Return the days missed most (U5), the worst first, with the predictions of `others`."""
    order = np.argsort(-np.abs(as_used.target - as_used.prediction), kind="stable")[:MISSES_LISTED]
    misses: list[Miss] = []
    for at in order:
        date: np.datetime64 = as_used.dates[int(at)]
        target, prediction = float(as_used.target[at]), float(as_used.prediction[at])
        of_others = {name: float(estimates[series.place(date)]) for name, estimates in others.items()}
        holiday = holiday_of_step(series.frequency, date, calendar.country)
        events = calendar.events_near(date, NEAR_DAYS)
        misses.append(Miss(date, target, prediction, holiday, of_others, events))
    return tuple(misses)
