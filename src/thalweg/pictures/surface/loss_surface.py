"""The loss surface of a network on its training days, with L in the user's units (L3)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.forecast.training import TrainingSet
from thalweg.learn.backprop import forward, loss_and_gradient
from thalweg.learn.explain.least_lines import best_line
from thalweg.learn.explain.plane import Plane
from thalweg.learn.explain.surface import Surface, Units, slope_at, surface_of
from thalweg.learn.loss import LOSSES, mean_loss
from thalweg.learn.outcome import DIVERGED
from thalweg.pictures.shared.fitted_rung import check_length
from thalweg.pictures.shared.trained import Trained
from thalweg.series.calendar import Calendar
from thalweg.series.split import split_by_date

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.predictors.network import Rung
    from thalweg.learn.activation import Values
    from thalweg.learn.data.examples import Examples
    from thalweg.series.series import Series

FINE_GRID_SIDE, COARSE_GRID_SIDE = 250, 60  # points per side of a grid: for two unknowns, and for a network
FIRST_WEIGHT_RANGE = (-0.75, 1.25)  # the lecture's range of w (L3)
MOST_UPDATES_UNASKED, LEAST_UPDATES = 1000, 40  # updates of a plain descent, where none are asked for
ARRIVED_RATIO = 1.001  # times the least loss of a descent; from there on it has arrived
ROOM_SHARE = 0.08  # of a range; margin around the points in it


@dataclass(frozen=True, eq=False)
class LossSurface(Trained):
    """The loss of a rung on its training days, as a function of θ.

    The outputs are taken as they are, without the lower bound of 0 that forecasts of counts have, because the descent
    works on this surface, over the standardised examples of the training set.
    """

    @property
    def loss(self) -> str:
        """``mae`` or ``mse``."""
        return self.training_set.loss

    @property
    def units(self) -> Units:
        """The conversion of outputs into the user's units."""
        return Units(self.training_set.scale.spread, self.training_set.scale.centre)

    @cached_property
    def examples(self) -> Examples:
        """The examples, with the targets in the user's units."""
        given = self.training_set.examples.astype(np.float64)
        return replace(given, target=self.series.values[given.newest + 1][:, None])

    @property
    def is_line(self) -> bool:
        """Whether it is the lecture's straight line over one day: two unknowns, w and b (F1)."""
        return self.network.size == 2  # noqa: PLR2004 - w and b

    @property
    def is_straight(self) -> bool:
        """Whether it is a straight line over any number of days."""
        return not self.rung.hidden

    @property
    def plane(self) -> Plane:
        """The plane of a straight line over one day whose u and v are w and b in the user's units.

        With x and y standardised, output = b′ + w′·(x − c)/s, and y = s·output + c: so w = w′ and
        b = s·b′ + c·(1 − w′).
        """
        centre, spread = self.training_set.scale.centre, self.training_set.scale.spread
        return Plane(np.array([0.0, -centre / spread]), np.array([[1.0, centre / spread], [0.0, 1.0 / spread]]))

    def plane_of(self, theta: Values, first: int, second: int) -> Plane:
        """Return the plane of two unknowns through θ; for a straight line, in the user's units (F1)."""
        theta = np.array(theta, dtype=np.float64)
        directions = np.zeros((2, len(theta)))
        chosen = (first, second)
        for direction, which in zip(directions, chosen, strict=True):
            direction[which] = 1.0
            if self.is_straight:
                centre, spread = self.training_set.scale.centre, self.training_set.scale.spread
                last = len(theta) - 1
                direction[last] = 1.0 / spread if which == last else centre / spread  # b stays constant while w varies
        values = self.in_user_units(theta)
        return Plane(theta - values[first] * directions[0] - values[second] * directions[1], directions)

    def in_user_units(self, theta: Values) -> NDArray[np.float64]:
        """Return the unknowns of θ as a user sees them; those of a straight line in the user's units."""
        values = np.array(theta, dtype=np.float64)
        if self.is_straight:
            centre, spread = self.training_set.scale.centre, self.training_set.scale.spread
            values[..., -1] = spread * values[..., -1] + centre * (1 - values[..., :-1].sum(axis=-1))
        return values

    def loss_at(self, theta: Values, loss: str = "") -> float:
        """Return L at θ over the training days, in the user's units (squared for ``mse``)."""
        loss = loss or self.loss
        examples = self.training_set.examples
        # The reference in float64, because the kernel may be compiled for float32 alone.
        made = forward(self.network, np.asarray(theta, dtype=np.float64), self._features).prediction
        value = mean_loss(LOSSES[loss], made, examples.target, examples.weight)
        return value * self._unit(loss)

    def _unit(self, loss: str) -> float:
        """Return the factor that converts a loss of standardised values into the user's units."""
        return self.training_set.scale.spread ** (2 if loss == "mse" else 1)

    def gradient_at(self, theta: Values) -> NDArray[np.float64]:
        """Return ∇L(θ) of the standardised examples, as a descent uses it."""
        return slope_at(self.network, self.training_set.examples, theta, self.loss)[1]

    def surface(
        self,
        plane: Plane,
        across: Sequence[NDArray[np.float64]],
        loss: str = "",
        advance: Callable[[int], None] | None = None,
    ) -> Surface:
        """Return L over a grid of u and v, in the user's units."""
        u, v = across
        return surface_of(self.network, self.examples, plane, u, v, loss or self.loss, undo=self.units, advance=advance)

    @cached_property
    def _features(self) -> NDArray[np.float64]:
        return np.asarray(self.training_set.examples.gather(), dtype=np.float64)

    @cached_property
    def _pair(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        counted = self.training_set.examples.weight[:, 0] > 0
        x, y = self._features[counted, 0], self.training_set.examples.target[counted, 0]
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)

    def best(self, loss: str = "") -> NDArray[np.float64]:
        """Return the θ with the least L of the straight line over one day; it is exact and needs no descent."""
        return np.array(best_line(*self._pair, loss or self.loss))

    def start(self, seed: int) -> NDArray[np.float64]:
        """Return θ⁰ of the straight line over one day, drawn at random from `first_range` (O1, L3)."""
        low, high = self.first_range()
        random = np.random.default_rng(seed)
        return self.plane.at(*random.uniform(low, high))

    def first_range(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the least and the greatest w and b: w from −0.75 to 1.25, b up to half of a mean day."""
        half = nice(abs(self.training_set.scale.centre) / 2 or self.training_set.scale.spread)
        half = max(half, nice(self.training_set.scale.spread))
        return np.array([FIRST_WEIGHT_RANGE[0], -half]), np.array([FIRST_WEIGHT_RANGE[1], half])

    def arrive(self, start: Values, rate: float, updates: int) -> NDArray[np.float64]:
        """Return `descend` with so many updates; with 0, until the descent has arrived, and a quarter more."""
        if updates:
            return self.descend(start, rate, updates)
        thetas = self.descend(start, rate, MOST_UPDATES_UNASKED)
        losses = np.array([self.loss_at(theta) for theta in thetas])
        arrived = int(np.argmax(losses <= ARRIVED_RATIO * losses.min()))
        return thetas[: max(LEAST_UPDATES, math.ceil(1.25 * arrived)) + 1]

    def descend(self, start: Values, rate: float, updates: int) -> NDArray[np.float64]:
        """Return every θ, from θ⁰ on, of a plain gradient descent: full batch, constant rate, no momentum (O1)."""
        # The reference is fast enough for few unknowns, and its steps follow the gradient to the last digit.
        examples, thetas = self.training_set.examples, [np.array(start, dtype=np.float64)]
        first = self.loss_at(thetas[0])
        for _ in range(updates):
            value, gradient = loss_and_gradient(
                self.network, thetas[-1], LOSSES[self.loss], self._features, examples.target, examples.weight
            )
            if value * self._unit(self.loss) > DIVERGED * first > 0:  # as `Descent` does
                break
            thetas.append(thetas[-1] - rate * gradient)
        return np.array(thetas)


def loss_surface_of(series: Series, rung: Rung, loss: str) -> LossSurface:
    """Return the loss surface of a rung on the training days of a series.

    Raises
    ------
    InputError
        If the series is too short for the rung, or all its days are the same.
    """
    split = split_by_date(series)
    check_length(series, split, rung)
    if np.ptp(series.values[: split.train]) == 0:
        raise InputError(
            "surface.all_equal", source=series.source_name, days=split.train, value=float(series.values[0])
        )
    return LossSurface(TrainingSet.of(rung, series, Calendar(frequency=series.frequency), loss, split.train, 1))


def holding(
    points: NDArray[np.float64], least: NDArray[np.float64] | None = None, most: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest coordinates, shape (2,) each, of a range around points, with a margin.

    Parameters
    ----------
    points : ndarray, shape (points, 2)
    least, most : ndarray, shape (2,), optional
        A range that it also holds, without a margin where no point lies beyond it.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    wide = high - low
    wide = np.where(wide > 0, wide, max(float(np.abs(points).max()), 1.0) * ROOM_SHARE)
    low, high = (
        np.asarray(edge, dtype=np.float64) for edge in (low - 2 * ROOM_SHARE * wide, high + 2 * ROOM_SHARE * wide)
    )
    if least is None or most is None:
        return low, high
    inside_low, inside_high = points.min(axis=0) >= least, points.max(axis=0) <= most
    return np.where(inside_low, least, np.minimum(low, least)), np.where(inside_high, most, np.maximum(high, most))


def nice(value: float) -> float:
    """Return the nearest of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(min((1, 2, 5, 10), key=lambda step: abs(step * power - value)) * power)


def spread_over(low: NDArray[np.float64], high: NDArray[np.float64], points: int) -> Sequence[NDArray[np.float64]]:
    """Return the coordinates of a grid, u and v, from `low` to `high`."""
    return [np.linspace(low[axis], high[axis], points) for axis in (0, 1)]
