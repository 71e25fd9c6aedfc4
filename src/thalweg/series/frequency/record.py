"""The frequency of a series: its step, its seasons, and every constant that is a number of steps.

This module imports no NumPy, so that the command's help appears quickly.
"""

from __future__ import annotations

from dataclasses import dataclass

EVERY_DAY = "1111111"
LONGEST = 200_000  # steps
LAGS = 4
MINUTES_OF_A_DAY, DAYS_OF_A_MONTH, MONTHS_OF_A_QUARTER, MONTHS_OF_A_YEAR = 1440, 31, 3, 12
LEAST_RESIDUALS = 60  # behind an interval: with fewer, each end of a 95% interval would be the most extreme residual
KNOWN = ("day", "week", "year")  # the seasons that rungs of some frequency know, the shortest first
DATE_UNITS = {"m": "m", "D": "D", "M": "D"}  # the unit in which steps are counted, to NumPy's unit of the dates


@dataclass(frozen=True, kw_only=True)
class Frequency:
    """How far apart the values of a series are, and what follows from that; lengths are numbers of steps.

    Attributes
    ----------
    name : str
        Such as ``daily``.
    step, steps : str
        What one step and several steps are called in English.
    unit : str
        What a step is counted in: ``m`` for minutes, ``D`` for days, ``M`` for calendar months. Dates are NumPy's, in
        minutes where steps are, else in days.
    units : int
        How many such units a step has.
    weekmask : str
        Which weekdays occur, from Monday on, as `numpy.busday_offset` takes it. Only a step of one day, or one that is
        counted in `slots`, has a mask other than `EVERY_DAY`.
    slots : tuple of int
        The times of day at which values stand, in minutes after midnight, rising, where some times or weekdays do not
        occur; empty for steps of a day or more, and where values go on day and night.
    anchor : int
        The day of the month on which values stand, where steps are counted in months: 31 is the last day of each.
    season : int
        The short season: a day of hours, a week of days, a year of weeks or months.
    long_season : int
        The long season, in whole short seasons, so that a value is compared with the same place of both: a week of
        hours, a year of days.
    month, year : int
        A month in whole seasons, where it is longer than a season, and a year.
    level : int
        The steps whose mean is the level that a network's values are taken from.
    levels : tuple of int
        The lengths over which long levels are taken, rising.
    least : int
        Below, not even a line over one season can be fitted and checked.
    long, validation, test : int
        From `long` steps on, validation and the sealed test have these lengths; a shorter series is divided by shares.
    horizon, longest_horizon : int
        Steps ahead where none are asked for, and the most.
    blocks : tuple of int
        The last step of each block of steps ahead that are predicted in the same ways, rising; one more goes on beyond.
    lags : tuple of int
        The numbers of past values of the ladder's lines: one, a season, and two longer ones. The lecture's are 1, 7, 28
        and 56 days (U3).
    copies : tuple of (str, int)
        The baselines that copy: their names in the ladder's table, and how many steps ago the copied value is. The
        first copies the last value.
    known : tuple of str
        What rungs are called that know a season beside past values: the word for the short season, then for the long
        one; or the long one alone.
    calendar : tuple of str
        The groups of `thalweg.series.calendar.Calendar` that are known of a date, such as ``weekday``.

    Raises
    ------
    ValueError
        If a length is no whole number from 1 on, or the dates cannot be those of such a frequency.
    """

    name: str
    step: str
    steps: str
    season: int
    long_season: int
    month: int
    year: int
    level: int
    levels: tuple[int, ...]
    least: int
    long: int
    validation: int
    test: int
    horizon: int
    longest_horizon: int
    blocks: tuple[int, ...]
    lags: tuple[int, int, int, int]
    copies: tuple[tuple[str, int], ...]
    known: tuple[str, ...]
    calendar: tuple[str, ...]
    unit: str = "D"
    units: int = 1
    weekmask: str = EVERY_DAY
    slots: tuple[int, ...] = ()
    anchor: int = 0

    def __post_init__(self) -> None:
        lengths = (self.season, self.long_season, self.month, self.year, self.level, *self.levels, self.units)
        lengths += (self.least, self.long, self.validation, self.test, self.horizon, self.longest_horizon)
        lengths += (*self.blocks, *self.lags, *(ago for _, ago in self.copies))
        if not all(type(length) is int and 1 <= length <= LONGEST for length in lengths) or not self.copies:
            raise ValueError(f"The lengths of a frequency are whole numbers from 1 to {LONGEST}; these are {lengths}.")
        if self.season > self.long_season or self.long <= self.validation + self.test:
            told = f"the seasons are {self.season} and {self.long_season}, long {self.long}"
            raise ValueError(f"The short season is at most the long one, and a long series has all parts; {told}.")
        if len(self.lags) != LAGS or list(self.lags) != sorted(set(self.lags)):
            raise ValueError(f"Four rising lags are expected, not {self.lags}.")
        if not 1 <= len(self.known) <= 2:  # noqa: PLR2004 - the short and the long season
            raise ValueError(f"One word or two say what rungs know, not {self.known}.")
        self._check_dates()

    def _check_dates(self) -> None:
        mask, slots = self.weekmask, self.slots
        if self.unit not in DATE_UNITS or len(mask) != len(EVERY_DAY) or not set(mask) <= {"0", "1"} or "1" not in mask:
            raise ValueError(f"Dates of the unit {self.unit!r} with the week mask {mask!r} are not known.")
        if mask != EVERY_DAY and not slots and (self.unit, self.units) != ("D", 1):
            raise ValueError(f"A week mask needs a step of one day or times of day; this one has {self.units}.")
        if slots and (self.unit != "m" or list(slots) != sorted(set(slots)) or slots[-1] >= MINUTES_OF_A_DAY):
            raise ValueError(f"Times of day are rising minutes after midnight of steps in minutes, not {slots}.")
        if (self.unit == "M") != (1 <= self.anchor <= DAYS_OF_A_MONTH):
            raise ValueError(f"Steps of months, and only they, stand on a day of the month, not on {self.anchor}.")

    def same_step(self, other: Frequency) -> bool:
        """Whether the values of both lie equally far apart, on the same weekdays and at the same times."""
        mine = (self.unit, self.units, self.weekmask, self.slots, self.anchor)
        return mine == (other.unit, other.units, other.weekmask, other.slots, other.anchor)

    @property
    def date_unit(self) -> str:
        """NumPy's unit of the dates: ``m`` or ``D``."""
        return DATE_UNITS[self.unit]

    @property
    def sub_daily(self) -> bool:
        """Whether a day has several values."""
        return self.unit == "m"

    @property
    def by_day(self) -> bool:
        """Whether a step is a day."""
        return self.unit == "D" and self.units == 1

    @property
    def by_month(self) -> bool:
        """Whether a step is a month or several."""
        return self.unit == "M"

    @property
    def whole_calendar(self) -> bool:
        """Whether every step of its length occurs, so that dates lie equally far apart."""
        return self.weekmask == EVERY_DAY and not self.slots

    @property
    def two_long_seasons(self) -> int:
        """The least length from which the course of the long season can be learned: two years of days."""
        return 2 * (self.long_season if self.sub_daily else self.year)

    @property
    def calibrated_on(self) -> int:
        """How many of the latest residuals make the intervals: those of a year, and more where a year has few steps."""
        return max(self.year, LEAST_RESIDUALS)

    @property
    def between_refits(self) -> int:
        """Steps between two refits of a backtest: the twelfth part of a year."""
        return max(round(self.year / MONTHS_OF_A_YEAR), 1)


