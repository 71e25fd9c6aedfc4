"""What is compared in a backtest: whole fits and single rungs of thalweg; those from elsewhere stand in `outside`."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.evaluation.ahead import ahead_message
from thalweg.forecast.evaluation.identity import identity_of
from thalweg.forecast.forecaster import fit_complete
from thalweg.forecast.laps import Laps
from thalweg.forecast.levels import level_name
from thalweg.forecast.names import rung_message
from thalweg.series.frequency.dates import iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.ladder import Ladder
    from thalweg.forecast.model import Model
    from thalweg.forecast.options import FitOptions
    from thalweg.forecast.predictors.base import Specification
    from thalweg.series.series import Series

LARGEST = 1e30  # a forecast; values are at most 1e15, and squares of squares must stay finite


@dataclass(frozen=True, eq=False)
class Made:
    """One forecast.

    Attributes
    ----------
    mean : ndarray of float64, shape (steps,)
        The predictions of 1, 2, 3, … steps ahead, in the user's units.
    ends : mapping
        The name of a level, such as ``80``, to the lower and the upper ends of its intervals; none where a model makes
        no intervals.
    without : str
        The error by which a model refused to make intervals; empty where it did not.
    """

    mean: NDArray[np.float64]
    ends: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
    without: str = ""

    def beyond(self, gap: int) -> Made:
        """Return it without its first steps."""
        ends = {level: (low[gap:], high[gap:]) for level, (low, high) in self.ends.items()}
        return replace(self, mean=self.mean[gap:], ends=ends)


@dataclass(frozen=True)
class Task:
    """What is asked of every model at a cutoff.

    Attributes
    ----------
    steps : int
        How many steps ahead.
    levels : tuple of float
        Of the intervals, in percent.
    options : FitOptions
        Of thalweg's own fits.
    """

    steps: int
    levels: tuple[float, ...]
    options: FitOptions


class Fitted(Protocol):
    """A model after a fit."""

    def forecast(self, history: Series) -> Made:
        """Forecast from the end of a history, the one that it was fitted on or one that goes on from there."""
        ...


class Contender(Protocol):
    """A model of a backtest."""

    @property
    def name(self) -> str:
        """The name of its column."""
        ...

    @property
    def identity(self) -> str | None:
        """All that its forecasts depend on beside the values and the task; None where it cannot be told."""
        ...

    def fitted(self, history: Series, task: Task) -> Fitted:
        """Fit it on a history, of which nothing later is known."""
        ...


@dataclass(frozen=True)
class OfLadder:
    """A whole fit, which climbs a ladder and chooses at each refit."""

    name: str
    ladder: Ladder | str

    @property
    def identity(self) -> str | None:
        """The ladder with all that is set of its rungs."""
        return identity_of(self.ladder)

    def fitted(self, history: Series, task: Task) -> Fitted:
        """Fit as `thalweg.fit` does."""
        return _of_thalweg(self.name, history, task, self.ladder)


@dataclass(frozen=True)
class OfRung:
    """One rung, fed its own predictions; the intervals are calibrated as those of a whole fit."""

    name: str
    rung: Specification

    @property
    def identity(self) -> str | None:
        """The rung with all that is set of it."""
        return identity_of(self.rung)

    def fitted(self, history: Series, task: Task) -> Fitted:
        """Fit as `thalweg.fit` does where nothing is chosen."""
        return _of_thalweg(self.name, history, task, "quick", self.rung)


@dataclass(frozen=True, eq=False)
class _OfThalweg:
    model: Model
    task: Task

    def forecast(self, history: Series) -> Made:
        """Forecast with the model, from the end of the history."""
        made = self.model.predict(history, self.task.steps, keep_last=True)
        names = [level_name(level) for level in self.task.levels]
        chosen = made.intervals.of(self.task.levels)
        return Made(made.mean, dict(zip(names, zip(chosen.low, chosen.high, strict=True), strict=True)))


def _of_thalweg(
    name: str, history: Series, task: Task, ladder: Ladder | str, rung: Specification | None = None
) -> Fitted:
    options = replace(task.options, ladder=ladder, horizon=task.steps, level=task.levels)
    try:
        _, model = fit_complete(history, options, Laps(time.perf_counter()), rung)
    except InputError as error:
        last = iso(history.dates[-1])
        raise InputError("backtest.unfitted", name=rung_message(name), cutoff=last, sentence=error.message) from error
    return _OfThalweg(model, task)


def check_made(name: str, made: Made, steps: int, history: Series) -> Made:
    """Return a forecast; refuse one of another length, or not finite, or huge, or with crossed ends.

    Raises
    ------
    InputError
        If it is so; the message names the model, the cutoff at the end of the history and the step.
    """
    told: dict[str, Any] = {"name": name, "cutoff": iso(history.dates[-1])}
    columns: Sequence[tuple[str, NDArray[np.float64]]] = [
        (name, made.mean),
        *((f"{name}-lo-{level}", low) for level, (low, _) in made.ends.items()),
        *((f"{name}-hi-{level}", high) for level, (_, high) in made.ends.items()),
    ]
    for column, values in columns:
        if values.shape != (steps,):
            raise InputError("backtest.length", column=column, found=_shape(values), steps=steps, **told)
        if len(unfit := np.flatnonzero(~np.isfinite(values))):
            ahead = ahead_message(int(unfit[0]) + 1, history.frequency)
            raise InputError("backtest.not_finite", column=column, value=str(values[unfit[0]]), ahead=ahead, **told)
        if (most := np.abs(values).max()) > LARGEST:
            ahead = ahead_message(int(np.abs(values).argmax()) + 1, history.frequency)
            large = {"found": f"{most:.4g}", "largest": f"{LARGEST:g}"}
            raise InputError("backtest.too_large", column=column, ahead=ahead, **large, **told)
    for level, (low, high) in made.ends.items():
        if len(crossed := np.flatnonzero(low > high)):
            ends = {"low": float(low[crossed[0]]), "high": float(high[crossed[0]])}
            ahead = ahead_message(int(crossed[0]) + 1, history.frequency)
            raise InputError("backtest.crossed", level=level, ahead=ahead, **ends, **told)
    return made


def _shape(values: NDArray[np.float64]) -> str:
    return str(len(values)) if values.ndim == 1 else "×".join(map(str, values.shape)) or "1"
