"""The intervals of a panel's forecasts, from each series' own residuals; where these are few, in the panel's shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.forecast.panel.choice import mean_losses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEAST_CUTOFFS = 20  # behind a series' own shape; neighbouring ones share most of their values
PANEL_COUNTS_AS = 8  # cutoffs, in the scale of a series' residuals


class Shape(NamedTuple):
    """How residuals of the panel are distributed.

    Attributes
    ----------
    scale : ndarray of float64, shape (blocks,)
        The median over series of their mean absolute residual, in spreads.
    ends : ndarray of float64, shape (blocks, levels, 2)
        The lower and upper ends of each level, in mean absolute residuals of earlier cutoffs.
    """

    scale: NDArray[np.float64]
    ends: NDArray[np.float64]


def _tails(levels: Sequence[float]) -> NDArray[np.float64]:
    return (1 - np.asarray(levels) / 100) / 2


def shape_of(
    residuals: NDArray[np.float64],
    series: NDArray[np.int64],
    count: int,
    blocks: Sequence[slice],
    levels: Sequence[float],
) -> Shape:
    """Return the shape of a panel's residuals: those of the later cutoffs, over the scale of the earlier ones.

    So it holds what a scale from few cutoffs misses, and what has changed since.

    Parameters
    ----------
    residuals : ndarray, shape (rows, steps)
        In spreads; NaN where nothing was observed.
    series : ndarray of int64, shape (rows,)
    count : int
    blocks : sequence of slice
    levels : sequence of float
        In percent, rising.
    """
    scales = mean_losses(np.abs(residuals), series, count, blocks)
    tails = _tails(levels)
    middle = np.array([np.median(own[own > 0]) if (own > 0).any() else 1.0 for own in scales.T])
    rows = np.bincount(series, minlength=count)
    # Where every series has one cutoff alone, no earlier one tells the scale, and its own residuals have to.
    alone = len(rows) == 0 or rows.max() <= 1
    place = np.arange(len(series)) - (np.cumsum(rows) - rows)[series]
    later = (place >= (rows[series] + 1) // 2) | alone
    earlier = later if alone else ~later
    drawn = _drawn(residuals[earlier], series[earlier], count, blocks, middle)
    ends = np.zeros((len(blocks), len(tails), 2))
    for at, block in enumerate(blocks):
        size = drawn[series[later], at][:, None]
        relative = (residuals[later][:, block] / np.where(size > 0, size, np.nan)).ravel()
        relative = relative[~np.isnan(relative)]
        if len(relative):
            ends[at, :, 0], ends[at, :, 1] = np.quantile(relative, tails), np.quantile(relative, 1 - tails)
    return Shape(middle, np.stack([np.minimum(ends[..., 0], 0), np.maximum(ends[..., 1], 0)], axis=-1))


def _drawn(
    residuals: NDArray[np.float64],
    series: NDArray[np.int64],
    count: int,
    blocks: Sequence[slice],
    middle: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the scale of each series' residuals in each block, drawn to the panel's where there are few."""
    scales = mean_losses(np.abs(residuals), series, count, blocks)
    number = np.where(np.isnan(scales), 0, np.bincount(series, minlength=count)[:, None])
    own = np.where(np.isnan(scales), 0, scales)
    drawn = (number * own + PANEL_COUNTS_AS * middle) / (number + PANEL_COUNTS_AS)
    return np.where((number > 0) & (own == 0), 0, drawn)  # it was predicted exactly at every cutoff


def bands_of(
    residuals: NDArray[np.float64],
    series: NDArray[np.int64],
    count: int,
    blocks: Sequence[slice],
    levels: Sequence[float],
    shape: Shape,
) -> NDArray[np.float64]:
    """Return what to add to predictions, in spreads, shape (series, blocks, levels, 2).

    Parameters
    ----------
    residuals, series, count, blocks, levels
        As of `shape_of`. The rows of a series stand together.
    shape : Shape
    """
    tails = _tails(levels)
    scales = mean_losses(np.abs(residuals), series, count, blocks)
    rows = np.bincount(series, minlength=count)
    none = np.isnan(scales)
    drawn = _drawn(residuals, series, count, blocks, shape.scale)
    bands = drawn[:, :, None, None] * shape.ends
    starts = np.concatenate([[0], np.cumsum(rows)])
    for place in np.flatnonzero(rows >= LEAST_CUTOFFS).tolist():
        mine = residuals[starts[place] : starts[place + 1]]
        for at, block in enumerate(blocks):
            if none[place, at]:
                continue
            steps = mine[:, block]
            known = np.sort(steps[~np.isnan(steps)])
            served = (rows[place] + 1) * tails >= 1
            rank = np.ceil((len(known) + 1) * (1 - tails)).astype(np.int64)
            high, low = known[np.minimum(rank, len(known)) - 1], known[np.maximum(len(known) - rank, 0)]
            bands[place, at, served, 0], bands[place, at, served, 1] = low[served], high[served]
    np.minimum.accumulate(bands[..., 0], axis=2, out=bands[..., 0])
    np.maximum.accumulate(bands[..., 1], axis=2, out=bands[..., 1])
    return bands


def by_step(bands: NDArray[np.float64], blocks: Sequence[slice]) -> NDArray[np.float64]:
    """Return bands by step ahead, from those by block."""
    return np.repeat(bands, [block.stop - block.start for block in blocks], axis=1)


def ends_around(
    forecast: NDArray[np.float64],
    bands: NDArray[np.float64],
    spread: NDArray[np.float64],
    blocks: Sequence[slice],
    counts: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower and the upper ends of the intervals in the user's units, each (series, horizon, levels).

    Parameters
    ----------
    forecast : ndarray, shape (series, horizon)
    bands : ndarray, shape (series, blocks, levels, 2)
    spread : ndarray, shape (series, 1)
        Of each series after its last value, in the user's units.
    blocks : sequence of slice
    counts : ndarray of bool, shape (series,)
        Whether a series is never below 0; then no end is.
    """
    of_steps = by_step(bands, blocks) * spread[:, :, None, None]
    low, high = (forecast[..., None] + of_steps[..., end] for end in range(2))
    low, high = np.minimum(low, forecast[..., None]), np.maximum(high, forecast[..., None])
    return np.where(counts[:, None, None], np.maximum(low, 0), low), high
