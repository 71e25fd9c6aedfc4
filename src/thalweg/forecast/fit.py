"""Fit one rung: several networks from several seeds, whose mean is the prediction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.forecast.features import Past, days_needed, inputs, past_of
from thalweg.forecast.ladder import KNOWN
from thalweg.learn.descent import Descent, Outcome
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES
from thalweg.learn.prediction import Predictor
from thalweg.series.scale import Scale, fit_scale

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.forecast.ladder import Rung
    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.series.calendar import Calendar
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """What one rung learns from: the days of a series before `upto`, `steps` days ahead.

    Attributes
    ----------
    rung, series, calendar, loss
        `loss` is the name of the loss; the weights of targets bring it close to the loss in the user's units.
    upto : int
        How many days may be learned from: no target at or after this place has a weight.
    steps : int
        Outputs of the network: 1 for the next day, or as many as the horizon has days.
    """

    rung: Rung
    series: Series
    calendar: Calendar
    loss: str
    upto: int
    steps: int
    scale: Scale = field(init=False)
    examples: Examples = field(init=False)

    def __post_init__(self) -> None:
        past = self.series.values[: self.upto]
        level_days = KNOWN[self.rung.known].level_days
        scale = fit_scale(past, level_days=level_days, counts=self.series.counts)
        object.__setattr__(self, "scale", scale)
        newest = np.arange(days_needed(self.rung) - 1, self.upto - 1)
        object.__setattr__(self, "examples", self._with_targets(newest))

    @property
    def network(self) -> Network:
        """The rung's network for these features and steps."""
        return Network((self.examples.features, *self.rung.hidden, self.steps), self.rung.activation)

    def _with_targets(self, newest: NDArray[np.int64]) -> Examples:
        rows = inputs(self.rung, self.scale, self.calendar, past_of(self.series, newest), self.steps)
        at = newest[:, None] + np.arange(1, self.steps + 1)
        inside = np.minimum(at, self.upto - 1)
        target = (rows.values[inside] - rows.level[:, None]) / self.scale.spread
        weight = ((at < self.upto) & self.series.observed[inside]).astype(float)
        if self.scale.logarithm:
            # An error of the logarithm is relative; times the level it is an error in the user's units.
            size = np.exp(rows.level - rows.level.mean())
            weight *= (size if self.loss == "mae" else size**2)[:, None]
        return replace(rows, target=target, weight=weight)


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted rung.

    Attributes
    ----------
    rung : Rung
    scale : Scale
    network : Network
    thetas : ndarray of float32, shape (seeds, unknowns)
    outcomes : tuple of Outcome, one per seed
    seeds : tuple of int
        The seeds whose descents did not fail, in the order of `thetas`.
    curve : dict
        ``epoch``, and the losses ``train`` and ``validation`` of the first seed in the user's units; empty where not
        asked for.
    """

    rung: Rung
    scale: Scale
    network: Network
    thetas: Values
    outcomes: tuple[Outcome, ...] = ()
    curve: dict[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    seeds: tuple[int, ...] = ()

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs whose unknowns were kept, one per seed."""
        return tuple(outcome.best_epoch for outcome in self.outcomes)

    def predict(self, calendar: Calendar, past: Past) -> NDArray[np.float64]:
        """Return the mean of the networks' predictions in the user's units, shape (rows, steps)."""
        rows = inputs(self.rung, self.scale, calendar, past, self.network.widths[-1])
        outputs = Predictor(self.network, rows, np.float32)
        return np.mean([self.scale.inverse(outputs(theta), rows.level) for theta in self.thetas], axis=0)


@dataclass(frozen=True, eq=False)
class Scored:
    """Days that a network is scored on: rows of features, targets in the user's units, and their weights (0 or 1)."""

    rows: Examples
    target: NDArray[np.float64]
    weight: NDArray[np.float64]


def scored(training_set: TrainingSet, first: int, last: int) -> Scored:
    """Return the rows whose targets, of all steps, lie in the days ``first`` to ``last`` (excluded)."""
    newest = np.arange(max(first - 1, days_needed(training_set.rung) - 1), last - training_set.steps)
    series = training_set.series
    at = newest[:, None] + np.arange(1, training_set.steps + 1)
    rows = inputs(
        training_set.rung, training_set.scale, training_set.calendar, past_of(series, newest), training_set.steps
    )
    return Scored(rows, series.values[at], series.observed[at].astype(float))


class Descended(NamedTuple):
    """One network fitted: its θ, how its descent ended, and its curve (see `Fit.curve`)."""

    theta: Values
    outcome: Outcome
    curve: dict[str, tuple[float, ...]]


def descend(
    training_set: TrainingSet,
    seed: int,
    *,
    validation: tuple[int, int] | None = None,
    epochs: int | None = None,
    late: Callable[[], bool] | None = None,
    curve: bool = False,
) -> Descended:
    """Fit one network of a rung.

    Parameters
    ----------
    training_set : TrainingSet
    seed : int
    validation : (int, int), optional
        First and last (excluded) target day of validation. Kept is the latest epoch whose validation loss differs from
        the least one by no more than chance.
    epochs : int, optional
        Without validation: the number of epochs that an earlier descent found, at most as many as the schedule spans
        on these examples.
    late : callable, optional
        Asked between slices of the descent; True ends it.
    curve : bool
        Whether to record the loss of every epoch on training and validation days.
    """
    rung, network = training_set.rung, training_set.network
    descent = Descent(
        network,
        training_set.examples,
        loss=training_set.loss,
        optimizer=rung.optimizer,
        batch=rung.batch,
        epochs=rung.planned_epochs(len(training_set.examples)),
        seed=seed,
        theta=start_of(training_set, seed),
    )
    if validation is None:
        outcome = descent.run(epochs=epochs, cancelled=late, threads=1)
        return Descended(descent.kept, outcome, {})

    validation_errors = _errors_on(training_set, scored(training_set, *validation))
    training_errors = _errors_on(training_set, scored(training_set, 0, training_set.upto)) if curve else None
    history: dict[str, list[float]] = {"epoch": [], "train": [], "validation": []}

    def watch(now: Descent, value: float) -> None:
        if training_errors is not None:
            history["epoch"].append(now.epoch)
            history["train"].append(float(training_errors(now.theta).mean()))
            history["validation"].append(value)

    outcome = descent.run(validate=validation_errors, patience=rung.patience, watch=watch, cancelled=late, threads=1)
    return Descended(descent.kept, outcome, {name: tuple(values) for name, values in history.items() if values})


def start_of(training_set: TrainingSet, seed: int) -> Values:
    """Return θ⁰, with weight 0 for each feature that is 0 on all training days.

    A holiday that no training day has must not move a prediction by the chance of its starting weights.
    """
    theta = training_set.network.start(seed)
    idle = (training_set.examples.dense == 0).all(axis=0)
    training_set.network.layers(theta)[0].weights[:, training_set.rung.days_back :][:, idle] = 0
    return theta


def _errors_on(training_set: TrainingSet, days: Scored) -> Callable[[Values], NDArray[np.float64]]:
    """Return a function of θ: the error of every scored target in the user's units; their mean is the loss L."""
    outputs = Predictor(training_set.network, days.rows, np.float32)
    loss = LOSSES[training_set.loss]
    counted = days.weight > 0

    def errors(theta: Values) -> NDArray[np.float64]:
        predictions = training_set.scale.inverse(outputs(theta), days.rows.level)
        return loss.error(predictions[counted], days.target[counted]).astype(np.float64)

    return errors
