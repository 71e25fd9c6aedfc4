"""Step one, the search: fit rungs × seeds of a ladder side by side, and score them on validation."""

from __future__ import annotations

import functools
import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.features.past import past_of
from thalweg.forecast.ladder import copies, suited
from thalweg.forecast.names import rung_message
from thalweg.forecast.predictors.mean import Mean
from thalweg.forecast.result import RATES, RungResult
from thalweg.forecast.scorer import Scorer, SeriesParts, comparable, parts_of
from thalweg.messages import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from thalweg.forecast.data import Data, Span
    from thalweg.forecast.ladder import Ladder
    from thalweg.forecast.mostly_zero import Scaled
    from thalweg.forecast.predictors.base import Fitting, Predictor, Specification
    from thalweg.forecast.predictors.network import Rung
    from thalweg.forecast.training import Descended
    from thalweg.forecast.watch import Watcher
    from thalweg.learn.activation import Values
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.split import Split

FIRST_RUNGS_OF_MEAN = 3  # the best on validation
MOST_UNKNOWNS_IN_MEAN = 50_000  # of a rung; larger rungs stay out, since a mean is refitted again and again
MOST_RUNGS_IN_MEAN = 6  # a rung counts as often as it was picked
SHAPE_AGAIN = (
    100  # hidden units of the shapes that are fitted again with a calendar: ten times wider takes ten times as long
)


@dataclass(frozen=True)
class Member:
    """A rung that was fitted, and what a refit needs to know of that.

    Attributes
    ----------
    rung : Specification
    epochs, seeds : tuple of int
        The epochs found by each network whose descent did not fail, and their seeds.
    seconds : float
        How long the fit took.
    thetas : tuple of ndarray of float32, shape (unknowns,)
        Where each descent ended.
    """

    rung: Specification
    epochs: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    thetas: tuple[Values, ...] = field(default=(), compare=False, repr=False)

    @property
    def rate(self) -> bool:
        """Whether it is a rung of series that are mostly zero, whose predictions are rates."""
        return self.rung.kind in RATES


@dataclass(frozen=True, eq=False)
class Candidate:
    """One fitted rung, or the mean of several.

    Attributes
    ----------
    line : RungResult
        Its line of the table. Its `test` is NaN until the sealed test is opened.
    predictor : Mean
        Of one rung or of several, fitted on the training part, for one step ahead.
    members : tuple of Member
        What it is made of: itself, or the rungs of a mean, one of them as often as it was picked.
    estimates : ndarray of float64, shape (all values of the panel,)
        Predictions one step ahead, in the user's units; NaN in the sealed test, and where the rung cannot look back far
        enough.
    places : tuple of int
        For a mean, the places of its rungs among the candidates.
    sums : ndarray of float64, shape (cutoffs,)
        Predictions of sums on validation, as of `Scorer.sums`.
    """

    line: RungResult
    predictor: Mean
    members: tuple[Member, ...]
    estimates: NDArray[np.float64]
    places: tuple[int, ...] = ()
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @property
    def comparable(self) -> float:
        """What it is chosen by, such as the validation loss; infinite where there is none."""
        return comparable(self.line.judged)

    @property
    def learned(self) -> bool:
        """Whether it is one rung with unknowns."""
        return self.line.kind in ("linear", "network")

    @property
    def ahead(self) -> bool:
        """Whether it is a way to predict later steps, whatever rung is chosen."""
        return len(self.members) == 1 and bool(getattr(self.members[0].rung, "ahead", False))

    @property
    def shared(self) -> bool:
        """Whether it is one rung whose networks are shared over the steps; it serves later steps than the first."""
        return len(self.members) == 1 and bool(getattr(self.members[0].rung, "shared", False))


@dataclass(frozen=True, eq=False)
class Searched:
    """What a search found.

    Attributes
    ----------
    data : Data
    parts : SeriesParts
    candidates : tuple of Candidate
        In the order of the ladder, a mean last.
    notes : tuple of Message
        Which rungs were left out, and why.
    cut_short : bool
        Whether the deadline ended it.
    zero_line : Scaled, optional
        The scaled errors of a line of zeros on validation, where the series is mostly zero.
    """

    data: Data
    parts: SeriesParts
    candidates: tuple[Candidate, ...]
    notes: tuple[Message, ...]
    cut_short: bool
    zero_line: Scaled | None = None


def estimates(predictor: Predictor, data: Data, spans: Sequence[Span]) -> NDArray[np.float64]:
    """Return one-step predictions of a span of each series, NaN elsewhere and where there are none.

    Returns
    -------
    ndarray of float64, shape (all values of the panel,)
        In the user's units.
    """
    panel = data.panel
    predictions = np.full(len(panel.values), np.nan)
    for place, (first, last) in enumerate(spans):
        newest = np.arange(max(first - 1, predictor.needed - 1), last - 1)
        made = predictor.predict(past_of(panel.series[place], newest, place), (1,))[:, 0]
        predictions[panel.offsets[place] + newest + 1] = made
    return predictions


