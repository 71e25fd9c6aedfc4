"""What is refitted at each cutoff of a backtest, and again on all values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from thalweg.forecast.ladder import copies
from thalweg.forecast.origins import span_of_shared
from thalweg.forecast.predictors.baselines import Copy, SeasonalMean
from thalweg.forecast.predictors.far_ahead import far_ahead
from thalweg.forecast.predictors.network import NetworkPredictor
from thalweg.forecast.predictors.rates import RateAndSize
from thalweg.forecast.ways import RECURSIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.forecast.plan import Plan
    from thalweg.forecast.predictors.base import RungPredictor, WithoutUnknowns
    from thalweg.forecast.predictors.baselines import Baseline
    from thalweg.forecast.search import Candidate, Member, Searched
    from thalweg.forecast.ways import Predictors
    from thalweg.learn.activation import Values
    from thalweg.series.frequency.record import Frequency

SEASONS_OF_MEAN = 4

Part = tuple["Member", int]  # a member, and for how many steps at once it is fitted
Started = dict[Part, dict[int, "Values"]]  # of each part of a team, its unknowns by seed


@dataclass(frozen=True)
class Team:
    """What is refitted at each cutoff.

    Attributes
    ----------
    frequency : Frequency
    choice : tuple of Member
        What the choice is made of; one of them may stand there several times.
    beside : tuple of Member
        The networks fitted beside the choice, each a way of its own.
    far : int
        The furthest step that shared networks learn beyond the usual horizon; 0 where no such step is asked for.
    baselines : tuple of WithoutUnknowns
        What needs no fit.
    fallback : str
        The name of the baseline that stands where the ways of far steps cannot be compared.
    """

    frequency: Frequency
    choice: tuple[Member, ...]
    beside: tuple[Member, ...] = ()
    far: int = 0
    baselines: tuple[WithoutUnknowns, ...] = ()
    fallback: str = ""

    @property
    def learned(self) -> tuple[str, ...]:
        """The names of the ways that gradient descent found."""
        choice = (RECURSIVE,) if any(member.seeds for member in self.choice) else ()
        return (*choice, *(member.rung.name for member in self.beside))

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is fitted: each member once for each number of steps at once."""
        near = map(self.near, (*self.choice, *self.beside))
        far = (part for member in self.beside for part in self.beyond(member))
        return tuple(dict.fromkeys((*near, *far)))  # a mean may count a rung several times

    def near(self, member: Member) -> Part:
        """Return the part that predicts the first step: of one step at once, or shared over those of a horizon."""
        return member, member.rung.steps_at_once(self.frequency)

    def beyond(self, member: Member) -> tuple[Part, ...]:
        """Return the part of a shared member that learns the steps beyond the usual horizon, if asked for."""
        return ((member, self.far),) if self.far and self.near(member)[1] > 1 else ()

    def can_learn(self, part: Part, cutoff: Sequence[int]) -> bool:
        """Whether a part has something to learn from: a value so far ahead was known in some series by a cutoff.

        The part that predicts the first step stands at every cutoff. Where it cannot look back far enough, as a rung
        that copies the year before last at a cutoff in the second year, its predictions are missing.
        """
        member, steps = part
        if part == self.near(member):
            return True
        first, _ = span_of_shared(steps, self.frequency)
        return member.rung.steps_needed(self.frequency) + first <= max(cutoff)

    def started(self, predictors: Predictors) -> Started:
        """Return where each part ended whose predictors are given; a part whose networks failed in part is left out."""
        fitted: list[tuple[Part, RungPredictor]] = []
        for place, member in enumerate(self.choice):
            fitted.append((self.near(member), predictors.one_step.members[place]))
        for member, networks in zip(self.beside, predictors.beside, strict=True):
            fitted.append((self.near(member), networks.near.members[0]))
            if networks.far is not None:
                fitted.append((self.beyond(member)[0], networks.far.members[0]))
        return {
            (member, steps): dict(zip(member.seeds, predictor.thetas, strict=True))
            for (member, steps), predictor in fitted
            if isinstance(predictor, NetworkPredictor) and len(predictor.thetas) == len(member.seeds)
        }

    def needed_by(self, plan: Plan) -> Team:
        """Return the team without what no step of a plan goes by; the choice stays, which says the first step."""
        baselines = tuple(one for one in self.baselines if one.name in plan.ways)
        beside = tuple(member for member in self.beside if member.rung.name in plan.ways)
        reach = plan.reach(plan.steps)
        beyond = any(reach[member.rung.name] > self.frequency.horizon for member in beside)
        return replace(self, beside=beside, far=self.far if beyond else 0, baselines=baselines)


def ended_of(team: Team) -> Started:
    """Return where the search left each member."""
    started: Started = {}
    for member in (*team.choice, *team.beside):
        if member.thetas:
            started[team.near(member)] = dict(zip(member.seeds, member.thetas, strict=True))
    return started


def team_of(searched: Searched, choice: Candidate, horizon: int, longest: int, cut: int) -> Team:
    """Return what is refitted for a choice.

    Parameters
    ----------
    searched : Searched
    choice : Candidate
    horizon : int
        The furthest step ahead of the blocks that are planned; for one step alone there is the choice and what copies.
    longest : int
        The most steps ahead that may be asked for: where any beyond the usual horizon is planned, shared networks learn
        all of them, so that a prediction does not depend on the horizon.
    cut : int
        How many values the first refit learns from; a baseline that looks further back is left out.
    """
    panel = searched.data.panel
    frequency = panel.frequency
    copied = tuple(one for one in copies(frequency) if one.needed <= cut)
    if horizon == 1:
        return Team(frequency, choice.members, baselines=copied)
    season, year = frequency.season, frequency.long_season
    usual: tuple[Baseline, ...] = (SeasonalMean(season, SEASONS_OF_MEAN),)
    if year > season:
        usual += (Copy(year, "copy last year"),)
    counts = all(series.counts for series in panel.series)
    every = (*copied, *(one for one in (*usual, *far_ahead(frequency, counts=counts)) if one.needed <= cut))
    beside = tuple(one.members[0] for one in searched.candidates if one.ahead and one is not choice)
    fallback = next((one.name for one in reversed((*copied, *usual[:1])) if one.needed <= cut), copied[0].name)
    if searched.data.scales is not None:
        others = [one.members[0].rung for one in searched.candidates if one is not choice and len(one.members) == 1]
        rates = [rung for rung in others if isinstance(rung, RateAndSize)]
        every += tuple(rates)
        fallback = RECURSIVE if choice.members[0].rate else rates[0].name if rates else fallback
    return Team(
        frequency,
        choice.members,
        beside,
        longest if horizon > frequency.horizon else 0,
        every,
        fallback,
    )
