"""Rows that grow: each is fed predictions, which are taken for its newest values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.features.past import Past, Transformed
from thalweg.series.filling import sources_of_copies
from thalweg.series.frequency.dates import steps_after
from thalweg.series.scale import Totals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.scale import Scale


class Feed:
    """A table with a row for each row of a past: its last values, then the predictions that it is fed.

    What is computed of values that were there before stays: a step transforms the new predictions alone, and adds them
    to the running totals.

    Parameters
    ----------
    past : Past
    kept : int
        How many past values of each row are looked at.
    steps : int
        How many predictions it will be fed at most.
    """

    def __init__(self, past: Past, kept: int, steps: int) -> None:
        self.past, self.kept, self.fed = past, kept, 0
        # A value more than is looked at: where the longest stretch of a mean begins, the totals end on it.
        self.places = past.newest[:, None] - np.arange(kept, -1, -1)
        self.width = 1 + kept + steps
        self.values = self.table(past.values)
        self._first = np.arange(len(past)) * self.width
        self._observed = self._flags()
        self._copied: dict[int, NDArray[np.int64]] = {}
        self._transformed: dict[tuple[bool, float, float], _Fed] = {}

    def table(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the last ones of some values in rows; where predictions will stand, the newest is repeated."""
        rows = np.empty((len(self.places), self.width))
        rows[:, : self.kept + 1] = values[np.maximum(self.places, 0)]
        rows[:, self.kept + 1 :] = rows[:, self.kept : self.kept + 1]
        return rows

    def _flags(self) -> NDArray[np.bool_] | None:
        """Return which values were observed, as predictions are taken to be; None where all were."""
        if self.past.observed is None:
            return None
        kept = self.past.observed[np.maximum(self.places, 0)]
        if kept.all():
            return None
        flags = np.ones((len(kept), self.width), dtype=np.bool_)
        flags[:, : self.kept + 1] = kept
        return flags.reshape(-1)

    def now(self) -> Past:
        """Return the rows as they are now; those of earlier calls grow with them, but do not look at what is new."""
        past = self.past
        return FedPast(
            self.values.reshape(-1),
            self._first + self.kept + self.fed,
            steps_after(past.frequency, past.dates, self.fed),
            np.minimum(past.available, self.kept) + self.fed,
            past.frequency,
            self._observed,
            past.place,
            past.fed + self.fed,
            self,
        )

    def add(self, predictions: NDArray[np.float64]) -> None:
        """Take predictions of the next steps for values, shape (rows, steps)."""
        first = self.kept + 1 + self.fed
        self.fed += predictions.shape[1]
        self.values[:, first : first + predictions.shape[1]] = predictions

    def transformed(self, scale: Scale) -> Transformed:
        """Return the values after a scale's transform."""
        key = (scale.logarithm, scale.offset, scale.least)
        if key not in self._transformed:
            self._transformed[key] = _Fed(self, scale)
        made = self._transformed[key]
        made.take_in(self.kept + 1 + self.fed)
        return made

    def copied(self, days_back: int) -> NDArray[np.int64] | None:
        """Return what `Past.copied` does; a prediction counts as observed, so that it is the same at every step."""
        if self._observed is None:
            return None
        if days_back not in self._copied:
            self._copied[days_back] = sources_of_copies(self._observed, days_back)
        return self._copied[days_back]


@dataclass(frozen=True, eq=False)
class FedPast(Past):
    """The rows of a feed after some of its steps."""

    feed: Feed | None = None

    def transformed(self, scale: Scale) -> Transformed:
        """Return the values after a scale's transform, those of earlier steps as they were computed then."""
        return super().transformed(scale) if self.feed is None else self.feed.transformed(scale)

    def copied(self, days_back: int) -> NDArray[np.int64] | None:
        """Return the place that a copy of so many steps ago takes for each value; None where all were observed."""
        return super().copied(days_back) if self.feed is None else self.feed.copied(days_back)


class _Fed(Transformed):
    """The values of a feed after a scale's transform, as far as they were taken in."""

    def __init__(self, feed: Feed, scale: Scale) -> None:
        self._feed, self._scale, self._source = feed, scale, feed.past.transformed(scale)
        self._rows, self._known = feed.table(self._source.values), feed.kept + 1
        self._sums: NDArray[np.float64] | None = None
        self._windows: dict[int, NDArray[np.float32]] = {}
        super().__init__(self._rows.reshape(-1))

    def take_in(self, upto: int) -> None:
        """Transform what is new in the columns before `upto`."""
        first, self._known = self._known, upto
        if first == upto:
            return
        self._rows[:, first:upto] = self._scale.transform(self._feed.values[:, first:upto])
        if self._sums is not None:
            self._add_up(self._sums, first, upto)
        for length, rows in self._windows.items():
            before = self._before(length)
            rows[:, first - before : upto - before] = self._rows[:, first:upto]

    @property
    def totals(self) -> Totals:
        """Running totals along each row, the values before the row among them."""
        feed, source = self._feed, self._source.totals
        if self._sums is None:
            self._sums = np.zeros(self._rows.size + 1)
            kept = feed.kept + 1
            self._totals(self._sums)[:, :kept] = source.sums[np.maximum(feed.places + 1, 0)]
            self._add_up(self._sums, kept, self._known)
        return Totals(self._sums, source.reference)

    def _totals(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the totals up to and including each value, in rows."""
        return sums[1:].reshape(self._rows.shape)

    def _add_up(self, sums: NDArray[np.float64], first: int, upto: int) -> None:
        totals, new = self._totals(sums), self._rows[:, first:upto] - self._source.totals.reference
        totals[:, first:upto] = totals[:, first - 1 : first] + np.cumsum(new, axis=1)

    def deviation(self, places: NDArray[np.int64], steps: int) -> NDArray[np.float64]:
        """Return how far the values at some places lie from the mean of the steps that end on them."""
        return self.values[places] - self.totals.mean(places, steps)

    def _before(self, length: int) -> int:
        """Return how many columns lie before the first window."""
        return self._feed.kept + 1 - length

    def windows(self, newest: NDArray[np.int64], length: int) -> tuple[NDArray[np.floating[Any]], NDArray[np.int64]]:
        """Return the values that windows reach in single precision, and the places of `newest` among them."""
        before = self._before(length)
        if length not in self._windows:
            self._windows[length] = self._rows[:, before:].astype(np.float32)
        rows = self._windows[length]
        row, column = np.divmod(newest, self._feed.width)
        return rows.reshape(-1), row * rows.shape[1] + column - before
