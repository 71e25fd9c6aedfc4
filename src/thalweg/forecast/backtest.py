"""Step three, the backtest: refit the choice again and again on all earlier steps, and predict those that follow."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features.past import past_of
from thalweg.forecast.limits import limits_of
from thalweg.forecast.names import rung_message
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.ways import Beside, Predictors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.data import Data, Span
    from thalweg.forecast.plan import Plan
    from thalweg.forecast.predictors.base import RungPredictor
    from thalweg.forecast.search import Member
    from thalweg.forecast.team import Part, Started, Team
    from thalweg.forecast.training import Descended
    from thalweg.learn.activation import Values
    from thalweg.learn.training.thread_pool import ThreadPool

REFITS_BEFORE_ANEW = 6  # that go on from the one before; half a year
Cutoff = tuple[int, ...]  # for each series, how many of its values are learned from


@dataclass(frozen=True, eq=False)
class Refits:
    """The refits of one member, one for each cutoff, and where the last one ended.

    Attributes
    ----------
    predictors : tuple of RungPredictor
    thetas : tuple of ndarray of float32, shape (unknowns,)
        The unknowns of each network that did not fail, by its seed; the next refit goes on from them.
    """

    predictors: tuple[RungPredictor, ...]
    thetas: dict[int, Values]


def refit_member(
    data: Data,
    member: Member,
    cutoffs: Sequence[Cutoff],
    steps: int,
    pool: ThreadPool,
    start: dict[int, Values] | None = None,
) -> Refits:
    """Fit a member on the steps before each cutoff, one after another.

    The first fit goes on from `start`, or else starts from nothing and takes as many epochs as the search found. Each
    later one goes on from the one before, but for every sixth, which starts from nothing again: networks that only go
    on learn the early values by heart. See `thalweg.forecast.training.descend`.

    Parameters
    ----------
    data : Data
    member : Member
    cutoffs : sequence of tuple of int
        In the order of time.
    steps : int
        Steps ahead at once.
    pool : ThreadPool
    start : dict, optional
        The unknowns of an earlier refit, by seed.

    Raises
    ------
    InputError
        If all descents diverge, since the learning rate is too high for these steps.
    """
    thetas = dict(start or {})
    predictors: list[RungPredictor] = []
    total = len(cutoffs) * len(member.seeds)
    for at, cutoff in enumerate(cutoffs):
        if at and at % REFITS_BEFORE_ANEW == 0:
            thetas = {}
        fitting = member.rung.fitting(data, cutoff, steps, again=len(thetas) == len(member.seeds))
        descents: list[Descended] = []
        for place, (seed, epochs) in enumerate(zip(member.seeds, member.epochs, strict=True)):
            descent = fitting.descend(seed, epochs=epochs, start=thetas.get(seed), late=pool.late)
            if not descent.outcome.failed:
                thetas[seed] = descent.theta
            descents.append(descent)
            pool.progress((at * len(member.seeds) + place + 1) / total)
        kept = [one for one in descents if not one.outcome.failed]
        if descents and not kept:
            until = max(series.dates[upto - 1] for series, upto in zip(data.panel.series, cutoff, strict=True))
            advice = descents[0].outcome.message
            raise InputError("backtest.diverged", rung=rung_message(member.rung.name), until=until, advice=advice)
        predictors.append(fitting.predictor(kept))
    return Refits(tuple(predictors), thetas)


def refit(
    data: Data,
    team: Team,
    cutoffs: Sequence[Cutoff],
    steps: int,
    pool: ThreadPool,
    advance: Callable[[float], None],
    start: Started | None = None,
) -> tuple[list[Predictors], Started]:
    """Fit a team on the steps before each cutoff.

    Parameters
    ----------
    data : Data
    team : Team
    cutoffs : sequence of tuple of int
        In the order of time; each refit goes on from the one before.
    steps : int
        The most steps ahead.
    pool : ThreadPool
        The parts of the team are fitted side by side.
    advance : callable
        Is given the number of parts that were fitted at all cutoffs, in shares.
    start : mapping, optional
        Where earlier refits of this team ended.

    Returns
    -------
    list of Predictors
        One for each cutoff.
    Started
        Where the refits ended, for those of later cutoffs.
    """
    started = start or {}
    known = {part: [cutoff for cutoff in cutoffs if team.can_learn(part, cutoff)] for part in team.parts}
    jobs = [
        functools.partial(refit_member, data, part[0], known[part], part[1], pool, started.get(part))
        for part in team.parts
    ]
    done = dict(zip(team.parts, pool.run(jobs, advance), strict=True))
    made = {part: dict(zip(known[part], done[part].predictors, strict=True)) for part in team.parts}

    def mean(parts: Sequence[Part], cutoff: Cutoff) -> Mean:
        return Mean(tuple(made[part][cutoff] for part in parts))

    choice = [team.near(member) for member in team.choice]
    predictors = [
        Predictors(
            one_step=mean(choice, cutoff),
            beside=tuple(
                Beside(member.rung.name, mean([team.near(member)], cutoff), mean(far, cutoff) if far else None)
                for member in team.beside
                for far in [[part for part in team.beyond(member) if cutoff in made[part]]]
            ),
            baselines=team.baselines,
            limits=tuple(limits_of(*each, steps) for each in zip(data.panel.series, cutoff, strict=True)),
        )
        for cutoff in cutoffs
    ]
    return predictors, {part: refits.thetas for part, refits in done.items()}


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
        Way to an array of float64, shape (steps, all values of the panel): row h − 1 holds the predictions made h
        steps before; NaN where none was made.
    ended : Started
        Where the refits ended.
    """

    first: tuple[int, ...]
    refit_days: int
    forecasts: dict[str, NDArray[np.float64]]
    ended: Started

    def beyond(self, steps: int) -> Backtest:
        """Return this backtest without its predictions of so many first steps ahead."""
        far = (np.arange(next(iter(self.forecasts.values())).shape[0]) >= steps)[:, None]
        return replace(self, forecasts={way: np.where(far, made, np.nan) for way, made in self.forecasts.items()})

    def then(self, later: Backtest) -> Backtest:
        """Return this backtest, gone on with by a later one, which predicts in some of the ways."""
        joined = {
            way: np.where(np.isnan(made), later.forecasts[way], made) if way in later.forecasts else made
            for way, made in self.forecasts.items()
        }
        return Backtest(self.first, self.refit_days, joined, self.ended | later.ended)

    def by(self, plan: Plan, steps: int) -> NDArray[np.float64]:
        """Return the predictions of 1 to `steps` ahead by the ways of a plan, shape (steps, all values)."""
        return plan.combined(self.forecasts, steps, axis=0)


