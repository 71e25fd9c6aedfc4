"""Files of every rhythm are read as what they are: the frequency, the dates and the notes that tell it."""

# ruff: noqa: PD011  (`values` is of our own Series and messages, not of pandas)

from __future__ import annotations

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest

from thalweg import InputError, read
from thalweg.messages import LANGUAGES, catalogue
from thalweg.series.frequency.record import monthly, quarterly, sub_daily, weekly, yearly

TODAY = dt.date(2026, 1, 1)


def after(first, count, **step):
    start = dt.datetime.fromisoformat(first)
    return [start + i * dt.timedelta(**step) for i in range(count)]


def months(count, day=1, year=2010, month=1, step=1):
    dates = []
    for i in range(0, count * step, step):
        years, place = divmod(12 * year + month - 1 + i, 12)
        dates.append(dt.date(years, place + 1, min(day, calendar.monthrange(years, place + 1)[1])))
    return dates


def values_of(count):
    return [float(100 + i * 37 % 91) for i in range(count)]


def reading(dates, **options):
    """Read a frame of text, as of a CSV file; the dates of what comes back as text, and the notes by key."""
    series = read({"when": list(map(str, dates)), "y": values_of(len(dates))}, today=TODAY, **options)
    return series, {note.key.removeprefix("note."): note for note in series.notes}


def refused(dates, **options):
    with pytest.raises(InputError) as caught:
        reading(dates, **options)
    return caught.value.message.key.removeprefix("error."), caught.value.message.values


def as_text(series):
    return [str(date).replace("T", " ") for date in series.dates]


@pytest.mark.parametrize("minutes", [5, 10, 15, 30, 60, 120, 240, 360, 720])
@pytest.mark.parametrize("first", ["2024-01-03 00:00", "2024-01-03 00:02"])
def test_minutes_and_hours(minutes, first):
    stamps = after(first, 400, minutes=minutes)
    series, notes = reading(stamps)
    assert series.frequency == sub_daily(minutes)
    assert as_text(series) == [f"{stamp:%Y-%m-%d %H:%M}" for stamp in stamps]
    assert series.values.tolist() == values_of(400)
    assert set(notes) == {"frequency"}


def test_the_rhythm_is_told_in_both_languages():
    _, notes = reading(after("2024-01-01", 300, hours=1))
    assert [catalogue(language)(notes["frequency"]) for language in LANGUAGES] == [
        "The values are hourly.",
        "数值是每小时的数据。",
    ]


def test_daily_values_say_nothing_new():
    _, notes = reading([date.date() for date in after("2024-01-01", 300, days=1)])
    assert notes == {}


@pytest.mark.parametrize(
    ("dates", "frequency"),
    [
        *((months(60, day), monthly(day)) for day in (1, 15, 28, 29, 30, 31)),
        (months(40, 31, month=3, step=3), quarterly(31)),
        (months(40, 1, month=2, step=3), quarterly(1)),
        (months(40, 31, month=9, step=12, year=1970), yearly(31)),
        (months(40, 29, month=2, step=12, year=1970), yearly(31)),
        ([date.date() for date in after("2015-01-05", 300, weeks=1)], weekly()),
        ([date.date() for date in after("2020-01-04", 200, weeks=1)], weekly()),  # over a leap day
    ],
)
def test_weeks_months_quarters_and_years(dates, frequency):
    series, notes = reading(dates)
    assert series.frequency == frequency
    assert series.dates.tolist() == dates
    assert set(notes) == {"frequency"}


@pytest.mark.parametrize(
    ("form", "kind"),
    [("%Y-%m", 0), ("%b %Y", 0), ("%YM%m", 0), ("%Y/%m", 0), ("%m/%Y", 0), ("%Y%m", 0), ("%Y年%m月", 0), ("%B %Y", 0)],
)
def test_months_as_people_write_them(form, kind):
    dates = months(60)
    series, notes = reading([date.strftime(form) for date in dates])
    assert (series.frequency, series.dates.tolist()) == (monthly(1), dates)
    assert notes["dates_in_months"].values == {"example": dates[kind].strftime(form), "date": "2010-01-01"}


