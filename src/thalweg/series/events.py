"""Events that a user knows beforehand, such as releases, campaigns and terms: their days, and the days around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.errors import InputError
from thalweg.series.frequency.dates import day_of_number, isos

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from thalweg.messages import Message

NEAR_DAYS = 2  # before and after an event, on which it may be the cause of a large error, as for holidays
MOST_COLUMNS = 200  # of all events together, each day of a window counted


@dataclass(frozen=True)
class Event:
    """One occurrence of an event, or a span of days such as a term.

    Attributes
    ----------
    name : str
    first, last : int
        Its days, both among them, counted from 1970-01-01.
    lower, upper : int or None
        From how many days before the first (0 or below) to how many after the last (0 or above) it has an effect; None
        where the source does not say it.
    series : tuple of pairs of str
        Which series of a panel it is of: columns that name a series, ``unique_id`` for the whole name, and what stands
        there; empty for all.
    """

    name: str
    first: int
    last: int
    lower: int | None = None
    upper: int | None = None
    series: tuple[tuple[str, str], ...] = ()

    def is_of(self, series: Mapping[str, str]) -> bool:
        """Whether it is of a series, which is given by its columns and its ``unique_id``."""
        return all(series.get(column) == value for column, value in self.series)


class EventDay(NamedTuple):
    """A day of an event, or a day near it: what one column of the calendar stands for.

    Attributes
    ----------
    name : str
        The event's.
    offset : int
        0 on each day of the event, -1 on the day before its first, 1 on the day after its last.
    """

    name: str
    offset: int

    def __str__(self) -> str:
        """How it is called, in English; `thalweg.charts.events` translates it."""
        if not self.offset:
            return self.name
        side = "after" if self.offset > 0 else "before"
        days = abs(self.offset)
        return f"the day {side} {self.name}" if days == 1 else f"{days} days {side} {self.name}"


@dataclass(frozen=True, eq=False)
class EventTable:
    """The days of events; they travel with a model, as the holidays of `HolidayTable` do.

    Attributes
    ----------
    days : mapping
        Each column, sorted by name and offset, to the days on which it is 1: int64, rising, counted from 1970-01-01.
    events : tuple of Event
        The occurrences that they were made of; empty for the events of a saved model.
    source : Message or str
        What a sentence calls the file or frame that they came from.
    notes : tuple of Message
        What was odd in it.
    """

    days: Mapping[EventDay, NDArray[np.int64]]
    events: tuple[Event, ...] = ()
    source: Message | str = ""
    notes: tuple[Message, ...] = field(default=())

    def __repr__(self) -> str:
        return f"<EventTable of {len(self.names)} events: {', '.join(self.names[:3])}{', …' * (len(self.names) > 3)}>"  # noqa: PLR2004

    @property
    def columns(self) -> tuple[str, ...]:
        """What the columns are called, in their order."""
        return tuple(map(str, self.days))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the events, sorted."""
        return tuple(dict.fromkeys(day.name for day in self.days))

    def held(self, first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return for each span of days, and each column, 1 where one of its days falls into the span, else 0."""
        table = np.zeros((len(first), len(self.days)))
        for place, days in enumerate(self.days.values()):
            table[:, place] = np.searchsorted(days, first) < np.searchsorted(days, last, side="right")
        return table

    def near(self, day: int, within: int = NEAR_DAYS) -> tuple[EventDay, ...]:
        """Return the events on or near a day, the nearest first, one for each name.

        Parameters
        ----------
        day : int
            Counted from 1970-01-01.
        within : int
            How many days around an event count as near, beside those of its window.
        """
        found: dict[str, EventDay] = {}
        for column, days in self.days.items():
            if day in days:
                found[column.name] = min(column, found.get(column.name, column), key=lambda one: abs(one.offset))
        for column, days in self.days.items():
            if column.offset == 0 and column.name not in found and len(days):
                away = day - days
                nearest = int(away[np.argmin(np.abs(away))])
                if abs(nearest) <= within:
                    found[column.name] = EventDay(column.name, nearest)
        return tuple(sorted(found.values(), key=lambda one: (abs(one.offset), one.name)))

    def named_between(self, first: int, last: int) -> set[str]:
        """Return the names of the events that have a day, of a window too, from `first` to `last`, both included."""
        return {column.name for column, days in self.days.items() if ((days >= first) & (days <= last)).any()}

    def of_series(self, series: Mapping[str, str], *, whole: bool = False) -> EventTable:
        """Return the events of one series, those of all series among them.

        Parameters
        ----------
        series : mapping
            What names it: its columns and its ``unique_id``, as `thalweg.series.panel.Panel.key` gives them.
        whole : bool
            Whether the columns are those of all series; where the series has no such event, one has no days.
        """
        own = tuple(event for event in self.events if event.is_of(series))
        days = _days_of(own)
        if whole:
            none = np.zeros(0, dtype=np.int64)
            days = {column: days.get(column, none) for column in self.days}
        return EventTable(days, own, self.source, self.notes)

    def replaced_after(self, day: int, later: EventTable) -> EventTable:
        """Return the table with the events of another one after a day; those up to the day stay.

        Where the other one says no windows, they are those of this table.

        Raises
        ------
        InputError
            If it names an event that is not in this table, or a day around one that has no column here.
        """
        reach = {name: [column.offset for column in self.days if column.name == name] for name in self.names}
        if strangers := [event.name for event in later.events if event.name not in reach]:
            raise InputError("events.stranger", source=later.source, name=strangers[0], names=list(self.names))
        events: list[Event] = []
        for event in later.events:
            known = min(reach[event.name]), max(reach[event.name])
            lower = known[0] if event.lower is None else event.lower
            upper = known[1] if event.upper is None else event.upper
            if lower < known[0] or upper > known[1]:
                values = {"name": event.name, "lower": lower, "upper": upper}
                raise InputError(
                    "events.wider", source=later.source, known_lower=known[0], known_upper=known[1], **values
                )
            events.append(Event(event.name, event.first, event.last, lower, upper))
        of_later = _days_of(events)
        none = np.zeros(0, dtype=np.int64)
        days = {
            column: np.concatenate([mine[mine <= day], (new := of_later.get(column, none))[new > day]])
            for column, mine in self.days.items()
        }
        return EventTable(days, later.events, later.source, later.notes)


def written(day: int) -> str:
    """Return a day, counted from 1970-01-01, as ISO 8601 writes it."""
    return str(isos(day_of_number(day)))


def _days_of(events: Iterable[Event]) -> dict[EventDay, NDArray[np.int64]]:
    """Return the days of each column, whatever the order of the events."""
    found: dict[EventDay, set[int]] = {}
    for event in events:
        found.setdefault(EventDay(event.name, 0), set()).update(range(event.first, event.last + 1))
        for offset in range(event.lower or 0, 0):
            found.setdefault(EventDay(event.name, offset), set()).add(event.first + offset)
        for offset in range(1, (event.upper or 0) + 1):
            found.setdefault(EventDay(event.name, offset), set()).add(event.last + offset)
    return {column: np.array(sorted(found[column]), dtype=np.int64) for column in sorted(found)}


def event_table(events: Iterable[Event], source: Message | str = "", notes: Iterable[Message] = ()) -> EventTable:
    """Return the table of some events, in whatever order they are given.

    Raises
    ------
    InputError
        If they make more than `MOST_COLUMNS` columns.
    """
    ordered = tuple(sorted(events, key=lambda one: (one.name, one.first, one.last)))
    days = _days_of(ordered)
    if len(days) > MOST_COLUMNS:
        names = len({column.name for column in days})
        raise InputError("events.too_many", source=source, count=len(days), names=names, most=MOST_COLUMNS)
    return EventTable(days, ordered, source, tuple(notes))