def backtest(
    data: Data,
    team: Team,
    *,
    first: tuple[int, ...],
    until: tuple[int, ...],
    refit_days: int,
    steps: int,
    pool: ThreadPool,
    advance: Callable[[float], None],
    start: Started | None = None,
    plan: Plan | None = None,
) -> Backtest:
    """Refit a team every `refit_days` steps, and predict from every step on with the latest refit.

    Parameters
    ----------
    data : Data
    team : Team
    first : tuple of int
        For each series the index of the first value predicted; the first refit learns from the values before it. Series
        of a panel are cut at these places, each at its own, whatever its dates.
    until : tuple of int
        For each series the index of the first value from whose step before no prediction is made any more.
    refit_days : int
        Steps between refits.
    steps : int
        Steps ahead.
    pool : ThreadPool
    advance : callable
        Is given the number of parts of the team that were fitted, in shares.
    start : Started, optional
        Where the search ended.
    plan : Plan, optional
        Where the ways are chosen already, only what they need is predicted, and what copies, which costs nothing.
    """
    refits = range(max(-(-(end - begin) // refit_days) for end, begin in zip(until, first, strict=True)))
    cutoffs = [
        tuple(min(begin + refit_days * at, end) for end, begin in zip(until, first, strict=True)) for at in refits
    ]
    fitted, ended = refit(data, team, cutoffs, steps, pool, advance, start)
    spans = [
        [(cutoff, min(cutoff + refit_days, end)) for cutoff, end in zip(each, until, strict=True)] for each in cutoffs
    ]
    reach = dict.fromkeys(fitted[0].ways, steps)
    if plan is not None:
        reach = plan.reach(steps) | {one.name: steps for one in team.baselines if one.name in reach}
    return Backtest(first, refit_days, predictions_at_cutoffs(data, fitted, spans, reach, steps), ended)


def predictions_at_cutoffs(
    data: Data,
    fitted: Sequence[Predictors],
    spans: Sequence[Sequence[Span]],
    reach: Mapping[str, int],
    steps: int,
) -> dict[str, NDArray[np.float64]]:
    """Predict from every step of the spans of each refit; arrays as in `Backtest.forecasts`."""
    panel = data.panel
    forecasts = {way: np.full((steps, len(panel.values)), np.nan) for way in reach}
    for predictors, of_refit in zip(fitted, spans, strict=True):
        for place, (first, last) in enumerate(of_refit):
            series, newest = panel.series[place], np.arange(max(first, predictors.needed) - 1, last - 1)
            if not len(newest):
                continue
            made = predictors.predict(past_of(series, newest, place), reach)
            for step in range(max(reach.values())):
                target = newest + 1 + step
                inside = target < len(series)
                for way, each in made.items():
                    forecasts[way][step, panel.offsets[place] + target[inside]] = each[inside, step]
    return forecasts
