"""A file whose rhythm changes: daily until some date, then weekly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.frequency.dates import days_after
from thalweg.series.frequency.record import DAYS_OF_PACES, MINUTES_OF_A_DAY, PACES
from thalweg.series.read.groups import told_date
from thalweg.series.read.paces import pace_of_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.read.groups import Groups
    from thalweg.series.read.table import Table

_LEAST_STEPS = 8  # of a rhythm, before it is taken for one
_LEAST_SHARE = 0.7  # of the steps of a part, that are of its rhythm; Monday to Friday alone is 0.8
_MOST_RHYTHMS = 8  # of a file, that are looked at
MINUTES_OF_STEPS = (5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720)


def check_one_rhythm(table: Table, groups: Groups) -> None:
    """Refuse dates of two rhythms, one after the other.

    Raises
    ------
    InputError
        It names the row where the rhythm changes.
    """
    date, first = groups.date[groups.valued], groups.first[groups.valued]
    minutes = np.diff(date.astype("datetime64[s]")).astype(np.int64) // 60
    rhythm = _rhythms(minutes)
    at = _change(rhythm)
    if at is None:
        return
    before, after = (_usual(part) for part in (rhythm[:at], rhythm[at:]))
    day = date[at].astype("datetime64[D]")
    kept = days_after(day, -1) if before > after and after < MINUTES_OF_A_DAY else day
    raise InputError(
        "read.rhythm_changes",
        source=table.source_name,
        row=table.row(int(first[at])),
        date=told_date(date[at]),
        before=_told(before),
        after=_told(after),
        argument=Argument("until", str(kept)),
    )


def _rhythms(minutes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return of which rhythm each step is: its usual minutes, or 0 where it is of none."""
    of_days = {1: 1, **{days: min(DAYS_OF_PACES[pace]) for days, pace in PACES.items()}}
    rhythm = np.where(np.isin(minutes, MINUTES_OF_STEPS), minutes, 0)
    days, rest = np.divmod(minutes, MINUTES_OF_A_DAY)
    for number, usual in of_days.items():
        rhythm[(days == number) & (rest == 0)] = usual * MINUTES_OF_A_DAY
    return rhythm


def _usual(rhythm: NDArray[np.int64]) -> int:
    found, counts = np.unique(rhythm[rhythm > 0], return_counts=True)
    return int(found[np.argmax(counts)])


def _change(rhythm: NDArray[np.int64]) -> int | None:
    """Return the place of the first step of another rhythm, where one follows another; None where there is one."""
    found, counts = np.unique(rhythm[rhythm > 0], return_counts=True)
    found = found[np.argsort(-counts, kind="stable")][:_MOST_RHYTHMS]
    if len(found) < 2 or len(rhythm) < 2 * _LEAST_STEPS:  # noqa: PLR2004 - one rhythm and another
        return None
    before = np.cumsum(rhythm == found[:, np.newaxis], axis=1)
    after = before[:, -1:] - before
    counted = before.max(axis=0) + after.max(axis=0)
    inside = slice(_LEAST_STEPS - 1, len(rhythm) - _LEAST_STEPS)
    at = int(np.argmax(counted[inside])) + _LEAST_STEPS
    first, second = (int(np.argmax(part[:, at - 1])) for part in (before, after))
    shares = before[first, at - 1] / at, after[second, at - 1] / (len(rhythm) - at)
    return None if first == second or min(shares) < _LEAST_SHARE else at


def _told(minutes: int) -> Message:
    """Return how a rhythm is told."""
    days = minutes // MINUTES_OF_A_DAY
    if days:
        return Message(f"read.pace.{PACES.get(days, 'daily')}")
    return pace_of_seconds(minutes * 60)
