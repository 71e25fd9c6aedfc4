"""Moments in UTC that are the midnights of another time zone: the local day is the one that begins then."""
# ruff: noqa: S608  (the SQL is made of our own names; a user's text goes through `literal` or `identifier`)

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from thalweg.messages import Argument, Message
from thalweg.series.read.moments import NUMBERED_MOMENTS

if TYPE_CHECKING:
    from thalweg.series.read.profiles import ColumnProfile
    from thalweg.series.read.table import Table

_WRITTEN_UTC = ("Z", "UTC", "GMT", "+00", "-00", "+0000", "+00:00", "-00:00")
_CLOCK = re.compile(
    r"[T\s]*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<rest>00(?:[.,]0+)?))?\s*(?P<half>[AaPp])?(?:\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)
_MOST_WRITINGS = 4  # of two times of day, such as 23:00Z and 23:00:00Z
_MINUTES_A_DAY, _NOON = 24 * 60, 12 * 60
_STEP = 15  # minutes, of which the offset of every time zone is a multiple
_SUMMER_TIME = (2 * _STEP, 4 * _STEP)  # minutes by which clocks are changed
# West of Greenwich zones reach to 10 hours where many people live, and to 14 hours east of it.
_LAST_WESTERN = 10 * 60  # minutes after midnight in UTC


def local_days(
    table: Table, profile: ColumnProfile, cells: str, place: int, *, form_given: bool
) -> tuple[str, str, list[Message]]:
    """Find whether a column's moments are midnights elsewhere, and count the day that begins with each.

    They are if all have the same time of day in UTC, or two times half an hour or an hour apart, as summer time makes
    them, and no local day has two moments. Noon in UTC is how some programs write a day; it stays on its day. Text
    without a zone is taken for UTC only where it shows summer time: one time of day may be when the day was measured.

    Parameters
    ----------
    table : Table
    profile : ColumnProfile
        Of the column of dates.
    cells : str
        A query with ``used``, ``dayN`` and ``clockN``.
    place : int
        N.
    form_given : bool
        Whether the user has said how dates are written; then days are taken as written.

    Returns
    -------
    day, clock : str
        SQL for the day and the time of day.
    list of Message
        A note, if they are.
    """
    day, clock = f"day{place}", f"clock{place}"
    as_written = day, clock, []
    times = None if form_given else _times_of_day(table, profile, f"SELECT {clock} AS clock FROM ({cells}) WHERE used")
    if not times:
        return as_written
    # Each text of a time matches `_CLOCK`, so it holds no quote.
    eastern = ", ".join(f"'{text}'" for text, minute in times.items() if minute > _LAST_WESTERN)
    local = f"({day} + CASE WHEN coalesce({clock}, '') IN ({eastern or 'NULL'}) THEN 1 ELSE 0 END)::DATE"
    several = f"SELECT 1 FROM ({cells}) WHERE used GROUP BY {local} HAVING count(DISTINCT ({day}, {clock})) > 1 LIMIT 1"
    if table.query(several):
        return as_written
    minutes = sorted(set(times.values()))
    told = {
        "column": profile.column.name,
        "times": [f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes],
        "offsets": [_offset(minute) for minute in minutes],
        "argument": Argument("date_format"),
    }
    kind = "moments_written" if _is_text(profile) else "moments"
    return local, "NULL", [Message(f"note.{kind}", told)]


def _is_text(profile: ColumnProfile) -> bool:
    return profile.column.kind == "text" and profile.shape not in NUMBERED_MOMENTS


def _times_of_day(table: Table, profile: ColumnProfile, rows: str) -> dict[str, int] | None:
    """Return the minutes after midnight in UTC of each time of day as written; None if they are no midnights."""
    written = table.query(f"SELECT DISTINCT coalesce(clock, '') FROM ({rows}) ORDER BY 1 LIMIT {_MOST_WRITINGS + 1}")
    is_text = _is_text(profile)
    said = not is_text and (profile.column.utc or profile.shape in NUMBERED_MOMENTS)
    times: dict[str, int] = {}
    zones: set[str] = set()
    for (text,) in written:
        match = _CLOCK.fullmatch(text)
        if match is None and (text or is_text):  # a moment of a typed column without a time of day is midnight
            return None
        times[text] = _minute(match) if match else 0
        zones.add((match["zone"] or "") if match else "")
    if is_text:
        said = all(zone in _WRITTEN_UTC for zone in zones)
    if len(written) > _MOST_WRITINGS or (not said and zones != {""}):
        return None
    return times if _are_midnights(sorted(set(times.values())), said=said) else None


def _minute(match: re.Match[str]) -> int:
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    return hour * 60 + int(match["minute"])


def _are_midnights(minutes: list[int], *, said: bool) -> bool:
    """Whether times of day, in minutes and rising, are the midnights of one zone; `said` if they are surely in UTC."""
    if any(minute % _STEP for minute in minutes):
        return False
    match minutes:
        case [minute]:
            return said and minute not in (0, _NOON)
        case [first, second]:
            return second - first in _SUMMER_TIME or _MINUTES_A_DAY - (second - first) in _SUMMER_TIME
        case _:
            return False


def _offset(minute: int) -> str:
    """Return the offset from UTC at which this time is midnight."""
    offset = _MINUTES_A_DAY - minute if minute > _LAST_WESTERN else -minute
    sign = "-" if offset < 0 else "+"
    return f"{sign}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
