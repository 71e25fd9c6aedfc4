"""One rung, fitted once on the training days, with all that a picture wants to show of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features.sets import covariates
from thalweg.forecast.predictors.network import network_predictor
from thalweg.forecast.rung import SHARE_LOOKED_BACK
from thalweg.forecast.search import estimates
from thalweg.forecast.training import TrainingSet, descent_of
from thalweg.learn.runs.record import Record
from thalweg.messages import Argument
from thalweg.pictures.shared.trained import Trained
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.words import words_of
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.rung import Hyperparameters
    from thalweg.learn.activation import Values
    from thalweg.learn.descent import Descent
    from thalweg.learn.outcome import Outcome
    from thalweg.series.series import Series
    from thalweg.series.split import Split

MOST_UNKNOWNS = 5_000_000


@dataclass(frozen=True, eq=False)
class FittedRung(Trained):
    """A rung fitted on the training days of a series from one seed. The fit uses no other day.

    Attributes
    ----------
    split : Split
    theta : ndarray, shape (size,)
        Where the descent ended.
    record : Record
        Losses during the descent, after every epoch; with θ where that was asked for.
    outcome : Outcome
    """

    split: Split
    theta: Values
    record: Record
    outcome: Outcome

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
        predictor = network_predictor(self.training_set, np.asarray(theta)[None])
        return estimates(predictor, self.training_set.data, [(0, self.sealed)])[: self.sealed]

    def loss(self, first: int, last: int, estimated: NDArray[np.float64] | None = None) -> float:
        """Return the loss over the observed days ``first`` to ``last`` (excluded), in the user's units (L1)."""
        predictions = self.estimates if estimated is None else estimated
        return self.training_set.data.loss_over(predictions, [(first, last)])

    def seen(self, first: int | None = None) -> float:
        """Return L, the loss over the training days (from index `first` on), in the user's units."""
        return self.loss(self.training_set.features.needed if first is None else first, self.split.train)

    def unseen(self) -> float:
        """Return L′, the loss over the validation days, in the user's units. The descent has not seen these days."""
        return self.loss(self.split.train, self.sealed)


def fit_rung(
    series: Series,
    rung: Hyperparameters,
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
    rung : Hyperparameters
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
    training_set = TrainingSet.of(rung, series, Calendar(country, frequency=series.frequency), loss, split.train, 1)
    check_size(training_set)
    descent = descent_of(training_set, seed)
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


def check_length(series: Series, split: Split, rung: Hyperparameters) -> None:
    """Raise an InputError where a series has too few training days for a rung."""
    if rung.known not in ("", *series.frequency.known):
        raise InputError(
            "picture.season",
            argument=Argument("known", rung.known),
            choices=series.frequency.known,
            **words_of(series.frequency),
        )
    if rung.steps_needed(series.frequency) * SHARE_LOOKED_BACK > split.train:
        raise InputError(
            "picture.days_back",
            argument=Argument("days_back", rung.days_back),
            days=len(series),
            train=split.train,
            most=split.train // SHARE_LOOKED_BACK,
            **words_of(series.frequency),
        )
    if covariates(rung.known, series.frequency).long and split.train < series.frequency.two_long_seasons:
        raise InputError(
            "picture.known",
            argument=Argument("known", rung.known),
            days=len(series),
            train=split.train,
            least=series.frequency.two_long_seasons,
            instead=Argument("known", series.frequency.known[0] if len(series.frequency.known) > 1 else "none"),
            **words_of(series.frequency),
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


def comparable_from(fitted: Sequence[FittedRung]) -> int:
    """Return the index of the first day that all rungs predict, so that their L are over the same days."""
    return max(one.training_set.features.needed for one in fitted)
