"""Times of day: what they are in SQL, and the hours that a change of the clock doubles or leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.frequency.dates import weekdays
from thalweg.sql import literal

if TYPE_CHECKING:
    from numpy.typing import NDArray

# As `dates` finds it behind a date, and as a typed column is written.
_CLOCK = (
    r"^[T\s]*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(?:([AaPp])\.?[Mm]\.?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$"
)
_PARTS = ("hour", "minute", "second", "half", "zone")
_HOUR, _MINUTE = 3600, 60  # seconds
CLOCK_CHANGES = (30, 60)  # minutes by which clocks are set back or forward
_LATEST_HOUR = 4  # of the day, before which clocks are changed
_MONTHS_OF_CHANGES = (3, 4, 5, 9, 10, 11)
_WEEKDAYS_OF_CHANGES = (0, 4, 5, 6)  # Monday and Friday to Sunday


def parts_of_clock(clock: str) -> str:
    """Return SQL for the parts of a time of day, which `seconds_of` and `zone_of` read."""
    return f"regexp_extract({clock}, {literal(_CLOCK)}, {list(_PARTS)!r})"


def seconds_of(clock: str, parts: str) -> str:
    """Return SQL for the seconds after midnight: 0 where there is no time of day, null where it is none."""
    hour, minute, second = f"{parts}.hour::INT", f"{parts}.minute::INT", f"coalesce(nullif({parts}.second, '')::INT, 0)"
    half = f"CASE lower({parts}.half) WHEN 'a' THEN {hour} % 12 WHEN 'p' THEN {hour} % 12 + 12 ELSE {hour} END"
    seconds = f"({half}) * {_HOUR} + {minute} * {_MINUTE} + {second}"
    fits = f"{parts}.hour <> '' AND {minute} < 60 AND {second} <= 60 AND {seconds} <= 24 * {_HOUR}"
    return f"CASE WHEN {clock} IS NULL THEN 0 WHEN {parts}.hour = '' THEN NULL WHEN {fits} THEN {seconds} END"


def zone_of(parts: str) -> str:
    """Return SQL for the offset from UTC that is written behind a time of day, in minutes; null where there is none."""
    zone = f"{parts}.zone"
    size = (
        f"substr({zone}, 2, 2)::INT * 60 + coalesce(nullif(right(replace(substr({zone}, 4), ':', ''), 2), '')::INT, 0)"
    )
    return (
        f"CASE WHEN coalesce({zone}, '') = '' THEN NULL WHEN {zone} IN ('Z', 'UTC', 'GMT') THEN 0 "
        f"WHEN {zone}[1] = '-' THEN -({size}) ELSE {size} END"
    )


def is_clock_change(offsets: NDArray[np.int64]) -> bool:
    """Whether different offsets of one column, in minutes, are those of winter and summer."""
    return int(offsets.max() - offsets.min()) in (0, *CLOCK_CHANGES)


def may_change(moments: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which local times, in seconds since 1970, may be of a night in which the clock is changed.

    That is so before four in the morning of a day from Friday to Monday in spring or autumn, at most one day a year.
    """
    days = moments // (24 * _HOUR)
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    year = dates.astype("datetime64[Y]").astype(np.int64)
    fits = moments % (24 * _HOUR) < _LATEST_HOUR * _HOUR
    fits &= np.isin(weekdays(dates), _WEEKDAYS_OF_CHANGES) & np.isin(month, _MONTHS_OF_CHANGES)
    _, of_day = np.unique(days, return_index=True)
    years, counts = np.unique(year[of_day], return_counts=True)
    return fits & np.isin(year, years[counts == 1])
