"""The distribution of a step of a series that is mostly zero: 0, or one of the sizes that came before.

Residuals are no help there: that of a zero is as large as the rate was, and added to a higher rate it is no zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.series.series import Series

MOST_SIZES = 200  # the latest values above 0 that make a distribution


def zeros_and_sizes(
    mean: NDArray[np.float64], sizes: NDArray[np.float64], places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the quantiles of steps that are 0 or one of some sizes, at places between 0 and 1, shape (paths, steps).

    A size comes as often as makes the mean of a step its prediction. Where that is more than the mean of the sizes, one
    comes always, and all are larger in proportion.

    Parameters
    ----------
    mean : ndarray, shape (steps,)
    sizes : ndarray
        Rising; without any, all steps are 0.
    places : ndarray, shape (paths, steps)
    """
    if not len(sizes):
        return np.zeros(places.shape)
    usual = float(sizes.mean())
    rate = np.clip(mean / usual, np.finfo(float).eps, 1)
    within = np.clip((places - (1 - rate)) / rate, 0, 1)
    at = np.minimum((within * len(sizes)).astype(np.int64), len(sizes) - 1)
    return np.where(places >= 1 - rate, sizes[at] * np.maximum(mean / usual, 1), 0.0)


def last_sizes(values: NDArray[np.float64], observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the last values above 0, at most `MOST_SIZES`, rising."""
    return np.sort(values[observed & (values > 0)][-MOST_SIZES:])


def ends_of_sizes(
    mean: NDArray[np.float64], sizes: NDArray[np.float64], levels: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the intervals of some steps, shape (steps, levels, 2), and the medians, shape (steps,)."""
    shares = np.array(levels) / 100
    probabilities = np.concatenate([(1 - shares) / 2, (1 + shares) / 2, [0.5]])
    made = zeros_and_sizes(mean, sizes, np.repeat(probabilities[:, None], len(mean), axis=1))
    low, high = made[: len(shares)], made[len(shares) : -1]
    return np.stack([low.T, high.T], axis=-1), made[-1]


def ends_before(
    series: Series, mean: NDArray[np.float64], first: int, levels: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the same of one step ahead from the value `first` on, each of the sizes that were known before it."""
    each = [
        ends_of_sizes(mean[[place]], last_sizes(series.values[:at], series.observed[:at]), levels)
        for place, at in enumerate(range(first, len(series)))
    ]
    return np.concatenate([ends for ends, _ in each]), np.concatenate([median for _, median in each])