@pytest.mark.parametrize("form", ["{0}Q{1}", "{0}-Q{1}", "Q{1} {0}", "{0}年第{1}季度"])
def test_quarters_as_people_write_them(form):
    dates = months(40, step=3)
    series, notes = reading([form.format(date.year, (date.month + 2) // 3) for date in dates])
    assert (series.frequency, series.dates.tolist()) == (quarterly(1), dates)
    assert "dates_in_quarters" in notes


@pytest.mark.parametrize("form", ["{0}-W{1:02d}", "{0}{1:02d}", "{0} week {1}", "KW {1}/{0}", "{0}年第{1}周"])
def test_iso_weeks_stand_on_their_mondays(form):
    dates = [date.date() for date in after("2019-12-02", 120, weeks=1)]  # 2020 has 53 weeks
    series, notes = reading([form.format(*date.isocalendar()[:2]) for date in dates])
    assert (series.frequency, series.dates.tolist()) == (weekly(), dates)
    assert notes["dates_in_iso_weeks"].values["date"] == "2019-12-02"


def test_a_week_that_its_year_does_not_have_is_named():
    key, values = refused([f"2023-W{week:02d}" for week in range(1, 54)])
    assert (key, values["cell"], values["row"].values["row"]) == ("read.unlike_the_others", '"2023-W53"', 52)


@pytest.mark.parametrize("years", [list(map(str, range(1950, 2020))), list(range(1950, 2020))])
def test_plain_years(years):
    series = read({"year": years, "y": values_of(70)}, today=TODAY)
    assert series.frequency == yearly(1)
    assert series.dates.tolist() == [dt.date(year, 1, 1) for year in range(1950, 2020)]


def test_a_quarter_beside_the_date_is_no_second_date():
    dates = [date.date() for date in after("2024-01-01", 100, days=1)]
    quarters = [f"{date.year}Q{(date.month + 2) // 3}" for date in dates]
    series = read({"quarter": quarters, "day": list(map(str, dates)), "y": values_of(100)}, today=TODAY)
    assert series.dates.tolist() == dates


SHOP = [moment for moment in after("2024-01-01", 24 * 90, hours=1) if moment.weekday() < 6 and 9 <= moment.hour <= 18]


def test_nights_and_sundays_without_values_are_no_times():
    series, notes = reading(SHOP)
    assert series.frequency == sub_daily(60, "1111110", tuple(range(9 * 60, 19 * 60, 60)))
    assert as_text(series) == [f"{moment:%Y-%m-%d %H:%M}" for moment in SHOP]
    assert notes["times"].values == {"times": ["09:00–18:00"], "count": 10}
    assert "missing_days" not in " ".join(notes)


def test_a_few_values_at_night_are_left_out_and_told():
    beside = [dt.datetime.fromisoformat(each) for each in ("2024-02-04 11:00", "2024-02-05 21:00")]
    series, notes = reading(sorted(SHOP + beside))
    assert len(series) == len(SHOP)
    assert notes["rare_times"].values == {"count": 2, "first": "2024-02-04 11:00"}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney"])
@pytest.mark.parametrize("minutes", [15, 60])
@pytest.mark.parametrize("offsets", [False, True])
def test_changes_of_the_clock(zone, minutes, offsets):
    """The hour that stands twice has the mean of both; the hour that is left out is a missing value."""
    start = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
    count = 365 * 1440 // minutes
    local = [(start + dt.timedelta(minutes=minutes * i)).astimezone(ZoneInfo(zone)) for i in range(count)]
    text = [moment.isoformat() if offsets else f"{moment:%Y-%m-%d %H:%M}" for moment in local]
    series, notes = reading(text)
    wanted = pd.Series(values_of(len(local)), [moment.replace(tzinfo=None, fold=0) for moment in local])
    wanted = wanted.groupby(level=0).mean()
    whole = pd.date_range(wanted.index[0], wanted.index[-1], freq=f"{minutes}min")
    assert series.frequency == sub_daily(minutes)
    np.testing.assert_array_equal(series.dates, whole.to_numpy().astype("datetime64[m]"))
    np.testing.assert_array_equal(series.observed, whole.isin(wanted.index))
    np.testing.assert_allclose(series.values[series.observed], wanted.to_numpy(), rtol=1e-12)
    hour = 60 // minutes
    assert (notes["clock_back"].values["count"], notes["clock_forward"].values["count"]) == (hour, hour)
    assert not [key for key in notes if "missing" in key]


def test_utc_knows_no_change_of_the_clock():
    stamps = [moment.isoformat() + "Z" for moment in after("2023-01-01", 8760, hours=1)]
    series, notes = reading(stamps)
    assert (len(series), set(notes)) == (8760, {"frequency"})
    night = "2023-10-29T02:00:00Z"
    assert refused([*stamps, night])[0] == "read.rows_differ"


def test_an_hour_that_stands_twice_on_a_working_day_is_a_contradiction():
    stamps = after("2024-01-01", 600, hours=1)
    key, values = refused([*stamps, stamps[50]])
    assert (key, values["day"]) == ("read.rows_differ", "2024-01-03 02:00")


def test_jitter_is_rounded_and_told():
    random = np.random.default_rng(0).integers(-20, 21, 600)
    stamps = after("2024-01-03 00:00", 600, hours=1)
    series, notes = reading(
        [stamp + dt.timedelta(seconds=int(each)) for stamp, each in zip(stamps, random, strict=True)]
    )
    assert as_text(series) == [f"{stamp:%Y-%m-%d %H:%M}" for stamp in stamps]
    assert notes["rounded"].values["count"] == np.count_nonzero(random)


def test_a_phase_is_kept():
    series, notes = reading(after("2024-01-03 00:30", 600, hours=1))
    assert (str(series.dates[0]), set(notes)) == ("2024-01-03T00:30", {"frequency"})


def test_irregular_moments_are_refused_and_can_be_combined():
    random = np.unique(np.random.default_rng(0).integers(0, 86_400 * 40, 3000))
    first = dt.datetime.fromisoformat("2024-01-01")
    stamps = [first + dt.timedelta(seconds=int(each)) for each in random]
    key, values = refused(stamps)
    assert (key, values["freq"].value) == ("read.irregular", "30min")
    series, _ = reading(stamps, freq="30min", duplicates="mean")
    hour = random // 1800
    expected = [np.mean(np.array(values_of(len(random)))[hour == each]) for each in np.unique(hour)]
    np.testing.assert_allclose(series.values[series.observed], expected)


@pytest.mark.parametrize(
    ("make", "anchor", "key"),
    [
        (lambda: pd.bdate_range("2015-01-01", "2020-12-31", freq="BME"), 31, "last_weekdays"),
        (lambda: pd.bdate_range("2015-01-01", "2020-12-31", freq="BMS"), 1, "first_weekdays"),
    ],
)
def test_the_first_and_last_weekdays_of_months_are_read_as_months(make, anchor, key):
    dates = [each.date() for each in make()]
    series, notes = reading(dates)
    assert series.frequency == monthly(anchor)
    assert series.dates.tolist() == months(72, anchor, 2015)
    assert key in notes


def test_a_holiday_in_a_weekly_file_is_told():
    dates = [date.date() for date in after("2015-01-05", 100, weeks=1)]
    moved = [date + dt.timedelta(days=i in (50, 70)) for i, date in enumerate(dates)]
    series, notes = reading(moved)
    assert series.dates.tolist() == dates
    assert notes["moved_in_week"].values["count"] == 2
    assert notes["moved_in_week"].values["row"].values["row"] == 50


def test_missing_weeks_and_months_are_told_in_their_words():
    weeks = [date.date() for i, date in enumerate(after("2015-01-05", 100, weeks=1)) if i not in (60, 61)]
    series, notes = reading(weeks)
    assert np.flatnonzero(~series.observed).tolist() == [60, 61]
    assert series.values[60] == series.values[8]  # 52 weeks before
    assert "Missing weeks: 2, the first is 2016-02-29" in catalogue()(notes["steps.missing_days"])
    series, notes = reading([date for i, date in enumerate(months(60, 31)) if i != 20])
    assert (len(series), int(series.observed.sum()), series.values[20]) == (60, 59, series.values[8])
    assert "Missing months: 1, the first is 2011-09-30" in catalogue()(notes["steps.missing_days"])


@pytest.mark.parametrize(
    ("first", "second", "row", "until"),
    [
        (after("2023-01-01", 400, days=1), after("2024-02-05", 30, weeks=1), 400, "2024-02-05"),
        (after("2023-01-01", 100, days=1), after("2023-04-11", 800, hours=1), 100, "2023-04-10"),
        (after("2023-01-01", 800, hours=1), after("2023-02-03 08:00", 900, minutes=15), 800, "2023-02-02"),
    ],
)
def test_a_rhythm_that_changes_is_refused_with_its_row(first, second, row, until):
    key, values = refused(first + second)
    assert (key, values["row"].values["row"], values["argument"].value) == ("read.rhythm_changes", row, until)
    kept = values["date"]
    for part, options in ((first + second, {"until": until}), ([d for d in first + second if f"{d}" >= kept], {})):
        assert len(reading(part, **options)[0]) > 20


@pytest.mark.parametrize(
    ("dates", "freq"),
    [
        *((after("2024-01-01", 300, hours=1), freq) for freq in ("h", "H", "60min", "60T", "1h", "hourly")),
        *((after("2024-01-01", 300, minutes=15), freq) for freq in ("15min", "15T")),
        *((months(60, 31), freq) for freq in ("M", "ME", "BM", "me", "1ME")),
        *((months(60), freq) for freq in ("MS", "M", "BMS")),
        *((months(40, 31, month=3, step=3), freq) for freq in ("Q", "QE", "QE-DEC", "q-dec", "3ME", "BQE-MAR")),
        *((months(40, 1, step=12, year=1960), freq) for freq in ("Y", "A", "AS", "YS", "YS-JAN", "12MS", "4QS")),
        *(([day.date() for day in after("2024-01-01", 90, weeks=1)], freq) for freq in ("W", "w-mon", "7D", "weekly")),
        *(([day.date() for day in after("2024-01-01", 90, days=1)], freq) for freq in ("D", "d", "24h", "1440min")),
    ],
)
def test_a_frequency_that_is_named_and_fits_changes_nothing(dates, freq):
    plain, named = reading(dates)[0], reading(dates, freq=freq)[0]
    assert named.frequency == plain.frequency
    np.testing.assert_array_equal(named.dates, plain.dates)


@pytest.mark.parametrize(
    ("dates", "freq", "other"),
    [
        (after("2024-01-01", 300, hours=1), "2h", "h"),
        (after("2024-01-01", 300, hours=1), "D", "h"),
        ([day.date() for day in after("2024-01-01", 90, days=1)], "h", "D"),
        ([day.date() for day in after("2024-01-01", 90, days=1)], "B", "D"),
        ([day.date() for day in after("2024-01-01", 90, weeks=1)], "W-TUE", "W-MON"),
        (months(60), "ME", "MS"),
        (months(60), "W", "MS"),
        (months(40, 31, month=3, step=3), "QE-JAN", "QE-DEC"),
        (months(40, 1, month=7, step=12, year=1960), "YS-JAN", "YS-JUL"),
    ],
)
def test_a_frequency_that_contradicts_the_dates_is_refused_with_the_one_that_does(dates, freq, other):
    key, values = refused(dates, freq=freq)
    assert key.startswith("read.freq_")
    assert values["other"].value == other
    assert reading(dates, freq=other)[0].observed.all()


@pytest.mark.parametrize(
    ("freq", "key"),
    [
        *((freq, "unknown") for freq in ("foo", "", "W-FOO", "h-MON", "ME-JAN", "-1D", "BH")),
        *((freq, "ambiguous") for freq in ("m", "ms", "5m")),
        *((freq, "not_served") for freq in ("3min", "7min", "2W", "2D", "2ME", "0h", "5B")),
    ],
)
def test_an_alias_that_is_none_is_refused_in_both_languages(freq, key):
    found, _ = refused(months(60), freq=freq)
    assert found == f"frequency.{key}"
    with pytest.raises(InputError) as caught:
        reading(months(60), freq=freq)
    assert all("QE-DEC" in caught.value.sentence(language) for language in LANGUAGES)


def test_two_dates_are_what_was_named():
    assert reading(months(2), freq="MS")[0].frequency == monthly(1)
    assert reading(months(2, 31), freq="ME")[0].dates.tolist() == months(2, 31)
    assert reading(after("2024-01-01 05:00", 1, hours=1), freq="h", goes_on=True)[0].frequency == sub_daily(60)


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%m/%d/%Y"])
@pytest.mark.parametrize("dates", [months(60), months(40, step=3)])
def test_first_days_of_months_settle_the_order_of_day_and_month(form, dates):
    series, notes = reading([date.strftime(form) for date in dates])
    assert series.dates.tolist() == dates
    assert ("day_first_regular" if form == "%d/%m/%Y" else "month_first_regular") in " ".join(notes)


@pytest.mark.parametrize("form", ["{0.hour}", "{0.minute}", "{0:%j}", "{1}"])
def test_a_column_of_hours_is_no_candidate_for_the_values(form):
    stamps = after("2024-01-01", 400, minutes=15)
    beside = [form.format(stamp, 1 + i % 96) for i, stamp in enumerate(stamps)]
    series = read({"when": list(map(str, stamps)), "part": beside, "load": values_of(400)}, today=TODAY)
    assert (series.name, len(series)) == ("load", 400)


def test_an_order_that_nothing_settles_is_asked_for():
    assert refused([date.strftime("%d/%m/%Y") for date in months(40, 1, 1960, 7, 12)])[0] == "read.order_undecided"


@pytest.mark.parametrize(
    "make",
    [
        lambda stamps, values: pl.DataFrame({"t": stamps, "y": values}),
        lambda stamps, values: pd.DataFrame({"t": pd.to_datetime(stamps).astype("datetime64[ns]"), "y": values}),
        lambda stamps, values: pd.DataFrame({"t": pd.to_datetime(stamps).tz_localize("Asia/Tokyo"), "y": values}),
        lambda stamps, values: pd.Series(values, pd.PeriodIndex(stamps, freq="h")),
        lambda stamps, values: pd.DataFrame({"t": pd.PeriodIndex(stamps, freq="h").astype(str), "y": values}),
        lambda stamps, values: pl.DataFrame({"t": stamps, "y": values}).to_arrow(),
        lambda stamps, values: {"t": [1_704_067_200 + 3600 * i for i in range(len(stamps))], "y": values},
    ],
)
def test_frames_of_every_library(make):
    stamps = after("2024-01-01", 300, hours=1)
    series = read(make(stamps, values_of(300)), today=TODAY)
    assert series.frequency == sub_daily(60)
    assert as_text(series) == [f"{stamp:%Y-%m-%d %H:%M}" for stamp in stamps]
    assert series.values.tolist() == values_of(300)


def test_the_hour_at_the_end_of_a_day_is_midnight():
    series, _ = reading([f"2024-01-{day:02d} {hour}:00" for day in range(1, 31) for hour in range(1, 25)])
    assert (str(series.dates[0]), str(series.dates[-1]), len(series)) == ("2024-01-01T01:00", "2024-01-31T00:00", 720)
