"""How the frequency, the holidays, the events and the columns of a model lie in its file."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.forecast.store.checked import UnusableError, floats, number
from thalweg.messages import Message
from thalweg.series.calendar import Calendar
from thalweg.series.country import country_code
from thalweg.series.events import EventDay, EventTable
from thalweg.series.frequency.dates import a_date, occurs, years
from thalweg.series.frequency.record import DAILY, LONGEST, Frequency
from thalweg.series.holidays import REFERENCE_YEARS, HolidayTable, holiday_names, holiday_table
from thalweg.series.regressors import Regressor, Regressors
from thalweg.text import clean, quotable

if TYPE_CHECKING:
    from numpy.typing import NDArray


LAST_YEARS_KNOWN = 15  # years after the last value for which the holidays travel with a model, at least


def read_frequency(stored: dict[str, Any] | None) -> Frequency:
    """Return the frequency that a model was fitted with; the first ones were all daily and did not say so.

    What a later version adds to frequencies has its daily value, and what it leaves out is passed over.
    """
    if stored is None:
        return replace(DAILY, calendar=("weekday", "season", "holiday"))
    known: dict[str, Any] = {name: stored.get(name, usual) for name, usual in asdict(DAILY).items()}
    if "long_season" not in stored:  # the first versions made these of the others
        season, year = int(known["season"]), int(known["year"])
        known |= {"level": season, "long_season": year // season * season, "validation": year // 2, "test": year}
        known["levels"] = (known["month"], year // 4, known["long_season"])
    known |= {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    known["copies"] = tuple((str(name), int(ago)) for name, ago in known["copies"])
    return Frequency(**known)


def read_calendar(
    description: dict[str, Any], frequency: Frequency, regressors: Regressors | None
) -> tuple[Calendar, tuple[Message, ...]]:
    """Return the calendar that the model was fitted with, and a note where the installed library knows another."""
    country, names, holidays = description["country"], description["calendar"], description.get("holidays")
    events = read_days_of_events(description.get("events"))
    without = Calendar(frequency=frequency).names
    own = () if regressors is None else tuple(one.name for one in regressors.known)
    known = (*without, *(events.columns if events is not None else ()), *own)
    if not isinstance(country, str) or (not country and list(known) != names):
        raise UnusableError("model.reason.incomplete")
    if not country:
        return Calendar(frequency=frequency, events=events, regressors=regressors), ()
    table = HolidayTable(0, 0, {})
    if holidays is not None:
        table = read_holidays(holidays)
    else:
        # A model of an earlier version holds the names alone; the days are those that the library has for them.
        country_code(country)
        table = HolidayTable(1, 0, {str(name): np.zeros(0, np.int64) for name in names[len(without) :]})
    calendar = Calendar(country, frequency=frequency, table=table, events=events, regressors=regressors)
    if list(calendar.names) != names:
        raise UnusableError("model.reason.incomplete")
    unknown = [name for name in table.days if name not in holiday_names(country)]
    if not unknown:
        return calendar, ()
    key = "model.note.holidays_kept" if any(len(table.days[name]) for name in unknown) else "model.note.holidays_lost"
    return calendar, (Message(key, {"names": unknown, "country": country}),)


def describe_holidays(calendar: Calendar, first_date: np.datetime64, last_date: np.datetime64) -> dict[str, Any] | None:
    """Return the holidays as they are known now, so that the model goes on with them; None without a country.

    Parameters
    ----------
    calendar : Calendar
    first_date, last_date : numpy.datetime64
        Of the values that the model was fitted on.
    """
    if not calendar.country:
        return None
    table = calendar.table
    if table is None or not table.covers:
        first, last = years(np.array([first_date, last_date]))
        fresh = holiday_table(calendar.country, int(first), max(int(last) + LAST_YEARS_KNOWN, REFERENCE_YEARS[-1]))
        names = fresh.days if table is None else table.days
        days = {name: fresh.days.get(name, np.zeros(0, dtype=np.int64)) for name in names}
        table = HolidayTable(fresh.first_year, fresh.last_year, days)
    days = {name: of_name.tolist() for name, of_name in table.days.items()}
    return {"first_year": table.first_year, "last_year": table.last_year, "days": days}


def read_holidays(stored: dict[str, Any]) -> HolidayTable:
    """Return the holidays that a model was fitted with."""
    days = {str(name): np.array(of_name, dtype=np.int64) for name, of_name in stored["days"].items()}
    if any(of_name.ndim != 1 or clean(name) != name for name, of_name in days.items()):
        raise UnusableError("model.reason.incomplete")
    return HolidayTable(int(stored["first_year"]), int(stored["last_year"]), days)


def describe_events(calendar: Calendar) -> dict[str, Any]:
    """Return the events and the days around them, where there are some."""
    if calendar.events is None:
        return {}
    days = calendar.events.days.items()
    return {"events": [[column.name, column.offset, of_column.tolist()] for column, of_column in days]}


def read_days_of_events(stored: list[list[Any]] | None) -> EventTable | None:
    """Return the events that a model was fitted with; None where there were none, as in models of earlier versions."""
    if stored is None:
        return None
    days: dict[EventDay, NDArray[np.int64]] = {}
    for name, offset, of_column in stored:
        if type(name) is not str or clean(name) != name or type(offset) is not int:
            raise UnusableError("model.reason.incomplete")
        days[EventDay(name, offset)] = column = np.array(of_column, dtype=np.int64)
        if column.ndim != 1 or (np.diff(column) <= 0).any():
            raise UnusableError("model.reason.incomplete")
    if not days:
        raise UnusableError("model.reason.incomplete")
    return EventTable(days)


def describe_columns(regressors: Regressors, tensors: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Describe the user's own columns; their values are added to the tensors."""
    for place, one in enumerate(regressors.each):
        tensors[f"columns.{place}"] = one.values
    each = [{name: getattr(one, name) for name in ("name", "known", "centre", "spread")} for one in regressors.each]
    return {"start": str(regressors.start), "horizon": regressors.horizon, "each": each}


def read_columns(
    stored: dict[str, Any] | None, tensors: dict[str, NDArray[Any]], frequency: Frequency
) -> Regressors | None:
    """Return the columns that a model was fitted with; None where there were none, as in models of earlier versions."""
    if stored is None:
        return None
    each: list[Regressor] = []
    for place, one in enumerate(stored["each"]):
        name, known, values = one["name"], one["known"], floats(tensors, f"columns.{place}", 1)
        centre, spread = float(number(one["centre"])), float(number(one["spread"]))
        if type(name) is not str or quotable(name) != name or type(known) is not bool or not len(values) or spread <= 0:
            raise UnusableError("model.reason.incomplete")
        each.append(Regressor(name, known, values, centre, spread))
    start, horizon = a_date(frequency, dt.datetime.fromisoformat(stored["start"])), stored["horizon"]
    unlike = len({one.name for one in each}) == len(each) > 0
    if type(horizon) is not int or not 0 <= horizon <= LONGEST or not unlike or not occurs(frequency, start):
        raise UnusableError("model.reason.incomplete")
    return Regressors(start, frequency, tuple(each), horizon)
