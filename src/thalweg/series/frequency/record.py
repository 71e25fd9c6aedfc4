"""The frequency of a series: its step, its seasons, and every constant that is a number of steps.

This module imports no NumPy, so that the command's help appears quickly.
"""

from __future__ import annotations

from dataclasses import dataclass

EVERY_DAY = "1111111"
LONGEST = 100_000  # steps
LAGS = 4


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
        NumPy's unit of the dates.
    units : int
        How many such units a step has.
    weekmask : str
        Which weekdays occur, from Monday on, as `numpy.busday_offset` takes it. Only a step of one day has a mask
        other than `EVERY_DAY`.
    season : int
        The short season: a week of days.
    month, year : int
        A month in whole seasons, where it is longer than a season, and a year.
    least : int
        Below, not even a line over one season can be fitted and checked.
    long : int
        From here on, validation has half a year and the sealed test a year.
    longest_horizon : int
        The most steps ahead.
    lags : tuple of int
        The numbers of past values of the ladder's lines: one, a season, and two longer ones. The lecture's are 1, 7, 28
        and 56 days (U3).
    copies : tuple of (str, int)
        The baselines that copy: their names in the ladder's table, and how many steps ago the copied value is. The
        first copies the last value.
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
    month: int
    year: int
    least: int
    long: int
    longest_horizon: int
    lags: tuple[int, int, int, int]
    copies: tuple[tuple[str, int], ...]
    calendar: tuple[str, ...]
    unit: str = "D"
    units: int = 1
    weekmask: str = EVERY_DAY

    def __post_init__(self) -> None:
        lengths = (self.season, self.month, self.year, self.least, self.long, self.longest_horizon, self.units)
        lengths += (*self.lags, *(ago for _, ago in self.copies))
        if not all(type(length) is int and 1 <= length <= LONGEST for length in lengths) or not self.copies:
            raise ValueError(f"The lengths of a frequency are whole numbers from 1 to {LONGEST}; these are {lengths}.")
        if self.season > self.year or self.long <= self.half_year + self.year:
            told = f"the season is {self.season}, the year {self.year}, long {self.long}"
            raise ValueError(f"A season is at most a year, and long is more than a year and a half; {told}.")
        if len(self.lags) != LAGS or list(self.lags) != sorted(set(self.lags)):
            raise ValueError(f"Four rising lags are expected, not {self.lags}.")
        mask = self.weekmask
        if self.unit != "D" or len(mask) != len(EVERY_DAY) or not set(mask) <= {"0", "1"} or "1" not in mask:
            raise ValueError(f"Dates of the unit {self.unit!r} with the week mask {mask!r} are not known.")
        if mask != EVERY_DAY and self.units != 1:
            raise ValueError(f"A week mask needs a step of one day; this one has {self.units}.")

    def same_step(self, other: Frequency) -> bool:
        """Whether the values of both lie equally far apart, on the same weekdays."""
        return (self.unit, self.units, self.weekmask) == (other.unit, other.units, other.weekmask)

    @property
    def horizon(self) -> int:
        """Steps ahead, where none are asked for: a month."""
        return self.month

    @property
    def half_year(self) -> int:
        """The validation part of a long series."""
        return max(self.year // 2, 1)

    @property
    def quarter(self) -> int:
        """A quarter of a year."""
        return max(self.year // 4, 1)

    @property
    def two_years(self) -> int:
        """The least length from which the course of a year can be learned."""
        return 2 * self.year

    @property
    def long_season(self) -> int:
        """A year in whole seasons, so that a value is compared with the same place of the season a year ago."""
        return self.year // self.season * self.season

    @property
    def between_refits(self) -> int:
        """Steps between two refits of a backtest: the twelfth part of a year."""
        return max(round(self.year / 12), 1)

    @property
    def levels(self) -> tuple[int, ...]:
        """The lengths over which long levels are taken: a month, a quarter and a year."""
        return (self.month, self.quarter, self.long_season)


# What the usual number of days from one date to the next tells of a file that is not daily.
PACES = (
    {7: "weekly", 14: "fortnightly"}
    | dict.fromkeys(range(28, 32), "monthly")
    | dict.fromkeys(range(90, 93), "quarterly")
    | dict.fromkeys((365, 366), "yearly")
)
DAYS_OF_A_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def daily(weekmask: str = EVERY_DAY) -> Frequency:
    """Return the frequency of daily values, of which only some weekdays occur; lengths shrink with the week.

    Parameters
    ----------
    weekmask : str
        Which weekdays occur, from Monday on; at least two.
    """
    whole = len(EVERY_DAY)
    occurring = [day for day, occurs in zip(DAYS_OF_A_WEEK, weekmask, strict=True) if occurs == "1"]
    week = len(occurring)
    return Frequency(
        name="daily" if week == whole else ", ".join(occurring),
        step="day",
        steps="days",
        weekmask=weekmask,
        season=week,
        month=4 * week,
        year=round(365 * week / whole),
        least=8 * week,
        long=round(1000 * week / whole),
        longest_horizon=round(180 * week / whole),
        lags=(1, week, 4 * week, 8 * week),
        copies=(("copy yesterday", 1), ("copy last week", week)),
        calendar=("weekday", "season", "holiday"),
    )


DAILY = daily()
