"""One day as an example for a network: its features, its target, and the fitted network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from thalweg.charts.numbers import number_among
from thalweg.errors import InputError
from thalweg.forecast.features.past import past_of
from thalweg.forecast.ladder import suited
from thalweg.forecast.model import Model
from thalweg.forecast.predictors.network import NetworkPredictor, Rung, network_predictor
from thalweg.learn.backprop import forward
from thalweg.messages import Argument
from thalweg.pictures.shared.fitted_rung import fit_rung
from thalweg.pictures.shared.source import Chosen, check_defaults, days_of
from thalweg.series.frequency.dates import a_date, iso
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.rung import Hyperparameters
    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network
    from thalweg.pictures.shared.source import Source
    from thalweg.series.scale import Scale
    from thalweg.series.series import Series


class NetworkOfADay(Chosen, Protocol):
    """Options that choose a network and a day."""

    @property
    def day(self) -> dt.date | None:
        """The day; None for the last."""
        ...

    @property
    def days_back(self) -> int:
        """The number of lags."""
        ...

    @property
    def layers(self) -> tuple[int, ...]:
        """The neurons of each hidden layer."""
        ...

    @property
    def activation(self) -> str:
        """The activation function."""
        ...

    @property
    def loss(self) -> str:
        """The loss."""
        ...

    @property
    def seed(self) -> int:
        """The seed."""
        ...


@dataclass(frozen=True, eq=False)
class Example:
    """A fitted network and one day.

    Attributes
    ----------
    predictor : NetworkPredictor
    theta : ndarray of float64, shape (size,)
        Of the network that is shown.
    series : Series
        The days looked back at, and the day itself.
    at : int
        The day's index in the series. The features come from the days before it.
    saved : bool
        Whether the network comes from a saved model.
    """

    predictor: NetworkPredictor
    theta: Values
    series: Series
    at: int
    saved: bool

    @property
    def rung(self) -> Hyperparameters:
        """The rung."""
        return self.predictor.rung

    @property
    def network(self) -> Network:
        """The network."""
        return self.predictor.network

    @property
    def scale(self) -> Scale:
        """The transform of values."""
        return self.predictor.scale

    @property
    def day(self) -> np.datetime64:
        """The day that is estimated."""
        return self.series.dates[self.at]

    @property
    def actual(self) -> float:
        """The actual value of the day, in the user's units."""
        return float(self.series.values[self.at])

    def written(self, value: float) -> str:
        """Return a number in the user's units as text, with the figures that the series needs."""
        return number_among(value, self.series.values)

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
        columns = self.predictor.features.columns(1)[self.rung.days_back :]
        return tuple(column.name if column.known_ahead else "" for column in columns)

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
        found = self.predictor.features.rows(past_of(self.series, at - 1), self.scale, 1)
        target = (self.scale.transform(self.series.values[at]) - found.level) / self.scale.spread
        return found.gather(), target[:, None]

    def days_until(self, count: int) -> list[int]:
        """Return the indices of the last `count` observed days that can be predicted, up to and with the day itself."""
        days = [at for at in range(self.predictor.needed, self.at + 1) if self.series.observed[at]]
        return days[-count:]


def network_of(model: Model, picture: str) -> NetworkPredictor:
    """Return the member of a saved model whose first network is shown: the first with neurons, else the first.

    Raises
    ------
    InputError
        If the model has no network.
    """
    fits = [member for member in model.predictors.one_step.members if isinstance(member, NetworkPredictor)]
    if not fits:
        raise InputError("picture.model_copies", picture=picture, chosen=model.chosen)
    return next((fit for fit in fits if fit.rung.hidden), fits[0])


def example_of(source: Source, picture: str, options: NetworkOfADay) -> Example:
    """Return a saved model's network (`network_of`), or one fitted on the training days, and the day asked for.

    Parameters
    ----------
    source : Series or Model, optional
    picture : str
        The picture's name, for error messages.
    options : NetworkOfADay
        The day, by default the last training day (of a saved model its last day), and the network to fit.

    Raises
    ------
    InputError
        If options that choose a network are given with a saved model, the model has no network, or the day cannot be
        predicted.
    """
    if isinstance(source, Model):
        check_defaults(source, options, ("days_back", "layers", "activation", "loss", "seed"))
        predictor = network_of(source, picture)
        series, end, last = source.days, len(source.days), len(source.days)
        theta = predictor.thetas[0]
    else:
        series = days_of(source, picture)
        rung = suited(Rung(options.days_back, hidden=options.layers, activation=options.activation))
        found = fit_rung(series, rung, loss=options.loss, seed=options.seed)
        predictor, theta = network_predictor(found.training_set, np.asarray(found.theta)[None]), found.theta
        end, last = found.sealed, found.split.train
    at = _place(series, options.day, predictor.needed, end, last)
    return Example(predictor, np.asarray(theta, np.float64), series, at, isinstance(source, Model))


def _place(series: Series, day: dt.date | None, first: int, end: int, last: int) -> int:
    """Return the index of the day asked for, by default of the last observed day before the index `last`."""
    observed, dates, words = series.observed, series.dates, words_of(series.frequency)
    if day is None:
        there = np.flatnonzero(observed[first:last])
        if not len(there):
            raise InputError("picture.no_day", source=series.source_name, days=first, **words)
        return int(there[-1]) + first
    at = series.place(a_date(series.frequency, day))
    named = Argument("day", str(day))
    if not first <= at < end:
        raise InputError(
            "picture.day", argument=named, first=iso(dates[first]), last=iso(dates[end - 1]), days=first, **words
        )
    if not observed[at]:
        raise InputError("picture.day_unobserved", argument=named, source=series.source_name)
    return at
