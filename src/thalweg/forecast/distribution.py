"""The calibrated distribution of a prediction: intervals of any level, read between those of 80% and 95%.

The share of residuals that these two leave outside adapts from step to step; that of any other level is read between
theirs. So an interval is the same whichever other levels are asked for, and a higher level holds a lower one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.few_residuals import beyond_ranks, growth
from thalweg.forecast.interval import adaptive_conformal, widening
from thalweg.forecast.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.interval import Teaching

# Levels, in percent, at which the distribution of a step ahead is known; between them it is read in straight lines.
TABLE: tuple[float, ...] = (10, 25, 40, 50, 60, 70, 80, 90, 95, 98, 99.5)
ROUNDING = 1e-9  # a rank is whole where it is so but for the rounding of its share


@dataclass(frozen=True, eq=False)
class Distribution:
    """What to add to the predictions of some steps ahead, in the units of the transform of residuals.

    Attributes
    ----------
    levels : tuple of float
        In percent, rising.
    bands : ndarray of float64, shape (steps, levels, 2)
        The lower and the upper end of each level's interval.
    medians : ndarray of float64, shape (steps,)
    """

    levels: tuple[float, ...]
    bands: NDArray[np.float64]
    medians: NDArray[np.float64]

    def first(self, steps: int) -> Distribution:
        """Return the distribution of the first steps."""
        return Distribution(self.levels, self.bands[:steps], self.medians[:steps])

    def of(self, levels: Sequence[float]) -> Distribution:
        """Return the same with some of its levels."""
        rows = [self.levels.index(level) for level in levels]
        return Distribution(tuple(levels), self.bands[:, rows], self.medians)

    def at(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the quantile of each step at its own probabilities, shape (paths, steps) as given."""
        shares = np.array(self.levels) / 100
        known = np.concatenate([(1 - shares[::-1]) / 2, [0.5], (1 + shares) / 2])
        middle = self.medians[:, None]
        ends = np.concatenate([self.bands[:, ::-1, 0], middle, self.bands[..., 1]], axis=1)
        made = np.empty(probabilities.shape)
        for column, wanted, of_step in zip(made.T, probabilities.T, ends, strict=True):
            column[:] = np.interp(wanted, known, of_step)
        return made


