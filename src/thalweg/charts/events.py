"""Events, and the days around them, in the reader's language; their names stay as the user wrote them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from thalweg.charts.holidays import holiday_name
from thalweg.messages import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from thalweg.forecast.anomalies.found import Anomaly
    from thalweg.forecast.panel.days_told import ToldDay
    from thalweg.forecast.result import Miss

# How `thalweg.series.events.EventDay` describes a day that is not the event's own.
_RELATIONS = {
    "day_before": re.compile(r"the day before (?P<name>.+)"),
    "after": re.compile(r"the day after (?P<name>.+)"),
    "days_before": re.compile(r"(?P<days>\d+) days before (?P<name>.+)"),
    "days_after": re.compile(r"(?P<days>\d+) days after (?P<name>.+)"),
}


def event_name(called: str, language: str = "en") -> str:
    """Translate how a day of an event, or near one, is called."""
    if language == "en":
        return called
    for relation, form in _RELATIONS.items():
        if found := form.fullmatch(called):
            return catalogue(language)(f"holiday.{relation}", **found.groupdict())
    return called


def day_names(holiday: str, events: Iterable[str], language: str = "en", country: str = "") -> str:
    """Return what falls on or near a day: its events, then its holiday; "" for an ordinary day.

    Parameters
    ----------
    holiday : str
        As `thalweg.series.holidays.nearest_holiday` describes it.
    events : iterable of str
        As `thalweg.series.calendar.Calendar.events_near` describes them.
    language : str
    country : str
        Whose holiday it is.
    """
    told = [event_name(each, language) for each in events]
    if holiday:
        told.append(holiday_name(holiday, language, country))
    return catalogue(language)("list.comma").join(told)


def known_day_name(day: ToldDay, language: str = "en", country: str = "") -> str:
    """Return what a kind of known day is called: its events, then its holidays."""
    told = [event_name(each, language) for each in day.events]
    told += [holiday_name(each, language, country) for each in day.holidays]
    return catalogue(language)("list.comma").join(told)


def miss_names(miss: Miss | Anomaly, language: str = "en", country: str = "") -> str:
    """Return what falls on or near a day that was missed, or lies outside its interval; "" where nothing does."""
    return day_names(miss.holiday, miss.events, language, country)
