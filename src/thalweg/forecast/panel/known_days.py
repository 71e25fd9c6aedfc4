"""Which known days each date of a panel is: a holiday of the country, or an event of the series."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.calendar import EVENT, HOLIDAY, Calendar
from thalweg.series.events import EventTable
from thalweg.series.frequency.dates import day_numbers, step_range, steps_between
from thalweg.series.panel_events import events_of_panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from thalweg.series.frequency.record import Frequency
    from thalweg.series.panel import Panel
    from thalweg.series.series import Series


@dataclass(frozen=True, eq=False)
class KnownDays:
    """The kinds of known days of some dates, one for each set of columns that hold together, such as two holidays.

    Attributes
    ----------
    frequency : Frequency
    first : numpy.datetime64
        The date of the first kind.
    columns : tuple of str
        The holidays and the days of events.
    kinds : ndarray of bool, shape (kinds, columns)
        Which columns hold together; of kind 0 none does.
    of_dates : ndarray of int64, shape (calendars, dates)
        The kind of each date, by calendar.
    calendars : tuple of Calendar
        The first is that of a series without events of its own.
    chosen : ndarray of int64, shape (series,)
        Which calendar each series has.
    """

    frequency: Frequency
    first: np.datetime64
    columns: tuple[str, ...]
    kinds: NDArray[np.bool_]
    of_dates: NDArray[np.int64]
    calendars: tuple[Calendar, ...]
    chosen: NDArray[np.int64]

    @property
    def of_each(self) -> list[Calendar]:
        """The calendar of each series."""
        return [self.calendars[at] for at in self.chosen.tolist()]

    def place(self, series: Series) -> int:
        """Return how many dates stand before the first one of a series."""
        return steps_between(self.frequency, self.first, series.start)

    def of_series(self, series: Series, place: int, beyond: int = 0) -> NDArray[np.int64]:
        """Return the kind of each date of a series and of some dates beyond it, shape (steps + beyond,).

        Parameters
        ----------
        series : Series
        place : int
            Of the series among those of `chosen`.
        beyond : int
            How many.
        """
        begin = self.place(series)
        return self.of_dates[self.chosen[place], begin : begin + len(series) + beyond]


def calendars_of(
    panel: Panel, country: str, events: EventTable | None
) -> tuple[tuple[Calendar, ...], NDArray[np.int64]]:
    """Return the calendars of a panel's series, and which each one has; the first holds what is of all series.

    Parameters
    ----------
    panel : Panel
    country : str
        A checked code, or ``""``.
    events : EventTable, optional

    Raises
    ------
    InputError
        If an event is of a series that there is not, has the name of a holiday, or none has a day.
    """
    frequency = panel.frequency
    if events is None:
        return (Calendar(country, frequency=frequency),), np.zeros(len(panel), np.int64)
    Calendar(country, frequency=frequency, events=events)  # it refuses names that are taken
    of_names = events_of_panel(events, panel, whole=True)
    tables = {_days_in(each): each for each in (events.of_series({}, whole=True), *of_names.values())}
    numbers = {key: at for at, key in enumerate(tables)}
    calendars = tuple(Calendar(country, frequency=frequency, events=table) for table in tables.values())
    return calendars, np.array([numbers[_days_in(of_names[name])] for name in panel.names])


def _days_in(table: EventTable) -> tuple[bytes, ...]:
    """Return what tells two tables of the same columns apart."""
    return tuple(days.tobytes() for days in table.days.values())


def with_later_events(days: KnownDays, panel: Panel, later: EventTable, last: np.datetime64, beyond: int) -> KnownDays:
    """Return the known days of a panel with other events after a date; those up to it stay, for all series alike.

    Parameters
    ----------
    days : KnownDays
    panel : Panel
    later : EventTable
        As `thalweg.read_events` reads it with the columns that name the series.
    last : numpy.datetime64
    beyond : int
        How many steps beyond the last value are looked at.

    Raises
    ------
    InputError
        If an event is of a series that there is not, or is none of those that were learned.
    """
    of_names, until = events_of_panel(later, panel, whole=True), int(day_numbers(last))
    of_none = later.of_series({}, whole=True)
    numbers: dict[tuple[int, tuple[bytes, ...]], int] = {}
    calendars: list[Calendar] = []

    def number(old: int, table: EventTable) -> int:
        key = (old, _days_in(table))
        if key not in numbers:
            calendar = days.calendars[old]
            known = EventTable({}, source=later.source) if calendar.events is None else calendar.events
            numbers[key] = len(calendars)
            calendars.append(replace(calendar, events=known.replaced_after(until, table)))
        return numbers[key]

    number(0, of_none)
    pairs = zip(days.chosen.tolist(), panel.names, strict=True)
    chosen = np.array([number(old, of_names[name]) for old, name in pairs])
    return known_days(panel.series, calendars, chosen, beyond, days.kinds)


def known_days(
    series: Sequence[Series],
    calendars: Sequence[Calendar],
    chosen: NDArray[np.int64],
    beyond: int,
    before: NDArray[np.bool_] | None = None,
) -> KnownDays:
    """Return the known days of a panel's dates.

    Parameters
    ----------
    series : sequence of Series
    calendars : sequence of Calendar
    chosen : ndarray of int64, shape (series,)
        Which of the calendars each series has.
    beyond : int
        How many steps beyond the last value are looked at.
    before : ndarray of bool, shape (kinds, columns), optional
        Kinds that are known already, which keep their numbers.
    """
    frequency, first = series[0].frequency, min(one.start for one in series)
    last = max(one.after(0) for one in series)
    dates = step_range(frequency, first, steps_between(frequency, first, last) + 1 + beyond)
    columns = tuple(dict.fromkeys(name for calendar in calendars for name in _columns(calendar)))
    places = {name: place for place, name in enumerate(columns)}
    kinds = {bytes(len(columns)): 0} if before is None else {row.tobytes(): at for at, row in enumerate(before)}
    of_dates = np.zeros((len(calendars), len(dates)), np.int64)
    for calendar, found in zip(calendars, of_dates, strict=True):
        held = np.zeros((len(dates), len(columns)), np.bool_)
        held[:, [places[name] for name in _columns(calendar)]] = np.hstack(
            [calendar.group(group, dates) for group in _groups(calendar)] or [np.zeros((len(dates), 0))]
        )
        each, which = np.unique(held, axis=0, return_inverse=True)
        numbers = np.array([kinds.setdefault(row.tobytes(), len(kinds)) for row in each])
        found[:] = numbers[which.ravel()]
    made = np.frombuffer(b"".join(kinds), np.bool_).reshape(len(kinds), len(columns))
    return KnownDays(frequency, first, columns, made, of_dates, tuple(calendars), chosen)


def _groups(calendar: Calendar) -> tuple[str, ...]:
    return tuple(group for group in (HOLIDAY, EVENT) if group in calendar.groups)


def _columns(calendar: Calendar) -> tuple[str, ...]:
    return tuple(name for group in _groups(calendar) for name in calendar.groups[group])
