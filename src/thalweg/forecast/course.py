"""What is odd in the course of a series, level shifts, outliers and long gaps, and what the ladder makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thalweg.forecast.names import learns_since
from thalweg.forecast.small_network import compared, helps, small_network_errors, steps_measured
from thalweg.forecast.verdict import figures
from thalweg.messages import Message
from thalweg.series.frequency.dates import iso
from thalweg.series.frequency.words import words_of
from thalweg.series.level_shifts import level_shifts
from thalweg.series.outliers import Outliers, outliers_of
from thalweg.series.variation import as_told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from thalweg.forecast.data import Data
    from thalweg.forecast.ladder import Ladder
    from thalweg.learn.training.thread_pool import ThreadPool
    from thalweg.series.level_shifts import LevelShift
    from thalweg.series.series import Series
    from thalweg.series.split import Split

OPEN = ("quick", "full")  # the ladders that such rungs may join; the lecture's, and one that a person made, stay
LEAST_OUTLIERS = 3  # training values; fewer do not bend what is learned
LEAST_SHARE = 0.001  # of the training values, likewise
LONG_GAP = 2  # seasons without a value in a row, from which a gap is told
TRIED = "verdict.shift_tried"  # rungs learn from a level shift on
NONE = Outliers(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, eq=False)
class Course:
    """What is odd in the course of a series.

    Attributes
    ----------
    ladder : Ladder
        The ladder with what was made of it: rungs that learn since the last level shift before validation, and outliers
        that weigh less.
    shifts : tuple of LevelShift
        Of the whole series.
    outliers : Outliers
        Of the whole series.
    notes : tuple of Message
        The sentences about it (keys ``verdict.*``).
    """

    ladder: Ladder
    shifts: tuple[LevelShift, ...] = ()
    outliers: Outliers = NONE
    notes: tuple[Message, ...] = ()

    def told(self, rungs: Iterable[str]) -> list[Message]:
        """Return the sentences, given the names of the rungs that were fitted: time may have ended before some."""
        since = any(learns_since(name) for name in rungs)
        return [note for note in self.notes if since or note.key != TRIED]


def course_of(data: Data, split: Split, ladder: Ladder, horizon: int, seed: int, pool: ThreadPool) -> Course:
    """Look for level shifts, outliers and long gaps, and let validation say what they change.

    What the ladder makes of them rests on training values alone. A series that is mostly zero has none of these.

    Parameters
    ----------
    data : Data
        A panel of one.
    split : Split
    ladder : Ladder
    horizon : int
    seed : int
    pool : ThreadPool
    """
    (series,) = data.panel.series
    notes = _gap_notes(series)
    if data.scales is not None:
        return Course(ladder, notes=notes)
    shifts = level_shifts(series)
    found = outliers_of(series, data.calendar, len(series))
    for shift in shifts:
        found = found.but_near(shift.place, series.frequency.season)  # values on the way belong to the shift
    notes += tuple(_shift_note(series, shift) for shift in shifts)
    outlier_notes = (_outlier_note(series, found),) if len(found) else ()
    if ladder.name not in OPEN:
        return Course(ladder, shifts, found, notes=notes + outlier_notes)
    before = level_shifts(series, split.train)
    begun = ladder.since(iso(before[-1].date), split.train - before[-1].place, series.frequency) if before else ladder
    tried = before[-1] if begun is not ladder else None
    steady, told = _steady(data, split, horizon, seed, pool)
    notes += _learned_since(series, shifts, split, tried) + outlier_notes + (told if outlier_notes else ())
    return Course(begun.steadied() if steady else begun, shifts, found, notes=notes)


def _steady(data: Data, split: Split, horizon: int, seed: int, pool: ThreadPool) -> tuple[bool, tuple[Message, ...]]:
    """Return whether outliers shall weigh less, and the sentence about it.

    They do where that lessens the error of a small network on validation at one of a few steps ahead by more than
    chance explains, and does not make it larger at another.
    """
    (series,) = data.panel.series
    if len(outliers_of(series, data.calendar, split.train)) < max(LEAST_OUTLIERS, LEAST_SHARE * split.train):
        return False, ()
    steps = steps_measured(series.frequency, horizon)
    plain, steady = (small_network_errors(data, split, steps, seed, pool, steady=weighed) for weighed in (False, True))
    less = compared(steady, plain, steps, series.frequency.season)
    if np.isnan(less).all():
        return False, ()
    steadier = helps(less)
    return steadier, (Message(f"verdict.outliers_{'weigh_less' if steadier else 'weigh_the_same'}"),)


def _outlier_note(series: Series, found: Outliers) -> Message:
    """Return how many values lie far from those around them, and the farthest."""
    at = int(np.argmax(found.far))
    place = int(found.places[at])
    told = {
        "date": iso(series.dates[place]),
        "value": as_told(float(series.values[place])),
        "usual": figures(float(found.usual[at])),
    }
    key = "verdict.outliers_one" if len(found) == 1 else "verdict.outliers_many"
    return Message(key, {"count": len(found), **told, **words_of(series.frequency)})


def _shift_note(series: Series, shift: LevelShift) -> Message:
    """Return how the level changed; as a share where the values are counts."""
    told = {"date": iso(shift.date), "before": figures(shift.before), "after": figures(shift.after)}
    if not series.counts or not shift.before:
        return Message("verdict.shift_difference", told)
    percent = 100 * (shift.after / shift.before - 1)
    return Message("verdict.shift_share", {**told, "percent": f"{percent:+.0f}".replace("-", "−")})


def _learned_since(
    series: Series, shifts: tuple[LevelShift, ...], split: Split, tried: LevelShift | None
) -> tuple[Message, ...]:
    """Return what became of the last level shift: rungs that learn from there on, or why there are none."""
    words = words_of(series.frequency)
    if tried is not None:
        return (Message(TRIED, {"date": iso(tried.date), **words}),)
    if not shifts:
        return ()
    if shifts[-1].place >= split.train:
        return (Message("verdict.shift_late", words),)
    return (Message("verdict.shift_few", {"count": split.train - shifts[-1].place, **words}),)


def _gap_notes(series: Series) -> tuple[Message, ...]:
    """Return a sentence about the longest gap, where that is long."""
    starts, ends = series.gaps
    lengths = ends - starts
    if not len(lengths) or lengths.max() < LONG_GAP * series.frequency.season:
        return ()
    at = int(lengths.argmax())
    first, last = (iso(series.dates[int(place)]) for place in (starts[at], ends[at] - 1))
    told = {"count": int(lengths[at]), "first": first, "last": last, "left": len(series) - int(ends[at])}
    return (Message("verdict.long_gap", {**told, **words_of(series.frequency)}),)
