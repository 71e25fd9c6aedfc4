"""Rows of a panel: a series, and the newest value that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Rows(NamedTuple):
    """Rows of several series.

    Attributes
    ----------
    series : ndarray of int64, shape (rows,)
        The place of the series among those of the `Flat`.
    newest : ndarray of int64, shape (rows,)
        How many values of the series stand before the row's newest one.
    """

    series: NDArray[np.int64]
    newest: NDArray[np.int64]


def rows_of(newest: Sequence[NDArray[np.int64]]) -> Rows:
    """Return the rows of several series from the places of their newest values, one array for each series."""
    return Rows(np.repeat(np.arange(len(newest)), list(map(len, newest))), np.concatenate(newest))
