"""One rung, fitted once on the training days, with all that a picture wants to show of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features import days_needed
from thalweg.forecast.fit import Fit, TrainingSet, start_of
from thalweg.forecast.ladder import KNOWN, SHARE_LOOKED_BACK, YEARS
from thalweg.forecast.search import estimates
from thalweg.learn.descent import Descent
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.learn.runs.record import Record
from thalweg.messages import Argument
from thalweg.series.calendar import Calendar
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.ladder import Rung
    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network
    from thalweg.learn.outcome import Outcome
    from thalweg.series.series import Series
    from thalweg.series.split import Split

MOST_UNKNOWNS = 5_000_000


@dataclass(frozen=True, eq=False)
class FittedRung:
    """A rung fitted on the training days of a series from one seed. The fit uses no other day.

    Attributes
    ----------
    training_set : TrainingSet
        The rung, its examples, its scale, its network.
    split : Split
    theta : ndarray, shape (size,)
        Where the descent ended.
    record : Record
        Losses during the descent, after every epoch; with θ where that was asked for.
    outcome : Outcome
    """

    training_set: TrainingSet
    split: Split
    theta: Values
    record: Record
    outcome: Outcome

    @property
    def series(self) -> Series:
        """The days."""
        return self.training_set.series

    @property
    def network(self) -> Network:
        """The rung's network."""
        return self.training_set.network

    @property
    def rung(self) -> Rung:
        """The rung."""
        return self.training_set.rung

    @property
    def sealed(self) -> int:
        """The index of the first day of the sealed test. No study uses that day or a later one."""
        return self.split.train + self.split.validation

    @cached_property
    def estimates(self) -> NDArray[np.float64]:
        """One-step predictions of all days before the sealed test, in the user's units; NaN where there is none."""
        return self.estimates_at(self.theta)

    def estimates_at(self, theta: Values) -> NDArray[np.float64]:
        """Return `estimates` at another θ."""
        training_set = self.training_set
        fit = Fit(training_set.rung, training_set.scale, training_set.network, np.asarray(theta)[None])
        return estimates(training_set.rung, fit, training_set.series, training_set.calendar, 0, self.sealed)

    def loss(self, first: int, last: int, estimated: NDArray[np.float64] | None = None) -> float:
        """Return the loss over the observed days ``first`` to ``last`` (excluded), in the user's units (L1)."""
        part = (self.estimates if estimated is None else estimated)[first:last]
        weight = (self.series.observed[first:last] & np.isfinite(part)).astype(float)
        return mean_loss(LOSSES[self.training_set.loss], part, self.series.values[first:last], weight)

    def seen(self, first: int | None = None) -> float:
        """Return L, the loss over the training days (from index `first` on), in the user's units."""
        return self.loss(days_needed(self.rung) if first is None else first, self.split.train)

    def unseen(self) -> float:
        """Return L′, the loss over the validation days, in the user's units. The descent has not seen these days."""
        return self.loss(self.split.train, self.sealed)


def fit_rung(
    series: Series,
    rung: Rung,
    *,
    loss: str = "mae",
    country: str = "",
    seed: int = 0,
    path: bool = False,
    watch: Callable[[Descent, float], None] | None = None,
    every: int | None = None,
) -> FittedRung:
    """Fit a rung on the training days, for all epochs of its learning rate schedule.

    Parameters
    ----------
    series : Series
    rung : Rung
        A line or a network, not a copy.
    loss : str
        ``mae`` or ``mse``.
    country : str
        The country whose holidays a rung with a calendar knows.
    seed : int
    path : bool
        Whether to keep θ⁰ and θ at every call of the watcher.
    watch : callable, optional
        Called as `Descent.run` calls it.
    every : int, optional
        The number of updates between two calls; by default an epoch.

    Raises
    ------
    InputError
        If the series is too short for the rung, the rung has too many unknowns, or the descent diverges.
    """
    split = split_by_date(series)
    check_length(series, split, rung)
    training_set = TrainingSet(rung, series, Calendar(country), loss, split.train, 1)
    check_size(training_set)
    descent = Descent(
        training_set.network,
        training_set.examples,
        loss=loss,
        optimizer=rung.optimizer,
        batch=rung.batch,
        epochs=rung.planned_epochs(len(training_set.examples)),
        seed=seed,
        theta=start_of(training_set, seed),
    )
    record = Record(thetas=path, all_examples=False)
    if path:
        record(descent, float("nan"))

    def watched(now: Descent, value: float) -> None:
        record(now, value)
        if watch is not None:
            watch(now, value)

    outcome = descent.run(watch=watched, every=every)
    if outcome.failed:
        raise InputError("picture.not_fitted", rung=rung.name, advice=outcome.message)
    return FittedRung(training_set, split, descent.theta, record, outcome)


def check_length(series: Series, split: Split, rung: Rung) -> None:
    """Raise an InputError where a series has too few training days for a rung."""
    if days_needed(rung) * SHARE_LOOKED_BACK > split.train:
        raise InputError(
            "picture.days_back",
            argument=Argument("days_back", rung.days_back),
            days=len(series),
            train=split.train,
            most=split.train // SHARE_LOOKED_BACK,
        )
    if KNOWN[rung.known].year and split.train < YEARS:
        raise InputError(
            "picture.known",
            argument=Argument("known", rung.known),
            days=len(series),
            train=split.train,
            least=YEARS,
            instead=Argument("known", "week"),
        )


def check_size(training_set: TrainingSet) -> None:
    """Raise an InputError where a rung has more unknowns than a picture fits."""
    unknowns = training_set.network.size
    if unknowns > MOST_UNKNOWNS:
        raise InputError(
            "picture.unknowns",
            argument=Argument("layers"),
            rung=training_set.rung.name,
            unknowns=unknowns,
            most=MOST_UNKNOWNS,
        )


def comparable_from(rungs: Sequence[Rung]) -> int:
    """Return the index of the first day that all rungs predict, so that their L are over the same days."""
    return max(days_needed(rung) for rung in rungs)
