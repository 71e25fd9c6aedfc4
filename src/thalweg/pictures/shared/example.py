"""One day as an example for a network: its features, its target, and the fitted network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features import calendar_names, days_needed, inputs, past_of
from thalweg.forecast.fit import Fit
from thalweg.forecast.ladder import Rung, suited
from thalweg.forecast.model import Model
from thalweg.learn.backprop import forward
from thalweg.messages import Argument
from thalweg.pictures.shared.fitted_rung import fit_rung
from thalweg.pictures.shared.source import check_defaults, days_of
from thalweg.series.calendar import Calendar
from thalweg.series.dates import days_between

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network
    from thalweg.pictures.matrix.options import MatrixOptions
    from thalweg.pictures.passes.options import PassesOptions
    from thalweg.pictures.shared.source import Source
    from thalweg.series.scale import Scale
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class Example:
    """A fitted network and one day.

    Attributes
    ----------
    rung : Rung
    network : Network
    theta : ndarray of float64, shape (size,)
    scale : Scale
    series : Series
        The days looked back at, and the day itself.
    calendar : Calendar
    at : int
        The day's index in the series. The features come from the days before it.
    saved : bool
        Whether the network comes from a saved model.
    """

    rung: Rung
    network: Network
    theta: Values
    scale: Scale
    series: Series
    calendar: Calendar
    at: int
    saved: bool

    @property
    def day(self) -> np.datetime64:
        """The day that is estimated."""
        return self.series.dates[self.at]

    @property
    def actual(self) -> float:
        """The actual value of the day, in the user's units."""
        return float(self.series.values[self.at])

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The days looked back at, the newest first, shape (days_back,)."""
        return self.series.dates[self.at - self.rung.days_back : self.at][::-1]

    @property
    def values(self) -> NDArray[np.float64]:
        """Their values in the user's units, the newest first."""
        return self.series.values[self.at - self.rung.days_back : self.at][::-1]

    @property
    def known(self) -> tuple[str, ...]:
        """The names of the features that follow the lags; an empty name where a feature is made of several days."""
        names = calendar_names(self.rung, self.calendar)
        return (*names, *[""] * (self.network.widths[0] - self.rung.days_back - len(names)))

    @property
    def x(self) -> Values:
        """The features, shape (features,)."""
        return self.rows([self.at])[0][0]

    @property
    def target(self) -> Values:
        """The target as the network sees it, shape (1,)."""
        return self.rows([self.at])[1][0]

    @property
    def estimated(self) -> float:
        """The network's prediction for the day, in the user's units."""
        return self.in_units(float(forward(self.network, self.theta, self.x[None]).prediction[0, 0]))

    @property
    def level(self) -> float:
        """The level that is subtracted from this day's features."""
        return float(self.scale.level(self.scale.transform(self.series.values), np.array([self.at - 1]))[0])

    def in_units(self, output: float) -> float:
        """Return an output of the network for this day in the user's units."""
        return float(self.scale.inverse(np.array([[output]]), np.array([self.level]))[0, 0])

    def rows(self, days: Sequence[int]) -> tuple[Values, Values]:
        """Return features and targets of the days at some indices: shapes (days, features) and (days, 1)."""
        at = np.asarray(days)
        found = inputs(self.rung, self.scale, self.calendar, past_of(self.series, at - 1), 1)
        target = (self.scale.transform(self.series.values[at]) - found.level) / self.scale.spread
        return found.gather(), target[:, None]

    def days_until(self, count: int) -> list[int]:
        """Return the indices of the last `count` observed days that can be predicted, up to and with the day itself."""
        days = [at for at in range(days_needed(self.rung), self.at + 1) if self.series.observed[at]]
        return days[-count:]


def network_of(model: Model, picture: str) -> Fit:
    """Return the member of a saved model whose first network is shown: the first with neurons, else the first.

    Raises
    ------
    InputError
        If the model has no network.
    """
    fits = [member for member in model.daily if isinstance(member, Fit)]
    if not fits:
        raise InputError("picture.model_copies", picture=picture, chosen=model.chosen)
    return next((fit for fit in fits if fit.rung.hidden), fits[0])


def example_of(source: Source, picture: str, options: MatrixOptions | PassesOptions) -> Example:
    """Return a saved model's network (`network_of`), or one fitted on the training days, and the day asked for.

    Parameters
    ----------
    source : Series or Model, optional
    picture : str
        The picture's name, for error messages.
    options : MatrixOptions or PassesOptions
        The day, by default the last training day (of a saved model its last day), and the network to fit.

    Raises
    ------
    InputError
        If options that choose a network are given with a saved model, the model has no network, or the day cannot be
        predicted.
    """
    if isinstance(source, Model):
        check_defaults(source, options, ("days_back", "layers", "activation", "loss", "seed"))
        fit = network_of(source, picture)
        series, end, last = source.days, len(source.days), len(source.days)
        rung, network, theta, scale, calendar = fit.rung, fit.network, fit.thetas[0], fit.scale, source.calendar
    else:
        series = days_of(source, picture)
        rung = suited(Rung(options.days_back, hidden=options.layers, activation=options.activation))
        found = fit_rung(series, rung, loss=options.loss, seed=options.seed)
        network, theta, scale, calendar = found.network, found.theta, found.training_set.scale, Calendar("")
        end, last = found.sealed, found.split.train
    at = _place(series, options.day, days_needed(rung), end, last)
    return Example(rung, network, np.asarray(theta, np.float64), scale, series, calendar, at, isinstance(source, Model))


def _place(series: Series, day: dt.date | None, first: int, end: int, last: int) -> int:
    """Return the index of the day asked for, by default of the last observed day before the index `last`."""
    observed, dates = series.observed, series.dates
    if day is None:
        there = np.flatnonzero(observed[first:last])
        if not len(there):
            raise InputError("picture.no_day", source=series.source_name, days=first)
        return int(there[-1]) + first
    at = days_between(series.start, np.datetime64(day, "D"))
    named = Argument("day", str(day))
    if not first <= at < end:
        raise InputError("picture.day", argument=named, first=dates[first], last=dates[end - 1], days=first)
    if not observed[at]:
        raise InputError("picture.day_unobserved", argument=named, source=series.source_name)
    return at
