"""What is known of a day before it comes: weekday, time of year, a country's holidays (U5)."""

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
# Days that are kept nearly everywhere, known without a country: name to month and day.
YEAR_END = {
    "24 December": 1224,
    "25 December": 1225,
    "26 December": 1226,
    "31 December": 1231,
    "1 January": 101,
    "2 January": 102,
}
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
RAMADAN_DAYS = 29  # a lunar month has 29 or 30: those that are certain

# The columns depend on the country alone: a name has a column if it fell in enough of these years.
REFERENCE_YEARS = range(1990, 2041)
ENOUGH_YEARS = 5

# A holiday moved off a weekend, or told from an estimated lunar date, goes by the holiday's own name.
_REMARK = re.compile(
    r"\s*\((?:observed|estimated|observed, estimated|in lieu|substitute day|additional holiday|special)\)",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"^alternative holiday for ", re.IGNORECASE)
_MOVED = re.compile(r"\(observed|\(in lieu|\(substitute day|^alternative holiday for ", re.IGNORECASE)
# A day off that has no feast of its own.
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
    """A country's holidays of some years; days as integers since 1970-01-01."""

    names: dict[int, tuple[str, ...]]  # every public holiday; () for a day off without a feast of its own
    moved: frozenset[int]  # days off for a feast that fell on another day
    lunar_new_year: tuple[int, ...]  # first days
    end_of_ramadan: tuple[int, ...]  # first days of Eid al-Fitr
    working_weekends: frozenset[int]  # worked in exchange for a day off elsewhere


@lru_cache(maxsize=64)
def _feasts(country: str, first_year: int, last_year: int) -> _Holidays:
    """Return the holidays of a checked country code from `first_year` to `last_year`."""
    import holidays  # noqa: PLC0415  heavy, and of no use without a country

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
            warnings.simplefilter("ignore")  # of feasts that the library knows in some of the years only
            found = holidays.country_holidays(code, subdiv=part or None, years=years, language=english)
        working = found.weekend_workdays
        for date in found:
            listed = found.get_list(date)
            if all(map(_MOVED.search, listed)):
                moved.add(_day(date))
            called = dict.fromkeys(map(_normal_name, listed))
            names[_day(date)] = tuple(name for name in called if name)
    lunar_new_year = _first_days(
        day - offset
        for day, called in names.items()
        if day not in moved
        for name in called
        if (offset := _day_of_lunar_new_year(name)) is not None
    )
    return _Holidays(
        names=dict(sorted((_one_name_for_lunar_new_year(names) if lunar_new_year else names).items())),
        moved=frozenset(moved),
        lunar_new_year=lunar_new_year,
        end_of_ramadan=_first_days(day for day, called in names.items() if any(map(_END_OF_RAMADAN.search, called))),
        working_weekends=frozenset(_day(date) for date in working),
    )


def _day(date: dt.date) -> int:
    return date.toordinal() - dt.date(1970, 1, 1).toordinal()


def _normal_name(name: str) -> str:
    """Return the feast's own name, or "" for a day off that has none."""
    name = _INSTEAD.sub("", _REMARK.sub("", name)).strip()
    return "" if _NAMELESS.search(name) else name


def _first_days(days: Iterable[int]) -> tuple[int, ...]:
    """Return the first day of each run; days of one feast lie within two weeks of each other."""
    firsts: list[int] = []
    last = -1_000_000
    for day in sorted(days):
        if day - last > 14:  # noqa: PLR2004  explained above
            firsts.append(day)
        last = day
    return tuple(firsts)


def _day_of_lunar_new_year(name: str) -> int | None:
    """Count from the first day, since Hong Kong lists no first day that is a Sunday; None for other names."""
    if _LUNAR_NEW_YEAR_DAY.fullmatch(name):
        return 0
    if not _LUNAR_NEW_YEAR.search(name):
        return None
    lower = name.lower()
    return next((offset for offset, word in enumerate(("second", "third", "fourth"), start=1) if word in lower), None)


