"""The one home of the period: dates a step apart, and what a frequency may be."""

import calendar
import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.frequencies import WEEKDAYS_ONLY, WEEKLY
from thalweg.messages import catalogue
from thalweg.series.calendar import Calendar
from thalweg.series.frequency.dates import (
    date_of_period,
    day_numbers,
    day_of_number,
    iso,
    isos,
    last_day_of,
    month_and_day,
    occurs,
    python_date,
    share_of_month,
    share_of_year,
    step_range,
    steps_after,
    steps_between,
    weekdays,
    years,
)
from thalweg.series.frequency.record import DAILY, Frequency, monthly, quarterly, sub_daily, weekly, yearly
from thalweg.series.frequency.words import words_of

DATES = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
EVERY = {"daily": DAILY, "weekly": WEEKLY, "weekdays only": WEEKDAYS_ONLY}


def test_what_follows_from_a_day():
    """The constants that the daily product has had from its first release."""
    assert (DAILY.season, DAILY.month, DAILY.year) == (7, 28, 365)
    assert (DAILY.validation, DAILY.test, DAILY.two_long_seasons, DAILY.long_season) == (182, 365, 730, 364)
    assert (DAILY.between_refits, DAILY.horizon, DAILY.levels) == (30, 28, (28, 91, 364))
    assert (DAILY.least, DAILY.long, DAILY.longest_horizon) == (56, 1000, 365)


def test_a_calendar_has_no_other_groups():
    with pytest.raises(ValueError, match="time, weekday, month, season, holiday; there is no tide"):
        Calendar(frequency=replace(DAILY, calendar=("weekday", "tide")))
    with pytest.raises(ValueError, match="stands twice"):
        Calendar(frequency=replace(DAILY, calendar=("weekday", "weekday")))
    with pytest.raises(ValueError, match="no group 'tide'"):
        Calendar().group("tide", np.array([np.datetime64("2024-01-01")]))


def slow_steps(frequency, date, steps):
    """Go step by step in plain Python."""
    way = 1 if steps > 0 else -1
    for _ in range(abs(steps)):
        date += dt.timedelta(days=way * frequency.units)
        while frequency.weekmask[date.weekday()] == "0":
            date += dt.timedelta(days=way)
    return date


@pytest.mark.parametrize("name", EVERY)
@given(date=DATES, steps=st.integers(-40, 40))
def test_steps_are_those_that_one_counts(name, date, steps):
    frequency = EVERY[name]
    while frequency.weekmask[date.weekday()] == "0":
        date += dt.timedelta(days=1)
    first = np.datetime64(date)
    last = steps_after(frequency, first, steps)
    assert python_date(last) == slow_steps(frequency, date, steps)
    assert steps_between(frequency, first, last) == steps
    if steps > 0:
        row = step_range(frequency, first, steps + 1)
        assert (row[0], row[-1], len(row)) == (first, last, steps + 1)
        assert all(occurs(frequency, each) for each in row)


def test_a_weekend_occurs_on_no_weekday():
    saturday = np.datetime64("2024-06-01")
    assert occurs(DAILY, saturday)
    assert not occurs(WEEKDAYS_ONLY, saturday)
    assert occurs(WEEKDAYS_ONLY, saturday + np.timedelta64(2, "D"))
    for other in (
        np.datetime64("2024-06"),
        np.datetime64("2024-06-01T00"),
        np.datetime64("NaT", "D"),
        "2024-06-01",
        None,
    ):
        assert not occurs(DAILY, other)


