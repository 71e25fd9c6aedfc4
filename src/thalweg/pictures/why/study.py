"""Why this number: the contributions of past days and calendar facts to a day's prediction."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.forecast.backtest import refit_member
from thalweg.forecast.contributions import Why, why_of
from thalweg.forecast.data import data_of
from thalweg.forecast.ladder import suited
from thalweg.forecast.model import Model
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.predictors.network import NetworkPredictor, Rung
from thalweg.forecast.search import Member, network_seed
from thalweg.forecast.training import TrainingSet, descend
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.pictures.shared.fitted_rung import check_length, check_size
from thalweg.pictures.shared.source import check_defaults, country_of, covariates_of
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.dates import a_date
from thalweg.series.frequency.record import KNOWN
from thalweg.series.sample import sample
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.shared.source import Source
    from thalweg.pictures.why.options import WhyOptions
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class WhyStudy:
    """The contributions to a day's prediction.

    Attributes
    ----------
    why : Why
    function : str
        The name of the function, such as ``100 relu 28 week``.
    days : Series
        The days that the function looked back at.
    count : int
        The number of days and facts to name; the others are added up.
    known : str
        What the function knows apart from past values, a word of `Frequency.known`; of several members, the most that
        one knows.
    own : bool
        Whether the function was fitted for this study to a given series, so that a forecast may choose another.
    """

    why: Why
    function: str
    days: Series
    count: int
    known: str = ""
    own: bool = False

    @property
    def actual(self) -> float:
        """The actual value of the day, in the user's units; NaN where it is not known."""
        at = self.days.place(self.why.date)
        return float(self.days.values[at]) if at < len(self.days) and self.days.observed[at] else float("nan")


def why_study(source: Source, options: WhyOptions, watcher: Watcher) -> WhyStudy:
    """Split a day's prediction into contributions.

    A saved model is explained as it is, on the days that it stores. For a series, a rung is fitted as for a forecast:
    the validation days choose the number of epochs, then it is fitted on all days from three seeds. Without a source,
    the simulated channel is used, with the holidays of its country.

    Parameters
    ----------
    source : Series or Model, optional
    options : WhyOptions
    watcher : Watcher
        Receives the progress.

    Raises
    ------
    InputError
        If the series is too short, or too few days precede the day.
    """
    series = source.days if isinstance(source, Model) else sample() if source is None else source
    date = None if options.day is None else a_date(series.frequency, options.day)
    if isinstance(source, Model):
        check_defaults(source, options, ("days_back", "layers", "known", "loss", "country", "seed"))
        members = source.predictors.one_step.members
        seen = [member.rung.known for member in members if isinstance(member, NetworkPredictor)]
        most = max(seen, key=("", *KNOWN).index, default="")
        why = why_of(source.predictors.one_step, source.calendar, source.days, date)
        return WhyStudy(why, source.chosen, source.days, options.count, most, own=False)
    calendar = Calendar(country_of(source, options.country), frequency=series.frequency)
    sees = covariates_of(options.known)
    rung = suited(Rung(options.days_back, hidden=options.layers, known=sees))
    predictor = _as_forecast(series, rung, calendar, options.loss, options.seed, watcher)
    why = why_of(predictor, calendar, series, date)
    return WhyStudy(why, rung.name, series, options.count, sees, own=source is not None)


def _as_forecast(series: Series, rung: Rung, calendar: Calendar, loss: str, seed: int, watcher: Watcher) -> Mean:
    """Fit a rung as for a forecast: choose the epochs by the validation days, then fit on all days."""
    split = split_by_date(series)
    check_length(series, split, rung)
    first = TrainingSet.of(rung, series, calendar, loss, split.train, 1)
    check_size(first)
    validation = [(split.train, split.train + split.validation)]
    seeds = [network_seed(seed, place) for place in range(rung.seeds)]
    watcher.stage("fit", len(seeds) + 1)
    with thread_pool() as pool:
        jobs = [functools.partial(descend, first, each, validation=validation, late=pool.late) for each in seeds]
        runs = pool.run(jobs, watcher.advance)
        kept = [(each, run.outcome.best_epoch) for each, run in zip(seeds, runs, strict=True) if not run.outcome.failed]
        if not kept:
            raise InputError("picture.not_fitted", rung=rung.name, advice=runs[0].outcome.message)
        member = Member(rung, tuple(epochs for _, epochs in kept), tuple(each for each, _ in kept))
        everything = [(len(series),)]
        job = functools.partial(refit_member, data_of(series, calendar, loss), member, everything, 1, pool)
        (refits,) = pool.run([job], watcher.advance)
    return Mean(refits.predictors)
