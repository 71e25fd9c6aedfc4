"""Actual values against predictions, and against predictions moved back a day: do they copy yesterday? (U2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import suited
from thalweg.forecast.predictors.network import Rung
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.pictures.shared.fitted_rung import FittedRung, fit_rung
from thalweg.pictures.shared.source import covariates_of, days_of
from thalweg.series.filling import sources_of_copies
from thalweg.series.frequency.dates import days_after

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.shared.source import Source
    from thalweg.pictures.shift.options import ShiftOptions

COPY_NEARNESS = 0.5  # a prediction whose distance to the day before is below this share of its error copies that day
LEAST_GAIN_SHARE = 0.1  # of the loss of copying; a prediction that saves less does not count as better than copying
MOST_DAYS_MOVED = 3  # predictions are moved back by up to so many days
MOST_DAYS = 3650


@dataclass(frozen=True, eq=False)
class Shift:
    """Predictions, compared with the day that they are for and with the day before it.

    Attributes
    ----------
    target, prediction, before : ndarray of float64, shape (days,)
        The actual values, the one-step predictions, and the values of the day before, in the user's units.
    loss_name : str
        ``mae`` or ``mse``: what L is.
    """

    target: NDArray[np.float64]
    prediction: NDArray[np.float64]
    before: NDArray[np.float64]
    loss_name: str = "mae"

    @cached_property
    def loss(self) -> float:
        """L of the predictions."""
        return self.loss_of(self.prediction, self.target)

    @cached_property
    def moved(self) -> float:
        """L of the predictions moved back a day, so compared with the day before."""
        return self.loss_of(self.prediction, self.before)

    @cached_property
    def copying(self) -> float:
        """L of copying yesterday: the baseline."""
        return self.loss_of(self.before, self.target)

    @cached_property
    def nearness(self) -> float:
        """Mean distance of the predictions to the day before, divided by their mean error; 0 for a copy."""
        away = float(np.abs(self.prediction - self.target).mean())
        behind = float(np.abs(self.prediction - self.before).mean())
        return behind / away if away > 0 else float(behind > 0)

    @property
    def gain(self) -> float:
        """Share of the loss of copying that the predictions save; negative where their loss is greater."""
        return 1 - self.loss / self.copying if self.copying > 0 else 0.0

    @property
    def correlation(self) -> float:
        """Pearson's correlation of predictions and actual values; NaN where one of them is constant."""
        return _correlation(self.prediction, self.target)

    @property
    def correlation_before(self) -> float:
        """Pearson's correlation of predictions and the values of the day before."""
        return _correlation(self.prediction, self.before)

    @property
    def verdict(self) -> str:
        """``better``, ``copying`` or ``no_better``.

        ``better``: the predictions save more than a tenth of the loss of copying yesterday. Otherwise ``copying`` where
        they are at least twice as near to the day before as to the actual values, else ``no_better``: no copy, but of
        no more use.
        """
        if self.gain > LEAST_GAIN_SHARE:
            return "better"
        return "copying" if self.nearness <= COPY_NEARNESS else "no_better"

    def loss_of(self, prediction: NDArray[np.float64], target: NDArray[np.float64]) -> float:
        """Return L of some predictions for some days."""
        return mean_loss(LOSSES[self.loss_name], prediction, target)

    def moved_by(self, dates: NDArray[np.datetime64], days: int) -> float:
        """Return L of the predictions moved back by so many days, over the days whose value is known here.

        Parameters
        ----------
        dates : ndarray of datetime64, shape (days,)
            The day of each prediction, rising.
        days : int
            From 0 on. L is NaN where no day lies so long before another.
        """
        if days <= 1:
            return self.moved if days else self.loss
        before = days_after(dates, -days)
        place = np.searchsorted(dates, before)
        known = dates[place] == before
        if not known.any():
            return float("nan")
        return self.loss_of(self.prediction[known], self.target[place[known]])


def shift_of(
    target: NDArray[np.float64], prediction: NDArray[np.float64], before: NDArray[np.float64], loss: str = "mae"
) -> Shift:
    """Compare predictions with the day that they are for and with the day before it.

    Parameters
    ----------
    target, prediction, before : array_like, shape (days,)
        The actual values, the one-step predictions, and the values of the day before.
    loss : str
        ``mae`` or ``mse``.

    Raises
    ------
    ValueError
        If they differ in length, are empty, or are not finite.
    """
    arrays = [np.asarray(values, dtype=np.float64) for values in (target, prediction, before)]
    if arrays[0].ndim != 1 or not len(arrays[0]) or len({values.shape for values in arrays}) > 1:
        raise ValueError(
            f"Give a target, a prediction and a day before for each day; the shapes are "
            f"{', '.join(str(values.shape) for values in arrays)}."
        )
    if not all(np.isfinite(values).all() for values in arrays):
        raise ValueError("A target, prediction or day before is not finite. Leave such days out.")
    return Shift(arrays[0], arrays[1], arrays[2], loss)


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    away, other_away = one - one.mean(), other - other.mean()
    size = float(np.sqrt((away @ away) * (other_away @ other_away)))
    return float(away @ other_away) / size if size > 0 else float("nan")


@dataclass(frozen=True, eq=False)
class ShiftStudy:
    """A rung's predictions of the validation days.

    Attributes
    ----------
    fitted_rung : FittedRung
        The rung that made the predictions.
    dates : ndarray of datetime64, shape (unseen days,)
        The validation days that have a value.
    shift : Shift
        Of these days.
    days : int
        How many of the last of them are drawn.
    """

    fitted_rung: FittedRung
    dates: NDArray[np.datetime64]
    shift: Shift
    days: int


def shift_study(source: Source, options: ShiftOptions, _watcher: Watcher) -> ShiftStudy:
    """Fit a rung and compare its predictions of the validation days with the day before.

    Parameters
    ----------
    source : Series, optional
    options : ShiftOptions
    _watcher : Watcher
        Not used: this takes less than a second.

    Raises
    ------
    InputError
        If the series is too short.
    """
    series = days_of(source, "shift")
    rung = suited(Rung(options.days_back, hidden=options.layers, known=covariates_of(options.known)))
    of = fit_rung(series, rung, loss=options.loss, country=options.country, seed=options.seed)
    unseen = np.arange(of.split.train, of.sealed)
    unseen = unseen[series.observed[unseen] & np.isfinite(of.estimates[unseen])]
    copied = series.values[sources_of_copies(series.observed, 1)]  # what was filled in is no day before
    shift = shift_of(series.values[unseen], of.estimates[unseen], copied[unseen - 1], options.loss)
    return ShiftStudy(of, series.dates[unseen], shift, options.days)