# What the usual number of days from one date to the next tells of a file whose rhythm is not served.
PACES = (
    {7: "weekly", 14: "fortnightly"}
    | dict.fromkeys(range(28, 32), "monthly")
    | dict.fromkeys(range(90, 93), "quarterly")
    | dict.fromkeys((365, 366), "yearly")
)
DAYS_OF_PACES = {name: [days for days, pace in PACES.items() if pace == name] for name in dict.fromkeys(PACES.values())}
DAYS_OF_A_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LEAST_MINUTES = 5  # of a step


def daily(weekmask: str = EVERY_DAY) -> Frequency:
    """Return the frequency of daily values, of which only some weekdays occur; lengths shrink with the week.

    Parameters
    ----------
    weekmask : str
        Which weekdays occur, from Monday on; at least two.
    """
    whole = len(EVERY_DAY)
    occurring = _occurring(weekmask)
    week = len(occurring)
    year = round(365 * week / whole)
    long_season = year // week * week
    return Frequency(
        name="daily" if week == whole else ", ".join(occurring),
        step="day",
        steps="days",
        weekmask=weekmask,
        season=week,
        long_season=long_season,
        month=4 * week,
        year=year,
        level=week,
        levels=(4 * week, year // 4, long_season),
        least=8 * week,
        long=round(1000 * week / whole),
        validation=year // 2,
        test=year,
        horizon=4 * week,
        longest_horizon=year,
        blocks=(1, week, 2 * week, 4 * week, 13 * week),
        lags=(1, week, 4 * week, 8 * week),
        copies=(("copy yesterday", 1), ("copy last week", week)),
        known=("week", "year"),
        calendar=("weekday", "season", "holiday"),
    )


def sub_daily(minutes: int, weekmask: str = EVERY_DAY, slots: tuple[int, ...] = ()) -> Frequency:
    """Return the frequency of values that lie some minutes apart: hourly is 60.

    Its short season is a day, its long one a week.

    Parameters
    ----------
    minutes : int
        From one value to the next; a day is a whole number of them.
    weekmask : str
        Which weekdays occur.
    slots : tuple of int
        The times of day that occur, in minutes after midnight, where nights or weekdays have no values.

    Raises
    ------
    ValueError
        If a day is no whole number of steps, or a step has fewer minutes than `LEAST_MINUTES`.
    """
    if minutes < LEAST_MINUTES or MINUTES_OF_A_DAY % minutes or minutes == MINUTES_OF_A_DAY:
        raise ValueError(f"A step has {LEAST_MINUTES} minutes or more, and a day whole steps; this one has {minutes}.")
    day = len(slots) or MINUTES_OF_A_DAY // minutes
    days = len(_occurring(weekmask))
    week = day * days
    hourly = minutes == 60  # noqa: PLR2004 - minutes of an hour
    place = "hour" if hourly else "time"
    return Frequency(
        name="hourly" if hourly else f"every {minutes} minutes",
        step="hour" if hourly else f"{minutes} minutes",
        steps="hours" if hourly else f"steps of {minutes} minutes",
        unit="m",
        units=minutes,
        weekmask=weekmask,
        slots=slots,
        season=day,
        long_season=week,
        month=4 * week,
        year=round(365 / 7 * week),
        level=day,
        levels=(week, 4 * week),
        least=8 * day,
        long=52 * week,
        validation=13 * week,
        test=26 * week,
        horizon=2 * day,
        longest_horizon=4 * week,
        blocks=(1, max(day // 4, 2), day, 2 * day, week),
        lags=(1, day, week, 2 * week),
        copies=(
            ("copy the last hour" if hourly else "copy the last value", 1),
            (f"copy the same {place} of yesterday", day),
            (f"copy the same {place} of last week", week),
        ),
        known=("day", "week"),
        calendar=("time", "weekday", "holiday"),  # few series of hours span the years that waves of the year need
    )


def weekly() -> Frequency:
    """Return the frequency of values a week apart; the first date says on which weekday."""
    return Frequency(
        name="weekly",
        step="week",
        steps="weeks",
        units=7,
        season=52,
        long_season=52,
        month=4,
        year=52,
        level=1,
        levels=(4, 13, 52),
        least=26,
        long=143,
        validation=26,
        test=52,
        horizon=13,
        longest_horizon=52,
        blocks=(1, 4, 13, 26),
        lags=(1, 4, 13, 26),
        copies=(("copy last week", 1), ("copy last year", 52)),
        known=("year",),
        calendar=("season", "holiday"),
    )


def monthly(anchor: int = 1) -> Frequency:
    """Return the frequency of values a month apart.

    Parameters
    ----------
    anchor : int
        The day of the month on which they stand; 31 is the last day of each month.
    """
    return Frequency(
        name="monthly",
        step="month",
        steps="months",
        unit="M",
        anchor=anchor,
        season=12,
        long_season=12,
        month=1,
        year=12,
        level=1,
        levels=(3, 6, 12),
        least=24,
        long=120,
        validation=18,
        test=36,
        horizon=12,
        longest_horizon=36,
        blocks=(1, 3, 6, 12),
        lags=(1, 3, 12, 24),
        copies=(("copy last month", 1), ("copy last year", 12)),
        known=("year",),
        calendar=("month",),
    )


def quarterly(anchor: int = 1) -> Frequency:
    """Return the frequency of values a quarter apart; the first date says in which months. `anchor` as of `monthly`."""
    return Frequency(
        name="quarterly",
        step="quarter",
        steps="quarters",
        unit="M",
        units=3,
        anchor=anchor,
        season=4,
        long_season=4,
        month=1,
        year=4,
        level=1,
        levels=(2, 4),
        least=16,
        long=60,
        validation=8,
        test=16,
        horizon=4,
        longest_horizon=12,
        blocks=(1, 2, 4),
        lags=(1, 2, 4, 8),
        copies=(("copy last quarter", 1), ("copy last year", 4)),
        known=("year",),
        calendar=("month",),
    )


def yearly(anchor: int = 1) -> Frequency:
    """Return the frequency of values a year apart; the first date says in which month. `anchor` as of `monthly`."""
    return Frequency(
        name="yearly",
        step="year",
        steps="years",
        unit="M",
        units=12,
        anchor=anchor,
        season=1,
        long_season=1,
        month=1,
        year=1,
        level=1,
        levels=(2, 4),
        least=12,
        long=60,
        validation=10,
        test=20,
        horizon=3,
        longest_horizon=10,
        blocks=(1, 3),
        lags=(1, 2, 3, 5),
        copies=(("copy last year", 1),),
        known=("year",),
        calendar=(),
    )


def _occurring(weekmask: str) -> list[str]:
    return [day for day, occurs in zip(DAYS_OF_A_WEEK, weekmask, strict=True) if occurs == "1"]


DAILY = daily()
