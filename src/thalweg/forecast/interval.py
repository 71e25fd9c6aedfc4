"""Conformal prediction intervals, calibrated on past residuals (Vovk et al. 2005) and adapted step by step.

A residual is the actual value minus the prediction. For counts it is the difference of their logarithms, so that an
interval widens with the level and never falls below zero.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from thalweg.forecast.few_residuals import beyond_ranks
from thalweg.forecast.levels import LEVELS
from thalweg.series.scale import LARGEST_EXPONENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Share by which one residual moves the share left outside; h days ahead residuals overlap, so it moves 1/h as far.
ADAPTATION_RATE = 0.02
SMALLEST_SHARE_OUTSIDE, LARGEST_SHARE_OUTSIDE = 0.002, 0.9
ROUNDING_SHARE = 1e-12  # of the largest value
NARROWEST_SHARE = 0.05  # of the usual change from one value to the next: no interval reaches less far to either side
PLAIN_SHARE = 0.8  # of the score in logarithms: plain differences must score so much better, since few series need them
LEAST_SCORED = 8  # residuals of validation, to compare the two
SCORED_LEVEL = 80.0  # percent


@dataclass(frozen=True)
class MissTransform:
    """The transform in whose units residuals of all days are alike: none, or for counts ``log(value + offset)``.

    Attributes
    ----------
    offset : float or None
        None where values are not transformed.
    floor : bool
        Whether the inverse is kept at 0 or above; that of a logarithm always is.
    """

    offset: float | None
    floor: bool = False

    def transform(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values in the transform's units."""
        return values if self.offset is None else np.log(np.maximum(values, 0) + self.offset)

    def inverse(self, transformed: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return transformed values in the user's units."""
        if self.offset is None:
            return np.maximum(transformed, 0) if self.floor else transformed
        return np.maximum(np.exp(np.minimum(transformed, LARGEST_EXPONENT)) - self.offset, 0)

    def residuals(
        self, actual: NDArray[np.float64], predictions: NDArray[np.float64], observed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return actual minus predicted values in the transform's units, and where they count: both are there."""
        known = observed & np.isfinite(predictions)
        return self.transform(actual) - self.transform(np.where(known, predictions, 0.0)), known


def miss_transform(values: NDArray[np.float64], *, counts: bool) -> MissTransform:
    """Choose the transform of residuals from past values."""
    if not counts:
        return MissTransform(None)
    positive = values[values > 0]
    if not len(positive):
        return MissTransform(None, floor=True)  # no ratio was ever seen
    typical = float(np.median(positive))
    # Where some days are 0, the logarithm near 0 must not make the residual of the next normal day extreme.
    return MissTransform(0.01 * typical if values.min() > 0.05 * typical else 0.25 * typical, floor=True)


def suited_transform(
    values: NDArray[np.float64], actual: NDArray[np.float64], predictions: NDArray[np.float64], *, counts: bool
) -> MissTransform:
    """Choose the transform of residuals from past values and the residuals of validation.

    Where a series of counts falls in a straight line, or grows by the same number each day, its residuals are alike in
    plain differences and not in ratios. So the quantiles of the first half of the residuals are scored on the second.

    Parameters
    ----------
    values : ndarray
        The past, validation included.
    actual, predictions : ndarray
        Of validation, one step ahead, in the order of their dates.
    counts : bool
        Whether no value is negative.
    """
    ratios, plain = miss_transform(values, counts=counts), MissTransform(None, floor=counts)
    if ratios == plain or len(actual) < LEAST_SCORED:
        return ratios
    return plain if _score(plain, actual, predictions) < PLAIN_SHARE * _score(ratios, actual, predictions) else ratios


def _score(transform: MissTransform, actual: NDArray[np.float64], predictions: NDArray[np.float64]) -> float:
    """Return the mean interval score (Gneiting and Raftery 2007) of the second half, in the user's units."""
    half, share = len(actual) // 2, 1 - SCORED_LEVEL / 100
    residuals = transform.transform(actual) - transform.transform(predictions)
    bands = quantiles(residuals[:half], np.array([share]))
    low, high = transform.inverse(transform.transform(predictions[half:])[:, None] + bands[0]).T
    target = actual[half:]
    outside = np.maximum(low - target, 0) + np.maximum(target - high, 0)
    return float(np.mean(high - low + 2 / share * outside))


def narrowest(values: NDArray[np.float64], residuals: NDArray[np.float64], transform: MissTransform) -> float:
    """Return how far an interval reaches at least to either side of its middle, in the transform's units.

    Where every residual is 0 but for rounding, that is as little as rounding makes.
    """
    transformed = transform.transform(values)
    rounding = ROUNDING_SHARE * float(np.abs(transformed).max())
    if not len(residuals) or np.abs(residuals).max() <= rounding:
        return rounding
    return max(NARROWEST_SHARE * float(np.median(np.abs(np.diff(transformed)))), rounding)


class Ends(NamedTuple):
    """The lowest and the highest number that may be said, each of shape (rows, steps)."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def banded(
    mean: NDArray[np.float64], bands: NDArray[np.float64], transform: MissTransform, limits: Ends | None
) -> NDArray[np.float64]:
    """Return the ends of the intervals of some predictions, in the user's units; shape (predictions, levels, 2).

    Parameters
    ----------
    mean : ndarray, shape (predictions,)
    bands : ndarray, shape (predictions, levels, 2)
        What to add to each prediction, in the transform's units.
    transform : MissTransform
    limits : Ends, optional
        What the past bears out for each prediction, in their order; it bounds intervals in logarithms.
    """
    ends = transform.inverse(transform.transform(mean)[:, None, None] + bands)
    if limits is None or transform.offset is None:
        return ends  # differences lead no further than they have led before; ratios of small values may
    return np.clip(ends, limits.low.reshape(-1, 1, 1), limits.high.reshape(-1, 1, 1))


@dataclass(frozen=True, eq=False)
class AdaptiveConformal:
    """Intervals of one step ahead, calibrated anew at each step.

    Attributes
    ----------
    bands : ndarray of float64, shape (steps scored, levels, 2)
        What to add to each prediction for the lower and the upper end, in the transform's units.
    last : ndarray of float64, shape (levels, 2)
        The same for a forecast made on the last step, when all residuals are known.
    shares : ndarray of float64, shape (steps scored + 1, levels)
        The share of residuals that is left outside at each step; the last row belongs to `last`.
    residuals : ndarray of float64, shape (steps,)
        As they were learned.
    """

    bands: NDArray[np.float64]
    last: NDArray[np.float64]
    shares: NDArray[np.float64]
    residuals: NDArray[np.float64]


class Teaching(Protocol):
    """What is learned of residuals, in the order of time."""

    def before(self, residuals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what is learned of those before the first step that gets an interval."""
        ...

    def learned(self, residual: float, bands: NDArray[np.float64]) -> tuple[float, bool]:
        """Return what is learned of a residual whose interval was told, and whether the share outside adapts to it."""
        ...


def adaptive_conformal(
    residuals: NDArray[np.float64],
    known: NDArray[np.bool_],
    first: int,
    delay: int = 1,
    *,
    used: int,
    least: float = 0.0,
    levels: Sequence[float] = LEVELS,
    teaching: Teaching | None = None,
) -> AdaptiveConformal:
    """Calibrate intervals for each step from `first` on, on the residuals known by then.

    The share of residuals left outside follows adaptive conformal inference (Gibbs and Candès 2021): it shrinks after
    each residual outside the interval and grows after each one inside, so that coverage holds where the series drifts.

    Parameters
    ----------
    residuals : ndarray, shape (steps,)
        Actual minus predicted values, in the transform's units.
    known : ndarray of bool, shape (steps,)
        False where there is no residual: where nothing was observed, or without a prediction.
    first : int
        The first step that gets intervals.
    delay : int
        Steps ahead of the prediction; its residual is known only after so many steps.
    used : int
        How many of the latest residuals are used: those of about a year.
    least : float
        How far an interval reaches at least to either side of its middle, in the transform's units.
    levels : sequence of float
        In percent, rising.
    teaching : Teaching, optional
        What is learned of each residual; by default all of it.

    Raises
    ------
    ValueError
        If `first` is outside the steps.
    """
    if not 0 <= first <= len(residuals):
        raise ValueError(f"The first step, {first}, lies outside the {len(residuals)} steps.")
    share_outside = np.array([1 - level / 100 for level in levels])
    wanted = share_outside.copy()
    bands = np.full((len(residuals) - first, len(wanted), 2), np.nan)
    shares = np.empty((len(residuals) - first + 1, len(wanted)))
    band = np.full((len(wanted), 2), np.nan)
    learned = _Latest(used)
    if teaching is not None:
        early = np.flatnonzero(known[:first])
        residuals = residuals.copy()
        residuals[early] = teaching.before(residuals[early])
    seen = 0  # steps whose residuals were looked at
    for step in range(first, len(residuals) + delay):
        latest = step - delay  # the latest step whose residual is known
        if latest >= first and known[latest] and np.isfinite(bands[latest - first]).all():
            adapts, (low, high) = True, bands[latest - first].T
            if teaching is not None:
                residuals[latest], adapts = teaching.learned(float(residuals[latest]), bands[latest - first])
            if adapts:
                outside = ~((low <= residuals[latest]) & (residuals[latest] <= high))
                moved = share_outside + ADAPTATION_RATE / delay * (wanted - outside)
                share_outside = np.minimum(np.maximum(moved, SMALLEST_SHARE_OUTSIDE), LARGEST_SHARE_OUTSIDE)
        for residual in residuals[seen : latest + 1][known[seen : latest + 1]].tolist() if latest >= seen else ():
            learned.add(residual)
        seen = max(latest + 1, seen)
        if learned.ordered:
            # The running minimum keeps the interval of a higher level at least as wide as that of a lower one.
            band = _ends_of(learned.ordered, np.minimum.accumulate(share_outside), least)
        if step < len(residuals):
            bands[step - first], shares[step - first] = band, share_outside
    shares[-1] = share_outside
    return AdaptiveConformal(bands, band, shares, residuals)


def quantiles(
    residuals: NDArray[np.float64], share_outside: NDArray[np.float64], least: float = 0.0
) -> NDArray[np.float64]:
    """Return the lower and the upper quantile of signed residuals for each level, shape (levels, 2).

    Each side leaves out half of `share_outside`, shape (levels,), by the finite-sample rank ⌈(n + 1)·p⌉. Where there
    are too few residuals for that rank, it is the largest one, or further out as `beyond_ranks` says. Both lie at least
    `least` from their middle, and no level is narrower than one before it.
    """
    return _ends_of(np.sort(residuals).tolist(), share_outside, least)


class _Latest:
    """The latest so many residuals, in the order of their size too.

    A residual is put in its place, so that they are not sorted again at each step.

    Attributes
    ----------
    ordered : list of float
        From the lowest to the highest.
    """

    def __init__(self, most: int) -> None:
        self.ordered: list[float] = []
        self._most, self._latest = most, deque[float]()

    def add(self, residual: float) -> None:
        """Take a residual, and let go of the oldest where there are too many."""
        insort(self.ordered, residual)
        self._latest.append(residual)
        if len(self._latest) > self._most:
            del self.ordered[bisect_left(self.ordered, self._latest.popleft())]


def _ends_of(ordered: Sequence[float], share_outside: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Return the quantiles, as `quantiles` does, of residuals from the lowest to the highest."""
    count = len(ordered)
    bounds: list[tuple[float, float]] = []
    for share in share_outside.tolist():
        rank = math.ceil((count + 1) * (1 - share / 2))
        low, high = ordered[max(count - rank, 0)], ordered[min(rank, count) - 1]
        if rank > count and (further := beyond_ranks(ordered, share)):
            low, high = min(low, further[0]), max(high, further[1])
        if high - low < 2 * least:
            low, high = (low + high) / 2 - least, (low + high) / 2 + least
        if (
            bounds
        ):  # each level is widened around its own middle, so a higher one need not hold a lower one without this
            low, high = min(low, bounds[-1][0]), max(high, bounds[-1][1])
        bounds.append((low, high))
    return np.array(bounds)


def widening(bands: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the bands of 1, 2, 3, … steps ahead, shape (steps, levels, 2), none narrower than one of a step before.

    Each step ahead is calibrated by itself, on residuals of about the same dates. Where one comes out narrower than a
    step before it, that is chance, so each end reaches at least as far. The first step ahead stays as it is.
    """
    low, high = np.minimum.accumulate(bands[..., 0]), np.maximum.accumulate(bands[..., 1])
    return np.stack([low, high], axis=-1)
