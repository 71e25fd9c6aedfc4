"""Sample paths: courses that the next steps may take together, and the sums of such courses.

Each step of a path follows the calibrated distribution of that step. How steps belong together, so that a high first
week is followed by a high second one, is taken from whole forecasts of the backtest: their residuals are put in order
step by step, and a path takes the places that one of these forecasts had. This is the Schaake shuffle (Clark et al.
2004, "The Schaake shuffle", Journal of Hydrometeorology 5).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.levels import whole_above, whole_below
from thalweg.forecast.sizes import zeros_and_sizes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.distribution import Distribution
    from thalweg.forecast.interval import Ends, MissTransform

MOST_ROWS = 200  # whole forecasts whose residuals travel with a model
LEAST_ROWS = 20  # below, forecasts whose last steps have not come yet count too
USUAL_PATHS, MOST_PATHS = 1000, 100_000


@dataclass(frozen=True, eq=False)
class Ahead:
    """What sample paths of one forecast are made of.

    Attributes
    ----------
    mean : ndarray of float64, shape (steps,)
        The predictions.
    distribution : Distribution
    rows : ndarray of float32, shape (forecasts, steps)
        The residuals of whole forecasts of the backtest, in the transform's units; NaN where nothing was observed.
    transform : MissTransform
    limits : Ends, optional
        What the past bears out for each step, as of `thalweg.forecast.interval.banded`.
    whole : bool
        Whether all values are whole and never negative.
    sizes : ndarray of float64, shape (values,)
        Where the series is mostly zero, its values above 0, as of `thalweg.forecast.sizes.zeros_and_sizes`. Else none,
        and each step follows its calibrated distribution.
    """

    mean: NDArray[np.float64]
    distribution: Distribution
    rows: NDArray[np.float32]
    transform: MissTransform
    limits: Ends | None
    whole: bool
    sizes: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def sample(self, paths: int, seed: int) -> NDArray[np.float64]:
        """Return sample paths in the user's units, shape (paths, steps); the same seed gives the same paths.

        The first steps of a path do not depend on how many steps follow.
        """
        steps = len(self.mean)
        places = _places(self.rows, paths, np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1]))
        if len(self.sizes):
            values = zeros_and_sizes(self.mean, self.sizes, places)
        else:
            values = self.transform.inverse(self.transform.transform(self.mean) + self.distribution.at(places))
        if self.limits is not None and self.transform.offset is not None and not len(self.sizes):
            values = np.clip(values, self.limits.low.reshape(1, -1), self.limits.high.reshape(1, -1))
        if not self.whole:
            return values
        # A value between two whole numbers becomes the upper one as often as it lies near it: the mean stays as it is.
        return np.floor(values + np.random.default_rng([seed, 2]).random((steps, paths)).T)


def _places(
    rows: NDArray[np.float32], paths: int, choice: np.random.Generator, ties: np.random.Generator
) -> NDArray[np.float64]:
    """Return at which probability of its distribution each step of each path lies, shape (paths, steps).

    Each row is taken about equally often, at another place within its rank each time.
    """
    count = len(rows)
    taken = np.concatenate([choice.permutation(count) for _ in range(-(-paths // count))])[:paths]
    within = choice.random(paths)
    keys = ties.random(rows.shape[::-1]).T
    ranks = _ranks(np.where(np.isfinite(rows), rows, np.inf), keys)
    known = np.isfinite(rows)
    if not known.all():
        ranks = _ranks(_filled(ranks, known), keys)
    return (ranks[taken] + within[:, None]) / count


def _ranks(values: NDArray[np.floating[Any]], keys: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rank of each value within its column, from 0 on; of equal values the one with the smaller key."""
    order = np.lexsort((keys, values), axis=0)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(len(values))[:, None], order.shape), axis=0)
    return ranks


def _filled(ranks: NDArray[np.int64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return ranks as shares of the known values of their column; without a value, that of the step before.

    Of forecasts from inside training the far steps alone are known. Their first steps are those of other rows, so that
    near steps go together as they do in these.
    """
    shares = (ranks + 0.5) / np.maximum(known.sum(axis=0), 1)
    whole, without = np.flatnonzero(known[:, 0]), np.flatnonzero(~known[:, 0])
    if len(whole) and len(without):
        lent = whole[np.arange(len(without)) * len(whole) // len(without)]
        leading = ~np.logical_or.accumulate(known[without], axis=1)
        shares[without] = np.where(leading, shares[lent], shares[without])
        known = known.copy()
        known[without] |= leading & known[lent]
    before = np.full(len(shares), 0.5)
    for column, there in zip(shares.T, known.T, strict=True):
        column[:] = before = np.where(there, column, before)
    return shares


def residual_rows(
    residuals: NDArray[np.float64], known: NDArray[np.bool_], until: int, steps: int
) -> NDArray[np.float32]:
    """Return the residuals of whole forecasts that were made before a step, shape (forecasts, steps).

    Parameters
    ----------
    residuals : ndarray, shape (steps, values)
        Row h − 1 holds the residuals of h steps ahead, in the transform's units, by the value that was predicted.
    known : ndarray of bool, the same shape
        Where there is a residual.
    until : int
        How many values were known by then; no later one is looked at.
    steps : int
        Steps of a whole forecast.
    """
    last = until - steps if until - steps >= LEAST_ROWS - 1 else until - 1
    if last < 0:
        return np.zeros((0, steps), dtype=np.float32)
    cutoffs = np.unique(np.linspace(0, last, min(MOST_ROWS, last + 1)).round().astype(np.int64))
    ahead = np.arange(steps)
    at = cutoffs[:, None] + ahead
    inside = at < until
    at = np.where(inside, at, 0)
    rows = np.where(inside & known[ahead, at], residuals[ahead, at], np.nan).astype(np.float32)
    return rows[np.isfinite(rows).any(axis=1)]


def path_columns(dates: NDArray[np.datetime64], paths: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """Return sample paths as columns of a table with a row a path and a step: ``path``, ``date``, ``value``."""
    count, steps = paths.shape
    return {
        "path": np.repeat(np.arange(count), steps),
        "date": np.tile(dates, count),
        "value": paths.ravel(),
    }


@dataclass(frozen=True)
class Inside:
    """How many sums of so many steps fell inside their intervals over the sealed test.

    Attributes
    ----------
    steps : int
    levels : tuple of float
        In percent.
    coverage : tuple of float
        The share (0 to 1) of the sums inside the interval of each level.
    sums : int
        Of how many; neighbouring ones have days in common.
    """

    steps: int
    levels: tuple[float, ...]
    coverage: tuple[float, ...]
    sums: int


def ends_of_sums(sums: NDArray[np.float64], levels: Sequence[float], *, whole: bool) -> NDArray[np.float64]:
    """Return the ends of the intervals of sums, shape (levels, 2), from the sums of sample paths."""
    shares = np.array(levels) / 100
    ends = np.quantile(sums, np.stack([(1 - shares) / 2, (1 + shares) / 2], axis=-1))
    return np.stack([whole_below(ends[:, 0]), whole_above(ends[:, 1])], axis=-1) if whole else ends
