"""The transform of values for a network, raw or logarithm minus level, and its inverse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FLAT_SHARE = 1e-13  # a spread of less than this share of the largest value is rounding
LARGEST_EXPONENT = 300.0  # exp of it is finite, and its square


@dataclass(frozen=True)
class Scale:
    """The transform of values for a network: ``(f(value) − level) / spread``.

    Attributes
    ----------
    logarithm : bool
        Whether f is the logarithm of the value plus `offset`; else f leaves the value unchanged.
    level_days : int
        The level of an example is the mean of f over its last so many steps: a season, so that the place within it does
        not change the level, or 1, the last value alone. With 0, the level is `centre`.
    offset, least : float
        In the user's units. Before the logarithm, a value below `least` is raised to it, and `offset` is added; so the
        transform of 0 is finite.
    centre, spread : float
        In units of f, from the days given to `fit_scale` only.
    floor : bool
        Whether the inverse is kept at 0 or above.
    """

    logarithm: bool
    level_days: int
    offset: float
    least: float
    centre: float
    spread: float
    floor: bool

    def transform(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return f of values in the user's units."""
        return np.log(np.maximum(values, self.least) + self.offset) if self.logarithm else values

    def level(self, transformed: NDArray[np.float64], newest: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the level at each day, shape (rows,).

        Parameters
        ----------
        transformed : ndarray, shape (values,)
            f of the values.
        newest : ndarray of int64, shape (rows,)
            The index of each row's newest day; it must be at least ``level_days - 1``.
        """
        return self.level_from(lambda: totals_of(transformed), newest)

    def level_from(self, totals: Callable[[], Totals], newest: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the level at each day, as `level` does, from the totals of f of the values, if it needs them."""
        if not self.level_days:
            return np.full(len(newest), self.centre)
        return totals().mean(newest, self.level_days)

    def inverse(self, outputs: NDArray[np.floating[Any]], level: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return a network's outputs, shape (rows, steps), in the user's units, given the rows' levels."""
        values = outputs * self.spread + level[:, None]
        if self.logarithm:
            # An extreme output must not overflow; so large a value is useless in any case.
            values = np.exp(np.minimum(values, LARGEST_EXPONENT)) - self.offset
        return np.maximum(values, 0) if self.floor else values


@dataclass(frozen=True, eq=False)
class Totals:
    """Running totals of values, from which the mean over any stretch of them is read off.

    Attributes
    ----------
    sums : ndarray of float64, shape (values + 1,)
        Of all values before each place, the sum of their differences from `reference`.
    reference : float
        One of the values: sums of differences lose fewer digits.
    """

    sums: NDArray[np.float64]
    reference: float

    def mean(self, newest: NDArray[np.int64], days: int | NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean of the `days` values up to and including each of `newest`."""
        after = newest + 1
        return (self.sums[after] - self.sums[after - days]) / days + self.reference


def totals_of(values: NDArray[np.float64]) -> Totals:
    """Return the running totals of values."""
    return Totals(np.concatenate([[0.0], np.cumsum(values - values[0])]), float(values[0]))


def trailing_mean(
    values: NDArray[np.float64], newest: NDArray[np.int64], days: int | NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean of the `days` values up to and including each of `newest`."""
    return totals_of(values).mean(newest, days)


def fit_scale(values: NDArray[np.float64], *, level_days: int, season: int, counts: bool) -> Scale:
    """Choose a scale from past values alone.

    Parameters
    ----------
    values : ndarray, shape (days,)
        In the user's units; only the days that may be learned from.
    level_days : int
        0 for the lecture's rungs: raw values, standardised. Else the level over so many steps is subtracted, for counts
        in the logarithm; the spread is how far the values of a season lie from it.
    season : int
        Steps of the short season.
    counts : bool
        Whether no value is negative.
    """
    if not level_days:
        return Scale(
            logarithm=False,
            level_days=0,
            offset=0.0,
            least=0.0,
            centre=float(values.mean()),
            spread=_spread(values - values.mean(), values),
            floor=counts,
        )
    offset, least = log_offset(values) if counts else (0.0, 0.0)
    scale = Scale(
        logarithm=counts,
        level_days=level_days,
        offset=offset,
        least=least,
        centre=0.0,
        spread=1.0,
        floor=counts,
    )
    transformed = scale.transform(values)
    newest = np.arange(max(season, level_days) - 1, len(transformed))
    level = trailing_mean(transformed, newest, level_days)
    deviations = transformed[newest[:, None] - np.arange(season)] - level[:, None]
    return replace(scale, spread=_spread(deviations, transformed))


def _spread(deviations: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the root mean square of the deviations; 1 where there is none or all are 0, because it is a divisor."""
    if not deviations.size:
        return 1.0
    spread = float(np.sqrt(np.mean(deviations**2)))
    return spread if spread > FLAT_SHARE * float(np.abs(values).max()) else 1.0


def log_offset(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return `Scale.offset` and `Scale.least`; the offset is 0 where all values are well above 0."""
    typical = float(np.median(values[values > 0])) if (values > 0).any() else 1.0
    return (0.0, 0.01 * typical) if values.min() > 0.05 * typical else (0.05 * typical, 0.0)
