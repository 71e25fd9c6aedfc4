"""What is known of a day beforehand: weekday, time of year and holidays."""

import datetime as dt
import subprocess
import sys
import time

import numpy as np
import pytest
from holidays.registry import COUNTRIES
from hypothesis import given
from hypothesis import strategies as st

from thalweg.errors import InputError
from thalweg.series.calendar import WEEKDAYS, YEAR_END, Calendar
from thalweg.series.country import country_code
from thalweg.series.frequency.dates import date_range, days_after, days_between
from thalweg.series.holidays import nearest_holiday

DECADE = np.arange("2012-01-01", "2022-01-01", dtype="datetime64[D]")


def marked(country, name, first="2012-01-01", last="2021-12-31"):
    """Return the days on which a column is 1."""
    first, last = np.datetime64(first), np.datetime64(last)
    dates = date_range(first, days_between(first, last) + 1)
    calendar = Calendar(country)
    column = calendar.columns(dates)[:, calendar.names.index(name)]
    assert set(np.unique(column)) <= {0.0, 1.0}
    return [str(date) for date in dates[column == 1]]


def easter_sunday(year):
    """Return Easter Sunday by Gauss's rule as Meeus gives it, without the library."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    length = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * length) // 433
    month = (h + length - 7 * m + 90) // 25
    return dt.date(year, month, (h + length - 7 * m + 33 * month + 19) % 32)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_weekday_and_time_of_year_are_those_of_the_date(date):
    row = Calendar().columns(np.array([date], dtype="datetime64[D]"))[0]
    assert row[:7].tolist() == [float(name == date.strftime("%A")) for name in WEEKDAYS]
    days_in_year = (dt.date(date.year + 1, 1, 1) - dt.date(date.year, 1, 1)).days
    fraction = (date.timetuple().tm_yday - 1) / days_in_year
    for harmonic in (1, 2, 3):
        sine, cosine = row[5 + 2 * harmonic : 7 + 2 * harmonic]
        assert sine == pytest.approx(np.sin(2 * np.pi * harmonic * fraction), abs=1e-12)
        assert cosine == pytest.approx(np.cos(2 * np.pi * harmonic * fraction), abs=1e-12)


def test_without_a_country_no_holiday_is_known():
    calendar = Calendar()
    assert calendar.names[:7] == WEEKDAYS
    assert calendar.names[13:] == tuple(YEAR_END)
    assert len(Calendar(harmonics=5).names) == 23
    assert calendar.columns(DECADE).shape == (len(DECADE), 19)
    assert nearest_holiday(np.datetime64("2020-12-25"), "") == ""


def test_the_end_of_the_year_is_known_everywhere():
    calendar = Calendar()
    dates = np.arange("2019-12-01", "2020-02-01", dtype="datetime64[D]")
    columns = calendar.columns(dates)[:, 13:]
    marked_dates = {name: dates[columns[:, at] == 1].tolist() for at, name in enumerate(calendar.names[13:])}
    assert {name: [str(day) for day in days] for name, days in marked_dates.items()} == {
        "24 December": ["2019-12-24"],
        "25 December": ["2019-12-25"],
        "26 December": ["2019-12-26"],
        "31 December": ["2019-12-31"],
        "1 January": ["2020-01-01"],
        "2 January": ["2020-01-02"],
    }


def test_no_days_have_no_rows():
    assert Calendar("US").columns(DECADE[:0]).shape == (0, len(Calendar("US").names))


@pytest.mark.parametrize("country", ["", "TW", "US", "GB-ENG", "SA", "IN", "NZ"])
def test_columns_do_not_depend_on_the_other_days_asked_for(country):
    calendar = Calendar(country)
    whole = calendar.columns(DECADE)
    assert whole.shape == (len(DECADE), len(calendar.names))
    assert len(set(calendar.names)) == len(calendar.names)
    part = slice(1500, 1900)
    np.testing.assert_array_equal(calendar.columns(DECADE[part]), whole[part])
    shuffled = np.random.default_rng(0).permutation(len(DECADE))
    np.testing.assert_array_equal(calendar.columns(DECADE[shuffled]), whole[shuffled])
    far = np.arange("1890-01-01", "1890-02-01", dtype="datetime64[D]")
    assert calendar.columns(far).shape == (31, len(calendar.names))


@given(asked=st.lists(st.lists(st.integers(0, 900), max_size=12), min_size=2, max_size=5))
def test_a_date_has_the_same_columns_however_it_was_asked_for_before(asked):
    """Dates come out of order, several times, before and after those that are known already."""
    kept, first = Calendar("US"), np.datetime64("2019-12-20")
    for places in asked:
        dates = days_after(first, np.array(places, dtype=np.int64))
        for group in kept.groups:
            fresh = Calendar("US").group(group, dates)
            np.testing.assert_array_equal(kept.group(group, dates), fresh)
            alone = [Calendar("US").group(group, dates[at : at + 1]) for at in range(len(dates))]
            np.testing.assert_allclose(fresh, np.concatenate([fresh[:0], *alone]), atol=1e-15)


def test_thanksgiving_is_the_fourth_thursday_of_november():
    fourth = [
        next(date for day in range(22, 29) if (date := dt.date(year, 11, day)).weekday() == 3).isoformat()
        for year in range(2012, 2022)
    ]
    assert marked("US", "Thanksgiving Day") == fourth
    assert "2019-11-28" in fourth


def test_good_friday_follows_easter():
    fridays = [(easter_sunday(year) - dt.timedelta(days=2)).isoformat() for year in range(2012, 2022)]
    assert marked("GB", "Good Friday") == fridays


def test_moved_days_off_count_as_the_holiday_itself():
    # The US moves Saturday 2021-12-25 to Friday and 2022-01-01 to Friday too; Britain moved 2020-12-26 to Monday.
    assert marked("US", "Christmas Day", "2021-12-01", "2022-01-31") == ["2021-12-24", "2021-12-25"]
    assert marked("GB", "Boxing Day", "2020-12-01", "2021-01-31") == ["2020-12-26", "2020-12-28"]
    assert not any("(" in name for name in Calendar("US").names)


def test_eve_and_day_after_are_no_holidays_themselves():
    december = ("2020-12-20", "2020-12-31")
    assert marked("GB", "any public holiday", *december) == ["2020-12-25", "2020-12-26", "2020-12-28"]
    assert marked("GB", "eve of a holiday", *december) == ["2020-12-24", "2020-12-27", "2020-12-31"]
    assert marked("GB", "day after a holiday", *december) == ["2020-12-27", "2020-12-29"]


# From an almanac, not from the library.
LUNAR_NEW_YEARS = {
    2017: "2017-01-28",
    2018: "2018-02-16",
    2019: "2019-02-05",
    2020: "2020-01-25",
    2021: "2021-02-12",
    2022: "2022-02-01",
    2023: "2023-01-22",
    2024: "2024-02-10",
}


@pytest.mark.parametrize("country", ["TW", "CN", "HK", "SG", "KR", "VN"])
def test_ten_days_around_lunar_new_year_have_columns_of_their_own(country):
    first, last = "2017-01-01", "2024-12-31"
    new_years = [np.datetime64(date) for date in LUNAR_NEW_YEARS.values()]
    assert marked(country, "Lunar New Year", first, last) == [str(date) for date in new_years]
    assert marked(country, "Lunar New Year's Eve", first, last) == [str(days_after(date, -1)) for date in new_years]
    assert marked(country, "3 days before Lunar New Year", first, last) == [
        str(days_after(date, -3)) for date in new_years
    ]
    assert marked(country, "the seventh day of Lunar New Year", first, last) == [
        str(days_after(date, 6)) for date in new_years
    ]


def test_other_lunar_holidays():
    assert marked("TW", "Dragon Boat Festival", "2020-01-01", "2021-12-31") == ["2020-06-25", "2021-06-14"]
    assert "2021-09-21" in marked("TW", "Mid-Autumn Festival")
    assert "2020-04-04" in marked("CN", "Tomb-Sweeping Day")
    assert "2021-05-13" in marked("TR", "Eid al-Fitr")
    ramadan = marked("TR", "Ramadan", "2021-01-01", "2021-12-31")
    assert (ramadan[0], ramadan[-1], len(ramadan)) == ("2021-04-14", "2021-05-12", 29)


def test_a_weekend_day_worked_in_exchange_is_known():
    assert "2021-02-20" in marked("TW", "working weekend day")
    assert "2020-01-19" in marked("CN", "working weekend day")
    assert "working weekend day" not in Calendar("US").names


def test_a_holiday_that_fell_once_has_no_column_but_counts():
    assert "State Funeral of Queen Elizabeth II" not in Calendar("GB").names
    assert "2022-09-19" in marked("GB", "any public holiday", "2022-01-01", "2022-12-31")


def test_ten_years_take_less_than_a_second():
    code = (
        "import time, numpy, holidays; from thalweg.series.calendar import Calendar\n"
        "dates = numpy.arange('2012-01-01', '2022-01-01', dtype='datetime64[D]')\n"
        "calendar = Calendar('TW'); calendar.columns(dates)\n"
        "started = time.perf_counter(); calendar.columns(dates[5:]); print(time.perf_counter() - started)"
    )
    seconds = float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert seconds < 1  # it takes about 0.003 s; a new table for every day would take minutes


def test_the_library_is_not_loaded_without_a_country():
    code = (
        "import sys, numpy; from thalweg.series.calendar import Calendar\n"
        "Calendar().columns(numpy.arange('2021-01-01', '2021-02-01', dtype='datetime64[D]'))\n"
        "assert 'holidays' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("date", "country", "name"),
    [
        ("2021-02-11", "TW", "Lunar New Year's Eve"),
        ("2021-02-12", "TW", "Lunar New Year"),
        ("2021-02-10", "TW", "2 days before Lunar New Year"),
        ("2021-02-16", "TW", "the fifth day of Lunar New Year"),
        ("2020-01-24", "CN", "Lunar New Year's Eve"),
        ("2021-02-11", "US", ""),
        ("2021-02-13", "ID", "the second day of Lunar New Year"),
        ("2021-02-16", "ID", ""),  # only one day is off there, so the fifth day has no name
        ("2019-11-28", "US", "Thanksgiving Day"),
        ("2019-11-29", "US", "the day after Thanksgiving Day"),
        ("2019-11-27", "us", "the eve of Thanksgiving Day"),
        ("2019-11-30", "US", "2 days after Thanksgiving Day"),
        ("2020-12-25", "UK", "Christmas Day"),
        ("2020-12-24", "GB", "Christmas Eve"),
        ("2020-12-27", "GB", "the day after Boxing Day"),
        ("2020-12-28", "GB", "the day off for Boxing Day"),
        ("2020-12-30", "GB", "2 days before New Year's Day"),
        ("2020-12-31", "GB", "New Year's Eve"),
        ("2020-10-01", "CN", "Mid-Autumn Festival and National Day"),
        ("2021-02-20", "TW", "a weekend day worked in exchange for a day off"),
        ("2021-07-20", "TW", ""),
    ],
)
def test_a_day_gets_the_name_of_the_holiday_near_it(date, country, name):
    assert nearest_holiday(np.datetime64(date), country) == name


def test_the_caller_chooses_what_is_near():
    date = np.datetime64("2021-12-28")
    assert nearest_holiday(date, "DE", within=1) == ""
    assert nearest_holiday(date, "DE") == "2 days after Second Day of Christmas"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"),
        ("us", "US"),
        (" tw ", "TW"),
        ("TWN", "TW"),
        ("Taiwan", "TW"),
        ("China", "CN"),
        ("United States", "US"),
        ("united_states", "US"),
        ("UK", "GB"),
        ("U.K.", "GB"),
        ("United Kingdom", "GB"),
        ("Hong Kong", "HK"),
        ("台灣", "TW"),
        ("中国", "CN"),
        ("England", "GB-ENG"),
        ("gb-eng", "GB-ENG"),
        ("DE-BY", "DE-BY"),
    ],
)
def test_a_country_by_code_or_name(text, code):
    assert country_code(text) == code
    assert Calendar(text) == Calendar(code)


@pytest.mark.parametrize(
    ("text", "part"),
    [("Tiawan", "TW (Taiwan)"), ("Germny", "DE (Germany)"), ("GB-XX", "ENG, NIR, SCT, WLS"), ("", "two-letter code")],
)
def test_an_unknown_country_is_refused_with_the_nearest(text, part):
    with pytest.raises(InputError, match=f"country={text!r}") as error:
        country_code(text)
    assert part in str(error.value)


def test_every_country_has_columns():
    started = time.perf_counter()
    some = sorted(codes[1] for codes in COUNTRIES.values())[::9]
    for code in some:
        calendar = Calendar(code)
        columns = calendar.columns(DECADE)
        assert columns.shape[1] == len(calendar.names)
        assert np.isfinite(columns).all()
        assert columns[:, calendar.names.index("any public holiday")].sum() > 0
    assert len(some) > 20
    assert time.perf_counter() - started < 30
