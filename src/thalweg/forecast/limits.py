"""How far predictions and intervals may reach: no further beyond all past values than the past itself has moved.

A network that meets a value far from those it has learned from can answer with anything, and one that is fed such an
answer can run away. The limits keep both within what the past bears out, for each step ahead. A series that grows
steadily keeps its room: it may go on as fast as it has grown, and half as fast again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from thalweg.forecast.interval import Ends, MissTransform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.forecast.features.past import Past
    from thalweg.series.series import Series

ROOM_FOR_GROWTH = 1.5  # times the growth that the past bears out
ROOM_FOR_NOISE = 1.0  # times the usual change over so many steps, apart from growth
ROOM_OF_INTERVALS = 3.0  # the same for the ends of intervals: nearly all changes of a random walk
LONGEST_SHARE = 0.1  # of the past: growth over more steps is that over so many, continued
JUMP_SHARE = 0.05  # of the past: changes as rare as this, and those around one jump, are no growth
SMALL_SHARE = 0.25  # of the median of the values above 0; below, differences count rather than ratios


@dataclass(frozen=True, eq=False)
class Room:
    """By how much values ahead may lie outside those of the past, in the units of one transform.

    Attributes
    ----------
    transform : MissTransform
    fall, rise : ndarray of float64, shape (steps,)
        For each step ahead, by how much the level may move down and up.
    noise : ndarray of float64, shape (steps,)
        By how much values usually change, apart from that.
    """

    transform: MissTransform
    fall: NDArray[np.float64]
    rise: NDArray[np.float64]
    noise: NDArray[np.float64]

    def around(self, lowest: NDArray[np.float64], highest: NDArray[np.float64], steps: int, noise: float) -> Ends:
        """Return how far so many steps may reach below and above values of each row, in the user's units."""
        spread = noise * self.noise[:steps]
        low = self.transform.transform(lowest)[:, None] - self.fall[:steps] - spread
        high = self.transform.transform(highest)[:, None] + self.rise[:steps] + spread
        return Ends(self.transform.inverse(low), self.transform.inverse(high))


@dataclass(frozen=True, eq=False)
class Limits:
    """What the past bears out, for each step ahead.

    A prediction lies between the second lowest and the second highest value of the past, an end of an interval between
    the lowest and the highest, but for the room outside them: what came only once is not predicted, yet it may come
    again.

    Attributes
    ----------
    rooms : tuple of Room
        In differences, and for counts in ratios too; the wider one holds.
    low, high : tuple of float
        At most the two lowest and the two highest values before those that a past holds, the outermost first.
    """

    rooms: tuple[Room, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether they are those of a series that is never negative."""
        return any(room.transform.floor for room in self.rooms)

    def of_predictions(self, past: Past, steps: int) -> Ends:
        """Return the limits of predictions made from a past of one series, in the user's units."""
        return self._ends(past, steps, 1, ROOM_FOR_NOISE)

    def of_intervals(self, past: Past, steps: int) -> Ends:
        """Return the limits of the ends of intervals."""
        return self._ends(past, steps, 0, ROOM_OF_INTERVALS)

    def _ends(self, past: Past, steps: int, place: int, noise: float) -> Ends:
        observed = np.ones(len(past.values), dtype=np.bool_) if past.observed is None else past.observed
        lowest = -_two_highest(np.where(observed, -past.values, -np.inf), [-value for value in self.low])
        highest = _two_highest(np.where(observed, past.values, -np.inf), self.high)
        low, high = lowest[place, past.newest], highest[place, past.newest]
        every = [room.around(low, high, steps, noise) for room in self.rooms]
        return Ends(np.min([ends.low for ends in every], axis=0), np.max([ends.high for ends in every], axis=0))


def _two_highest(values: NDArray[np.float64], earlier: Sequence[float]) -> NDArray[np.float64]:
    """Return the highest and the second highest value up to each place, shape (2, values), earlier ones among them.

    Where there is only one, it is the second too.
    """
    each = np.concatenate([earlier, values])
    highest = np.maximum.accumulate(each)
    # Of a new value and the highest before it, the smaller one may be the second highest.
    second = np.concatenate([[-np.inf], np.maximum.accumulate(np.minimum(each[1:], highest[:-1]))])
    return np.stack([highest, np.where(np.isfinite(second), second, highest)])[:, len(earlier) :]


def limits_of(series: Series, upto: int, steps: int) -> Limits:
    """Return the limits that the first `upto` values of a series bear out."""
    values, season = series.values[:upto], series.frequency.season
    transforms = (MissTransform(None, floor=True), ratios(values)) if series.counts else (MissTransform(None),)
    return Limits(tuple(_room(transform, values, season, steps) for transform in transforms))


def ratios(values: NDArray[np.float64]) -> MissTransform:
    """Return a transform of counts in whose units equal changes are equal ratios, but for small values."""
    positive = values[values > 0]
    return MissTransform(SMALL_SHARE * float(np.median(positive)) if len(positive) else 1.0, floor=True)


def before(limits: Limits, series: Series, cut: int) -> Limits:
    """Return the limits for a past that begins at place `cut` of the series."""
    earlier = np.sort(series.values[:cut][series.observed[:cut]])
    return replace(limits, low=tuple(earlier[:2].tolist()), high=tuple(earlier[::-1][:2].tolist()))


def _room(transform: MissTransform, values: NDArray[np.float64], season: int, steps: int) -> Room:
    transformed = transform.transform(values)
    level = np.median(sliding_window_view(transformed, min(season, len(values))), axis=1)
    short = max(int(LONGEST_SHARE * len(level)), season)
    # The second highest value may be a step old where the series grows, so that growth counts from there.
    growth = [_growth(level, step + 1, short) for step in range(1, steps + 1)]
    rise, fall = (ROOM_FOR_GROWTH * np.array(each) for each in zip(*growth, strict=True))
    noise = np.array([_usual_change(transformed, step) for step in range(1, steps + 1)])
    return Room(transform, fall, rise, noise)


def _usual_change(values: NDArray[np.float64], steps: int) -> float:
    """Return how far changes over so many steps usually lie from their middle: half the range of the middle half."""
    changes = values[steps:] - values[:-steps]
    if not len(changes):
        return 0.0
    low, high = len(changes) // 4, len(changes) - 1 - len(changes) // 4
    ordered = np.partition(changes, (low, high))
    return float(ordered[high] - ordered[low]) / 2


def _growth(level: NDArray[np.float64], steps: int, short: int) -> tuple[float, float]:
    """Return by how much a level has risen and fallen over so many steps, more often than by a single jump.

    Each is at least 0. Over more than `short` steps it is the growth over so many, continued, and no more than it ever
    was.
    """
    short = min(steps, short)
    moves = level[short:] - level[:-short]
    if not len(moves):
        return 0.0, 0.0
    passed_over = short + math.ceil(JUMP_SHARE * len(level))  # one jump is seen from as many days as lie between
    place = max(len(moves) - 1 - passed_over, 0)
    ordered = np.partition(moves, (len(moves) - 1 - place, place))
    borne_out = float(ordered[place]), -float(ordered[len(moves) - 1 - place])
    if steps > short:
        noise = _usual_change(level, short)  # it is not continued
        borne_out = tuple((move - noise) * steps / short for move in borne_out)
        if len(level) > steps:
            moves = level[steps:] - level[:-steps]
            borne_out = min(borne_out[0], float(moves.max())), min(borne_out[1], -float(moves.min()))
    return max(borne_out[0], 0.0), max(borne_out[1], 0.0)
