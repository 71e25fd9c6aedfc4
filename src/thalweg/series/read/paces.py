"""How a frequency is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.messages import Message
from thalweg.series.frequency.record import DAYS_OF_A_MONTH, EVERY_DAY, Frequency

if TYPE_CHECKING:
    import datetime as dt

_HOUR, _MINUTE = 60, 60  # minutes, seconds
_BY = {"hour": "hourly", "minute": "minutely", "second": "secondly"}
_PERIODS = {1: "monthly", 3: "quarterly", 12: "yearly"}  # by months


def pace_of_seconds(seconds: int) -> Message:
    """Return how a step of so many seconds, at most a day, is told behind "is"."""
    for name, unit in (("hour", _HOUR * _MINUTE), ("minute", _MINUTE), ("second", 1)):
        count, rest = divmod(seconds, unit)
        if count and not rest:
            return Message(f"read.pace.{_BY[name]}" if count == 1 else f"read.pace.{name}s", {"count": count})
    return Message("read.pace.seconds", {"count": seconds})


def pace_of(frequency: Frequency, first: dt.date) -> Message:
    """Return how a frequency is told behind "is", such as hourly, or weekly, on Mondays.

    Parameters
    ----------
    frequency : Frequency
    first : datetime.date
        The date of a value.
    """
    if frequency.unit == "m":
        return pace_of_seconds(frequency.units * _MINUTE)
    if frequency.unit == "D":
        if frequency.units > 1:
            return Message("read.pace.weekly_on", {"weekday": Message(f"note.weekday.{first.weekday()}")})
        occurring = [Message(f"note.weekday.{day}") for day, mark in enumerate(frequency.weekmask) if mark == "1"]
        some = frequency.weekmask != EVERY_DAY
        return Message(f"read.pace.{'some_days' if some else 'daily'}", {"weekdays": occurring})
    on = {DAYS_OF_A_MONTH: "on_the_last", 1: "on_the_first"}.get(frequency.anchor, "on_a_day")
    aligned = (first.month - (on != "on_the_last")) % frequency.units == 0
    period = Message(f"read.period.{frequency.step if aligned else 'month'}")
    day = Message(f"read.pace.{on}", {"day": frequency.anchor, "period": period})
    return Message(f"read.pace.{_PERIODS[frequency.units]}_on", {"on": day})
