"""What is known of a date beforehand: its time of day, weekday, month, time of year, holidays (U5), events."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import InputError
from thalweg.series.country import country_code
from thalweg.series.frequency.dates import (
    day_numbers,
    day_of_number,
    days_of_steps,
    minutes_of_day,
    month_and_day,
    months,
    share_of_year,
    steps_after,
    weekday_columns,
)
from thalweg.series.frequency.record import DAILY, DAYS_OF_A_MONTH, MINUTES_OF_A_DAY, MONTHS_OF_A_YEAR, Frequency
from thalweg.series.holidays import HolidayTable, holiday_columns, holiday_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from thalweg.series.events import EventTable
    from thalweg.series.regressors import Regressors

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
GROUPS = ("time", "weekday", "month", "season", "holiday")  # of columns
MINUTES_OF_AN_HOUR = 60
HOLIDAY = "holiday"  # one of them
EVENT = "event"  # one more group, where events are given
COLUMN = "known_column"  # and one, where columns of the user's own are known beforehand
# Days that are holidays nearly everywhere, known without a country: by name, 100 times the month plus the day.
YEAR_END = {
    "24 December": 1224,
    "25 December": 1225,
    "26 December": 1226,
    "31 December": 1231,
    "1 January": 101,
    "2 January": 102,
}


@dataclass(frozen=True)
class Calendar:
    """What is known of a date beforehand, as columns of features.

    Which columns there are depends on the country, the frequency, the harmonics and the version of the `holidays`
    library, but not on the dates. So a model can read years that it was not fitted on.

    Parameters
    ----------
    country : str
        The country whose holidays are known: anything that `country_code` takes, or ``""`` for no holidays.
    harmonics : int
        The number of pairs of sine and cosine of the time of year.
    frequency : Frequency
        It says which groups of columns there are.
    table : HolidayTable, optional
        The holidays that a model was fitted with. Its names are the columns, and its days count for the years that it
        holds.
    events : EventTable, optional
        What else is known to fall on some days. With it there is one more group of columns, ``event``.
    regressors : Regressors, optional
        Columns of the user's own. With those that are known beforehand there is one more group, ``known_column``.

    Raises
    ------
    InputError
        If the country is unknown, or an event or a column of the user's own has the name of another column.
    ValueError
        If the frequency names a group that there is not, or one twice.

    Notes
    -----
    The group ``time`` has a column for each hour of the day in which values stand, such as ``14:00``. Where an hour has
    several values, a column for each of its minutes follows, such as ``:15``: so a step of 15 minutes has 28 columns
    instead of 96, and each is learned from more days. The group ``weekday`` has a column for each weekday, ``month``
    one for each month, or for each quarter, ``season`` the sines and cosines of the time of year. The group ``holiday``
    begins with six days around Christmas and New Year, which are holidays nearly everywhere. With a country
    there follow: any public holiday, substitute days off included; the day before a holiday, and the day after one,
    where these are no holidays themselves; a weekend day that is worked in exchange, where the country has such days;
    ten days around the lunar new year, where it is a holiday; Ramadan (the 29 days before Eid al-Fitr), where its end
    is a holiday; and one column for each other holiday that falls in at least five of the years 1990 to 2040. The
    column of a holiday is 1 on each of its days, moved ones included. The column of a week is 1 if one of the seven
    days from its date on is such a day: most weekly files name a week by its first day. The group ``event`` has the
    columns of its table. The group ``known_column`` has the user's own, standardised.
    """

    country: str = ""
    harmonics: int = 3
    frequency: Frequency = DAILY
    table: HolidayTable | None = None
    events: EventTable | None = None
    regressors: Regressors | None = None

    def __post_init__(self) -> None:
        if self.country and self.table is None:
            object.__setattr__(self, "country", country_code(self.country))
        groups = self.frequency.calendar
        if unknown := set(groups) - set(GROUPS):
            raise ValueError(f"The calendar has the groups {', '.join(GROUPS)}; there is no {', '.join(unknown)}.")
        if len(set(groups)) < len(groups):
            raise ValueError(f"A group stands twice in {', '.join(groups)}.")
        if self.events is not None:
            taken = [name for group, names in self.groups.items() if group not in (EVENT, COLUMN) for name in names]
            columns = self.events.columns
            for place, name in enumerate(columns):
                if name in taken or name in columns[:place]:
                    raise InputError("events.name_taken", source=self.events.source, name=name)
        for name in self.groups.get(COLUMN, ()):
            if self.names.count(name) > 1:
                raise InputError("columns.name_taken", name=name)

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the columns by group, in their order."""
        harmonics = range(1, self.harmonics + 1)
        waves = tuple(f"{wave} of year ×{harmonic}" for harmonic in harmonics for wave in ("sine", "cosine"))
        every = {
            "time": (*self._hours, *self._minutes),
            "weekday": WEEKDAYS,
            "month": _months_of(self.frequency),
            "season": waves,
            HOLIDAY: (*YEAR_END, *self._holiday_names),
        }
        known = {group: every[group] for group in self.frequency.calendar}
        if self.events is not None:
            known[EVENT] = self.events.columns
        if self.regressors is not None and self.regressors.known:
            known[COLUMN] = tuple(one.name for one in self.regressors.known)
        return known

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(name for names in self.groups.values() for name in names)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The group of each column."""
        return tuple(group for group, names in self.groups.items() for _ in names)

    @property
    def _times(self) -> tuple[int, ...]:
        """The minutes after midnight at which values stand, as if the first stood at midnight where all times occur."""
        return self.frequency.slots or tuple(range(0, MINUTES_OF_A_DAY, self.frequency.units))

    @cached_property
    def _hours(self) -> dict[str, int]:
        """The hours of the day in which values stand, by the name of their columns."""
        first = self._times[0] % MINUTES_OF_AN_HOUR if not self._minutes else 0
        hours = sorted({time // MINUTES_OF_AN_HOUR for time in self._times})
        return {f"{hour:02}:{first:02}": hour for hour in hours}

    @cached_property
    def _minutes(self) -> dict[str, int]:
        """The minutes of an hour at which values stand, by the name of their columns; none where it is one alone."""
        minutes = sorted({time % MINUTES_OF_AN_HOUR for time in self._times})
        return {f":{minute:02}": minute for minute in minutes} if len(minutes) > 1 else {}

    @property
    def _holiday_names(self) -> tuple[str, ...]:
        return holiday_names(self.country) if self.table is None else tuple(self.table.days)

    def columns(self, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return what is known of each date.

        Parameters
        ----------
        dates : ndarray of datetime64, shape (dates,)
            In any order.

        Returns
        -------
        ndarray of float64, shape (dates, len(names))
            The time of year is in [-1, 1], the user's own columns are standardised; all others are 0 or 1.
        """
        parts = [self.group(group, dates) for group in self.groups]
        return np.hstack(parts) if parts else np.zeros((len(dates), 0))

    def group(self, group: str, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return the columns of one group, shape (dates, names of the group)."""
        if group in (EVENT, COLUMN) or group not in self.groups or not len(dates):
            return self._computed(group, dates)
        # The rows of a fit stand on the same dates again and again: each date is looked up once.
        known, table = self._tables.get(group, (dates[:0], np.zeros((0, len(self.groups[group])))))
        at = np.searchsorted(known, dates)
        new = known[np.minimum(at, len(known) - 1)] != dates if len(known) else np.ones(len(dates), dtype=np.bool_)
        if new.any():
            more = np.unique(dates[new])
            known = np.concatenate([known, more])
            order = np.argsort(known)
            known, table = known[order], np.concatenate([table, self._computed(group, more)])[order]
            self._tables[group] = known, table
            at = np.searchsorted(known, dates)
        return table[at]

    @cached_property
    def _tables(self) -> dict[str, tuple[NDArray[np.datetime64], NDArray[np.float64]]]:
        """Of each group the dates that were asked for, rising, and its columns on them."""
        return {}

    def _computed(self, group: str, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        if group == "time":
            hour, minute = np.divmod(minutes_of_day(dates)[:, np.newaxis], MINUTES_OF_AN_HOUR)
            parts = [hour == list(self._hours.values()), minute == list(self._minutes.values())]
            return np.hstack(parts[: 2 if self._minutes else 1]).astype(float)
        if group == "weekday":
            return weekday_columns(dates)
        if group == "month":
            names = _months_of(self.frequency)
            return np.eye(len(names))[months(dates) * len(names) // MONTHS_OF_A_YEAR]
        if group == "season":
            angle = 2 * np.pi * np.arange(1, self.harmonics + 1) * share_of_year(dates)[:, np.newaxis]
            return np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(len(dates), 2 * self.harmonics)
        if group != HOLIDAY:
            return self._given(group, dates)
        days = days_of_steps(self.frequency, dates)
        of_days = self._holidays_of_days(days.ravel())
        return of_days.reshape(*days.shape, of_days.shape[1]).max(axis=1)

    def _given(self, group: str, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return the columns of a group that the user gave."""
        if group == EVENT and self.events is not None:
            return self.events.held(*self._days_of(dates))
        if group == COLUMN and self.regressors is not None:
            at = self.regressors.places(dates)
            return np.stack([one.at(at) for one in self.regressors.known], axis=1)
        raise ValueError(f"There is no group {group!r}.")

    def _holidays_of_days(self, days: NDArray[np.int64]) -> NDArray[np.float64]:
        year_end = month_and_day(day_of_number(days))[:, np.newaxis] == np.array(list(YEAR_END.values()))
        return np.hstack([year_end, self._holidays(days)])

    def events_near(self, date: np.datetime64, within: int) -> tuple[str, ...]:
        """Return the events on or near a date, in English, the nearest first.

        Parameters
        ----------
        date : numpy.datetime64
        within : int
            How many days around an event count as near. Of steps longer than a day only their own days count.
        """
        if self.events is None:
            return ()
        first, last = self._days_of(np.array([date]))
        if first[0] == last[0]:
            return tuple(map(str, self.events.near(int(first[0]), within)))
        (held,) = self.events.held(first, last)
        return tuple(name for name, holds in zip(self.events.columns, held, strict=True) if holds)

    def _days_of(self, dates: NDArray[np.datetime64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first and the last day of each step: a week begins on its date, a month may end on it."""
        days, frequency = day_numbers(dates), self.frequency
        if frequency.sub_daily or (frequency.unit, frequency.units) == (DAILY.unit, DAILY.units):
            return days, days
        if frequency.anchor == DAYS_OF_A_MONTH:
            return day_numbers(steps_after(frequency, dates, -1)) + 1, days
        return days, day_numbers(steps_after(frequency, dates, 1)) - 1

    def _holidays(self, days: NDArray[np.int64]) -> NDArray[np.float64]:
        if self.table is None:
            return holiday_columns(self.country, self._holiday_names, days)
        columns = self.table.columns(days)
        beyond = ~self.table.holds(days)
        columns[beyond] = holiday_columns(self.country, self._holiday_names, days[beyond])
        return columns


def _months_of(frequency: Frequency) -> tuple[str, ...]:
    """Return the names of the months, or of the parts of a year that a step of several months divides it into."""
    units = frequency.units if frequency.by_month else 1
    starts = range(0, MONTHS_OF_A_YEAR, units)
    return tuple(MONTHS[at] if units == 1 else f"{MONTHS[at]} to {MONTHS[at + units - 1]}" for at in starts)
