"""Day by day: the error e between truth and estimate, and L, their mean (L1, L2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.ladder import Rung, suited
from thalweg.forecast.study.fitted import Fitted, fitted, layers_of
from thalweg.forecast.study.source import MOST_BACK, days_of, whole_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.study.source import Source

MOST_DAYS = 366


@dataclass(frozen=True, eq=False)
class ErrorStudy:
    """Some seen days, one by one.

    Attributes
    ----------
    fitted : Fitted
        The rung that made the estimates.
    dates : ndarray of datetime64[D], shape (days,)
    target, prediction : ndarray of float64, shape (days,)
        What came, and what was estimated the day before, in the user's units.
    minus : float
        What is taken off the absolute error in the third loss, in the user's units.
    of_all : float
        The mean absolute error over all training days, whatever loss the rung was fitted to.
    """

    fitted: Fitted
    dates: NDArray[np.datetime64]
    target: NDArray[np.float64]
    prediction: NDArray[np.float64]
    minus: float
    of_all: float

    @property
    def absolute(self) -> NDArray[np.float64]:
        """The absolute error e of each day."""
        return np.abs(self.prediction - self.target)

    @property
    def squared(self) -> NDArray[np.float64]:
        """The squared error e of each day."""
        return (self.prediction - self.target) ** 2

    @property
    def lowered(self) -> NDArray[np.float64]:
        """The absolute error less `minus`: a loss too, and it may be negative (L2)."""
        return self.absolute - self.minus


def error_study(
    source: Source = None,
    *,
    days: int = 28,
    minus: float = 0.0,
    days_back: int = 1,
    layers: str = "0",
    loss: str = "mae",
    seed: int = 0,
) -> ErrorStudy:
    """Fit a rung and take the last training days apart.

    Parameters
    ----------
    source : Series, optional
    days : int
        How many of the last training days to look at; days without a value are passed over.
    minus : float
        What the third loss takes off the absolute error; 0 for a round number above the mean of these days' errors,
        so that the loss is negative (the lecture takes off 100).
    days_back, layers, loss, seed
        The rung: a straight line over one day where nothing else is said.

    Raises
    ------
    InputError
        If an option is out of its range, or the days are too few.
    """
    series = days_of(source, "error")
    whole_number("days", days, 2, MOST_DAYS)
    whole_number("days-back", days_back, 1, MOST_BACK)
    if not np.isfinite(minus):
        raise InputError(f"--minus {minus}: give a number, such as 100.")
    of = fitted(series, suited(Rung(days_back, hidden=layers_of(layers))), loss=loss, seed=seed)
    seen = np.flatnonzero(series.observed[: of.split.train] & np.isfinite(of.estimates[: of.split.train]))
    of_all = float(np.abs(of.estimates[seen] - series.values[seen]).mean())
    last = seen[-days:]
    mean = float(np.abs(of.estimates[last] - series.values[last]).mean())
    taken = float(minus) or round_above(mean)
    return ErrorStudy(of, series.dates[last], series.values[last], of.estimates[last], taken, of_all)


def round_above(size: float) -> float:
    """Return the next number of one figure above a positive one: 300 above 208; 1 above 0."""
    if size <= 0:
        return 1.0
    figure, power = f"{size:.15e}".split("e")  # by its digits: 0.6 / 0.1 falls short of 6
    return float(f"{int(figure[0]) + 1}e{power}")
