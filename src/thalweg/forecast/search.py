"""Search the ladder: fit rungs × seeds side by side, choose on validation, open the sealed test once."""

from __future__ import annotations

import functools
import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.features import days_needed, past_of
from thalweg.forecast.fit import Descended, Fit, TrainingSet, descend
from thalweg.forecast.ladder import copies, suited
from thalweg.forecast.result import RungResult
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.messages import Message

if TYPE_CHECKING:
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from thalweg.forecast.ladder import Ladder, Rung
    from thalweg.forecast.watch import Watcher
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series
    from thalweg.series.split import Split

FIRST_RUNGS_OF_MEAN = 3  # the best on validation
MOST_UNKNOWNS_IN_MEAN = 50_000  # of a rung; larger rungs stay out, since a mean is refitted again and again
MOST_RUNGS_IN_MEAN = 6  # a rung counts as often as it was picked


@dataclass(frozen=True, eq=False)
class Candidate:
    """One fitted rung: its line of the table and its predictions of every day.

    Attributes
    ----------
    line : RungResult
        Its `test` is NaN until the sealed test is opened.
    rung : Rung or None
        None for a mean.
    fit : Fit or None
        None for copying and for a mean.
    estimates : ndarray of float64, shape (days before the test,)
        Predictions one day ahead, in the user's units; NaN where the rung cannot look back far enough.
    members : tuple of int
        For a mean, the places of its rungs among the candidates.
    """

    line: RungResult
    rung: Rung | None
    fit: Fit | None
    estimates: NDArray[np.float64]
    members: tuple[int, ...] = ()


def estimates(
    rung: Rung, fit: Fit | None, series: Series, calendar: Calendar, first: int, last: int
) -> NDArray[np.float64]:
    """Return a rung's predictions, one day ahead, of days ``first`` to ``last`` (excluded), NaN where it has none."""
    predictions = np.full(last - first, np.nan)
    if fit is None:
        days = np.arange(max(first, rung.days_back), last)
        predictions[days - first] = series.values[days - rung.days_back]
        return predictions
    newest = np.arange(max(first - 1, days_needed(rung) - 1), last - 1)
    predictions[newest + 1 - first] = fit.predict(calendar, past_of(series, newest))[:, 0]
    return predictions