def _one_name_for_lunar_new_year(names: dict[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    """Give all days of the lunar new year the one name that its columns and sentences count from."""
    return {
        day: tuple(dict.fromkeys("Lunar New Year" if _LUNAR_NEW_YEAR.search(name) else name for name in called))
        for day, called in names.items()
    }


@dataclass(frozen=True)
class Calendar:
    """What is known of any day beforehand, as columns of features.

    Which columns there are depends on the country, the harmonics and the version of the `holidays` library,
    never on the dates asked for; so a model can be fed years that it was not fitted on.

    Parameters
    ----------
    country : str
        Whose holidays are known: anything that `country_code` takes, or ``""`` for no holidays.
    harmonics : int
        Sine and cosine pairs of the time of year.

    Raises
    ------
    InputError
        If the country is unknown.

    Notes
    -----
    After weekday and time of year come six days around Christmas and New Year, kept nearly everywhere. With a
    country there follow: any public holiday (days off by substitution
    included); the eve of one (no holiday itself); the day after one (likewise); a weekend day that is worked in
    exchange, where the country has such days; ten days around the lunar new year, where it is a holiday; Ramadan
    (the 29 days before Eid al-Fitr), where its end is a holiday; and one column for each other feast that fell in
    at least five of the years 1990 to 2040. A feast's column is 1 on each of its days, moved ones included.
    """

    country: str = ""
    harmonics: int = 3

    def __post_init__(self) -> None:
        if self.country:
            object.__setattr__(self, "country", country_code(self.country))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in their order."""
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
            0 or 1, but for the time of year, in [-1, 1].
        """
        dates = np.asarray(dates, dtype="datetime64[D]")
        days = dates.astype(np.int64)
        weekday = (days + 3) % 7  # 1970-01-01 was a Thursday
        one_hot = np.eye(7)[weekday]

        years = dates.astype("datetime64[Y]")
        first = years.astype("datetime64[D]").astype(np.int64)
        length = (years + np.timedelta64(1, "Y")).astype("datetime64[D]").astype(np.int64) - first
        angle = 2 * np.pi * np.arange(1, self.harmonics + 1) * ((days - first) / length)[:, np.newaxis]
        time_of_year = np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(len(days), 2 * self.harmonics)
        months = dates.astype("datetime64[M]")
        in_year = (
            (months.astype(np.int64) % 12 + 1) * 100 + (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
        )
        year_end = in_year[:, np.newaxis] == np.array(list(YEAR_END.values()))
        return np.hstack([one_hot, time_of_year, year_end, _holiday_columns(self.country, days)])


@lru_cache(maxsize=64)
def _holiday_names(country: str) -> tuple[str, ...]:
    if not country:
        return ()
    feasts = _feasts(country, REFERENCE_YEARS.start, REFERENCE_YEARS.stop - 1)
    years_of: dict[str, set[int]] = {}
    for day, called in feasts.names.items():
        for name in called:
            years_of.setdefault(name, set()).add(np.datetime64(day, "D").astype("datetime64[Y]").astype(int))
    named = {name for name, years in years_of.items() if len(years) >= ENOUGH_YEARS}
    names = ["any public holiday", "eve of a holiday", "day after a holiday"]
    if len(feasts.working_weekends) >= ENOUGH_YEARS:
        names.append("working weekend day")
    if feasts.lunar_new_year:
        names.extend(LUNAR_NEW_YEAR.values())
        named.discard("Lunar New Year")
    if feasts.end_of_ramadan:
        names.append("Ramadan")
    return (*names, *sorted(named - {"Ramadan"}))


def _holiday_columns(country: str, days: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the columns of `_holiday_names`, float64, shape (days, names)."""
    names = _holiday_names(country)
    columns = np.zeros((len(days), len(names)))
    if not names or not len(days):
        return columns
    feasts = _feasts_around(country, days)
    marked: dict[str, list[int]] = {name: [] for name in names}
    holidays = set(feasts.names)
    marked["any public holiday"] = list(holidays)
    marked["eve of a holiday"] = [day - 1 for day in holidays if day - 1 not in holidays]
    marked["day after a holiday"] = [day + 1 for day in holidays if day + 1 not in holidays]
    marked["working weekend day"] = list(feasts.working_weekends)
    marked["Ramadan"] = [day - back for day in feasts.end_of_ramadan for back in range(1, RAMADAN_DAYS + 1)]
    for day, called in feasts.names.items():
        for name in called:
            marked.setdefault(name, []).append(day)
    for offset, name in LUNAR_NEW_YEAR.items():
        marked[name] = [day + offset for day in feasts.lunar_new_year]
    for column, name in enumerate(names):
        columns[:, column] = np.isin(days, marked[name])
    return columns


def _feasts_around(country: str, days: NDArray[np.int64]) -> _Holidays:
    """Return the holidays of the years of `days` and of the years next to them."""
    ends = np.array([days.min(), days.max()]).astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    return _feasts(country, int(ends[0]) - 1, int(ends[1]) + 1)


def nearest_holiday(date: np.datetime64, country: str, within: int = 2) -> str:
    """Name the holiday on or near a day, to give a miss its cause (U5).

    Parameters
    ----------
    date : numpy.datetime64
        The day.
    country : str
        Anything that `country_code` takes, or ``""``.
    within : int
        Days before and after that count as near. A day off without a feast of its own looks a week around.

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
    feasts = _feasts_around(country_code(country), np.array([day]))
    nameless = day in feasts.names and not feasts.names[day]
    reach = max(within, 7) if nameless else within
    for offset in sorted(range(-reach, reach + 1), key=lambda offset: (abs(offset), day + offset in feasts.moved)):
        called = feasts.names.get(day + offset, ())
        if called:
            off = "the day off for " if day + offset in feasts.moved else ""
            relations = (_relation(offset, off + name) for name in called)
            return _lunar_relation(day, called, feasts) or " and ".join(relations)
    if nameless:
        return "a public holiday"
    return "a weekend day worked in exchange for a day off" if day in feasts.working_weekends else ""


def _lunar_relation(day: int, called: tuple[str, ...], feasts: _Holidays) -> str:
    """Count from the first day of the lunar new year, however many of its days are off."""
    if "Lunar New Year" not in called:
        return ""
    return next((LUNAR_NEW_YEAR[day - first] for first in feasts.lunar_new_year if day - first in LUNAR_NEW_YEAR), "")


def _relation(offset: int, name: str) -> str:
    """Say where a day stands to the feast `offset` days later."""
    if offset == 0:
        return name
    if offset == 1:
        return _EVES.get(name, f"the eve of {name}")
    if offset == -1:
        return f"the day after {name}"
    return f"{abs(offset)} days {'before' if offset > 0 else 'after'} {name}"