@given(DATES)
def test_what_stands_in_a_calendar(date):
    one = np.array([np.datetime64(date)])
    assert weekdays(one)[0] == date.weekday()
    assert years(one)[0] == date.year
    assert month_and_day(one)[0] == 100 * date.month + date.day
    assert day_of_number(day_numbers(one))[0] == one[0]
    assert iso(one[0]) == isos(one)[0] == date.isoformat()
    length = (dt.date(date.year + 1, 1, 1) - dt.date(date.year, 1, 1)).days
    assert share_of_year(one)[0] == (date.timetuple().tm_yday - 1) / length
    assert share_of_month(one)[0] == (date.day - 1) / calendar.monthrange(date.year, date.month)[1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"season": 0}, "whole numbers from 1"),
        ({"year": 365.0}, "whole numbers from 1"),
        ({"lags": (0, 7, 28, 56)}, "whole numbers from 1"),
        ({"copies": ()}, "whole numbers from 1"),
        ({"season": 366}, "The short season is at most the long one"),
        ({"long": 547}, "a long series has all parts"),
        ({"lags": (1, 7, 28)}, "Four rising lags"),
        ({"lags": (1, 28, 7, 56)}, "Four rising lags"),
        ({"unit": "h"}, "are not known"),
        ({"weekmask": "0000000"}, "are not known"),
        ({"weekmask": "11111"}, "are not known"),
        ({"weekmask": "1111100", "units": 7}, "a step of one day"),
    ],
)
def test_what_is_no_frequency_is_refused(changes, said):
    fields = {name: getattr(DAILY, name) for name in DAILY.__dataclass_fields__}
    assert Frequency(**fields) == DAILY
    with pytest.raises(ValueError, match=said):
        Frequency(**(fields | changes))


@pytest.mark.parametrize(
    ("date", "frequency", "last"),
    [
        ("2024-02-01", monthly(), "2024-02-29"),
        ("2024-02-29", monthly(31), "2024-02-29"),
        ("2025-07-01", quarterly(), "2025-09-30"),
        ("2024-01-01", yearly(), "2024-12-31"),
        ("2024-01-01", weekly(), "2024-01-01"),
        ("2024-01-01", DAILY, "2024-01-01"),
    ],
)
def test_a_period_that_is_dated_by_its_first_day_ends_on_its_last(date, frequency, last):
    assert last_day_of(frequency, np.datetime64(date)) == dt.date.fromisoformat(last)


@pytest.mark.parametrize(
    ("minutes", "english", "chinese"),
    [
        (30, "7 steps of 30 minutes", "7 个 30 分钟"),
        (60, "7 hours", "7 小时"),
        (90, "7 steps of 90 minutes", "7 个 90 分钟"),
        (240, "7 steps of 4 hours", "7 个 4 小时"),
    ],
)
def test_parts_of_a_day_are_told_in_hours_where_they_are_whole_hours(minutes, english, chinese):
    steps = words_of(sub_daily(minutes))["steps"]
    assert [f"7 {catalogue(language)(steps)}" for language in ("en", "zh")] == [english, chinese]


@pytest.mark.parametrize(
    ("frequency", "first", "date", "expected"),
    [
        (monthly(31), "2022-01-31", "2023-02-01", "2023-02-28"),
        (monthly(1), "2022-01-01", "2023-02-28", "2023-02-01"),
        (quarterly(31), "2021-03-31", "2022-04-01", "2022-06-30"),
        (quarterly(31), "2021-03-31", "2020-12-31", "2020-12-31"),
        (quarterly(1), "2021-01-01", "2022-06-30", "2022-04-01"),
        (quarterly(1), "2021-02-01", "2022-05-20", "2022-05-01"),
        (quarterly(1), "2021-02-01", "2022-06-20", "2022-06-20"),
        (yearly(31), "2020-12-31", "2023-01-01", "2023-12-31"),
        (yearly(1), "2020-01-01", "2023-12-31", "2023-01-01"),
        (WEEKLY, "2024-01-01", "2024-01-10", "2024-01-10"),
        (DAILY, "2024-01-01", "2024-01-10", "2024-01-10"),
    ],
)
def test_any_date_of_a_month_quarter_or_year_leads_to_its_step(frequency, first, date, expected):
    assert date_of_period(frequency, np.datetime64(first), np.datetime64(date)) == np.datetime64(expected)
