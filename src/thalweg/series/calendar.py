"""What is known of a day beforehand: its weekday, its time of year and a country's holidays (U5)."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from thalweg.series.country import country_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Days that are holidays nearly everywhere, known without a country: by name, 100 times the month plus the day.
YEAR_END = {
    "24 December": 1224,
    "25 December": 1225,
    "26 December": 1226,
    "31 December": 1231,
    "1 January": 101,
    "2 January": 102,
}
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
HOLIDAY_SPAN_DAYS = 14  # the days of one holiday of a year lie within it
WEEK = 7  # days
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
    """Return the holidays of a checked country code from `first_year` to `last_year`."""
    import holidays  # noqa: PLC0415  slow to load, and needed for a country only

    code, _, part = country.partition("-")
    kind = getattr(holidays, code)
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
            plain_names = dict.fromkeys(map(_plain_name, listed))
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


def _day(date: dt.date) -> int:
    return date.toordinal() - _EPOCH


def _plain_name(name: str) -> str:
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


@dataclass(frozen=True)
class Calendar:
    """What is known of a day beforehand, as columns of features.

    Which columns there are depends on the country, the harmonics and the version of the `holidays` library, but not on
    the dates. So a model can read years that it was not fitted on.

    Parameters
    ----------
    country : str
        The country whose holidays are known: anything that `country_code` takes, or ``""`` for no holidays.
    harmonics : int
        The number of pairs of sine and cosine of the time of year.

    Raises
    ------
    InputError
        If the country is unknown.

    Notes
    -----
    After weekday and time of year come six days around Christmas and New Year, which are holidays nearly everywhere.
    With a country there follow: any public holiday, substitute days off included; the day before a holiday, and the day
    after one, where these are no holidays themselves; a weekend day that is worked in exchange, where the country has
    such days; ten days around the lunar new year, where it is a holiday; Ramadan (the 29 days before Eid al-Fitr),
    where its end is a holiday; and one column for each other holiday that falls in at least five of the years 1990 to
    2040. The column of a holiday is 1 on each of its days, moved ones included.
    """

    country: str = ""
    harmonics: int = 3

    def __post_init__(self) -> None:
        if self.country:
            object.__setattr__(self, "country", country_code(self.country))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return (*WEEKDAYS, *self._time_of_year_names, *YEAR_END, *_holiday_names(self.country))

    @property
    def _time_of_year_names(self) -> tuple[str, ...]:
        return tuple(
            f"{wave} of year ×{harmonic}" for harmonic in range(1, self.harmonics + 1) for wave in ("sine", "cosine")
        )

    def columns(self, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return what is known of each day.

        Parameters
        ----------
        dates : ndarray of datetime64[D], shape (days,)
            In any order.

        Returns
        -------
        ndarray of float64, shape (days, len(names))
            The time of year is in [-1, 1]; all other columns are 0 or 1.
        """
        dates = np.asarray(dates, dtype="datetime64[D]")
        days = dates.astype(np.int64)
        weekday = (days + 3) % WEEK  # 1970-01-01 was a Thursday
        one_hot = np.eye(WEEK)[weekday]

        years = dates.astype("datetime64[Y]")
        first = years.astype("datetime64[D]").astype(np.int64)
        length = (years + np.timedelta64(1, "Y")).astype("datetime64[D]").astype(np.int64) - first
        angle = 2 * np.pi * np.arange(1, self.harmonics + 1) * ((days - first) / length)[:, np.newaxis]
        time_of_year = np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(len(days), 2 * self.harmonics)
        months = dates.astype("datetime64[M]")
        day_of_month = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
        month_and_day = (months.astype(np.int64) % 12 + 1) * 100 + day_of_month
        year_end = month_and_day[:, np.newaxis] == np.array(list(YEAR_END.values()))
        return np.hstack([one_hot, time_of_year, year_end, _holiday_columns(self.country, days)])


@lru_cache(maxsize=64)
def _holiday_names(country: str) -> tuple[str, ...]:
    """Return the names of the columns that a country adds."""
    if not country:
        return ()
    known = _holidays_of(country, REFERENCE_YEARS.start, REFERENCE_YEARS.stop - 1)
    years_of: dict[str, set[int]] = {}
    for day, names_of_day in known.names.items():
        for name in names_of_day:
            years_of.setdefault(name, set()).add(np.datetime64(day, "D").astype("datetime64[Y]").astype(int))
    others = {name for name, years in years_of.items() if len(years) >= ENOUGH_YEARS}
    names = ["any public holiday", "eve of a holiday", "day after a holiday"]
    if len(known.working_weekends) >= ENOUGH_YEARS:
        names.append("working weekend day")
    if known.lunar_new_year:
        names.extend(LUNAR_NEW_YEAR.values())
        others.discard("Lunar New Year")
    if known.end_of_ramadan:
        names.append("Ramadan")
    return (*names, *sorted(others - {"Ramadan"}))


def _holiday_columns(country: str, days: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the columns of `_holiday_names`, float64, shape (days, names)."""
    names = _holiday_names(country)
    columns = np.zeros((len(days), len(names)))
    if not names or not len(days):
        return columns
    known = _holidays_around(country, days)
    days_of: dict[str, list[int]] = {name: [] for name in names}
    holidays = set(known.names)
    days_of["any public holiday"] = list(holidays)
    days_of["eve of a holiday"] = [day - 1 for day in holidays if day - 1 not in holidays]
    days_of["day after a holiday"] = [day + 1 for day in holidays if day + 1 not in holidays]
    days_of["working weekend day"] = list(known.working_weekends)
    days_of["Ramadan"] = [day - back for day in known.end_of_ramadan for back in range(1, RAMADAN_DAYS + 1)]
    for day, names_of_day in known.names.items():
        for name in names_of_day:
            days_of.setdefault(name, []).append(day)
    for offset, name in LUNAR_NEW_YEAR.items():
        days_of[name] = [day + offset for day in known.lunar_new_year]
    for column, name in enumerate(names):
        columns[:, column] = np.isin(days, days_of[name])
    return columns


def _holidays_around(country: str, days: NDArray[np.int64]) -> _Holidays:
    """Return the holidays of the years of `days` and of the years next to them."""
    ends = np.array([days.min(), days.max()]).astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    return _holidays_of(country, int(ends[0]) - 1, int(ends[1]) + 1)


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
    day = int(np.asarray(date, dtype="datetime64[D]").astype(np.int64))
    known = _holidays_around(country_code(country), np.array([day]))
    nameless = day in known.names and not known.names[day]
    reach = max(within, WEEK) if nameless else within
    for offset in sorted(range(-reach, reach + 1), key=lambda offset: (abs(offset), day + offset in known.moved)):
        names = known.names.get(day + offset, ())
        if names:
            prefix = "the day off for " if day + offset in known.moved else ""
            relations = (_relation(offset, prefix + name) for name in names)
            return _lunar_relation(day, names, known) or " and ".join(relations)
    if nameless:
        return "a public holiday"
    return "a weekend day worked in exchange for a day off" if day in known.working_weekends else ""


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
