"""Day by day: the error e between actual and prediction, and L, the mean error (L1, L2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import suited
from thalweg.forecast.predictors.network import Rung
from thalweg.pictures.shared.fitted_rung import FittedRung, fit_rung
from thalweg.pictures.shared.source import days_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.error.options import ErrorOptions
    from thalweg.pictures.shared.source import Source


@dataclass(frozen=True, eq=False)
class ErrorStudy:
    """Some training days, one by one.

    Attributes
    ----------
    fitted_rung : FittedRung
        The rung that made the predictions.
    dates : ndarray of datetime64, shape (days,)
    target, prediction : ndarray of float64, shape (days,)
        Actual values and one-step predictions, in the user's units.
    minus : float
        What the third loss subtracts from the absolute error, in the user's units.
    of_all : float
        The mean absolute error over all training days, whichever loss the rung was fitted with.
    """

    fitted_rung: FittedRung
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
        """The absolute error less `minus`. This is a loss too, and it may be negative (L2)."""
        return self.absolute - self.minus


def error_study(source: Source, options: ErrorOptions, _watcher: Watcher) -> ErrorStudy:
    """Fit a rung and return the errors of the last training days that have a value.

    Parameters
    ----------
    source : Series, optional
    options : ErrorOptions
    _watcher : Watcher
        Not used: this takes less than a second.

    Raises
    ------
    InputError
        If the series is too short.
    """
    series = days_of(source, "error")
    rung = suited(Rung(options.days_back, hidden=options.layers))
    of = fit_rung(series, rung, loss=options.loss, seed=options.seed)
    seen = np.flatnonzero(series.observed[: of.split.train] & np.isfinite(of.estimates[: of.split.train]))
    of_all = float(np.abs(of.estimates[seen] - series.values[seen]).mean())
    last = seen[-options.days :]
    mean = float(np.abs(of.estimates[last] - series.values[last]).mean())
    taken = options.minus or round_above(mean)
    return ErrorStudy(of, series.dates[last], series.values[last], of.estimates[last], taken, of_all)


def round_above(size: float) -> float:
    """Return the next larger number with one significant figure: 300 for 208; 1 for 0."""
    if size <= 0:
        return 1.0
    figure, power = f"{size:.15e}".split("e")  # from its digits, because 0.6 / 0.1 is below 6
    return float(f"{int(figure[0]) + 1}e{power}")
