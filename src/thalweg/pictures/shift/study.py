"""Truth against estimate, and against the estimate moved back a day: is this copying yesterday? (U2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.ladder import Rung, suited
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.pictures.shared.fitted_rung import FittedRung, fitted
from thalweg.pictures.shared.source import days_of, sees_of
from thalweg.series.dates import days_after

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.forecast.watch import Watcher
    from thalweg.pictures.shared.source import Source
    from thalweg.pictures.shift.options import ShiftOptions

NEAR = 0.5  # of its distance to the day it is for: nearer to the day before than this, an estimate follows that day
GAIN = 0.1  # share of the loss of copying that must be saved before an estimate counts as better than copying
FURTHEST = 3  # days that an estimate is moved back at most
MOST_DAYS = 3650


@dataclass(frozen=True, eq=False)
class Shift:
    """Estimates between the day that they are for and the day before it.

    Attributes
    ----------
    target, prediction, before : ndarray of float64, shape (days,)
        What came, what was estimated the day before, and the value of that day before, in the user's units.
    loss_name : str
        ``mae`` or ``mse``: what L is.
    """

    target: NDArray[np.float64]
    prediction: NDArray[np.float64]
    before: NDArray[np.float64]
    loss_name: str = "mae"

    @cached_property
    def loss(self) -> float:
        """L of the estimate for the day it is for."""
        return self.loss_of(self.prediction, self.target)

    @cached_property
    def moved(self) -> float:
        """L of the estimate moved back a day: held against the day before."""
        return self.loss_of(self.prediction, self.before)

    @cached_property
    def copying(self) -> float:
        """L of copying yesterday: the baseline."""
        return self.loss_of(self.before, self.target)

    @cached_property
    def nearness(self) -> float:
        """Mean distance of the estimate to the day before, over that to the day it is for; 0 for a copy."""
        away = float(np.abs(self.prediction - self.target).mean())
        behind = float(np.abs(self.prediction - self.before).mean())
        return behind / away if away > 0 else float(behind > 0)

    @property
    def gain(self) -> float:
        """Share of the loss of copying that the estimate saves; negative where it loses more."""
        return 1 - self.loss / self.copying if self.copying > 0 else 0.0

    @property
    def correlation(self) -> float:
        """Pearson's correlation of the estimate with what came; NaN where one of them never changes."""
        return _correlation(self.prediction, self.target)

    @property
    def correlation_before(self) -> float:
        """Pearson's correlation of the estimate with the day before."""
        return _correlation(self.prediction, self.before)

    @property
    def verdict(self) -> str:
        """``better``, ``copying`` or ``no_better``.

        ``better``: it saves more than a tenth of the loss of copying yesterday. Else it is ``copying`` where it lies
        at least twice as near to the day before as to the day it is for, and otherwise ``no_better``: something
        else, but of no more use.
        """
        if self.gain > GAIN:
            return "better"
        return "copying" if self.nearness <= NEAR else "no_better"

    def loss_of(self, prediction: NDArray[np.float64], target: NDArray[np.float64]) -> float:
        """Return L of some estimates for some days."""
        return mean_loss(LOSSES[self.loss_name], prediction, target)

    def moved_by(self, dates: NDArray[np.datetime64], days: int) -> float:
        """Return L of the estimate moved back by so many days, over the days whose value is among these.

        Parameters
        ----------
        dates : ndarray of datetime64[D], shape (days,)
            The day of each estimate, rising.
        days : int
            From 0 on; NaN where no day is so long before another.
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
    """Hold estimates against the day they are for and the day before it.

    Parameters
    ----------
    target, prediction, before : array_like, shape (days,)
        What came, what was estimated the day before, and the value of that day before.
    loss : str
        ``mae`` or ``mse``.

    Raises
    ------
    ValueError
        If they are not equally long, empty, or not finite.
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
    """A rung's estimates of the unseen days.

    Attributes
    ----------
    fitted : Fitted
        The rung that made the estimates.
    dates : ndarray of datetime64[D], shape (unseen days,)
        The unseen days that have a value.
    shift : Shift
        Of these days.
    days : int
        How many of the last of them are drawn.
    """

    fitted: FittedRung
    dates: NDArray[np.datetime64]
    shift: Shift
    days: int


def shift_study(source: Source, options: ShiftOptions, _watcher: Watcher) -> ShiftStudy:
    """Fit a rung and hold its estimates of unseen days against the day before.

    Parameters
    ----------
    source : Series, optional
    options : ShiftOptions
    _watcher : Watcher
        Not told of anything: this takes less than a second.

    Raises
    ------
    InputError
        If the days are too few.
    """
    series = days_of(source, "shift")
    rung = suited(Rung(options.days_back, hidden=options.layers, known=sees_of(options.known)))
    of = fitted(series, rung, loss=options.loss, country=options.country, seed=options.seed)
    unseen = np.arange(of.split.train, of.sealed)
    unseen = unseen[series.observed[unseen] & np.isfinite(of.estimates[unseen])]
    shift = shift_of(series.values[unseen], of.estimates[unseen], series.values[unseen - 1], options.loss)
    return ShiftStudy(of, series.dates[unseen], shift, options.days)