def search(
    data: Data, splits: Sequence[Split], ladder: Ladder, *, seed: int, pool: ThreadPool, watcher: Watcher
) -> Searched:
    """Fit the rungs of a ladder on the training part, and score them on validation.

    Rungs that are not fitted before the pool's deadline are left out.

    Parameters
    ----------
    data : Data
        One series or several. The networks of a rung learn from all series, each in its own scale. Losses are over the
        values of all, in the user's units, so that a large series counts more.
    splits : sequence of Split
        One for each series.
    ladder : Ladder
    seed : int
        With a network's place among its rung's seeds, it decides the network's start and the order of its batches.
    pool : ThreadPool
    watcher : Watcher
    """
    frequency = data.panel.frequency
    train = max(split.train for split in splits)
    suitable = ladder.suited_to(train, frequency)
    notes: list[Message] = []
    left_out = sum(not rung.suits(train, frequency) for rung in (*ladder.rungs, *ladder.again))
    if left_out:
        notes.append(Message("verdict.left_out", {"count": left_out, "days": train}))
    rungs = (*suitable.rungs, *suitable.again)
    # The training loss of every rung is over the same values: those left by the rung that looks back longest.
    compare_from = max((rung.steps_needed(frequency) for rung in rungs if rung.seeds), default=0)
    watcher.stage(
        "climb",
        sum(rung.seeds for rung in suitable.rungs) + sum(rung.seeds for rung in suitable.again) * suitable.best_shapes,
    )
    scorer = Scorer(data, parts_of(splits), compare_from)
    fit = functools.partial(_fit_rungs, scorer, tuple(split.train for split in splits), seed, pool, watcher)
    copying = (copy for copy in copies(frequency) if copy.suits(train, frequency))
    missing = tuple(copy for copy in copying if copy not in suitable.rungs)
    first = fit((*missing, *suitable.rungs))
    again = fit(_best_shapes_again(suitable, first.candidates))
    candidates = [*first.candidates, *again.candidates]
    if suitable.mean and (mean := mean_of(candidates, scorer)):
        candidates.append(mean)
        watcher.rung(mean.line)
    notes += [*first.notes, *again.notes]
    cut_short = first.cut_short or again.cut_short
    return Searched(data, scorer.parts, tuple(candidates), tuple(notes), cut_short, scorer.zero_line)


@dataclass(frozen=True, eq=False)
class _Fitted:
    """Some rungs fitted; parameters as of `Searched`."""

    candidates: tuple[Candidate, ...]
    notes: tuple[Message, ...]
    cut_short: bool


def _fit_rungs(
    scorer: Scorer,
    upto: tuple[int, ...],
    seed: int,
    pool: ThreadPool,
    watcher: Watcher,
    rungs: Sequence[Specification],
) -> _Fitted:
    """Fit rungs side by side; report each in order as soon as it is fitted."""
    running: list[tuple[Specification, Fitting, list[Future[Descended]]]] = []
    for rung in rungs:
        fitting = rung.fitting(scorer.data, upto, rung.steps_at_once(scorer.data.panel.frequency))
        jobs = [
            functools.partial(
                fitting.descend,
                network_seed(seed, place),
                validation=scorer.parts.validation,
                late=pool.late,
                progress=pool.progress,
                curve=place == 0,
            )
            for place in range(rung.seeds)
        ]
        running.append((rung, fitting, [pool.submit(job) for job in jobs]))
    candidates: list[Candidate] = []
    notes: list[Message] = []
    cut_short = False
    for rung, fitting, futures in running:
        pool.watch(futures, watcher.advance)
        descents = [future.result() for future in futures]
        kept = {network_seed(seed, at): one for at, one in enumerate(descents) if not one.outcome.failed}
        if any(one.outcome.name == "interrupted" for one in descents):
            cut_short = True
        elif descents and not kept:
            notes.append(
                Message("verdict.diverged", {"rung": rung_message(rung.name), "advice": descents[0].outcome.message})
            )
        else:
            candidate = _candidate(scorer, rung, Mean((fitting.predictor(list(kept.values())),)), kept)
            candidates.append(candidate)
            watcher.rung(candidate.line)
    return _Fitted(tuple(candidates), tuple(notes), cut_short)


