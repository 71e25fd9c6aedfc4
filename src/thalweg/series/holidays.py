"""A country's holidays: which columns they make, and which holiday is near a day (U5)."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.country import BETWEEN, country_code
from thalweg.series.frequency.dates import day_numbers, day_of_number, days_of_steps, years
from thalweg.series.frequency.record import DAILY, Frequency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

# By days after the first day of the lunar new year.
LUNAR_NEW_YEAR = {
    -3: "3 days before Lunar New Year",
    -2: "2 days before Lunar New Year",
    -1: "Lunar New Year's Eve",
    0: "Lunar New Year",
    1: "the second day of Lunar New Year",
    2: "the third day of Lunar New Year",
    3: "the fourth day of Lunar New Year",
    4: "the fifth day of Lunar New Year",
    5: "the sixth day of Lunar New Year",
    6: "the seventh day of Lunar New Year",
}
RAMADAN_DAYS = 29  # a lunar month has 29 or 30 days; the last 29 before Eid al-Fitr surely belong to it

# The columns depend on the country alone: a holiday has a column if it falls in enough of these years.
REFERENCE_YEARS = range(1990, 2041)
ENOUGH_YEARS = 5
SAME_SHARE = 0.5  # of the days that two countries call by one name, those in common: from here on it is one holiday
HOLIDAY_SPAN_DAYS = 14  # the days of one holiday of a year lie within it
NAMELESS_REACH = DAILY.season  # days around a day off without a name in which its holiday is sought
_EPOCH = dt.date(1970, 1, 1).toordinal()

# A holiday that was moved off a weekend, or whose lunar date is an estimate, has the name of the holiday itself.
_REMARK = re.compile(
    r"\s*\((?:observed|estimated|observed, estimated|in lieu|substitute day|additional holiday|special)\)",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"^alternative holiday for ", re.IGNORECASE)
_MOVED = re.compile(r"\(observed|\(in lieu|\(substitute day|^alternative holiday for ", re.IGNORECASE)
# A day off that belongs to no holiday with a name.
_NAMELESS = re.compile(
    r"^day off|^substitute holiday|in-lieu holiday$|^bridge |^additional |^special public|^temporary "
    r"|^national holiday$|election|^polling day",
    re.IGNORECASE,
)
_LUNAR_NEW_YEAR = re.compile(r"\b(?:chinese|lunar|korean) new year|^chinese spring festival", re.IGNORECASE)
_LUNAR_NEW_YEAR_DAY = re.compile(
    r"(?:chinese|lunar|korean) new year(?:'s day)?(?: \(spring festival\))?|chinese spring festival", re.IGNORECASE
)
_END_OF_RAMADAN = re.compile(r"^eid[ -](?:al|ul)-fitr(?: holiday)?$", re.IGNORECASE)
_EVES = {"Christmas Day": "Christmas Eve", "New Year's Day": "New Year's Eve"}


@dataclass(frozen=True)
class _Holidays:
    """A country's holidays of some years; days are integers, counted from 1970-01-01."""

    names: dict[int, tuple[str, ...]]  # of every public holiday; () for a day off that has no name
    moved: frozenset[int]  # days off for a holiday that falls on another day
    lunar_new_year: tuple[int, ...]  # first days
    end_of_ramadan: tuple[int, ...]  # first days of Eid al-Fitr
    working_weekends: frozenset[int]  # weekend days that are worked in exchange for another day off


