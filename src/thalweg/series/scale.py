"""Raw, or logarithm with the level taken out; and back to the user's units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLAT = 1e-9  # a spread of less than this share of the values themselves is rounding, not spread
WEEK = 7


@dataclass(frozen=True)
class Scale:
    """How values are seen by a network: ``(f(value) − level) / spread``.

    Attributes
    ----------
    logarithm : bool
        Whether f is the logarithm of the value plus `offset`; else f leaves the value as it is.
    level_days : int
        The level is the mean of f over so many days, each example's own: a week, so that the week's rhythm does
        not move it, or yesterday alone. 0: the level is `centre`.
    offset, least : float
        Before the logarithm a value is raised to `least` and `offset` is added, both in the user's units; they
        keep a day of nothing from going to minus infinity.
    centre, spread : float
        In units of f, from the days given to `fit_scale` alone.
    floor : bool
        Whether what is undone is kept at 0 or above.
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
        """Return the level seen from each day, shape (rows,).

        Parameters
        ----------
        transformed : ndarray, shape (values,)
            f of the values.
        newest : ndarray of int64, shape (rows,)
            Where each row's newest day stands; a level of its own needs so many days up to it.
        """
        if not self.level_days:
            return np.full(len(newest), self.centre)
        return trailing_mean(transformed, newest, self.level_days)

    def inverse(self, outputs: NDArray[np.float64], level: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return a network's outputs, shape (rows, steps), in the user's units, given the rows' levels."""
        values = outputs * self.spread + level[:, None]
        if self.logarithm:
            # A wild output must not overflow; what it undoes to is already beyond any use.
            values = np.exp(np.minimum(values, 300.0)) - self.offset
        return np.maximum(values, 0) if self.floor else values


def trailing_mean(
    values: NDArray[np.float64], newest: NDArray[np.int64], days: int | NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean of the `days` values up to and including each of `newest`."""
    total = np.concatenate([[0.0], np.cumsum(values - values[0])])  # relative to the first: keeps the digits
    return (total[newest + 1] - total[newest + 1 - days]) / days + values[0]


def fit_scale(values: NDArray[np.float64], *, level_days: int, counts: bool) -> Scale:
    """Choose a scale from past values alone.

    Parameters
    ----------
    values : ndarray, shape (days,)
        In the user's units; nothing after the days that may be learned from.
    level_days : int
        0 for the lecture's rungs: raw values, standardised. Else the level of so many days is taken out and,
        for counts, of the logarithm; the spread is how far the days of a week lie from it.
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
    seen = scale.transform(values)
    newest = np.arange(max(WEEK, level_days) - 1, len(seen))
    away = seen[newest[:, None] - np.arange(WEEK)] - trailing_mean(seen, newest, level_days)[:, None]
    return replace(scale, spread=_spread(away, seen))


def _spread(away: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the root of the mean square of `away`; 1 where nothing moves, so that nothing is divided by nothing."""
    spread = float(np.sqrt(np.mean(away**2)))
    return spread if spread > FLAT * float(np.abs(values).max()) else 1.0


def log_offset(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return `Scale.offset` and `Scale.least`: nothing is added where all values are well above 0."""
    typical = float(np.median(values[values > 0])) if (values > 0).any() else 1.0
    return (0.0, 0.01 * typical) if values.min() > 0.05 * typical else (0.05 * typical, 0.0)
