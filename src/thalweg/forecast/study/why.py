"""Why this number: which past days and calendar facts moved a day's estimate, and by how much."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.forecast.backtest import Member, Task, refit
from thalweg.forecast.climb import network_seed
from thalweg.forecast.contributions import Why, why_of
from thalweg.forecast.fit import Fit, Problem, descend
from thalweg.forecast.ladder import KNOWN, TOLD_IN, Rung, suited
from thalweg.forecast.model import Model
from thalweg.forecast.study.fitted import check_bears, check_size, layers_of
from thalweg.forecast.study.source import MOST_BACK, as_it_is, country_of, day_named, one_of, sees_of, whole_number
from thalweg.forecast.watch import Silence
from thalweg.learn.workers import workers
from thalweg.series.calendar import Calendar
from thalweg.series.dates import days_between
from thalweg.series.sample import sample
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from thalweg.forecast.study.source import Source
    from thalweg.forecast.watch import Watcher
    from thalweg.series.series import Series

MOST_BARS = 30


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


def why_study(
    source: Source = None,
    *,
    day: str = "",
    count: int = 12,
    days_back: int = 28,
    layers: str = "100",
    known: str = "week",
    loss: str = "mae",
    country: str = "",
    seed: int = 0,
    watcher: Watcher | None = None,
) -> WhyStudy:
    """Take a day's estimate apart.

    Parameters
    ----------
    source : Series or Model, optional
        A saved model is explained as it is, on the days that are stored in it. To a series a rung is fitted as it would
        be for a forecast: for how many epochs is told by the validation days, then on all days, from three seeds.
        Without a source the simulated channel is taken, with the holidays of its country.
    day : str
        The day whose estimate is explained, as ``2025-01-09``; the one after the last where it is not given.
    count : int
        How many days and facts to name.
    days_back, layers, known, loss, country, seed
        The rung for a series; `known` is ``none`` for past days alone, or ``week`` or ``year`` for a calendar too.
    watcher : Watcher, optional

    Raises
    ------
    InputError
        If an option is out of its range, the days are too few, or the day has too few before it.
    """
    date = day_named(day) if day else None
    whole_number("count", count, 1, MOST_BARS)
    if isinstance(source, Model):
        as_it_is(source, why_study, days_back=days_back, layers=layers, known=known, loss=loss, country=country,
                 seed=seed)  # fmt: skip
        seen = [member.rung.known for member in source.daily if isinstance(member, Fit)]
        most = max(seen, key=list(KNOWN).index, default="")
        why = why_of(source.daily, source.calendar, source.days, date)
        return WhyStudy(why, source.chosen, source.days, count, most, own=False)
    series = sample() if source is None else source
    calendar = Calendar(country_of(source, country))
    sees = sees_of(known)
    whole_number("days-back", days_back, 1, MOST_BACK)
    rung = suited(Rung(days_back, hidden=layers_of(layers), known=sees))
    members = _as_forecast(series, rung, calendar, one_of("loss", loss, TOLD_IN), seed, watcher or Silence())
    why = why_of(members, calendar, series, date)
    return WhyStudy(why, rung.name, series, count, sees, own=source is not None)


def _as_forecast(
    series: Series, rung: Rung, calendar: Calendar, loss: str, seed: int, watcher: Watcher
) -> list[Fit | Rung]:
    """Fit a rung as it would serve: its epochs as validation found them, then on all days."""
    split = split_by_date(series)
    check_bears(series, split, rung)
    first = Problem(rung, series, calendar, loss, split.train, 1)
    check_size(first)
    validation = (split.train, split.train + split.validation)
    seeds = [network_seed(seed, place) for place in range(rung.seeds)]
    watcher.stage("fit", 2 * len(seeds))
    with workers() as team:
        jobs = [functools.partial(descend, first, each, validation=validation, late=team.late) for each in seeds]
        runs = team.run(jobs, watcher.advance)
        kept = [(each, run.outcome.best_epoch) for each, run in zip(seeds, runs, strict=True) if not run.outcome.failed]
        if not kept:
            raise InputError(f"{rung.name}: {runs[0].outcome.advice}")
        member = Member(rung, tuple(epochs for _, epochs in kept), tuple(each for each, _ in kept))
        return refit(Task(series, calendar, loss), (member,), [len(series)], 1, team, watcher.advance)[0]
