"""The days of events and their windows: tables, what is near a day, and events that replace others."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.charts.events import day_names, event_name
from thalweg.errors import InputError
from thalweg.series.calendar import Calendar
from thalweg.series.events import Event, EventDay, event_table
from thalweg.series.frequency.dates import date_range, day_numbers
from thalweg.series.frequency.record import DAILY, monthly

START = int(day_numbers(np.datetime64("2024-01-01")))
NAMES = ("release", "campaign", "the day after release", "Term 1")


def day(text):
    return int(day_numbers(np.datetime64(text)))


EVENTS = st.lists(
    st.builds(
        lambda name, first, length, lower, upper: Event(name, START + first, START + first + length, lower, upper),
        st.sampled_from(NAMES),
        st.integers(0, 300),
        st.integers(0, 20),
        st.integers(-5, 0),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=12,
)


@given(events=EVENTS, seed=st.randoms())
def test_each_offset_of_each_event_is_a_column_of_its_own(events, seed):
    """Against a slow count with Python's dates; rows in another order make the same table."""
    table = event_table(events)
    days = np.arange(START - 10, START + 350)
    held = table.held(days, days)
    assert list(table.days) == sorted(table.days)
    for place, column in enumerate(table.days):
        for row, one in enumerate(days):
            expected = any(
                event.name == column.name
                and (
                    event.first <= one <= event.last
                    if column.offset == 0
                    else (event.lower <= column.offset < 0 and one == event.first + column.offset)
                    or (0 < column.offset <= event.upper and one == event.last + column.offset)
                )
                for event in events
            )
            assert held[row, place] == expected
    seed.shuffle(events)
    again = event_table(events)
    assert list(again.days) == list(table.days)
    np.testing.assert_array_equal(again.held(days, days), held)


@given(events=EVENTS, at=st.integers(-5, 330))
def test_what_is_near_a_day_is_named_by_how_far_it_is(events, at):
    table = event_table(events)
    near = table.near(START + at)
    assert [one.name for one in near] == list(dict.fromkeys(one.name for one in near)), "one for each name"
    assert [abs(one.offset) for one in near] == sorted(abs(one.offset) for one in near)
    for name in table.names:
        gaps = [max(e.first - START - at, START + at - e.last, 0) for e in events if e.name == name]
        within = any(e.first + e.lower <= START + at <= e.last + e.upper for e in events if e.name == name)
        assert (name in {one.name for one in near}) == (min(gaps) <= 2 or within)


def test_a_golden_table():
    table = event_table(
        [
            Event("release", day("2024-03-01"), day("2024-03-01"), -1, 2),
            Event("term", day("2024-03-03"), day("2024-03-05")),
        ]
    )
    assert table.columns == (
        "the day before release",
        "release",
        "the day after release",
        "2 days after release",
        "term",
    )
    calendar = Calendar(events=table)
    dates = date_range(np.datetime64("2024-02-28"), 8)
    assert calendar.kinds[-5:] == ("event",) * 5
    np.testing.assert_array_equal(
        calendar.columns(dates)[:, -5:],
        [
            [0, 0, 0, 0, 0],
            [1, 0, 0, 0, 0],
            [0, 1, 0, 0, 0],
            [0, 0, 1, 0, 0],
            [0, 0, 0, 1, 1],
            [0, 0, 0, 0, 1],
            [0, 0, 0, 0, 1],
            [0, 0, 0, 0, 0],
        ],
    )
    assert calendar.events_near(np.datetime64("2024-03-03"), 0) == ("term", "2 days after release")
    assert calendar.events_near(np.datetime64("2024-03-07"), 2) == ("2 days after term",)
    np.testing.assert_array_equal(calendar.columns(dates)[:, :-5], Calendar().columns(dates))


def test_a_step_longer_than_a_day_holds_the_events_of_its_days():
    table = event_table([Event("release", day("2024-03-20"), day("2024-03-20"))])
    dates = np.array(["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"], dtype="datetime64[D]")
    months = Calendar(frequency=replace(monthly(31), calendar=("season",)), events=table)
    assert months.group("event", dates)[:, 0].tolist() == [0, 0, 1, 0], "a month that ends on its date"
    begins = Calendar(frequency=replace(monthly(1), calendar=("season",)), events=table)
    dates = np.array(["2024-02-01", "2024-03-01", "2024-04-01"], dtype="datetime64[D]")
    assert begins.group("event", dates)[:, 0].tolist() == [0, 1, 0]


@pytest.mark.parametrize("name", ["Monday", "Thanksgiving Day", "eve of a holiday", "1 January"])
def test_an_event_may_not_have_the_name_of_another_column(name):
    with pytest.raises(InputError, match="already is a column of the calendar"):
        Calendar("US", events=event_table([Event(name, START, START)]))


def test_two_events_may_not_make_one_column():
    events = [Event("release", START, START, 0, 1), Event("the day after release", START, START)]
    with pytest.raises(InputError, match="'the day after release' already is a column"):
        Calendar(events=event_table(events))


def test_later_events_take_the_place_of_those_that_were_known():
    known = event_table(
        [
            Event("release", START, START, 0, 1),
            Event("release", START + 50, START + 50, 0, 1),
            Event("term", START + 60, START + 70),
        ]
    )
    made = known.replaced_after(START + 20, event_table([Event("release", START + 30, START + 30)]))
    offsets = {str(column): (days - START).tolist() for column, days in made.days.items()}
    assert offsets == {"release": [0, 30], "the day after release": [1, 31], "term": []}, "windows as they were learned"
    narrow = known.replaced_after(START + 20, event_table([Event("release", START + 30, START + 30, 0, 0)]))
    assert (narrow.days[EventDay("release", 1)] - START).tolist() == [1], "windows as they are said"
    with pytest.raises(InputError, match="the model knows no event 'sale'; it was fitted with release, term"):
        known.replaced_after(START, event_table([Event("sale", START + 30, START + 30)]))
    with pytest.raises(InputError, match="from -1 to 1 days, but the model was fitted with 0 to 1"):
        known.replaced_after(START, event_table([Event("release", START + 30, START + 30, -1, 1)]))


def test_names_stay_as_they_are_and_what_relates_a_day_to_them_is_translated():
    assert event_name("the day before 发布", "zh") == "发布前一天"
    assert event_name("3 days after release", "zh") == "release后 3 天"
    assert event_name("the day after release") == "the day after release"
    assert day_names("Christmas Day", ("release",), "zh", "US") == "release、圣诞节"
    assert day_names("", ()) == ""


def test_a_calendar_of_days_is_of_the_daily_frequency():
    table = event_table([Event("release", START, START)])
    assert Calendar(frequency=DAILY, events=table).groups["event"] == ("release",)
    assert "event" not in Calendar().groups
    assert dt.date(2024, 1, 1).toordinal() - dt.date(1970, 1, 1).toordinal() == START
