"""Why this number: which past days and calendar facts moved a day's estimate, and by how much."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.backtest import BacktestSpecification, Member, refit
from thalweg.forecast.contributions import Why, why_of
from thalweg.forecast.fit import Fit, TrainingSet, descend
from thalweg.forecast.ladder import KNOWN, Rung, suited
from thalweg.forecast.model import Model
from thalweg.forecast.search import network_seed
from thalweg.learn.thread_pool import thread_pool
from thalweg.pictures.shared.fitted_rung import check_bears, check_size
from thalweg.pictures.shared.source import as_it_is, country_of, sees_of
from thalweg.series.calendar import Calendar
from thalweg.series.dates import days_between
from thalweg.series.sample import sample
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.shared.source import Source
    from thalweg.pictures.why.options import WhyOptions
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class WhyStudy:
    """A day's estimate taken apart.

    Attributes
    ----------
    why : Why
    function : str
        The name of what made the estimate, such as ``100 relu 28 week``.
    days : Series
        What it looked back at.
    count : int
        How many days and facts to name; the others are told together.
    known : str
        What the function sees beside past days, a key of `KNOWN`; of several members what the one that sees most does.
    own : bool
        Whether it was fitted for this study to a series that was given, so that a forecast may choose another.
    """

    why: Why
    function: str
    days: Series
    count: int
    known: str = ""
    own: bool = False

    @property
    def came(self) -> float:
        """The value of the day estimated; NaN where it is not known."""
        at = days_between(self.days.dates[0], self.why.date)
        return float(self.days.values[at]) if at < len(self.days) and self.days.observed[at] else float("nan")


def why_study(source: Source, options: WhyOptions, watcher: Watcher) -> WhyStudy:
    """Take a day's estimate apart.

    A saved model is explained as it is, on the days that are stored in it. To a series a rung is fitted as it would be
    for a forecast: for how many epochs is told by the validation days, then on all days, from three seeds. Without a
    source the simulated channel is taken, with the holidays of its country.

    Parameters
    ----------
    source : Series or Model, optional
    options : WhyOptions
    watcher : Watcher
        Told of the progress.

    Raises
    ------
    InputError
        If the days are too few, or the day has too few before it.
    """
    date = None if options.day is None else np.datetime64(options.day, "D")
    if isinstance(source, Model):
        as_it_is(source, options, ("days_back", "layers", "known", "loss", "country", "seed"))
        seen = [member.rung.known for member in source.daily if isinstance(member, Fit)]
        most = max(seen, key=list(KNOWN).index, default="")
        why = why_of(source.daily, source.calendar, source.days, date)
        return WhyStudy(why, source.chosen, source.days, options.count, most, own=False)
    series = sample() if source is None else source
    calendar = Calendar(country_of(source, options.country))
    sees = sees_of(options.known)
    rung = suited(Rung(options.days_back, hidden=options.layers, known=sees))
    members = _as_forecast(series, rung, calendar, options.loss, options.seed, watcher)
    why = why_of(members, calendar, series, date)
    return WhyStudy(why, rung.name, series, options.count, sees, own=source is not None)


def _as_forecast(
    series: Series, rung: Rung, calendar: Calendar, loss: str, seed: int, watcher: Watcher
) -> list[Fit | Rung]:
    """Fit a rung as it would serve: its epochs as validation found them, then on all days."""
    split = split_by_date(series)
    check_bears(series, split, rung)
    first = TrainingSet(rung, series, calendar, loss, split.train, 1)
    check_size(first)
    validation = (split.train, split.train + split.validation)
    seeds = [network_seed(seed, place) for place in range(rung.seeds)]
    watcher.stage("fit", 2 * len(seeds))
    with thread_pool() as pool:
        jobs = [functools.partial(descend, first, each, validation=validation, late=pool.late) for each in seeds]
        runs = pool.run(jobs, watcher.advance)
        kept = [(each, run.outcome.best_epoch) for each, run in zip(seeds, runs, strict=True) if not run.outcome.failed]
        if not kept:
            raise InputError("picture.not_fitted", rung=rung.name, advice=runs[0].outcome.advice)
        member = Member(rung, tuple(epochs for _, epochs in kept), tuple(each for each, _ in kept))
        return refit(BacktestSpecification(series, calendar, loss), (member,), [len(series)], 1, pool, watcher.advance)[
            0
        ]
