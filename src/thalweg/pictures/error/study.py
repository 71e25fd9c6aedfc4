"""Day by day: the error e between truth and estimate, and L, their mean (L1, L2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import Rung, suited
from thalweg.pictures.shared.fitted_rung import FittedRung, fitted
from thalweg.pictures.shared.source import days_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.error.options import ErrorOptions
    from thalweg.pictures.shared.source import Source


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

    fitted: FittedRung
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


def error_study(source: Source, options: ErrorOptions, _watcher: Watcher) -> ErrorStudy:
    """Fit a rung and take the last training days apart; days without a value are passed over.

    Parameters
    ----------
    source : Series, optional
    options : ErrorOptions
    _watcher : Watcher
        Not told of anything: this takes less than a second.

    Raises
    ------
    InputError
        If the days are too few.
    """
    series = days_of(source, "error")
    rung = suited(Rung(options.days_back, hidden=options.layers))
    of = fitted(series, rung, loss=options.loss, seed=options.seed)
    seen = np.flatnonzero(series.observed[: of.split.train] & np.isfinite(of.estimates[: of.split.train]))
    of_all = float(np.abs(of.estimates[seen] - series.values[seen]).mean())
    last = seen[-options.days :]
    mean = float(np.abs(of.estimates[last] - series.values[last]).mean())
    taken = options.minus or round_above(mean)
    return ErrorStudy(of, series.dates[last], series.values[last], of.estimates[last], taken, of_all)


def round_above(size: float) -> float:
    """Return the next number of one figure above a positive one: 300 above 208; 1 above 0."""
    if size <= 0:
        return 1.0
    figure, power = f"{size:.15e}".split("e")  # by its digits: 0.6 / 0.1 falls short of 6
    return float(f"{int(figure[0]) + 1}e{power}")