def _candidate(scorer: Scorer, rung: Specification, predictor: Mean, kept: dict[int, Descended]) -> Candidate:
    """Return a fitted rung; `kept` are the descents that did not fail, by their seeds."""
    seen = [(0, last) for _, last in scorer.parts.validation]
    predictions = estimates(predictor, scorer.data, seen)
    train, validation = scorer.losses(predictions)
    sums = scorer.sums(predictor)
    outcomes = [one.outcome for one in kept.values()]
    epochs = tuple(outcome.best_epoch for outcome in outcomes)
    line = RungResult(
        rung=rung.name,
        kind=rung.kind,
        parameters=predictor.parameters,
        days_back=rung.days_back,
        known=bool(rung.known),
        train=train,
        validation=validation,
        test=math.nan,
        seconds=float(sum(outcome.seconds for outcome in outcomes)),
        seeds=max(len(kept), 1),
        epochs=epochs,
        outcomes=tuple(outcome.name for outcome in outcomes),
        hyperparameters=rung.hyperparameters,
        curve=next((one.curve for one in kept.values()), {}),
        scaled=scorer.scaled(predictions, sums),
    )
    thetas = tuple(one.theta for one in kept.values())
    member = Member(rung, epochs, tuple(kept), line.seconds, thetas)
    return Candidate(line, predictor, (member,), predictions, sums=sums)


def _best_shapes_again(ladder: Ladder, candidates: Sequence[Candidate]) -> tuple[Rung, ...]:
    """Return the rungs with a calendar in the best shapes found so far."""
    shapes: dict[tuple[tuple[int, ...], str], None] = {}
    for one in sorted(candidates, key=lambda one: one.comparable):
        widths, activation = one.line.hyperparameters.get("neurons", ()), one.line.hyperparameters.get("activation", "")
        if set(widths) == {SHAPE_AGAIN}:
            shapes[tuple(widths), activation] = None
    again = (
        suited(replace(rung, hidden=hidden, activation=activation))
        for hidden, activation in list(shapes)[: ladder.best_shapes]
        for rung in ladder.again
    )
    fitted = {one.line.rung for one in candidates}
    return tuple(rung for rung in again if rung.name not in fitted)


def mean_of(candidates: Sequence[Candidate], scorer: Scorer) -> Candidate | None:
    """Return the mean of a few candidates, picked greedily on validation (Caruana et al. 2004).

    It begins with the best few, as the paper advises against picks by chance. Then it adds the one that lowers the loss
    most, which may be one already in it. None where no mean lowers the loss of the best.
    """
    began = time.perf_counter()

    def predictions(picked: Sequence[int]) -> NDArray[np.float64]:
        return np.mean([candidates[at].estimates for at in picked], axis=0)

    def sums(picked: Sequence[int]) -> NDArray[np.float64]:
        return np.mean([candidates[at].sums for at in picked], axis=0)

    def judged(picked: Sequence[int]) -> float:
        return scorer.judged(predictions(picked), sums(picked))

    places = [at for at, one in enumerate(candidates) if _fit_for_mean(one.line) and not one.shared]
    places.sort(key=lambda at: candidates[at].comparable)
    picked = places[:FIRST_RUNGS_OF_MEAN]
    best = judged(picked)
    while len(picked) < MOST_RUNGS_IN_MEAN:
        tried = {at: judged((*picked, at)) for at in places}
        at = min(places, key=lambda place: tried[place])
        if tried[at] >= best:
            break
        best = tried[at]
        picked.append(at)
    if not places or best >= candidates[places[0]].comparable or len(set(picked)) < 2:  # noqa: PLR2004 - one is no mean
        return None
    members = [candidates[at] for at in sorted(picked)]
    distinct = [candidates[at].line for at in set(picked)]
    made = predictions(sorted(picked))
    train, validation = scorer.losses(made)
    line = RungResult(
        rung=f"mean of {len(distinct)}",
        kind="mean",
        parameters=sum(one.parameters for one in distinct),
        days_back=max(one.days_back for one in distinct),
        known=any(one.known for one in distinct),
        train=train,
        validation=validation,
        test=math.nan,
        seconds=time.perf_counter() - began,
        members=tuple(one.line.rung for one in members),
        scaled=scorer.scaled(made, sums(sorted(picked))),
    )
    mean = Mean(tuple(member for one in members for member in one.predictor.members))
    members_of_all = tuple(member for one in members for member in one.members)
    return Candidate(line, mean, members_of_all, made, tuple(sorted(picked)), sums(sorted(picked)))


def _fit_for_mean(line: RungResult) -> bool:
    """Whether a rung may be part of a mean: a trend is right where the series is a line, else it adds noise."""
    return line.parameters <= MOST_UNKNOWNS_IN_MEAN and line.kind != "trend"


def network_seed(seed: int, place: int) -> int:
    """Return the seed of the network at a place among a rung's seeds."""
    return seed * 1000 + place
