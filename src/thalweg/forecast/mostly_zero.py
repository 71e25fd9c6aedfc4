"""Series that are mostly zero: which they are, and by what their rungs are judged so that a line of zeros does not win.

Where more than half of the values are 0, so is the median: under absolute errors a line of zeros is best, and of no use
to whoever has to order. So rungs are judged by the squared error of one step, and by that of sums over the steps
usually forecast, each as a share of what copying has on training values (RMSSE, after Hyndman and Koehler 2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.series.series import Series

MOSTLY = 0.5  # a larger share of zeros makes 0 the median
TOLD_BY_SEASON = 0.75  # a larger share of values above 0 that recur a season later: the season tells the zeros
LEAST_PAIRS = 10  # values above 0 that have one a season before; with fewer it is not told whether they recur
OBSERVED_SHARE = 0.5  # of the steps of a sum that must have been observed for it to count


@dataclass(frozen=True)
class MostlyZero:
    """A series of counts or amounts most of whose training values are 0, and no season says which.

    Attributes
    ----------
    zeros : float
        The share (0 to 1) of the observed training values that are 0.
    recurring : float
        The share of values above 0 that follow another one a season before, the larger of short and long season.
    """

    zeros: float
    recurring: float


def mostly_zero(series: Series, train: int) -> MostlyZero | None:
    """Return what is known of a series that is mostly zero; None for any other.

    Nights, closed weekdays and months out of season are 0 in each season. There, a value above 0 usually follows
    another one at the same place of the season before, and the season tells the zeros: such a series is none of these.
    Nor is one that is 0 always.

    Parameters
    ----------
    series : Series
    train : int
        How many values are for training.
    """
    values, observed = series.values[:train], series.observed[:train]
    zeros = float(np.mean(values[observed] == 0))
    if not series.counts or zeros <= MOSTLY or not series.values.any():
        return None
    seasons = {series.frequency.season, series.frequency.long_season}
    recurring = max(_recurring(values, observed, season) for season in seasons)
    return None if recurring > TOLD_BY_SEASON else MostlyZero(zeros, recurring)


def _recurring(values: NDArray[np.float64], observed: NDArray[np.bool_], season: int) -> float:
    """Return the share of values above 0 that have another one a season before; 0 where too few tell."""
    pairs = observed[season:] & observed[:-season] & (values[season:] > 0)
    return float(np.mean(values[:-season][pairs] > 0)) if pairs.sum() >= LEAST_PAIRS else 0.0


@dataclass(frozen=True)
class Scaled:
    """The errors by which a rung is judged, each as a share of that of copying on training values.

    Attributes
    ----------
    one_step : float
        The root of the mean squared error over that of copying the value before.
    sums : float
        The same of sums over several steps, over copying the sum of as many steps before. NaN for none.
    """

    one_step: float
    sums: float

    @property
    def judged(self) -> float:
        """The mean of both; where no sum is known, the error of one step."""
        return self.one_step if np.isnan(self.sums) else (self.one_step + self.sums) / 2


@dataclass(frozen=True, eq=False)
class Scales:
    """What errors of a series that is mostly zero are measured by.

    Attributes
    ----------
    found : MostlyZero
    train : ndarray of float64
        The training values, those filled in among them.
    steps : int
        Over how many steps sums are taken.
    """

    found: MostlyZero
    train: NDArray[np.float64]
    steps: int

    def scaled(self, squared_error: float, squared_error_of_sums: float, steps: int | None = None) -> Scaled:
        """Return mean squared errors of one step, and of sums over some steps, as shares of those of copying."""
        of_sums = self.change(self.steps if steps is None else steps)
        return Scaled(float(np.sqrt(squared_error / self.change(1))), float(np.sqrt(squared_error_of_sums / of_sums)))

    def change(self, steps: int) -> float:
        """Return the mean squared change from one sum of so many training values to the next.

        Where training is too short for that, it is that of single values times their number; and 1 where all are 0.
        """
        if 2 * steps < len(self.train):
            sums = np.convolve(self.train, np.ones(steps), "valid")
            if found := float(np.mean(np.square(sums[steps:] - sums[:-steps]))):
                return found
        return steps * (self.change(1) if steps > 1 else 1.0)


def scales_of(series: Series, train: int, validation: int) -> Scales | None:
    """Return the scales of a series that is mostly zero; None for any other.

    Sums are over the steps that are usual for the frequency, and a third of validation at most.
    """
    found = mostly_zero(series, train)
    if found is None:
        return None
    return Scales(found, series.values[:train], max(min(series.frequency.horizon, validation // 3), 1))


def sums_ahead(
    series: Series, made: NDArray[np.float64], at: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sums of predictions and of actual values over the observed steps, each of shape (cutoffs,).

    Parameters
    ----------
    series : Series
    made : ndarray, shape (cutoffs, steps)
    at : ndarray of int64, the same shape
        Which value each prediction is of.

    Returns
    -------
    predicted, actual : ndarray of float64
        NaN where a prediction is missing, or fewer than half of the steps were observed.
    """
    observed = series.observed[at]
    actual = np.where(observed, series.values[at], 0.0).sum(axis=1)
    predicted = np.where(observed, made, 0.0).sum(axis=1)
    counts = (observed.mean(axis=1) >= OBSERVED_SHARE) & ~np.isnan(made).any(axis=1)
    return np.where(counts, predicted, np.nan), np.where(counts, actual, np.nan)


def mean_square(differences: NDArray[np.float64] | Sequence[float]) -> float:
    """Return the mean square of what is known; NaN where nothing is."""
    each = np.asarray(differences)
    known = each[~np.isnan(each)]
    return float(np.mean(np.square(known))) if len(known) else float("nan")
