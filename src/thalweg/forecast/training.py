"""One network of a rung: what it learns from, and its descent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.forecast.data import Data, data_of
from thalweg.forecast.features.past import past_of
from thalweg.forecast.origins import begin_of, drawn_steps, span_of_shared
from thalweg.learn.descent import Descent, Outcome
from thalweg.learn.function import Network
from thalweg.learn.loss import LOSSES
from thalweg.learn.outcome import ENDED_WELL
from thalweg.learn.prediction import Predictor as Outputs
from thalweg.series.outliers import outliers_of
from thalweg.series.scale import Scale, fit_scale

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import DTypeLike, NDArray

    from thalweg.forecast.data import Span
    from thalweg.forecast.features.sets import FeatureSet
    from thalweg.forecast.rung import Hyperparameters
    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.series.calendar import Calendar
    from thalweg.series.panel import Panel
    from thalweg.series.series import Series


# Steps ahead that are drawn for each origin, where a network is shared over them: in a first fit, and where a later one
# goes on from it.
STEPS_DRAWN, STEPS_DRAWN_AGAIN = 14, 4


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """What the networks of one rung learn from: the values before `upto`, as examples of `steps` steps ahead.

    The examples of several series stand one after another; each series has a scale of its own.

    Attributes
    ----------
    rung : Hyperparameters
    data : Data
    upto : tuple of int
        For each series, how many of its values may be learned from: no target at or after this place has a weight.
    steps : int
        The steps ahead that are learned: as many outputs as the network has, or for a network that is shared over the
        steps the furthest step.
    again : bool
        Whether an earlier fit of the same network on fewer values is there to go on from.
    dtype : dtype
        Of the examples. In that of the descents, float32, they take half the memory, and no descent copies them.
    features : FeatureSet
    scales : tuple of Scale
        One for each series.
    examples : Examples
    """

    rung: Hyperparameters
    data: Data
    upto: tuple[int, ...]
    steps: int
    again: bool = False
    dtype: DTypeLike = np.float64
    features: FeatureSet = field(init=False)
    scales: tuple[Scale, ...] = field(init=False)
    examples: Examples = field(init=False)

    def __post_init__(self) -> None:
        panel, calendar = self.data.panel, self.data.calendar
        features = self.rung.features(calendar)
        level = self.rung.level_steps(calendar.frequency)
        season = calendar.frequency.season
        begins = [begin_of(self.rung, *each) for each in zip(panel.series, self.upto, strict=True)]
        scales = tuple(
            fit_scale(series.values[begin:upto], level_days=level, season=season, counts=series.counts)
            for series, begin, upto in zip(panel.series, begins, self.upto, strict=True)
        )
        object.__setattr__(self, "features", features)
        object.__setattr__(self, "scales", scales)
        firsts = [max(features.needed, begin) - 1 for begin in begins]
        newest = [np.arange(first, upto - 1) for first, upto in zip(firsts, self.upto, strict=True)]
        origins = [self.origins(*each) for each in zip(newest, self.upto, strict=True)]
        rows = [self._rows_of_series(place, *each) for place, each in enumerate(origins)]
        if self.rung.shared and any(map(len, rows)):
            object.__setattr__(self, "features", features.bounded_by(np.concatenate([each.dense for each in rows])))
        learned = (self._learned(place, rows[place], *each) for place, each in enumerate(origins))
        examples = joined([each.astype(self.dtype) for each in learned])
        object.__setattr__(self, "examples", examples)

    @classmethod
    def of(
        cls,
        rung: Hyperparameters,
        series: Series | Panel,
        calendar: Calendar,
        loss: str,
        upto: int | Sequence[int],
        steps: int,
    ) -> TrainingSet:
        """Return what a rung learns from one series or from a panel; one number `upto` holds for every series."""
        data = data_of(series, calendar, loss)
        each = (upto,) * len(data.panel) if isinstance(upto, int) else tuple(upto)
        return cls(rung, data, each, steps)

    @property
    def network(self) -> Network:
        """The rung's network for these features and steps."""
        return Network((self.examples.features, *self.rung.hidden, self.outputs), self.rung.activation)

    @property
    def outputs(self) -> int:
        """The outputs of the network."""
        return 1 if self.rung.shared else self.steps

    @property
    def nbytes(self) -> int:
        """Memory of the examples."""
        return sum(array.nbytes for array in vars(self.examples).values() if isinstance(array, np.ndarray))

    @property
    def loss(self) -> str:
        """The name of the loss; the weights of targets bring it close to that of each series in the user's units."""
        return self.data.loss

    @property
    def series(self) -> Series:
        """The series, where there is only one."""
        (series,) = self.data.panel.series
        return series

    @property
    def scale(self) -> Scale:
        """The scale, where there is only one series."""
        (scale,) = self.scales
        return scale

    def _rows_of_series(self, place: int, newest: NDArray[np.int64], ahead: NDArray[np.int64]) -> Examples:
        """Return the features of some rows of one series, as of `origins`."""
        past = past_of(self.data.panel.series[place], newest, place)
        return self.features.rows(past, self.scales[place], self.outputs, ahead=ahead)

    def _learned(self, place: int, rows: Examples, newest: NDArray[np.int64], ahead: NDArray[np.int64]) -> Examples:
        """Return these rows as examples, within the bounds and with their targets."""
        series, scale, upto = self.data.panel.series[place], self.scales[place], self.upto[place]
        rows = replace(rows, dense=self.features.within_bounds(rows.dense))
        at = (newest + ahead)[:, None] + np.arange(self.outputs)
        inside = np.minimum(at, upto - 1)
        baseline = self.features.baseline(rows)
        target = (rows.values[inside] - rows.level[:, None]) / scale.spread - baseline
        weight = ((at < upto) & series.observed[inside]).astype(float)
        if self.rung.steady:
            weight *= outliers_of(series, self.data.calendar, upto).weights(upto)[inside]
        if scale.logarithm:
            # An error of the logarithm is relative; times the usual size it is an error in the user's units.
            size = rows.level + scale.spread * baseline[:, 0]
            size = np.exp(size - (size.mean() if len(rows) else 0.0))
            weight *= (size if self.loss == "mae" else size**2)[:, None]
        return replace(rows, target=target, weight=weight)

    @property
    def goes_on(self) -> bool:
        """Whether a fit goes on from an earlier one; with few examples it starts from nothing all the same."""
        drawn = STEPS_DRAWN if self.rung.shared else 1
        origins = sum(max(upto - self.features.needed, 0) for upto in self.upto)
        return self.again and drawn * origins >= LEAST_EXAMPLES_TO_GO_ON

    def origins(self, newest: NDArray[np.int64], end: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows to learn from or to be scored on: their newest values, and their first steps ahead.

        A network that is shared over the steps has several rows for each newest value, of steps that are drawn.

        Parameters
        ----------
        newest : ndarray of int64, shape (origins,)
        end : int
            No target lies at or after this place.
        """
        if not self.rung.shared:
            return newest, np.ones(len(newest), dtype=np.int64)
        drawn = STEPS_DRAWN_AGAIN if self.goes_on else STEPS_DRAWN
        return drawn_steps(newest, span_of_shared(self.steps, self.data.panel.frequency), end, drawn)


def joined(parts: Sequence[Examples]) -> Examples:
    """Return the examples of several series one after another; no window is written out."""
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(len(part.values) for part in parts[:-1])])
    together = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("values", "level", "scale", "dense", "target", "weight", "indices")
    }
    newest = np.concatenate([part.newest + start for part, start in zip(parts, starts, strict=True)])
    return replace(parts[0], newest=newest, **together)


@dataclass(frozen=True, eq=False)
class Scored:
    """Values that a network is scored on.

    Attributes
    ----------
    rows : Examples
        Their features.
    target, weight : ndarray of float64, shape (rows, steps)
        The actual values in the user's units, and 1 where they were observed, else 0.
    parts : tuple of (slice, Scale)
        The rows of each series, and its scale.
    """

    rows: Examples
    target: NDArray[np.float64]
    weight: NDArray[np.float64]
    parts: tuple[tuple[slice, Scale], ...]
    baseline: NDArray[np.float64]

    def in_user_units(self, outputs: Values) -> NDArray[np.float64]:
        """Return a network's outputs for these rows in the user's units, shape (rows, steps)."""
        outputs = outputs + self.baseline
        made = [scale.inverse(outputs[rows], self.rows.level[rows]) for rows, scale in self.parts]
        return made[0] if len(made) == 1 else np.concatenate(made)


def scored(training_set: TrainingSet, spans: Sequence[Span]) -> Scored:
    """Return the rows whose targets, of all steps, lie in a span of each series."""
    rows: list[Examples] = []
    target: list[NDArray[np.float64]] = []
    weight: list[NDArray[np.float64]] = []
    parts: list[tuple[slice, Scale]] = []
    features, steps, end = training_set.features, training_set.outputs, 0
    for place, (first, last) in enumerate(spans):
        series, scale = training_set.data.panel.series[place], training_set.scales[place]
        ends = last - 1 if training_set.rung.shared else last - steps
        newest, ahead = training_set.origins(np.arange(max(first - 1, features.needed - 1), ends), last)
        at = (newest + ahead)[:, None] + np.arange(steps)
        rows.append(features.rows(past_of(series, newest, place), scale, steps, ahead=ahead))
        target.append(series.values[at])
        weight.append(series.observed[at].astype(float))
        parts.append((slice(end, end + len(newest)), scale))
        end += len(newest)
    together = joined(rows)
    baseline = features.baseline(together)
    return Scored(together, np.concatenate(target), np.concatenate(weight), tuple(parts), baseline)


LEAST_EXAMPLES_TO_GO_ON = 1000  # with fewer, a refit starts from nothing, which is quick and forgets sooner
SEEDS_APART = 1_000_003  # so that no two refits have the same seed
RATE_TO_GO_ON = 0.1  # of the learning rate: a network that has learned all but the last month needs little
EPOCHS_TO_GO_ON = 1


class Descended(NamedTuple):
    """One network fitted.

    Attributes
    ----------
    theta : ndarray of float32, shape (unknowns,)
    outcome : Outcome
        How its descent ended.
    curve : dict
        ``epoch``, and the losses ``train`` and ``validation`` in the user's units; empty where not asked for.
    """

    theta: Values
    outcome: Outcome
    curve: dict[str, tuple[float, ...]]


def descend(
    training_set: TrainingSet,
    seed: int,
    *,
    validation: Sequence[Span] | None = None,
    epochs: int | None = None,
    start: Values | None = None,
    late: Callable[[], bool] | None = None,
    progress: Callable[[float], None] | None = None,
    curve: bool = False,
) -> Descended:
    """Fit one network of a rung.

    Parameters
    ----------
    training_set : TrainingSet
    seed : int
    validation : sequence of (int, int), optional
        For each series the first and last (excluded) target of validation. Kept is the latest epoch whose validation
        loss differs from the least one by no more than chance.
    epochs : int, optional
        Without validation: the number of epochs that an earlier descent found, at most as many as the schedule spans
        on these examples.
    start : ndarray, shape (unknowns,), optional
        Without validation: the unknowns of a fit on fewer values, from which this one goes on, at a tenth of the
        learning rate, for an epoch. With few examples it starts from nothing all the same.
    late : callable, optional
        Asked between slices of the descent; True ends it.
    progress : callable, optional
        Is given the share of the epochs that are done.
    curve : bool
        Whether to record the loss of every epoch on training and validation values.
    """
    if start is not None and training_set.goes_on:
        descent, epochs = going_on(training_set, seed, start), EPOCHS_TO_GO_ON
    else:
        descent = descent_of(training_set, seed)
    planned = min(epochs or descent.epochs, descent.epochs) * descent.batches

    def ended() -> bool:
        if progress is not None:
            progress(descent.updates / planned)
        return late is not None and late()

    if validation is None:
        outcome = descent.run(epochs=epochs, cancelled=ended, threads=1)
        return Descended(descent.kept, outcome, {})

    everything = [(0, upto) for upto in training_set.upto]
    to_validate = scored(training_set, validation)
    validation_errors = _errors_on(training_set, to_validate)
    training_errors = _errors_on(training_set, scored(training_set, everything)) if curve else None
    history: dict[str, list[float]] = {"epoch": [], "train": [], "validation": []}

    def watch(now: Descent, value: float) -> None:
        if training_errors is not None:
            history["epoch"].append(now.epoch)
            history["train"].append(float(training_errors(now.theta).mean()))
            history["validation"].append(value)

    patience = training_set.rung.patience
    outcome = descent.run(validate=validation_errors, patience=patience, watch=watch, cancelled=ended, threads=1)
    if outcome.name in ENDED_WELL:
        kept, constant = float(validation_errors(descent.kept).mean()), loss_of_constant(training_set, to_validate)
        outcome = outcome.with_kept(kept, constant, descent.learning_rate)
    return Descended(descent.kept, outcome, {name: tuple(values) for name, values in history.items() if values})


def descent_of(training_set: TrainingSet, seed: int) -> Descent:
    """Return the descent of one network of a rung, before its first update."""
    rung = training_set.rung
    return Descent(
        training_set.network,
        training_set.examples,
        loss=training_set.loss,
        optimizer=rung.optimizer,
        batch=rung.batch,
        epochs=rung.planned_epochs(len(training_set.examples)),
        seed=seed,
        theta=start_of(training_set, seed),
    )


def going_on(training_set: TrainingSet, seed: int, start: Values) -> Descent:
    """Return the descent that goes on from the unknowns of a fit on fewer values."""
    rung = training_set.rung
    optimizer = replace(rung.optimizer, learning_rate=RATE_TO_GO_ON * rung.optimizer.learning_rate)
    return Descent(
        training_set.network,
        training_set.examples,
        loss=training_set.loss,
        optimizer=optimizer,
        batch=rung.batch,
        epochs=EPOCHS_TO_GO_ON,
        seed=seed + SEEDS_APART * len(training_set.examples),  # another order of the batches at each refit
        theta=start,
    )


def start_of(training_set: TrainingSet, seed: int) -> Values:
    """Return θ⁰, with weight 0 for each feature that is 0 in all training rows.

    A holiday that no training row has must not move a prediction by the chance of its starting weights.
    """
    theta = training_set.network.start(seed)
    idle = (training_set.examples.dense == 0).all(axis=0)
    training_set.network.layers(theta)[0].weights[:, training_set.rung.days_back :][:, idle] = 0
    return theta


def loss_of_constant(training_set: TrainingSet, values: Scored) -> float:
    """Return the loss, in the user's units, of predicting the mean of what was learned from; NaN where that is none."""
    made = np.full(values.target.shape, np.nan)
    for series, upto, (rows, _) in zip(training_set.data.panel.series, training_set.upto, values.parts, strict=True):
        seen = series.values[:upto][series.observed[:upto]]
        made[rows] = seen.mean() if len(seen) else np.nan
    counted = values.weight > 0
    errors = LOSSES[training_set.loss].error(made[counted], values.target[counted])
    return float(errors.mean()) if len(errors) else np.nan


def _errors_on(training_set: TrainingSet, values: Scored) -> Callable[[Values], NDArray[np.float64]]:
    """Return a function of θ: the error of every scored target in the user's units; their mean is the loss L."""
    outputs = Outputs(training_set.network, values.rows, np.float32)
    loss = LOSSES[training_set.loss]
    counted = values.weight > 0

    def errors(theta: Values) -> NDArray[np.float64]:
        predictions = values.in_user_units(outputs(theta))
        return loss.error(predictions[counted], values.target[counted]).astype(np.float64)

    return errors
