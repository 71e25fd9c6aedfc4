"""Rows by moment: values that lie minutes or hours apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.messages import Argument, Message
from thalweg.series.filling import absent_weekdays, frequency_of_moments
from thalweg.series.frequency.dates import a_day, are_in, step_range, steps_between
from thalweg.series.frequency.record import EVERY_DAY, LEAST_MINUTES, MINUTES_OF_A_DAY
from thalweg.series.read.changes import check_one_rhythm
from thalweg.series.read.clocks import CLOCK_CHANGES, is_clock_change, may_change
from thalweg.series.read.found import LEAST_DATES, Found, check_asked, check_dense, two_in_one
from thalweg.series.read.grid import MINUTE, STEPS, Grid, grid_of
from thalweg.series.read.groups import Groups, of_moments, told_date, zones_of
from thalweg.series.read.moments import NUMBERED_MOMENTS
from thalweg.series.read.paces import pace_of_seconds
from thalweg.series.read.repeats import check_repeats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.series.frequency.alias import Alias
    from thalweg.series.frequency.record import Frequency
    from thalweg.series.read.rows import Rows

_RANGES_TOLD = 12


def grouped(rows: Rows, asked: Alias | None, *, combined: bool) -> Groups:
    """Return the rows by moment; where they are to be combined and are no steps of what was asked for, by its steps."""
    moments = of_moments(rows)
    if asked is None or not combined or are_steps_of(asked, moments):
        return moments
    return of_moments(rows, asked.units * MINUTE)


def are_steps_of(asked: Alias, moments: Groups) -> bool:
    """Whether moments are steps of what was asked for, each of one value."""
    seconds = moments.date[moments.valued].astype(np.int64)
    grid = grid_of(seconds) if len(seconds) else None
    return grid is not None and grid.minutes == asked.units and bool((np.diff(grid.places(seconds)) > 0).all())


def moments_found(
    rows: Rows,
    moments: Groups,
    asked: Alias | None,
    offsets: NDArray[np.int64],
    *,
    combined: bool,
    differing: Sequence[object] | None = None,
) -> Found:
    """Return the frequency of moments, and the moments brought to its steps.

    Parameters
    ----------
    rows : Rows
    moments : Groups
        The moments, in seconds.
    asked : Alias, optional
        The frequency that was asked for.
    offsets : ndarray of int64
        As of `offsets_of`.
    combined : bool
        Whether several rows of a moment are combined as asked.
    differing : sequence, optional
        As of `thalweg.series.read.repeats.check_repeats`.

    Raises
    ------
    InputError
        If the moments keep no step that is served, or not the one that was asked for; or rows contradict each other.
    """
    table = rows.table
    notes: list[Message] = []
    moments = moments if combined else _once(rows, moments, offsets, differing, notes)
    check_one_rhythm(table, moments)
    seconds = moments.date[moments.valued].astype(np.int64)
    if not len(seconds):
        raise InputError("read.no_dated_values", source=table.source_name)
    few = asked is not None and asked.sub_daily and len(seconds) < LEAST_DATES
    grid = Grid(asked.units, int(seconds[0]) % (asked.units * MINUTE)) if asked and few else grid_of(seconds)
    if grid is None:
        raise _irregular(rows, seconds)
    moments = _on_grid(rows, moments, grid, notes)
    frequency = frequency_of_moments(moments.date[moments.valued], grid.minutes)
    check_asked(table, moments, frequency, asked)
    kept = are_in(frequency, moments.date)
    notes += _left_out(frequency, moments, kept)
    moments = moments.where(kept)
    check_dense(table, moments, frequency)
    skipped = _skipped(frequency, moments) if _local(rows, offsets) else np.zeros(0, dtype=moments.date.dtype)
    if len(skipped):
        days = [str(day) for day in np.unique(a_day(skipped))]
        notes.append(Message("note.clock_forward", {"count": len(skipped), "days": days}))
    return Found(frequency, moments, notes, skipped)


def offsets_of(rows: Rows) -> NDArray[np.int64]:
    """Return the offsets from UTC that are written behind times of day, in minutes; refuse those of several zones.

    The rows have been grouped by moment.
    """
    table = rows.table
    found = zones_of(rows)
    offsets = np.array([zone for zone, _ in found], dtype=np.int64)
    if len(offsets) and not is_clock_change(offsets):
        usual, first = found[0]
        other, second = max(found, key=lambda pair: abs(pair[0] - usual))
        raise InputError(
            "read.offsets_differ",
            source=table.source_name,
            usual=_offset(usual),
            first=table.row(first),
            other=_offset(other),
            second=table.row(second),
        )
    return offsets


def _offset(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{_clock(abs(minutes))}"


def _local(rows: Rows, offsets: NDArray[np.int64]) -> bool:
    """Whether moments are of clocks that may be changed: not of UTC, nor all of one offset."""
    in_utc = rows.date_profile.column.utc or rows.date_profile.shape in NUMBERED_MOMENTS
    return not in_utc and len(offsets) != 1


def _once(
    rows: Rows,
    moments: Groups,
    offsets: NDArray[np.int64],
    differing: Sequence[object] | None,
    notes: list[Message],
) -> Groups:
    """Return moments of one value each: the mean where a clock shows one twice; refuse other rows that differ."""
    repeated = moments.rows > 1
    if not repeated.any():
        return moments
    twice = np.zeros(len(moments), dtype=np.bool_)
    if len(offsets) > 1:
        twice = moments.several & (moments.rows == 2)  # noqa: PLR2004 - in summer time and in winter time
    elif _local(rows, offsets):
        at = np.flatnonzero(repeated)
        twice[at] = may_change(moments.date[at].astype(np.int64)) & (moments.rows[at] == 2)  # noqa: PLR2004 - likewise
    if twice.any():
        days = [str(day) for day in np.unique(a_day(moments.date[twice]))]
        notes.append(Message("note.clock_back", {"count": int(twice.sum()), "days": days}))
    if (repeated & ~twice).any():
        notes.append(check_repeats(rows, moments.where(~twice), differing))
    return replace(moments, last=np.where(twice, moments.mean, moments.last))


def _irregular(rows: Rows, seconds: NDArray[np.int64]) -> InputError:
    """Return the error about moments without a step; it names one in which rows can be combined."""
    steps = np.diff(seconds)
    usual = max(int(np.median(steps)), 1)
    too_fine = usual < LEAST_MINUTES * MINUTE and bool(np.mean(steps == usual) > 1 / 2)
    wanted = usual if too_fine else 2 * usual  # nearly every step then has a value
    minutes = next((each for each in reversed(STEPS) if each * MINUTE >= wanted), MINUTES_OF_A_DAY)
    name = "D" if minutes == MINUTES_OF_A_DAY else f"{minutes}min" if minutes % 60 else f"{minutes // 60}h"
    return InputError(
        "read.too_fine" if too_fine else "read.irregular",
        source=rows.table.source_name,
        pace=pace_of_seconds(usual),
        dates=[told_date(date) for date in seconds[:4].astype("datetime64[s]")],
        freq=Argument("freq", name),
        mean=Argument("duplicates", "mean"),
        sum=Argument("duplicates", "sum"),
    )


def _on_grid(rows: Rows, moments: Groups, grid: Grid, notes: list[Message]) -> Groups:
    """Return moments at their places, in minutes; add notes about those that lay beside, and those far from any."""
    seconds = moments.date.astype(np.int64)
    near = grid.is_near(seconds)
    off = ~near & moments.valued
    if off.any():
        first = told_date(moments.date[off][0])
        notes.append(Message("note.off_grid", {"count": int(off.sum()), "first": first}))
    moments, places = moments.where(near), grid.places(seconds[near])
    beside = np.flatnonzero(places != seconds[near])
    date = places.astype("datetime64[s]").astype("datetime64[m]")
    placed = replace(moments, date=date)
    if (np.diff(date).astype(np.int64) == 0).any():
        raise two_in_one(rows.table, moments, date, frequency_of_moments(np.unique(date), grid.minutes))
    if len(beside):
        at = int(beside[0])
        told = {"count": len(beside), "date": told_date(moments.date[at]), "place": told_date(date[at])}
        notes.append(Message("note.rounded", told))
    return placed


def _left_out(frequency: Frequency, moments: Groups, kept: NDArray[np.bool_]) -> list[Message]:
    """Return notes about the weekdays and the times of day that do not occur, and the few values that they had."""
    notes: list[Message] = []
    if frequency.weekmask != EVERY_DAY:
        weekdays = [Message(f"note.weekday.{day}") for day in absent_weekdays(frequency)]
        notes.append(Message("note.weekdays", {"weekdays": weekdays}))
    if frequency.slots and len(frequency.slots) * frequency.units < MINUTES_OF_A_DAY:
        notes.append(Message("note.times", {"times": _ranges(frequency), "count": len(frequency.slots)}))
    lost = ~kept & moments.valued
    if lost.any():
        notes.append(Message("note.rare_times", {"count": int(lost.sum()), "first": told_date(moments.date[lost][0])}))
    return notes


def _ranges(frequency: Frequency) -> list[str]:
    """Return the times of day that occur, such as 09:00-18:00."""
    slots = np.array(frequency.slots)
    runs = np.split(slots, np.flatnonzero(np.diff(slots) != frequency.units) + 1)
    ends = ["–".join(_clock(int(time)) for time in dict.fromkeys((run[0], run[-1]))) for run in runs]
    return ends[:_RANGES_TOLD] + ["…"] * (len(ends) > _RANGES_TOLD)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _skipped(frequency: Frequency, moments: Groups) -> NDArray[np.datetime64]:
    """Return the moments without a row that clocks leave out in spring: half an hour or an hour of a night."""
    dates = step_range(frequency, moments.date[0], steps_between(frequency, moments.date[0], moments.date[-1]) + 1)
    absent = np.delete(dates, np.searchsorted(dates, moments.date))
    if not len(absent):
        return absent
    step = np.timedelta64(frequency.units, "m")
    runs = np.split(absent, np.flatnonzero(np.diff(absent) != step) + 1)
    runs = [run for run in runs if len(run) * frequency.units in CLOCK_CHANGES]
    if not runs:
        return absent[:0]
    found = np.concatenate(runs)
    return found[may_change(found.astype("datetime64[s]").astype(np.int64))]
