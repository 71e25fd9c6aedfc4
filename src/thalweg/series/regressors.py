"""Other columns of a series: known of dates beforehand, such as a price, or of the past alone, such as impressions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.dates import places

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency


@dataclass(frozen=True, eq=False)
class Regressor:
    """One column, with a value for each step from a first date on.

    Attributes
    ----------
    name : str
    known : bool
        Whether its values of dates to come are known, as of a price; else only those of the past are used.
    values : ndarray of float64, shape (steps,)
        In the user's units. Those of a known column go on beyond the series, as far as the future is known without a
        gap.
    centre, spread : float
        The mean and the standard deviation over training values, from which `at` makes features.
    """

    name: str
    known: bool
    values: NDArray[np.float64]
    centre: float = 0.0
    spread: float = 1.0

    def at(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the standardised values at some places; before the first and after the last they stay as these are."""
        return (self.values[np.clip(places, 0, len(self.values) - 1)] - self.centre) / self.spread


@dataclass(frozen=True, eq=False)
class Regressors:
    """Some columns of one series; they travel with a model.

    Attributes
    ----------
    start : numpy.datetime64
        The date of each column's first value.
    frequency : Frequency
    each : tuple of Regressor
    horizon : int
        How many steps beyond its newest value a row sees of a known column, so that what is given beyond changes
        nothing; 0 until a fit says it.
    """

    start: np.datetime64
    frequency: Frequency
    each: tuple[Regressor, ...]
    horizon: int = 0

    def __repr__(self) -> str:
        return f"<Regressors: {', '.join(self.names)}>"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(one.name for one in self.each)

    @property
    def known(self) -> tuple[Regressor, ...]:
        """The columns whose future is known."""
        return tuple(one for one in self.each if one.known)

    @property
    def past(self) -> tuple[Regressor, ...]:
        """The columns of the past alone."""
        return tuple(one for one in self.each if not one.known)

    def places(self, dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
        """Return the place of each date among the columns' values."""
        return places(self.frequency, self.start, dates)

    def only(self, names: Collection[str]) -> Regressors | None:
        """Return the columns of some names; None where there are none of them."""
        kept = tuple(one for one in self.each if one.name in names)
        return replace(self, each=kept) if kept else None

    def learned(self, steps: int, horizon: int) -> Regressors:
        """Return the columns standardised by their first values, those to learn from, and seen as far as a horizon.

        A column that does not change in these values has the spread 0; a fit leaves it out.
        """
        each = tuple(
            replace(one, centre=float(one.values[:steps].mean()), spread=float(one.values[:steps].std()))
            for one in self.each
        )
        return replace(self, each=each, horizon=horizon)

    def continued(self, newer: Regressors, first: np.datetime64) -> Regressors:
        """Return the columns with newer values from a date on; what they do not reach, the scales and the horizon stay.

        Parameters
        ----------
        newer : Regressors
            It has every column that it is to go on with.
        first : numpy.datetime64
            From here on its values count.
        """
        others = {one.name: one for one in newer.each}
        begins, cut = (int(at) for at in self.places(np.asarray([newer.start, first])))

        def joined(one: Regressor) -> Regressor:
            if one.name not in others:
                return one
            later = others[one.name].values[max(cut - begins, 0) :]
            at = max(cut, begins)
            kept, beyond = one.values[:at], one.values[at + len(later) :]
            gap = np.full(at - len(kept), kept[-1])  # no value lies there
            return replace(one, values=np.concatenate([kept, gap, later, beyond]))

        return replace(self, each=tuple(map(joined, self.each)))


def columns_of(regressors: Regressors | None) -> dict[str, tuple[str, ...]]:
    """Return the names of the columns as the options of reading name them."""
    if regressors is None:
        return {"known": (), "past": ()}
    return {"known": tuple(one.name for one in regressors.known), "past": tuple(one.name for one in regressors.past)}
