"""Models from elsewhere: a regressor as scikit-learn has them, a model as statsforecast has them, or a function.

None of their libraries is imported: what a model has says what it is. Each is given copies of the past alone.
"""

from __future__ import annotations

import copy
import functools
import inspect
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.beforehand import calendar_of
from thalweg.forecast.data import data_of
from thalweg.forecast.evaluation.answers import column_of, made_of
from thalweg.forecast.evaluation.identity import identity_of
from thalweg.forecast.features.past import past_of
from thalweg.forecast.predictors.base import Predictor
from thalweg.forecast.predictors.network import Rung
from thalweg.forecast.training import TrainingSet
from thalweg.messages import Whole
from thalweg.series.frequency.dates import iso
from thalweg.text import quotable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from thalweg.forecast.evaluation.contenders import Contender, Fitted, Made, Task
    from thalweg.forecast.features.past import Past
    from thalweg.series.series import Series


def outside(name: str, model: Any) -> Contender | None:  # noqa: ANN401 - any library's
    """Return a model from elsewhere as one of a backtest; None for what is none."""
    if inspect.isclass(model):
        return None
    fit, predict = getattr(model, "fit", None), getattr(model, "predict", None)
    if callable(fit) and callable(predict):
        return OfStatsforecast(name, model) if "h" in _parameters(predict) else OfRegressor(name, model)
    return OfFunction(name, model) if callable(model) else None


def name_of(model: Any) -> str:  # noqa: ANN401 - as above
    """Return what a model from elsewhere is called where its user gave no name: its alias, its function, its class."""
    for attribute in ("alias", "__name__"):
        if isinstance(found := getattr(model, attribute, None), str):
            return found
    while isinstance(model, functools.partial):
        model = model.func
    return str(getattr(model, "__name__", type(model).__name__))


