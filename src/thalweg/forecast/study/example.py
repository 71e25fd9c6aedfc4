"""One day as a small network sees it: its features, its target, and the network that was fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.features import calendar_names, days_needed, inputs, past_of
from thalweg.forecast.fit import Fit
from thalweg.forecast.ladder import Rung, suited
from thalweg.forecast.model import Model
from thalweg.forecast.study.fitted import fitted, layers_of
from thalweg.forecast.study.source import MOST_BACK, day_named, days_of, one_of, whole_number
from thalweg.learn.backprop import forward
from thalweg.series.calendar import Calendar
from thalweg.series.dates import days_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.study.source import Source
    from thalweg.learn.activation import Values
    from thalweg.learn.function import Network
    from thalweg.series.scale import Scale
    from thalweg.series.series import Series

NEURONS = ("sigmoid", "relu", "hard sigmoid", "tanh")


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
        The day's place in the series; its features are of the days before.
    saved : bool
        Whether the network came out of a saved model.
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
    def came(self) -> float:
        """What came, in the user's units."""
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
        """The names of the features behind the days; empty where a feature is made of several days."""
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
        """What the network estimates, in the user's units."""
        return self.in_units(float(forward(self.network, self.theta, self.x[None]).prediction[0, 0]))

    @property
    def level(self) -> float:
        """What is taken out of this day's features."""
        return float(self.scale.level(self.scale.transform(self.series.values), np.array([self.at - 1]))[0])

    def in_units(self, output: float) -> float:
        """Return an output of the network for this day in the user's units."""
        return float(self.scale.undo(np.array([[output]]), np.array([self.level]))[0, 0])

    def rows(self, days: Sequence[int]) -> tuple[Values, Values]:
        """Return features and targets of some days, by their places: shapes (days, features) and (days, 1)."""
        at = np.asarray(days)
        found = inputs(self.rung, self.scale, self.calendar, past_of(self.series, at - 1), 1)
        target = (self.scale.transform(self.series.values[at]) - found.level) / self.scale.spread
        return found.gather(), target[:, None]

    def days_until(self, count: int) -> list[int]:
        """Return the places of the last `count` observed days that can be estimated, up to the day itself."""
        days = [at for at in range(days_needed(self.rung), self.at + 1) if self.series.observed[at]]
        return days[-count:]


def network_of(model: Model, picture: str) -> Fit:
    """Return the member of a saved model whose first network is looked at: the first with neurons, else the first.

    Raises
    ------
    InputError
        If the model has no network.
    """
    fits = [member for member in model.daily if isinstance(member, Fit)]
    if not fits:
        raise InputError(
            f"look {picture} shows a network, and this model, {model.chosen!r}, only copies. Give the file of "
            "daily numbers that it was made from."
        )
    return next((fit for fit in fits if fit.rung.hidden), fits[0])


def example_of(
    source: Source, picture: str, *, days_back: int, layers: str, activation: str, loss: str, day: str, seed: int
) -> Example:
    """Return a saved model's network (`network_of`), or one fitted on the training days, and the day asked for.

    Parameters
    ----------
    source : Series or Model, optional
    picture : str
        For messages.
    days_back, layers, activation, loss, seed
        The network to fit; a saved model has its own.
    day : str
        As 2021-02-11; empty for the last training day, or a saved model's last.

    Raises
    ------
    InputError
        If an option is out of its range, the model has no network, or the day cannot be estimated.
    """
    if isinstance(source, Model):
        fit = network_of(source, picture)
        series, end, last = source.days, len(source.days), len(source.days)
        rung, network, theta, scale, calendar = fit.rung, fit.network, fit.thetas[0], fit.scale, source.calendar
    else:
        series = days_of(source, picture)
        whole_number("days-back", days_back, 1, MOST_BACK)
        one_of("activation", activation, NEURONS)
        rung = suited(Rung(days_back, hidden=layers_of(layers), activation=activation))
        found = fitted(series, rung, loss=loss, seed=seed)
        network, theta, scale, calendar = found.network, found.theta, found.problem.scale, Calendar("")
        end, last = found.sealed, found.split.train
    at = _place(series, day, days_needed(rung), end, last)
    return Example(rung, network, np.asarray(theta, np.float64), scale, series, calendar, at, isinstance(source, Model))


def _place(series: Series, day: str, first: int, end: int, last: int) -> int:
    """Return the place of the day asked for, or of the last observed one before `last`."""
    observed, dates = series.observed, series.dates
    if not day:
        there = np.flatnonzero(observed[first:last])
        if not len(there):
            raise InputError(
                f"{series.source} has no day with a value and the {first} days before it. Bring more days."
            )
        return int(there[-1]) + first
    at = days_between(series.start, day_named(day))
    if not first <= at < end:
        raise InputError(
            f"--day {day}: choose a day from {dates[first]} to {dates[end - 1]}. Before, {first} days to look back at "
            "are missing; after, days are kept sealed or are not known."
        )
    if not observed[at]:
        raise InputError(f"--day {day}: {series.source} has no value on that day. Choose another.")
    return at
