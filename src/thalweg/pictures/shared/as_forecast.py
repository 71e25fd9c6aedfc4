"""A rung that is fitted as for a forecast: on all days, for the epochs that the validation days choose."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from thalweg.errors import InputError
from thalweg.forecast.backtest import refit_member
from thalweg.forecast.data import data_of
from thalweg.forecast.ladder import suited
from thalweg.forecast.limits import limits_of
from thalweg.forecast.plan import one_way
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.search import Member, network_seed
from thalweg.forecast.training import TrainingSet, descend
from thalweg.forecast.ways import RECURSIVE, Predictors
from thalweg.learn.training.thread_pool import thread_pool
from thalweg.pictures.shared.fitted_rung import check_length, check_size
from thalweg.pictures.shared.source import country_of, covariates_of
from thalweg.series.calendar import Calendar
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from thalweg.forecast.plan import Plan
    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.shared.source import Source
    from thalweg.series.series import Series

FITTING = ("days_back", "layers", "known", "loss", "country", "seed")  # the options that choose the function


class Fitting(Protocol):
    """Options that say which function is fitted; they are not changed."""

    @property
    def days_back(self) -> int: ...  # noqa: D102 - as in the options of a picture
    @property
    def layers(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def known(self) -> str: ...  # noqa: D102
    @property
    def loss(self) -> str: ...  # noqa: D102
    @property
    def country(self) -> str: ...  # noqa: D102
    @property
    def seed(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class AsForecast:
    """A rung as it forecasts: fed its own predictions, as far as the usual horizon.

    Attributes
    ----------
    rung : Rung
    predictors : Predictors
    plan : Plan
    calendar : Calendar
    """

    rung: Rung
    predictors: Predictors
    plan: Plan
    calendar: Calendar


def fitted_as_forecast(source: Source, series: Series, options: Fitting, watcher: Watcher) -> AsForecast:
    """Fit a rung as for a forecast: choose the epochs by the validation days, then fit on all days from three seeds.

    Raises
    ------
    InputError
        If the series is too short for the rung, the rung has too many unknowns, or every descent diverges.
    """
    calendar = Calendar(country_of(source, options.country), frequency=series.frequency)
    rung = suited(Rung(options.days_back, hidden=options.layers, known=covariates_of(options.known)))
    mean = _fitted(series, rung, calendar, options.loss, options.seed, watcher)
    horizon = series.frequency.horizon
    predictors = Predictors(mean, limits=(limits_of(series, len(series), horizon),))
    return AsForecast(rung, predictors, one_way(RECURSIVE, horizon), calendar)


def _fitted(series: Series, rung: Rung, calendar: Calendar, loss: str, seed: int, watcher: Watcher) -> Mean:
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
