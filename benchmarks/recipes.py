"""The recipes of other forecasters, each fitted on the values up to a cutoff and applied to all values after it.

All of them see the logarithm of 1 + y and no country. They run on one core.
"""

from __future__ import annotations

import importlib
import logging
import math
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

WEEK, YEAR = 7, 365  # days
REFIT_DAYS = 30
LAGS = (*range(14), 20, 27)  # of LightGBM: days before the last known day
ROUNDS = 200
TREES = {
    "objective": "l1",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.8,
    "seed": 0,
    "num_threads": 1,
    "verbosity": -1,
}


class Fitted(Protocol):
    """A forecaster that is fitted."""

    def forecast(self, logs: NDArray[np.float64], dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return the logarithms of the days after the last of these, as many as were asked for at the fit.

        Parameters
        ----------
        logs : ndarray of float64, shape (days,)
            All values that are known, those after the fit too.
        dates : ndarray of datetime64[D], shape (days,)
        """
        ...


@dataclass(frozen=True)
class Recipe:
    """A forecaster to stand beside.

    Attributes
    ----------
    name : str
    package : str
        That it comes from; empty for a copy, which needs none.
    fit : callable
        Takes logarithms, dates and the number of days ahead, and returns what is fitted.
    told : str
        The recipe in words.
    slow : bool
        Whether its backtest of some thousand days takes many minutes.
    """

    name: str
    package: str
    fit: Callable[[NDArray[np.float64], NDArray[np.datetime64], int], Fitted]
    told: str
    slow: bool = False

    @property
    def version(self) -> str | None:
        """The installed version of its package, None where it is not installed."""
        if not self.package:
            return ""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None


@dataclass(frozen=True)
class Copy:
    """The value of so many days before the day that is forecast, or of as many again where that is not known yet."""

    days_ago: int
    steps: int

    def forecast(self, logs: NDArray[np.float64], _dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return the copies."""
        return logs[len(logs) - self.days_ago + np.arange(self.steps) % self.days_ago]


@dataclass(frozen=True)
class Statistical:
    """A model of statsforecast."""

    model: Any
    steps: int

    def forecast(self, logs: NDArray[np.float64], _dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Apply the fitted model to all values that are known."""
        return np.asarray(self.model.forward(y=logs, h=self.steps)["mean"], dtype=np.float64)


def statistical(name: str) -> Callable[..., Fitted]:
    """Return how to fit a model of statsforecast; MSTL sees the year too, where there are two."""

    def fit(logs: NDArray[np.float64], _dates: NDArray[np.datetime64], steps: int) -> Fitted:
        model = getattr(importlib.import_module("statsforecast.models"), name)
        season = [WEEK, YEAR] if name == "MSTL" and len(logs) > 2 * YEAR else WEEK
        return Statistical(model(season_length=season).fit(logs), steps)

    return fit


@dataclass(frozen=True)
class Trend:
    """A fitted Prophet: a function of the date alone, so that between refits nothing new is learned."""

    model: Any
    steps: int

    def forecast(self, _logs: NDArray[np.float64], dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return its values at the days ahead."""
        pandas = importlib.import_module("pandas")
        ahead = dates[-1] + np.arange(1, self.steps + 1).astype("timedelta64[D]")
        return self.model.predict(pandas.DataFrame({"ds": ahead}))["yhat"].to_numpy()


def prophet(logs: NDArray[np.float64], dates: NDArray[np.datetime64], steps: int) -> Fitted:
    """Fit Prophet with its defaults, without samples for intervals."""
    logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)  # it would miss Plotly, which is not needed
    pandas, library = (importlib.import_module(name) for name in ("pandas", "prophet"))
    logging.getLogger("cmdstanpy").disabled = True  # it tells of each fit, at a level that it sets itself
    model = library.Prophet(uncertainty_samples=0)
    return Trend(model.fit(pandas.DataFrame({"ds": dates, "y": logs})), steps)


def level_of(logs: NDArray[np.float64], newest: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean of the last week at each of some days."""
    return np.mean([logs[newest - ago] for ago in range(WEEK)], axis=0)


def seen(
    logs: NDArray[np.float64], dates: NDArray[np.datetime64], newest: NDArray[np.int64], step: int
) -> NDArray[np.float64]:
    """Return LightGBM's features of days so many steps after each of some days.

    Parameters
    ----------
    logs : ndarray of float64, shape (days,)
    dates : ndarray of datetime64[D], shape (days,)
    newest : ndarray of int64, shape (rows,)
        Indices of the last days known.
    step : int
        Days ahead.

    Returns
    -------
    ndarray of float64, shape (rows, features)
        Past values, relative to the mean of the last week: of `LAGS`, of the target's weekday in the last four weeks,
        of 52 weeks before the target, and the mean of four weeks; then weekday, day of the month, month and day of the
        year of the target. What lies before the first day is NaN.
    """
    level = level_of(logs, newest)
    ahead = dates[0] + (newest + step).astype("timedelta64[D]")
    weekday = (ahead.astype(np.int64) + 3) % WEEK  # 1 January 1970 was a Thursday
    months, years = ahead.astype("datetime64[M]"), ahead.astype("datetime64[Y]")
    back = math.ceil(step / WEEK) * WEEK - step
    lags = [*LAGS, *(back + WEEK * week for week in range(4)), 52 * WEEK - step]
    padded = np.concatenate([np.full(52 * WEEK, np.nan), logs])
    past = [padded[newest + 52 * WEEK - lag] - level for lag in lags]
    month_mean = np.mean([padded[newest + 52 * WEEK - ago] for ago in range(4 * WEEK)], axis=0) - level
    calendar = [
        weekday,
        (ahead - months.astype(ahead.dtype)).astype(np.int64),
        months.astype(np.int64) % 12,
        (ahead - years.astype(ahead.dtype)).astype(np.int64),
    ]
    return np.stack([*past, month_mean, *calendar], axis=1).astype(np.float64)


@dataclass(frozen=True)
class Trees:
    """A boosted model of LightGBM for each day ahead."""

    models: tuple[Any, ...]

    def forecast(self, logs: NDArray[np.float64], dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return each model's prediction, the level of the last week added."""
        newest = np.array([len(logs) - 1])
        made = [model.predict(seen(logs, dates, newest, step))[0] for step, model in enumerate(self.models, 1)]
        return np.array(made) + level_of(logs, newest)


def lightgbm(logs: NDArray[np.float64], dates: NDArray[np.datetime64], steps: int) -> Fitted:
    """Fit a model a step ahead to the differences from the mean of the last week."""
    library = importlib.import_module("lightgbm")
    models: list[Any] = []
    for step in range(1, steps + 1):
        newest = np.arange(4 * WEEK, len(logs) - step)
        target = logs[newest + step] - level_of(logs, newest)
        examples = library.Dataset(seen(logs, dates, newest, step), target)
        models.append(library.train(TREES, examples, ROUNDS))
    return Trees(tuple(models))


RECIPES = (
    Recipe("copy yesterday", "", lambda _, __, steps: Copy(1, steps), "the last value"),
    Recipe("copy last week", "", lambda _, __, steps: Copy(WEEK, steps), "the last value of the same weekday"),
    Recipe("Theta", "statsforecast", statistical("Theta"), "`Theta(season_length=7)`"),
    Recipe("AutoETS", "statsforecast", statistical("AutoETS"), "`AutoETS(season_length=7)`"),
    Recipe(
        "MSTL", "statsforecast", statistical("MSTL"), "`MSTL([7, 365])`, up to two years of days `MSTL(7)`", slow=True
    ),
    Recipe("AutoARIMA", "statsforecast", statistical("AutoARIMA"), "`AutoARIMA(season_length=7)`", slow=True),
    Recipe("Prophet", "prophet", prophet, "its defaults; a function of the date alone"),
    Recipe(
        "LightGBM",
        "lightgbm",
        lightgbm,
        f"a model for each day ahead, {ROUNDS} trees of {TREES['num_leaves']} leaves, absolute error; of differences "
        f"from the mean of the last week; it sees {len(LAGS)} past values, the target's weekday in the last four "
        "weeks, the day 52 weeks before the target, and the target's weekday, month, day of the month and of the year",
    ),
)


def backtest(
    recipe: Recipe,
    values: NDArray[np.float64],
    dates: NDArray[np.datetime64],
    *,
    first: int,
    sealed: int,
    steps: int,
) -> NDArray[np.float64]:
    """Forecast each day of the sealed test from 1 to `steps` days before, as thalweg's own backtest does.

    Parameters
    ----------
    recipe : Recipe
    values : ndarray of float64, shape (days,)
        In the user's units, not negative.
    dates : ndarray of datetime64[D], shape (days,)
    first : int
        The index of the first day after a refit; others follow `REFIT_DAYS` later each.
    sealed : int
        The index of the first day that is scored.
    steps : int
        Days ahead.

    Returns
    -------
    ndarray of float64, shape (steps, days - sealed)
        Row h − 1 holds what was forecast h days before, in the user's units.
    """
    logs = np.log1p(values)
    made = np.full((steps, len(values)), np.nan)
    fitted: Fitted | None = None
    for known in range(sealed - steps + 1, len(values)):
        if fitted is None or (known - first) % REFIT_DAYS == 0:
            cutoff = known - (known - first) % REFIT_DAYS
            fitted = recipe.fit(logs[:cutoff], dates[:cutoff], steps)
        ahead = fitted.forecast(logs[:known], dates[:known])[: len(values) - known]
        made[np.arange(len(ahead)), known + np.arange(len(ahead))] = ahead
    return np.expm1(made[:, sealed:])