class Search:
    """The search over one ladder on one series.

    Parameters
    ----------
    series : Series
    split : Split
    calendar : Calendar
    loss : str
        ``mae`` or ``mse``.
    seed : int
        With a network's place among its rung's seeds, it decides the network's start and the order of its batches.
    pool : ThreadPool
    watcher : Watcher
    """

    def __init__(
        self,
        series: Series,
        split: Split,
        calendar: Calendar,
        *,
        loss: str,
        seed: int,
        pool: ThreadPool,
        watcher: Watcher,
    ) -> None:
        self.series, self.split, self.calendar = series, split, calendar
        self.loss, self.seed, self.pool, self.watcher = loss, seed, pool, watcher
        self.candidates: list[Candidate] = []
        self.notes: list[Message] = []
        self.cut_short = False
        self.sealed_estimates: list[NDArray[np.float64]] = []  # of each candidate, once the sealed test is open
        self._sealed = split.train + split.validation
        self._compare_from = 0

    def run(self, ladder: Ladder) -> int:
        """Fit the ladder's rungs, and return the place of the candidate with the least validation loss.

        Rungs that are not fitted before the deadline are left out.
        """
        whole = ladder
        ladder = whole.suited_to(self.split.train)
        left_out = len(whole.rungs) + len(whole.again) - len(ladder.rungs) - len(ladder.again)
        if left_out:
            self.notes.append(Message("verdict.left_out", {"count": left_out, "days": self.split.train}))
        fitted = [rung for rung in (*ladder.rungs, *ladder.again) if not rung.copy]
        # The training loss of every rung is over the same days: those left by the rung that looks back longest.
        self._compare_from = max((days_needed(rung) for rung in fitted), default=0)
        total = sum(rung.seeds for rung in ladder.rungs if not rung.copy)
        total += sum(rung.seeds for rung in ladder.again) * ladder.best_shapes
        self.watcher.stage("climb", total)
        missing = tuple(copy for copy in copies() if copy not in ladder.rungs)
        self._fit_rungs((*missing, *ladder.rungs))
        self._fit_rungs(self._best_shapes_again(ladder))
        if ladder.mean:
            self._mean()
        losses = [self._comparable(one.line.validation) for one in self.candidates]
        return int(np.argmin(losses))

    @staticmethod
    def _comparable(value: float) -> float:
        return math.inf if math.isnan(value) else value

    def _fit_rungs(self, rungs: tuple[Rung, ...]) -> None:
        """Fit rungs side by side; report each in order as soon as it is fitted."""
        jobs: list[tuple[Rung, TrainingSet | None, list[Future[Descended]]]] = []
        for rung in rungs:
            if rung.copy:
                jobs.append((rung, None, []))
                continue
            training_set = TrainingSet(rung, self.series, self.calendar, self.loss, self.split.train, 1)
            validation = (self.split.train, self._sealed)
            jobs.append(
                (
                    rung,
                    training_set,
                    [
                        self.pool.submit(
                            functools.partial(
                                descend,
                                training_set,
                                network_seed(self.seed, place),
                                validation=validation,
                                late=self.pool.late,
                                curve=place == 0,
                            )
                        )
                        for place in range(rung.seeds)
                    ],
                )
            )
        for rung, training_set, futures in jobs:
            self.pool.watch(futures, self.watcher.advance)
            one = self._finish(rung, training_set, [future.result() for future in futures])
            if one is not None:
                self.candidates.append(one)
                self.watcher.rung(one.line)

    def _finish(self, rung: Rung, training_set: TrainingSet | None, descents: list[Descended]) -> Candidate | None:
        fit = None
        if training_set is not None:
            places = [place for place, one in enumerate(descents) if not one.outcome.failed]
            kept = [descents[place] for place in places]
            if any(one.outcome.name == "interrupted" for one in descents):
                self.cut_short = True
                return None
            if not kept:
                advice = descents[0].outcome.message
                self.notes.append(Message("verdict.diverged", {"rung": rung.name, "advice": advice}))
                return None
            fit = Fit(
                rung,
                training_set.scale,
                training_set.network,
                np.stack([one.theta for one in kept]),
                tuple(one.outcome for one in kept),
                kept[0].curve,
                tuple(network_seed(self.seed, place) for place in places),
            )
        predictions = estimates(rung, fit, self.series, self.calendar, 0, self._sealed)
        train, validation = self._losses(predictions)
        line = RungResult(
            rung=rung.name,
            kind=rung.kind,
            parameters=0 if fit is None else fit.network.size,
            days_back=rung.days_back,
            known=bool(rung.known),
            train=train,
            validation=validation,
            test=math.nan,
            seconds=0.0 if fit is None else sum(outcome.seconds for outcome in fit.outcomes),
            seeds=1 if fit is None else len(fit.thetas),
            epochs=() if fit is None else fit.epochs,
            outcomes=() if fit is None else tuple(outcome.name for outcome in fit.outcomes),
            hyperparameters=rung.hyperparameters,
            curve={} if fit is None else fit.curve,
        )
        return Candidate(line, rung, fit, predictions)

    def _losses(self, predictions: NDArray[np.float64]) -> tuple[float, float]:
        """Return the loss on training days and on validation days."""
        train = self.split.train
        on_training = self.loss_over(predictions, self._compare_from, train)
        return on_training, self.loss_over(predictions, train, self._sealed)

    def loss_over(self, predictions: NDArray[np.float64], first: int, last: int, start: int = 0) -> float:
        """Return L over the observed days ``first`` to ``last`` (excluded); the first prediction is for day `start`."""
        part = predictions[first - start : last - start]
        weight = (self.series.observed[first:last] & np.isfinite(part)).astype(float)
        return mean_loss(LOSSES[self.loss], part, self.series.values[first:last], weight)

    def _best_shapes_again(self, ladder: Ladder) -> tuple[Rung, ...]:
        # The widest network is left out: it has ten times the unknowns and takes ten times as long.
        shaped = [one for one in self.candidates if one.rung and set(one.rung.hidden) == {100}]
        shaped.sort(key=lambda one: self._comparable(one.line.validation))
        shapes = [(one.rung.hidden, one.rung.activation) for one in shaped if one.rung]
        best = list(dict.fromkeys(shapes))[: ladder.best_shapes]
        return tuple(
            suited(replace(rung, hidden=hidden, activation=activation))
            for hidden, activation in best
            for rung in ladder.again
        )

    def _mean(self) -> None:
        """Add the mean of a few rungs, picked greedily on validation (Caruana et al. 2004).

        It begins with the best few, as the paper advises against picks by chance. Then it adds the rung that lowers
        the loss most, which may be one already in it.
        """
        began = time.perf_counter()
        places = [at for at, one in enumerate(self.candidates) if one.line.parameters <= MOST_UNKNOWNS_IN_MEAN]
        places.sort(key=lambda at: self._comparable(self.candidates[at].line.validation))
        picked = places[:FIRST_RUNGS_OF_MEAN]
        best = self._of_mean(tuple(picked))
        while len(picked) < MOST_RUNGS_IN_MEAN:
            tried = {at: self._of_mean((*picked, at)) for at in places}
            at = min(places, key=lambda place: tried[place])
            if tried[at] >= best:
                break
            best = tried[at]
            picked.append(at)
        if not places or best >= self._comparable(self.candidates[places[0]].line.validation):
            return  # a mean that does not lower the loss is left out
        members = tuple(sorted(picked))
        distinct = set(members)
        if len(distinct) < 2:  # noqa: PLR2004 - one rung is no mean
            return
        predictions = np.mean([self.candidates[at].estimates for at in members], axis=0)
        train, validation = self._losses(predictions)
        lines = [self.candidates[at].line for at in distinct]
        line = RungResult(
            rung=f"mean of {len(distinct)}",
            kind="mean",
            parameters=sum(one.parameters for one in lines),
            days_back=max(one.days_back for one in lines),
            known=any(one.known for one in lines),
            train=train,
            validation=validation,
            test=math.nan,
            seconds=time.perf_counter() - began,
            members=tuple(self.candidates[at].line.rung for at in members),
        )
        self.candidates.append(Candidate(line, None, None, predictions, members))
        self.watcher.rung(line)

    def _of_mean(self, picked: tuple[int, ...]) -> float:
        """Return the validation loss of the mean of some candidates."""
        predictions = np.mean([self.candidates[at].estimates for at in picked], axis=0)
        return self._comparable(self._losses(predictions)[1])

    def open_the_seal(self) -> None:
        """Compute L′ of every candidate on the sealed test: once, after the choice, for the table only."""
        days = len(self.series)
        self.watcher.stage("open", len(self.candidates))
        predictions = self.sealed_estimates
        for at, one in enumerate(self.candidates):
            if one.rung is not None:
                ahead = estimates(one.rung, one.fit, self.series, self.calendar, self._sealed, days)
            else:
                ahead = np.mean([predictions[member] for member in one.members], axis=0)
            predictions.append(ahead)
            test = self.loss_over(ahead, self._sealed, days, self._sealed)
            self.candidates[at] = replace(one, line=replace(one.line, test=test))
            self.watcher.rung(self.candidates[at].line)
            self.watcher.advance(1)

    def with_and_without_calendar(self) -> dict[str, NDArray[np.float64]]:
        """Return predictions of the sealed days by the best rung without a calendar and the best rung with one."""
        best: dict[str, NDArray[np.float64]] = {}
        for known in (False, True):
            fitted = [at for at, one in enumerate(self.candidates) if one.fit is not None and one.line.known is known]
            if fitted:
                at = min(fitted, key=lambda place: self._comparable(self.candidates[place].line.validation))
                best[self.candidates[at].line.rung] = self.sealed_estimates[at]
        return best

    def parts(self, at: int) -> list[Candidate]:
        """Return the candidates that the one at a place is the mean of; itself where it is no mean."""
        one = self.candidates[at]
        return [self.candidates[member] for member in one.members] if one.rung is None else [one]


def network_seed(seed: int, place: int) -> int:
    """Return the seed of the network at a place among a rung's seeds."""
    return seed * 1000 + place
