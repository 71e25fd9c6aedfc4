"""The names that pandas gives to frequencies, old and new, such as ``h``, ``15min``, ``W-MON``, ``ME`` and ``QE-DEC``.

This module imports no NumPy, so that the command's help appears quickly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from thalweg.errors import InputError
from thalweg.messages import Argument
from thalweg.series.frequency.record import (
    DAYS_OF_A_MONTH,
    DAYS_OF_A_WEEK,
    LEAST_MINUTES,
    MINUTES_OF_A_DAY,
    MONTHS_OF_A_QUARTER,
    MONTHS_OF_A_YEAR,
    Frequency,
)

if TYPE_CHECKING:
    import datetime as dt

KNOWN = ("15min", "h", "D", "B", "W", "W-MON", "MS", "ME", "QS", "QE-DEC", "YS", "YE")
"""Some of the aliases, for messages."""

WORKING_DAYS = "1111100"
_ALIAS = re.compile(r"\s*(\d{0,6})\s*([A-Za-z]{1,9})(?:-([A-Za-z]{3}))?\s*")
_HOUR, _WEEK, _QUARTER, _YEAR = 60, len(DAYS_OF_A_WEEK), MONTHS_OF_A_QUARTER, MONTHS_OF_A_YEAR
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = tuple(day.upper() for day in DAYS_OF_A_WEEK)
_SERVED_MONTHS = (1, _QUARTER, _YEAR)
_STEPS: dict[str, tuple[Literal["m", "D", "M"], int]] = {
    **dict.fromkeys(("min", "t"), ("m", 1)),
    **dict.fromkeys(("h", "hourly"), ("m", _HOUR)),
    **dict.fromkeys(("d", "b", "daily"), ("D", 1)),
    **dict.fromkeys(("w", "weekly"), ("D", _WEEK)),
    **dict.fromkeys(("m", "me", "ms", "bm", "bme", "bms", "monthly"), ("M", 1)),
    **dict.fromkeys(("q", "qe", "qs", "bq", "bqe", "bqs", "quarterly"), ("M", _QUARTER)),
    **dict.fromkeys(("y", "ye", "ys", "a", "as", "by", "bye", "bys", "ba", "bas", "yearly"), ("M", _YEAR)),
}
"""The unit and the number of units of each name, in small letters."""

_AMBIGUOUS = ("m", "ms")  # in small letters pandas has meant months, minutes and milliseconds by them


@dataclass(frozen=True)
class Alias:
    """What an alias says of a frequency.

    Attributes
    ----------
    text : str
        As it was given.
    unit : {"m", "D", "M"}
        What a step is counted in: minutes, days or months.
    units : int
        How many such units a step has.
    working : bool
        Whether only Monday to Friday occur.
    weekday : int, optional
        The weekday of weekly values, from 0 for Monday.
    end : bool, optional
        Whether values stand on the last day of a month, or on the first; None where the alias leaves it open.
    month : int, optional
        The month in which a year begins or ends, from 0 for January.
    """

    text: str
    unit: Literal["m", "D", "M"]
    units: int
    working: bool = False
    weekday: int | None = None
    end: bool | None = None
    month: int | None = None

    @property
    def sub_daily(self) -> bool:
        """Whether a day has several values."""
        return self.unit == "m"

    def fits(self, frequency: Frequency, first: dt.date) -> bool:
        """Whether values of a frequency whose first stands on a date are what the alias names."""
        if (self.unit, self.units) != (frequency.unit, frequency.units):
            return False
        if self.weekday is not None and first.weekday() != self.weekday:
            return False
        if self.working and any(mine < its for mine, its in zip(WORKING_DAYS, frequency.weekmask, strict=True)):
            return False
        if self.end is not None and frequency.anchor != (DAYS_OF_A_MONTH if self.end else 1):
            return False
        if self.month is None:
            return True
        months = [self.month] if self.end is not None else [self.month, self.month + 1]
        return any((first.month - 1 - month) % self.units == 0 for month in months)


def parsed(name: str, text: str) -> Alias:
    """Return what an alias says; capital and small letters count alike where only one can be meant.

    Parameters
    ----------
    name : str
        Of the argument, for messages.
    text : str
        Such as ``W-MON`` or ``15min``.

    Raises
    ------
    InputError
        If there is no such alias, or it names a step that is not served.
    """
    argument = Argument(name, text)
    found = _ALIAS.fullmatch(text)
    word = found[2].lower() if found else ""
    if found is None or word not in _STEPS or found[2] in _AMBIGUOUS:
        key = "frequency.ambiguous" if found is not None and found[2] in _AMBIGUOUS else "frequency.unknown"
        raise InputError(key, argument=argument, known=KNOWN)
    unit, units = _STEPS[word]
    units *= int(found[1] or 1)
    if unit == "m" and units and units % MINUTES_OF_A_DAY == 0:
        unit, units = "D", units // MINUTES_OF_A_DAY
    suffix = (found[3] or "").upper()
    names = _WEEKDAYS if word == "w" else _MONTHS if unit == "M" and _STEPS[word][1] > 1 else ()
    if suffix and suffix not in names:
        raise InputError("frequency.unknown", argument=argument, known=KNOWN)
    served = {
        "m": units >= LEAST_MINUTES and MINUTES_OF_A_DAY % (units or 1) == 0,
        "D": units in ((1,) if word == "b" else (1, _WEEK)),
        "M": units in _SERVED_MONTHS,
    }
    if not served[unit]:
        raise InputError("frequency.not_served", argument=argument, least=LEAST_MINUTES, known=KNOWN)
    at = names.index(suffix) if suffix else None
    return Alias(
        text=text,
        unit=unit,
        units=units,
        working=word == "b",
        weekday=at if unit == "D" else None,
        end=_at_end(word) if unit == "M" else None,
        month=at if unit == "M" else None,
    )


def _at_end(word: str) -> bool | None:
    """Return whether a name in months says the last day or the first; one letter and a whole word say neither."""
    if len(word) == 1 or word.endswith("ly"):
        return None
    return not word.endswith("s")


def alias_of(frequency: Frequency, first: dt.date) -> str:
    """Return the alias of a frequency whose first value stands on a date, as pandas writes it now."""
    if frequency.unit == "m":
        hours, rest = divmod(frequency.units, _HOUR)
        return f"{frequency.units}min" if rest else "h" if hours == 1 else f"{hours}h"
    if frequency.unit == "D":
        if frequency.units == _WEEK:
            return f"W-{_WEEKDAYS[first.weekday()]}"
        return "B" if frequency.weekmask == WORKING_DAYS else "D"
    letter = {1: "M", _QUARTER: "Q", _YEAR: "Y"}[frequency.units]
    at_end = {DAYS_OF_A_MONTH: True, 1: False}.get(frequency.anchor)
    if at_end is None:
        return letter
    month = first.month - 1
    if letter == "Q":  # the first quarter of a year begins in its first months, the last ends in its last
        month = month % _QUARTER + (_YEAR - _QUARTER if at_end else 0)
    return f"{letter}{'E' if at_end else 'S'}" + ("" if letter == "M" else f"-{_MONTHS[month]}")
