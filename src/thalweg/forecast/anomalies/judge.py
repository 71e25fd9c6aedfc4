"""Judge each value by the interval that was told for it one step before; nothing later has a part in it."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.anomalies.taught import Bounded
from thalweg.forecast.backtest import backtest
from thalweg.forecast.beforehand import calendar_of
from thalweg.forecast.calibrate import limits_one_step, step_calibration, transform_before
from thalweg.forecast.choose import choose
from thalweg.forecast.data import data_of
from thalweg.forecast.distribution import read
from thalweg.forecast.interval import banded
from thalweg.forecast.ladder import ladder_for
from thalweg.forecast.levels import around
from thalweg.forecast.mostly_zero import scales_of
from thalweg.forecast.options import FitOptions
from thalweg.forecast.plan import one_way
from thalweg.forecast.predictors.rates import rates
from thalweg.forecast.search import search
from thalweg.forecast.sizes import ends_before
from thalweg.forecast.team import ended_of, team_of
from thalweg.forecast.watch import Silence
from thalweg.forecast.ways import RECURSIVE
from thalweg.learn.prepare import prepare
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.messages import Argument
from thalweg.series.frequency.dates import iso
from thalweg.series.frequency.words import words_of
from thalweg.series.split import TEST_SHARE, VALIDATION_SHARE, Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.anomalies.options import AnomalyOptions
    from thalweg.forecast.interval import MissTransform
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series

LEAST_BEFORE = 40  # values before the first that is judged: 32 to learn from, and the residuals of 8
NO_WIDTH = 1e-9  # of the value: an interval that reaches less far to its side has the width of rounding
OUTSIDE = float(np.nextafter(1.0, 2.0))  # the least score of a value outside its interval
GROWTH = 2  # once there are so many times as many values as at the last choice, the rung is chosen anew


@dataclass(frozen=True)
class Chosen:
    """What judged a stretch of values.

    Attributes
    ----------
    first : int
        The place of its first value.
    rung : str
        Chosen on the values before.
    """

    first: int
    rung: str


@dataclass(frozen=True, eq=False)
class Judged:
    """The values that were judged, in the order of their dates.

    Attributes
    ----------
    series : Series
    calendar : Calendar
        Whose holidays and events are near.
    level : float
        Of the interval, in percent.
    refit_steps : int
        Steps between refits.
    chosen : tuple of Chosen
    places : ndarray of int
        Where the values stand in the series; those without an observed value or a prediction are left out.
    forecast, low, high : ndarray of float64
        The median that was forecast one step before, and the ends of its interval, in the user's units.
    score : ndarray of float64
        How many times as far from the forecast the value lies as the end of the interval on its side; see `score_of`.
    """

    series: Series
    calendar: Calendar
    level: float
    refit_steps: int
    chosen: tuple[Chosen, ...]
    places: NDArray[np.int64]
    forecast: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    score: NDArray[np.float64]

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of each value."""
        return self.series.dates[self.places]

    @property
    def actual(self) -> NDArray[np.float64]:
        """The values."""
        return self.series.values[self.places]

    @property
    def outside(self) -> NDArray[np.float64]:
        """How far outside the interval each value lies, in the user's units: above 0, below 0, or 0 where inside."""
        actual = self.actual
        return np.where(actual > self.high, actual - self.high, np.where(actual < self.low, actual - self.low, 0.0))

    @property
    def expected(self) -> float:
        """How many values would lie outside by chance alone."""
        return (1 - self.level / 100) * len(self.places)


def judge(series: Series, options: AnomalyOptions, first: int | None = None) -> Judged:
    """Judge the values of a series from a place on; by default from where `options` say.

    The values are judged in stretches. Before each a rung is chosen on the values before it alone; within it, the rung
    is fitted again and again on all values before. Intervals are calibrated at each step on the residuals before it. A
    stretch ends where the past has doubled, or before the first negative value: from there on no logarithm is taken.

    Raises
    ------
    InputError
        If there are too few values before the first that is judged, or none to judge.
    """
    begin = _first(series, options) if first is None else first
    words, frequency = words_of(series.frequency), series.frequency
    own = FitOptions(
        country=options.country,
        events=options.events,
        loss=options.loss,
        seed=options.seed,
        threads=options.threads,
        horizon=1,
        keep_last=True,
    )
    calendar = calendar_of(series, own)
    watcher = options.watcher or Silence()
    prepare(lambda: watcher.stage("compile", 1))
    parts: list[Judged] = []
    for start, end in _stretches(series, begin):
        parts.append(_stretch(series.head(end), calendar, start, options, own))
    if not sum(len(part.places) for part in parts):
        raise InputError("anomalies.nothing", source=series.source_name, first=iso(series.dates[begin]), **words)
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("places", "forecast", "low", "high", "score")
    }
    chosen = tuple(each for part in parts for each in part.chosen)
    return Judged(series, calendar, options.level, frequency.between_refits, chosen, **joined)


def _first(series: Series, options: AnomalyOptions) -> int:
    """Return the place of the first value that is judged: as asked for, or that of the sealed test of a forecast."""
    days, frequency = len(series), series.frequency
    told = {"source": series.source_name, "least": LEAST_BEFORE, **words_of(frequency)}
    if days <= LEAST_BEFORE:
        raise InputError("anomalies.too_short", days=days, shortest=LEAST_BEFORE + 1, **told)
    if options.first is not None:
        asked = np.datetime64(str(options.first)).astype(series.dates.dtype)
        if not series.dates[0] < asked <= series.dates[-1]:
            raise InputError(
                "anomalies.first_outside",
                argument=Argument("first", str(options.first)),
                source=series.source_name,
                first=iso(series.dates[0]),
                last=iso(series.dates[-1]),
            )
        begin = int(np.searchsorted(series.dates, asked))
        if begin < LEAST_BEFORE:
            earliest = Argument("first", iso(series.dates[LEAST_BEFORE]))
            raise InputError(
                "anomalies.too_few", before=begin, first=iso(series.dates[begin]), earliest=earliest, **told
            )
        return begin
    if options.days is not None:
        if options.days > days - LEAST_BEFORE:
            argument = Argument("days", options.days)
            raise InputError("anomalies.too_many", argument=argument, days=days, most=days - LEAST_BEFORE, **told)
        return days - options.days
    return max(days - (frequency.test if days >= frequency.long else round(days * TEST_SHARE)), LEAST_BEFORE)


