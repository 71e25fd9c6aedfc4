"""What a fit knows of dates beforehand, and what it tells of events that cannot be learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.calendar import EVENT, Calendar
from thalweg.series.events import written
from thalweg.series.frequency.dates import iso, step_range

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thalweg.forecast.options import FitOptions
    from thalweg.series.series import Series


def calendar_of(series: Series, options: FitOptions) -> Calendar:
    """Return what a fit knows of dates beforehand: the holidays and the events that its options name.

    Raises
    ------
    InputError
        If an event has the name of another column, or no event has a day in the series or the dates to forecast.
    """
    calendar = Calendar(str(options.country or ""), frequency=series.frequency, events=options.events)
    if calendar.events is not None:
        count = len(series) + options.steps_ahead(series.frequency, len(series))
        ahead = step_range(series.frequency, series.dates[0], count)
        if not calendar.group(EVENT, ahead).any():
            days = [day for of_column in calendar.events.days.values() for day in (of_column[0], of_column[-1])]
            raise InputError(
                "events.outside",
                source=calendar.events.source,
                first=written(int(min(days))),
                last=written(int(max(days))),
                first_known=iso(ahead[0]),
                last_known=iso(series.dates[-1]),
                last_ahead=iso(ahead[-1]),
            )
    return calendar


def event_notes(series: Series, calendar: Calendar, learned: int) -> list[Message]:
    """Return notes about events that cannot be learned, or that the choice could not be made for.

    Parameters
    ----------
    series : Series
    calendar : Calendar
    learned : int
        How many values are for training.
    """
    events = calendar.events
    if events is None:
        return []
    held = calendar.group(EVENT, series.dates) * series.observed[:, None]
    names = [column.name for column in events.days]

    def without(rows: NDArray[np.float64]) -> set[str]:
        return set(names) - {name for name, holds in zip(names, rows.any(axis=0), strict=True) if holds}

    never = without(held)
    late = without(held[:learned]) - never
    told = [Message("verdict.event_note", {"source": events.source, "note": note}) for note in events.notes]
    if never:
        told.append(Message("verdict.events_never", {"names": sorted(never)}))
    if late:
        told.append(Message("verdict.events_late", {"names": sorted(late), "last": iso(series.dates[learned - 1])}))
    return told
