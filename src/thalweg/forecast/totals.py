"""Sums over the next steps with their intervals, from sample paths, and how many such sums fell inside before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.distribution import TABLE, distribution_of, residuals_of
from thalweg.forecast.levels import Intervals, level_name
from thalweg.forecast.paths import Ahead, Inside, ends_of_sums, residual_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.distribution import StepCalibration
    from thalweg.forecast.interval import MissTransform
    from thalweg.forecast.levels import Asked
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.series import Series

MOST_SUMS, LEAST_SUMS = 60, 8  # of a length, over the sealed test
STEPS_OF_SUMS = 1700  # steps of all sums of a length, about, so that the check takes a tenth of a second
PATHS_OF_SUMS = 400
OBSERVED_SHARE = 0.5  # of the steps of a sum that must have been observed for it to count
LEVEL_TOLD = 80.0  # percent; the level that sentences tell


@dataclass(frozen=True)
class Total:
    """The sum of the next steps.

    Attributes
    ----------
    steps : int
        How many.
    first, last : numpy.datetime64
        The dates, both among them.
    mean : float
        The mean of the sums of sample paths, in the user's units.
    low, high : mapping
        Level, in percent, to the lower and the upper end of the interval.
    quantiles : mapping
        Quantile to its value, where quantiles were asked for.
    coverage : mapping
        Level to the share (0 to 1) of such sums over the sealed test that fell inside; empty where there were too few.
    sums : int
        How many sums that were; neighbouring ones have steps in common.
    """

    steps: int
    first: np.datetime64
    last: np.datetime64
    mean: float
    low: Mapping[float, float]
    high: Mapping[float, float]
    quantiles: Mapping[float, float] = field(default_factory=dict[float, float])
    coverage: Mapping[float, float] = field(default_factory=dict[float, float])
    sums: int = 0

    def columns(self, asked: Asked) -> dict[str, float]:
        """Return the ends that were asked for by the names of their columns: ``low80``, …, then ``q0.1``, …."""
        ends: dict[str, float] = {}
        for level in asked.levels:
            ends |= {f"low{level_name(level)}": self.low[level], f"high{level_name(level)}": self.high[level]}
        return ends | {f"q{level_name(each)}": value for each, value in self.quantiles.items()}


def lengths(frequency: Frequency, horizon: int) -> tuple[int, ...]:
    """Return over how many steps sums are told: a season, a month, and the horizon; of hours a day and a week too."""
    usual = {frequency.season, frequency.month, horizon}
    if frequency.sub_daily:
        usual.add(frequency.long_season)
    return tuple(sorted(length for length in usual if 1 < length <= horizon))


def total_of(
    dates: NDArray[np.datetime64], paths: NDArray[np.float64], asked: Asked, inside: Inside | None, *, whole: bool
) -> Total:
    """Return the sum of some steps from their sample paths, shape (paths, steps)."""
    sums = paths.sum(axis=1)
    levels = asked.calibrated
    ends = ends_of_sums(sums, levels, whole=whole)
    median = float(np.median(sums))
    intervals = Intervals(levels, ends[:, :1], ends[:, 1:], np.array([np.rint(median) if whole else median]))
    return Total(
        steps=len(dates),
        first=dates[0],
        last=dates[-1],
        mean=float(sums.mean()),
        low=dict(zip(levels, ends[:, 0].tolist(), strict=True)),
        high=dict(zip(levels, ends[:, 1].tolist(), strict=True)),
        quantiles={each: float(intervals.quantile(each)[0]) for each in asked.quantiles},
        coverage={} if inside is None else dict(zip(inside.levels, inside.coverage, strict=True)),
        sums=0 if inside is None else inside.sums,
    )


def sums_inside(
    series: Series,
    forecasts: NDArray[np.float64],
    steps: Sequence[StepCalibration],
    transform: MissTransform,
    first: int,
    sealed: int,
    levels: tuple[float, ...],
    least_residuals: int,
) -> tuple[Inside, ...]:
    """Return how many sums over the sealed test fell inside their intervals, for each length that is told.

    Each interval is made of what was known before the first step of its sum.

    Parameters
    ----------
    series : Series
    forecasts : ndarray, shape (horizon, values)
        Row h − 1 holds the predictions made h steps before.
    steps : sequence of StepCalibration
        Of each step ahead.
    transform : MissTransform
    first, sealed : int
        The first value predicted, and the first of the sealed test.
    levels : tuple of float
        In percent.
    least_residuals : int
        As of `thalweg.forecast.distribution.distribution_of`.
    """
    residuals, known = residuals_of(steps)
    told: list[Inside] = []
    for length in lengths(series.frequency, len(steps)):
        last = len(series) - length
        if last - sealed + 1 < LEAST_SUMS:
            continue
        most = min(int(np.clip(STEPS_OF_SUMS // length, LEAST_SUMS, MOST_SUMS)), last - sealed + 1)
        within: list[NDArray[np.bool_]] = []
        for cutoff in np.linspace(sealed, last, most).round().astype(np.int64).tolist():
            observed = series.observed[cutoff : cutoff + length]
            ahead = np.arange(length)
            mean = forecasts[ahead, cutoff + ahead]
            rows = residual_rows(residuals[:length], known[:length], cutoff - first, length)
            if observed.mean() < OBSERVED_SHARE or not np.isfinite(mean).all() or not len(rows):
                continue
            distribution = distribution_of(steps[:length], TABLE, least_residuals, cutoff - first)
            made = Ahead(mean, distribution, rows, transform, None, series.whole).sample(PATHS_OF_SUMS, 0)
            low, high = ends_of_sums(made[:, observed].sum(axis=1), levels, whole=series.whole).T
            actual = series.values[cutoff : cutoff + length][observed].sum()
            within.append((low <= actual) & (actual <= high))
        if len(within) >= LEAST_SUMS:
            coverage = np.mean(within, axis=0).tolist()
            told.append(Inside(length, levels, tuple(coverage), len(within)))
    return tuple(told)