@lru_cache(maxsize=64)
def _holidays_of(country: str, first_year: int, last_year: int) -> _Holidays:
    """Return the holidays of a checked country code, or of several, from `first_year` to `last_year`."""
    if BETWEEN in country:
        countries = tuple(country.split(BETWEEN))
        of_each = {code: _holidays_of(code, first_year, last_year) for code in countries}
        return _together(of_each, _told_apart(countries))
    import holidays  # noqa: PLC0415  slow to load, and needed for a country only

    code, _, part = country.partition("-")
    kind = getattr(holidays, code, None)
    if kind is None or (part and part not in kind.subdivisions):  # known when a model was made, and not any more
        return _Holidays({}, frozenset(), (), (), frozenset())
    languages: tuple[str, ...] = kind.supported_languages
    english = "en_US" if "en_US" in languages else next((item for item in languages if item.startswith("en")), None)
    years = range(max(first_year, kind.start_year), min(last_year, kind.end_year) + 1)
    names: dict[int, tuple[str, ...]] = {}
    moved: set[int] = set()
    working: Iterable[dt.date] = ()
    if years:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about holidays that the library knows in some of the years only
            found = holidays.country_holidays(code, subdiv=part or None, years=years, language=english)
        working = found.weekend_workdays
        for date in found:
            listed = found.get_list(date)
            if all(map(_MOVED.search, listed)):
                moved.add(_day(date))
            plain_names = dict.fromkeys(map(plain_name, listed))
            names[_day(date)] = tuple(name for name in plain_names if name)
    lunar_new_year = _first_days(
        day - offset
        for day, names_of_day in names.items()
        if day not in moved
        for name in names_of_day
        if (offset := _day_of_lunar_new_year(name)) is not None
    )
    return _Holidays(
        names=dict(sorted((_one_name_for_lunar_new_year(names) if lunar_new_year else names).items())),
        moved=frozenset(moved),
        lunar_new_year=lunar_new_year,
        end_of_ramadan=_first_days(
            day for day, names_of_day in names.items() if any(map(_END_OF_RAMADAN.search, names_of_day))
        ),
        working_weekends=frozenset(_day(date) for date in working),
    )


def _together(of_each: Mapping[str, _Holidays], apart: frozenset[str]) -> _Holidays:
    """Return the holidays of several countries as those of one; the names told `apart` have their country behind them.

    A holiday of the same name stands there once. A day is moved where no country has its holiday on the day itself.
    """
    names: dict[int, dict[str, None]] = {}
    unmoved: set[int] = set()
    for code, known in of_each.items():
        for day, names_of_day in known.names.items():
            here = names.setdefault(day, {})
            here.update((_of_country(name, code) if name in apart else name, None) for name in names_of_day)
        unmoved |= known.names.keys() - known.moved
    return _Holidays(
        names={day: tuple(names[day]) for day in sorted(names)},
        moved=frozenset(names.keys() - unmoved),
        lunar_new_year=_first_days(day for known in of_each.values() for day in known.lunar_new_year),
        end_of_ramadan=_first_days(day for known in of_each.values() for day in known.end_of_ramadan),
        working_weekends=frozenset(day for known in of_each.values() for day in known.working_weekends),
    )


def _of_country(name: str, code: str) -> str:
    return f"{name} ({code})"


@lru_cache(maxsize=64)
def _told_apart(countries: tuple[str, ...]) -> frozenset[str]:
    """Return the names that stand for another day in another country, such as Thanksgiving in the US and in Canada.

    Two holidays of one name are the same where at least half of the days of each are days of the other.
    """
    days: dict[str, list[set[int]]] = {}
    for code in countries:
        of_country: dict[str, set[int]] = {}
        for day, names_of_day in _holidays_of(code, REFERENCE_YEARS.start, REFERENCE_YEARS.stop - 1).names.items():
            for name in names_of_day:
                of_country.setdefault(name, set()).add(day)
        for name, found in of_country.items():
            days.setdefault(name, []).append(found)
    return frozenset(
        name
        for name, found in days.items()
        if name not in LUNAR_NEW_YEAR.values()
        and any(len(one & other) < SAME_SHARE * max(len(one), len(other)) for one, other in combinations(found, 2))
    )


def _day(date: dt.date) -> int:
    return date.toordinal() - _EPOCH


def plain_name(name: str) -> str:
    """Return the name of the holiday itself, or "" for a day off that has none."""
    name = _INSTEAD.sub("", _REMARK.sub("", name)).strip()
    return "" if _NAMELESS.search(name) else name


def _first_days(days: Iterable[int]) -> tuple[int, ...]:
    """Return the first day of each group of days; a group ends where none follows within `HOLIDAY_SPAN_DAYS`."""
    firsts: list[int] = []
    last = -1_000_000
    for day in sorted(days):
        if day - last > HOLIDAY_SPAN_DAYS:
            firsts.append(day)
        last = day
    return tuple(firsts)


