"""Which series add up to which totals, over all and over the columns that name the series; and what totals hold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

ALL = "total"


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """The totals of a panel.

    Attributes
    ----------
    levels : tuple of str
        Of each total: ``total``, or the columns that its series share, with commas between.
    keys : tuple of str
        Of each total: the values that its series share, with / between; ``total`` for the sum over all.
    members : tuple of ndarray of int64
        Of each total, the places of its series.
    count : int
        Of series.
    """

    levels: tuple[str, ...]
    keys: tuple[str, ...]
    members: tuple[NDArray[np.int64], ...]
    count: int

    def __len__(self) -> int:
        return len(self.levels)

    def among(self, there: NDArray[np.bool_]) -> tuple[Hierarchy, NDArray[np.int64]]:
        """Return the totals of some of the series, numbered anew, and which of these totals have one of them."""
        numbers = np.cumsum(there) - 1
        members = [numbers[each[there[each]]] for each in self.members]
        kept = np.array([at for at, each in enumerate(members) if len(each)], np.int64)
        levels, keys = (tuple(each[at] for at in kept) for each in (self.levels, self.keys))
        return Hierarchy(levels, keys, tuple(members[at] for at in kept), int(there.sum())), kept

    def added(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums of each total; the first axis of `values` is the series, that of the result the totals."""
        return np.stack([values[members].sum(axis=0) for members in self.members])

    def of_level(self, level: str) -> list[int]:
        """Return the places of the totals of a level."""
        return [at for at, each in enumerate(self.levels) if each == level]


@dataclass(frozen=True, eq=False)
class Totals:
    """The totals of a panel.

    Attributes
    ----------
    method : {"bottom-up", "top-down", "mint"}
    hierarchy : Hierarchy
        Of the series that count; see `counted`.
    dates : ndarray of datetime64, shape (horizon,)
        The steps after the last date of the panel.
    mean : ndarray of float64, shape (totals, horizon)
        In the user's units: the sums of the series' forecasts.
    levels : tuple of float
        In percent, rising.
    low, high : ndarray of float64, shape (totals, horizon, levels)
    counted : ndarray of int64
        The places of the series that count: those that end within a horizon of the last date, and were served.
    late : ndarray of int64, shape (series counted,)
        How many steps before the last date each ends.
    ended : int
        How many series ended a horizon or more before the last date, and count no more.
    test, added : ndarray of float64, shape (totals,)
        The mean absolute error over the test, as used and of the sums of what each series would have forecast; NaN
        where nothing could be scored.
    coverage : ndarray of float64, shape (totals, levels)
        The share of test values inside each level's interval, which was made of what validation shows.
    tried : int
        From how many cutoffs of the test.
    """

    method: str
    hierarchy: Hierarchy
    dates: NDArray[np.datetime64]
    mean: NDArray[np.float64]
    levels: tuple[float, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    counted: NDArray[np.int64]
    late: NDArray[np.int64]
    ended: int
    test: NDArray[np.float64]
    added: NDArray[np.float64]
    coverage: NDArray[np.float64]
    tried: int


def hierarchy_of(keys: Mapping[str, Sequence[str]], count: int) -> Hierarchy:
    """Return the totals of a panel: over all series, and for every combination of the columns that name them.

    A combination whose groups are those of one before it, or single series, adds nothing and is left out; so is that of
    a single series, whose total it is.

    Parameters
    ----------
    keys : mapping
        The columns whose values name a series, each to its value for each series.
    count : int
        Of series.
    """
    levels, names, members = [ALL], [ALL], [np.arange(count)]
    seen = {_partition(np.zeros(count, np.int64)), _partition(np.arange(count))}
    for size in range(1, len(keys)):
        for columns in combinations(keys, size):
            values = ["/".join(each) for each in zip(*(keys[column] for column in columns), strict=True)]
            groups = {value: at for at, value in enumerate(dict.fromkeys(values))}
            at = np.array([groups[value] for value in values])
            if (partition := _partition(at)) in seen:
                continue
            seen.add(partition)
            order = np.argsort(at, kind="stable")
            levels += [",".join(columns)] * len(groups)
            names += groups
            members += np.split(order, np.cumsum(np.bincount(at))[:-1])
    return Hierarchy(tuple(levels), tuple(names), tuple(members), count)


def _partition(at: NDArray[np.int64]) -> bytes:
    """Return what is the same for two ways to name the same groups."""
    _, first, inverse = np.unique(at, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64).tobytes()