def _parameters(function: Any) -> tuple[str, ...]:  # noqa: ANN401 - as above
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def _asked(name: str, cutoff: str, ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - what a model answers
    """Return what a model answers; an error of its own is told as one sentence."""
    try:
        return ask()
    except InputError:
        raise
    except Exception as error:
        raise _raised(name, cutoff, error) from error


def _raised(name: str, cutoff: str, error: Exception) -> InputError:
    return InputError("backtest.raised", name=name, cutoff=cutoff, kind=type(error).__name__, told=_told(error))


def _told(error: Exception) -> Whole:
    return Whole(quotable(str(error).strip().partition("\n")[0]) or "–")


@dataclass(frozen=True, eq=False)
class OfFunction:
    """A function of a history and a horizon. It has no fit to keep, so it is called at every cutoff."""

    name: str
    function: Callable[..., Any]

    @property
    def identity(self) -> str | None:
        """The function's code, and what it reaches."""
        return identity_of(self.function)

    def fitted(self, history: Series, task: Task) -> Fitted:
        """Return the function itself."""
        del history
        return _Called(self.name, self.function, task)


@dataclass(frozen=True, eq=False)
class _Called:
    name: str
    function: Callable[..., Any]
    task: Task

    def forecast(self, history: Series) -> Made:
        """Call the function with a copy of the history."""
        cutoff = iso(history.dates[-1])
        answer = _asked(self.name, cutoff, lambda: self.function(copy.deepcopy(history), self.task.steps))
        return made_of(answer, self.task.levels, self.name, cutoff)


@dataclass(frozen=True, eq=False)
class OfStatsforecast:
    """A model with ``fit(y)`` and ``predict(h, level)``, which answers a mapping, as those of statsforecast.

    At a cutoff without a refit, one with ``forward`` takes its parameters to the new values; any other is fitted anew,
    since it could only forecast from the values that it was fitted on.
    """

    name: str
    model: Any

    @property
    def identity(self) -> str | None:
        """Its class and its attributes."""
        return identity_of(self.model)

    def fitted(self, history: Series, task: Task) -> Fitted:
        """Fit a copy of it."""
        cutoff = iso(history.dates[-1])
        model = _asked(self.name, cutoff, lambda: copy.deepcopy(self.model))
        values = history.values.copy()
        fitted = _asked(self.name, cutoff, lambda: model.fit(values.copy()))
        return _OfStatsforecast(self, fitted if hasattr(fitted, "predict") else model, len(values), task)


@dataclass(frozen=True, eq=False)
class _OfStatsforecast:
    origin: OfStatsforecast
    model: Any
    seen: int
    task: Task

    def forecast(self, history: Series) -> Made:
        """Forecast with intervals, where it makes any."""
        name, cutoff, steps = self.origin.name, iso(history.dates[-1]), self.task.steps
        values, level = history.values.copy(), [int(one) if one == int(one) else one for one in self.task.levels]
        if len(values) == self.seen:
            ask: Callable[..., Any] = functools.partial(self.model.predict, h=steps)
        elif hasattr(self.model, "forward"):
            ask = functools.partial(self.model.forward, y=values, h=steps)
        else:
            return self.origin.fitted(history, self.task).forecast(history)
        try:
            return made_of(ask(level=level), self.task.levels, name, cutoff)
        except InputError:
            raise
        except Exception as error:  # noqa: BLE001 - many of them make no intervals, and say so by an error
            try:
                answer = ask()
            except Exception as second:
                raise _raised(name, cutoff, error) from second  # the first one: it is not about intervals
            return replace(
                made_of(answer, self.task.levels, name, cutoff), without=f"{type(error).__name__}: {_told(error)}"
            )


@dataclass(frozen=True, eq=False)
class OfRegressor:
    """A regressor with ``fit(X, y)`` and ``predict(X)``, as scikit-learn has them, fed its own predictions.

    Its features are thalweg's: a month of lags, the calendar, holidays, events and columns. The target is one step
    ahead, in the units of a network: the logarithm of counts, minus the level. Where it is not refitted, it stays as it
    is and sees the newest values as lags.
    """

    name: str
    model: Any

    @property
    def identity(self) -> str | None:
        """Its class and its parameters."""
        return identity_of(self.model)

    def fitted(self, history: Series, task: Task) -> Fitted:
        """Fit a copy of it on all values of the history."""
        frequency, cutoff = history.frequency, iso(history.dates[-1])
        rung = Rung(frequency.lags[2], known=frequency.known[-1])
        if not rung.suits(len(history), frequency):
            rung = Rung(frequency.lags[1], known=frequency.known[0])
        if len(history) <= rung.steps_needed(frequency):
            least = rung.steps_needed(frequency) + 1
            raise InputError(
                "backtest.few_for_regressor", name=self.name, cutoff=cutoff, days=len(history), least=least
            )
        calendar = calendar_of(history, task.options)
        known = TrainingSet(rung, data_of(history, calendar, task.options.loss), (len(history),), 1)
        some = known.examples.weight[:, 0] > 0
        features, target = known.examples.gather()[some], known.examples.target[some, 0]
        model = _asked(self.name, cutoff, lambda: copy.deepcopy(self.model))
        fitted = _asked(self.name, cutoff, lambda: model.fit(features.copy(), target.copy()))
        return _Regression(self.name, fitted if hasattr(fitted, "predict") else model, known, task)


@dataclass(frozen=True, eq=False)
class _Regression(Predictor):
    name: str
    model: Any
    known: TrainingSet
    task: Task

    @property
    def reach(self) -> float:
        """One step."""
        return 1

    @property
    def needed(self) -> int:
        """How many past steps a row must have."""
        return self.known.features.needed

    @property
    def seen(self) -> int:
        """From how many past steps all features can be computed."""
        return self.known.features.seen

    @property
    def parameters(self) -> int:
        """None that descent found."""
        return 0

    def direct(self, past: Past, steps: int) -> NDArray[np.float64]:
        """Return what the regressor predicts, in the user's units."""
        scale, cutoff = self.known.scale, iso(past.dates[-1])
        rows = self.known.features.rows(past, scale, steps)
        answer = _asked(self.name, cutoff, lambda: self.model.predict(rows.gather()))
        made = column_of(answer, self.name, cutoff)
        if made.reshape(-1).shape != (len(past),):
            found = "×".join(map(str, made.shape))
            raise InputError("backtest.length", name=self.name, column=self.name, cutoff=cutoff, found=found, steps=1)
        return scale.inverse(made.reshape(-1, 1) + self.known.features.baseline(rows), rows.level)

    def forecast(self, history: Series) -> Made:
        """Feed it its own predictions from the end of the history."""
        past = past_of(history, np.array([len(history) - 1]))
        return made_of(self.predict(past, np.arange(1, self.task.steps + 1))[0], (), self.name, iso(history.dates[-1]))
