"""Running totals: from the total of each day to its increase over the day before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.messages import Message
from thalweg.series.frequency.dates import places
from thalweg.series.read.groups import told_date

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency

_RESET_SHARE = 0.5  # of the total before; a total that falls further has begun anew


def differenced(
    day: NDArray[np.datetime64], value: NDArray[np.float64], frequency: Frequency
) -> tuple[NDArray[np.datetime64], NDArray[np.float64], list[Message]]:
    """Return each day's increase over the day before, from the second day on, and notes.

    After a gap only the increase over several days is known; such a day has no value, and neither has a day on which
    the total began anew. A total that falls a little has a negative increase, as where subscribers leave.

    Parameters
    ----------
    day : ndarray of datetime64, shape (days,)
        Rising, without repeats, at least two.
    value : ndarray of float64, shape (days,)
        The total of each day, NaN where there is none.
    frequency : Frequency
        Which day is the one before.
    """
    follows = np.diff(places(frequency, day[0], day)) == 1
    increase = np.where(follows, np.diff(value), np.nan)
    day, before, value = day[1:], value[:-1], value[1:]
    notes = [Message("note.differenced")]
    anew = follows & (value < _RESET_SHARE * before) & (before > 0)
    if anew.any():
        increase[anew] = np.nan
        notes.append(Message("note.total_reset", {"count": int(anew.sum()), "first": told_date(day[anew][0])}))
    unknown = np.isnan(increase) & ~np.isnan(value) & ~anew
    if unknown.any():
        notes.append(
            Message("note.increase_unknown", {"count": int(unknown.sum()), "first": told_date(day[unknown][0])})
        )
    return day, increase, notes