class StepCalibration:
    """The residuals of one step ahead, and the intervals that they calibrate at each step of the sealed test.

    Parameters
    ----------
    residuals, known, first, delay, used, least, teaching
        As of `thalweg.forecast.interval.adaptive_conformal`.
    """

    def __init__(
        self,
        residuals: NDArray[np.float64],
        known: NDArray[np.bool_],
        first: int,
        delay: int,
        *,
        used: int,
        least: float,
        teaching: Teaching | None = None,
    ) -> None:
        self.known, self.first, self.delay, self.used, self.least = known, first, delay, used, least
        self.conformal = adaptive_conformal(residuals, known, first, delay, used=used, least=least, teaching=teaching)
        self.residuals = self.conformal.residuals

    @property
    def end(self) -> int:
        """The step that is asked for to get the intervals of a forecast made on the last step."""
        return len(self.residuals) + self.delay - 1

    def learned(self, step: int) -> NDArray[np.float64]:
        """Return the residuals that were known when the prediction of a step was made, at most the latest `used`."""
        until = max(step - self.delay + 1, 0)
        return self.residuals[:until][self.known[:until]][-self.used :]

    def anchors(self, step: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the bands of the two levels that are calibrated, shape (2, 2), and the shares that they leave out.

        Parameters
        ----------
        step : int
            From `first` on; `end` and later ones stand for a forecast made on the last step.
        """
        place = min(step - self.first, len(self.conformal.bands))
        last = place == len(self.conformal.bands)
        return self.conformal.last if last else self.conformal.bands[place], self.conformal.shares[place]


def residuals_of(steps: Sequence[StepCalibration]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the residuals of all steps ahead and where they are known, each of shape (steps, values)."""
    return np.stack([each.residuals for each in steps]), np.stack([each.known for each in steps])


def between(
    residuals: Sequence[NDArray[np.float64]],
    anchors: NDArray[np.float64],
    shares: NDArray[np.float64],
    levels: Sequence[float],
    least: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the bands of some levels, shape (predictions, levels, 2), and the medians, shape (predictions,).

    Parameters
    ----------
    residuals : sequence of ndarray
        For each prediction those that it is calibrated on, at least one.
    anchors : ndarray, shape (predictions, 2, 2)
        The bands of the two levels `thalweg.forecast.levels.LEVELS`.
    shares : ndarray, shape (predictions, 2)
        The shares that they leave outside.
    levels : sequence of float
        In percent.
    least : ndarray, shape (predictions,)
        How far a band reaches at least to either side of the median, as far as the next higher of the two allows.
    """
    count = np.array([len(each) for each in residuals])[:, None]
    ordered = np.zeros((len(residuals), count.max()))
    for row, each in zip(ordered, residuals, strict=True):
        row[: len(each)] = np.sort(each)

    def ranked(places: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.take_along_axis(ordered, places, axis=1)

    wanted, known = np.asarray(levels, dtype=np.float64), (0.0, *LEVELS, 100.0)
    falling = np.minimum.accumulate(shares, axis=1)
    outside = np.array([np.interp(wanted, known, (1.0, *each, 0.0)) for each in falling])
    rank = np.ceil((count + 1) * (1 - outside / 2) - ROUNDING).astype(np.int64)
    median = (ranked((count - 1) // 2) + ranked(count // 2)) / 2
    low = np.minimum(ranked(np.maximum(count - rank, 0)), median - least[:, None])
    high = np.maximum(ranked(np.minimum(rank, count) - 1), median + least[:, None])
    for row, at in zip(*np.nonzero(rank > count), strict=True):
        if further := beyond_ranks(residuals[row].tolist(), float(outside[row, at])):
            low[row, at], high[row, at] = min(low[row, at], further[0]), max(high[row, at], further[1])
    for at, level in enumerate(LEVELS):
        inner, outer = anchors[:, at, :1], anchors[:, at, 1:]
        low = np.where(wanted < level, np.maximum(low, inner), np.minimum(low, inner))
        high = np.where(wanted < level, np.minimum(high, outer), np.maximum(high, outer))
        low, high = np.where(wanted == level, inner, low), np.where(wanted == level, outer, high)
    return np.stack([low, high], axis=-1), median[:, 0]


def distribution_of(
    steps: Sequence[StepCalibration], levels: Sequence[float], least_residuals: int, cutoff: int | None = None
) -> Distribution:
    """Return the distribution of a forecast of 1, 2, 3, … steps ahead.

    A step ahead with fewer residuals than `least_residuals` has the distribution of an earlier one, which grows with
    the steps as residuals do.

    Parameters
    ----------
    steps : sequence of StepCalibration
        Of each step ahead.
    levels : sequence of float
        In percent, rising.
    least_residuals : int
    cutoff : int, optional
        The step that the forecast begins with, of those of `steps`; by default the one after the last.
    """
    at = [each.end if cutoff is None else cutoff + ahead for ahead, each in enumerate(steps)]
    learned = [each.learned(step) for each, step in zip(steps, at, strict=True)]
    taken = [0]  # for each step ahead the one whose distribution it has
    for ahead, each in enumerate(learned[1:], 1):
        taken.append(ahead if len(each) >= least_residuals else taken[-1])
    bands, medians = read(steps, at, levels)
    bands, medians = bands[taken], medians[taken]
    ahead = np.arange(len(steps))
    if few := np.flatnonzero(ahead != taken).tolist():
        larger = ((ahead + 1) / (np.array(taken) + 1))[few] ** growth(learned)
        bands[few], medians[few] = bands[few] * larger[:, None, None], medians[few] * larger
    return Distribution(tuple(levels), widening(bands), medians)


def read(
    steps: Sequence[StepCalibration], at: Sequence[int], levels: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the bands and the medians of some predictions, as `between`; NaN where no residual was known.

    Parameters
    ----------
    steps : sequence of StepCalibration
        That of each prediction.
    at : sequence of int
        The step that is predicted.
    levels : sequence of float
        In percent.
    """
    bands, medians = np.full((len(steps), len(levels), 2), np.nan), np.full(len(steps), np.nan)
    learned = [each.learned(step) for each, step in zip(steps, at, strict=True)]
    there = [place for place, each in enumerate(learned) if len(each)]
    if there:
        anchors, shares = zip(*(steps[place].anchors(at[place]) for place in there), strict=True)
        least = np.array([steps[place].least for place in there])
        residuals = [learned[place] for place in there]
        bands[there], medians[there] = between(residuals, np.array(anchors), np.array(shares), levels, least)
    return bands, medians