def _day_of_lunar_new_year(name: str) -> int | None:
    """Return how many days after the first day of the lunar new year a holiday of this name is; None for other names.

    The first day alone does not suffice: Hong Kong does not list it where it is a Sunday.
    """
    if _LUNAR_NEW_YEAR_DAY.fullmatch(name):
        return 0
    if not _LUNAR_NEW_YEAR.search(name):
        return None
    lower = name.lower()
    return next((offset for offset, word in enumerate(("second", "third", "fourth"), start=1) if word in lower), None)


def _one_name_for_lunar_new_year(names: dict[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    """Give all days of the lunar new year one name."""
    return {
        day: tuple(dict.fromkeys("Lunar New Year" if _LUNAR_NEW_YEAR.search(name) else name for name in names_of_day))
        for day, names_of_day in names.items()
    }


@lru_cache(maxsize=64)
def holiday_names(country: str) -> tuple[str, ...]:
    """Return the names of the columns that a country's holidays make, in their order.

    They depend on the country and on the version of the `holidays` library alone.

    Parameters
    ----------
    country : str
        A checked code, or ``""``.
    """
    if not country:
        return ()
    known = _holidays_of(country, REFERENCE_YEARS.start, REFERENCE_YEARS.stop - 1)
    years_of: dict[str, set[int]] = {}
    for day, names_of_day in known.names.items():
        for name in names_of_day:
            years_of.setdefault(name, set()).add(int(years(day_of_number(day))))
    others = {name for name, found in years_of.items() if len(found) >= ENOUGH_YEARS}
    names = ["any public holiday", "eve of a holiday", "day after a holiday"]
    if len(known.working_weekends) >= ENOUGH_YEARS:
        names.append("working weekend day")
    if known.lunar_new_year:
        names.extend(LUNAR_NEW_YEAR.values())
        others.discard("Lunar New Year")
    if known.end_of_ramadan:
        names.append("Ramadan")
    return (*names, *sorted(others - {"Ramadan"}))


def _days_of_names(known: _Holidays) -> dict[str, list[int]]:
    """Return the days on which each column is 1, by the column's name."""
    holidays = set(known.names)
    days_of = {
        "any public holiday": list(holidays),
        "eve of a holiday": [day - 1 for day in holidays if day - 1 not in holidays],
        "day after a holiday": [day + 1 for day in holidays if day + 1 not in holidays],
        "working weekend day": list(known.working_weekends),
        "Ramadan": [day - back for day in known.end_of_ramadan for back in range(1, RAMADAN_DAYS + 1)],
    }
    for day, names_of_day in known.names.items():
        for name in names_of_day:
            days_of.setdefault(name, []).append(day)
    for offset, name in LUNAR_NEW_YEAR.items():
        days_of[name] = [day + offset for day in known.lunar_new_year]
    return days_of


@dataclass(frozen=True, eq=False)
class HolidayTable:
    """The holidays of some years as they were known when a model was made; they travel with it.

    Another version of the `holidays` library may call a holiday otherwise or move it. With the table a model goes on
    as it was fitted.

    Attributes
    ----------
    first_year, last_year : int
        The years that the table holds, both among them.
    days : mapping
        The columns in their order: name to the days on which it is 1, int64, counted from 1970-01-01.
    """

    first_year: int
    last_year: int
    days: Mapping[str, NDArray[np.int64]]

    def columns(self, days: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the columns of some days; shape (days, names). Days of other years have 0 everywhere."""
        columns = np.zeros((len(days), len(self.days)))
        for place, of_name in enumerate(self.days.values()):
            columns[:, place] = np.isin(days, of_name)
        return columns

    @property
    def covers(self) -> bool:
        """Whether it holds any year; a table without one names the columns only."""
        return self.first_year <= self.last_year

    def holds(self, days: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether the year of each day is in the table."""
        year = years(day_of_number(days))
        return (year >= self.first_year) & (year <= self.last_year)


def holiday_table(country: str, first_year: int, last_year: int) -> HolidayTable:
    """Return a country's holidays of some years, both among them, as the installed library knows them."""
    days_of = _days_of_names(_holidays_of(country, first_year - 1, last_year + 1)) if country else {}
    found: dict[str, NDArray[np.int64]] = {}
    for name in holiday_names(country):
        days = np.array(sorted(days_of.get(name, ())), dtype=np.int64)
        year = years(day_of_number(days))
        found[name] = days[(year >= first_year) & (year <= last_year)]
    return HolidayTable(first_year, last_year, found)


def holiday_columns(country: str, names: tuple[str, ...], days: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the columns of a country's holidays, float64, shape (days, names).

    Parameters
    ----------
    country : str
        A checked code, or ``""``.
    names : tuple of str
        The columns; one that the installed library does not know is 0.
    days : ndarray of int64, shape (days,)
        Counted from 1970-01-01.
    """
    columns = np.zeros((len(days), len(names)))
    if not names or not len(days):
        return columns
    days_of = _days_of_names(_holidays_around(country, days))
    for column, name in enumerate(names):
        columns[:, column] = np.isin(days, days_of.get(name, ()))
    return columns


def _holidays_around(country: str, days: NDArray[np.int64]) -> _Holidays:
    """Return the holidays of the years of `days` and of the years next to them."""
    first, last = years(day_of_number([days.min(), days.max()]))
    return _holidays_of(country, int(first) - 1, int(last) + 1)


def nearest_holiday(date: np.datetime64, country: str, within: int = 2) -> str:
    """Return the name of the holiday on or near a day, as a possible cause of a large error (U5).

    Parameters
    ----------
    date : numpy.datetime64
        The day.
    country : str
        Anything that `country_code` takes, or ``""``.
    within : int
        How many days before and after count as near. For a day off without a name, seven days count.

    Returns
    -------
    str
        In English, such as ``Christmas Day``, ``Lunar New Year's Eve``, ``the day after Thanksgiving Day``,
        ``2 days before National Day``; ``""`` where no holiday is near.

    Raises
    ------
    InputError
        If the country is unknown.
    """
    if not country:
        return ""
    day = int(day_numbers(date))
    known = _holidays_around(country_code(country), np.array([day]))
    nameless = day in known.names and not known.names[day]
    reach = max(within, NAMELESS_REACH) if nameless else within
    for offset in sorted(range(-reach, reach + 1), key=lambda offset: (abs(offset), day + offset in known.moved)):
        names = known.names.get(day + offset, ())
        if names:
            prefix = "the day off for " if day + offset in known.moved else ""
            relations = (_relation(offset, prefix + name) for name in names)
            return _lunar_relation(day, names, known) or " and ".join(relations)
    if nameless:
        return "a public holiday"
    return "a weekend day worked in exchange for a day off" if day in known.working_weekends else ""


def holiday_of_step(frequency: Frequency, date: np.datetime64, country: str, within: int = 2) -> str:
    """Return the name of the holiday that a step holds, or that a day is near, as `nearest_holiday` does.

    A week has that of the first of its seven days that is one. A month or longer has none: in it one day tells little.
    """
    if frequency.by_month:
        return ""
    (days,) = day_of_number(days_of_steps(frequency, np.array([date])))
    if len(days) > 1:
        named = (nearest_holiday(day, country, within=0) for day in days)
        return next(filter(None, named), "")
    return nearest_holiday(days[0], country, within)


def _lunar_relation(day: int, names: tuple[str, ...], known: _Holidays) -> str:
    """Return the name of a day of the lunar new year, counted from its first day; "" where `names` lack it."""
    if "Lunar New Year" not in names:
        return ""
    return next((LUNAR_NEW_YEAR[day - first] for first in known.lunar_new_year if day - first in LUNAR_NEW_YEAR), "")


def _relation(offset: int, name: str) -> str:
    """Return how a day is called of which the holiday `name` is `offset` days later."""
    if offset == 0:
        return name
    if offset == 1:
        return _EVES.get(name, f"the eve of {name}")
    if offset == -1:
        return f"the day after {name}"
    return f"{abs(offset)} days {'before' if offset > 0 else 'after'} {name}"