def _stretches(series: Series, begin: int) -> list[tuple[int, int]]:
    """Return where each stretch starts and ends."""
    starts = [begin]
    while starts[-1] * GROWTH < len(series):
        starts.append(starts[-1] * GROWTH)
    if series.values[:begin].min() >= 0 and (series.values < 0).any():
        starts.append(int(np.argmax(series.values < 0)))
    starts = sorted(set(starts))
    return list(zip(starts, [*starts[1:], len(series)], strict=True))


def _stretch(series: Series, calendar: Calendar, start: int, options: AnomalyOptions, own: FitOptions) -> Judged:
    """Judge the values of a series from one place to its end."""
    frequency, watcher = series.frequency, options.watcher or Silence()
    split = _split(series, start)
    scales = scales_of(series, split.train, split.validation)
    data = data_of(series, calendar, own.loss, scales)
    ladder = ladder_for(options.ladder, frequency)
    if scales is not None:
        ladder = ladder.with_baselines(rates(series, split.train))
    with thread_pool(options.threads) as pool:
        searched = search(data, (split,), ladder, seed=options.seed, pool=pool, watcher=watcher)
        choice = choose(searched).candidate
        team, plan = team_of(searched, choice, 1, 1, split.train), one_way(RECURSIVE, 1)
        watcher.stage("as_used", 2 * len(team.parts))
        refits = functools.partial(
            backtest, data, refit_days=frequency.between_refits, steps=1, pool=pool, advance=watcher.advance
        )
        before = refits(team, first=(split.train,), until=(start,), start=ended_of(team))
        after = refits(team, first=(start,), until=(len(series),), start=before.ended, plan=plan)
    made = before.then(after).by(plan, 1)[0]
    transform = transform_before(series, made, split.train, start)
    step = step_calibration(series, made, transform, split.train, start, 1, Bounded())
    ahead, levels, least = made[start:], (options.level,), step.least
    if scales is not None:  # where both ends are 0, the smallest size that has come is as far as an end
        smallest = series.values[:start][series.values[:start] > 0].min(initial=np.inf)
        least = float(np.diff(transform.transform(np.array([0.0, smallest])))[0]) if np.isfinite(smallest) else least
        ends, median = ends_before(series, ahead, start, levels)
    else:
        limits = limits_one_step(series, start) if transform.offset is not None else None
        bands, medians = read([step] * len(ahead), range(step.first, step.first + len(ahead)), levels)
        ends = banded(ahead, bands, transform, limits)
        median = banded(ahead, medians.reshape(-1, 1, 1), transform, limits)[:, 0, 0]
    intervals = around(ahead, ends, levels, median)
    if series.head(start).whole:
        intervals = intervals.whole()
    median = ahead if intervals.median is None else intervals.median
    known = np.flatnonzero(series.observed[start:] & np.isfinite(ahead) & np.isfinite(intervals.low[0]))
    actual = series.values[start:][known]
    forecast, low, high = median[known], intervals.low[0][known], intervals.high[0][known]
    score = score_of(actual, forecast, low, high, transform, least)
    chosen = (Chosen(start, choice.line.rung),)
    return Judged(
        series, calendar, options.level, frequency.between_refits, chosen, start + known, forecast, low, high, score
    )


def _split(series: Series, start: int) -> Split:
    """Return the split whose sealed test begins at a place."""
    frequency, dates = series.frequency, series.dates
    usual = frequency.validation if start >= frequency.long - frequency.test else start
    validation = min(usual, max(round(start * VALIDATION_SHARE / (1 - TEST_SHARE)), 8))
    train = start - validation
    ends = dates[[0, train - 1, start - 1, -1]]
    return Split(len(series), train, validation, len(series) - start, *ends)


def score_of(
    actual: NDArray[np.float64],
    forecast: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    transform: MissTransform,
    least: float,
) -> NDArray[np.float64]:
    """Return how many times as far from the forecast values lie as the end of the interval on their side.

    Both distances are in the units in which residuals of all dates are alike: for counts usually logarithms, so that a
    fall to a tenth is as far as a rise to ten times as much. It is above 1 outside the interval and nowhere else. It is
    infinite outside an interval that has no width but for rounding, since every residual before was 0.

    Parameters
    ----------
    actual, forecast, low, high : ndarray of float64
        In the user's units.
    transform : MissTransform
    least : float
        The least distance of an end from the forecast, in the transform's units.
    """
    at, middle = transform.transform(actual), transform.transform(forecast)
    end = transform.transform(np.where(actual >= forecast, high, low))
    reach = np.maximum(np.abs(end - middle), max(least, np.finfo(float).tiny))
    made = np.abs(at - middle) / reach
    outside = (actual < low) | (actual > high)
    made[outside & (reach <= NO_WIDTH * np.maximum(np.abs(middle), np.abs(at)))] = np.inf
    return np.where(outside, np.maximum(made, OUTSIDE), np.minimum(made, 1.0))


def whole_series(series: Series) -> Series:
    """Return the series without columns beside it, which take no part here."""
    return replace(series, regressors=None)
