"""Weekdays that never occur are no days, a hole has the last value of its kind, and a copy copies what was observed."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import thalweg
from support.small_searches import search, series_of
from thalweg.errors import InputError
from thalweg.forecast.features.past import past_of
from thalweg.forecast.ladder import Ladder
from thalweg.forecast.predictors.baselines import Copy
from thalweg.messages import catalogue
from thalweg.series.filling import filled, frequency_of, in_frequency, sources_of_copies
from thalweg.series.frequency.dates import a_day, date_range, weekdays
from thalweg.series.frequency.record import DAILY, daily, weekly
from thalweg.series.series import Series

MASKS = {
    "Monday to Friday": "1111100",
    "closed on Sundays": "1111110",
    "closed on Mondays": "0111111",
    "three days a week": "1010100",
    "the weekend": "0000011",
}
FIRST = dt.date(2021, 1, 1)


def frame(mask, days=400, *, value=lambda day: 100 + day % 7, but=()):
    """Return a frame of the days that a week mask leaves, without those at the places `but`."""
    dates = [FIRST + dt.timedelta(days=day) for day in range(days)]
    kept = [day for day, date in enumerate(dates) if mask[date.weekday()] == "1" and day not in but]
    return pl.DataFrame({"date": [dates[day] for day in kept], "sales": [float(value(day)) for day in kept]})


def notes_of(series):
    return {note.key: note.values for note in series.notes}


@pytest.mark.parametrize("name", MASKS)
def test_only_weekdays_that_occur_are_days(name):
    mask = MASKS[name]
    made = frame(mask)
    series = thalweg.read(made, today=dt.date(2024, 1, 1))
    assert series.frequency == daily(mask)
    assert series.frequency.season == mask.count("1")
    assert series.dates.tolist() == made["date"].to_list()
    assert series.values.tolist() == made["sales"].to_list()
    assert series.observed.all()
    assert "note.missing_days" not in notes_of(series)
    absent = [day for day in range(7) if mask[day] == "0"]
    told = notes_of(series)["note.weekdays"]["weekdays"]
    assert [message.key for message in told] == [f"note.weekday.{day}" for day in absent]
    for language, word in (("en", "Sundays"), ("zh", "星期日")):
        said = [catalogue(language)(note) for note in series.notes]
        assert any(word in sentence for sentence in said) == (6 in absent)


def test_rows_without_a_value_do_not_make_a_weekday_occur():
    """A file that lists every day, with empty cells at the weekend."""
    every = frame("1111111").with_columns(
        sales=pl.when(pl.col("date").dt.weekday() <= 5).then(pl.col("sales")).otherwise(None)
    )
    series = thalweg.read(every, today=dt.date(2024, 1, 1))
    assert series.frequency == daily("1111100")
    assert "note.empty_cells" not in notes_of(series)


def test_zeros_are_values():
    every = frame("1111111", value=lambda day: 0 if (FIRST + dt.timedelta(days=day)).weekday() > 4 else 9)
    assert thalweg.read(every, today=dt.date(2024, 1, 1)).frequency == DAILY


def test_a_single_holiday_opening_makes_no_weekday():
    """Two Sundays in a year: they are left out, and told."""
    made = pl.concat([frame("1111110"), frame("0000001").filter(pl.col("date").dt.month() == 12)[:2]]).sort("date")
    series = thalweg.read(made, today=dt.date(2024, 1, 1))
    assert series.frequency == daily("1111110")
    assert notes_of(series)["note.rare_weekdays"] | {"weekdays": None} == {
        "count": 2,
        "first": "2021-12-05",
        "weekdays": None,
    }


@pytest.mark.parametrize(
    ("mask", "days"),
    [("1111100", 26), ("1111111", 400)],  # in three weeks nobody knows
)
def test_a_weekday_is_not_left_out_without_evidence(mask, days):
    assert thalweg.read(frame(mask, days), today=dt.date(2024, 1, 1)).frequency == DAILY


def test_one_day_a_week_is_a_weekly_series():
    series = thalweg.read(frame("1000000", value=lambda day: day), today=dt.date(2024, 1, 1))
    assert (series.frequency, series.dates.tolist()) == (weekly(), frame("1000000")["date"].to_list())


def test_closed_all_august_is_a_gap_that_is_told():
    august = {day for day in range(400) if (FIRST + dt.timedelta(days=day)).month == 8}
    series = thalweg.read(frame("1111110", but=august), today=dt.date(2024, 1, 1))
    assert series.frequency == daily("1111110")
    assert notes_of(series)["note.missing_days"]["count"] == (~series.observed).sum() == 26
    gap = np.flatnonzero(~series.observed)
    last_week = series.values[gap[0] - 6 : gap[0]]
    np.testing.assert_array_equal(series.values[gap][:24], np.tile(last_week, 4))


def test_monday_follows_friday():
    """The baseline of a Monday is the last trading day, and no Saturday is forecast."""
    series = thalweg.read(frame("1111100", value=lambda day: 1000 + day), today=dt.date(2024, 1, 1))
    findings, model = search(series, ladder=Ladder("copies", ()), horizon=1)
    steps = np.diff(series.values)
    test = slice(len(series) - findings.split.test - 1, None)
    assert findings.baselines["copy yesterday"] == pytest.approx(steps[test].mean(), rel=1e-12)
    assert findings.baselines["copy last week"] == 7, "a week ago is five rows ago"
    assert findings.chosen == "copy yesterday"
    np.testing.assert_array_equal(model.predict().mean, series.values[-1])
    _, model = search(series, ladder=Ladder("copies", ()), horizon=6)
    forecast = model.predict()
    assert weekdays(forecast.dates).max() < 5
    assert len(forecast.dates) == 6


def test_a_model_of_working_days_goes_on_with_a_few_rows():
    """Five rows are too few to know which weekdays occur; the model knows."""
    series = thalweg.read(frame("1111100"), today=dt.date(2024, 1, 1))
    _, model = search(series.head(250), ladder=Ladder("copies", ()), horizon=3)
    later = frame("1111100")[250:257]
    newer = thalweg.read(later, today=dt.date(2024, 1, 1))
    assert newer.frequency == DAILY
    made = model.predict(newer)
    np.testing.assert_array_equal(made.dates, series.dates[257:260])
    with pytest.raises(InputError, match="is daily; this model forecasts numbers that are Mon, Tue, Wed, Thu, Fri"):
        model.predict(series_of(np.arange(9.0), start=str(series.dates[250]), name="sales"))


def test_a_daily_model_goes_on_with_working_days():
    every = thalweg.read(frame("1111111"), today=dt.date(2024, 1, 1))
    _, model = search(every.head(300), ladder=Ladder("copies", ()), horizon=3)
    working = thalweg.read(frame("1111100")[200:], today=dt.date(2024, 1, 1))
    assert working.frequency == daily("1111100")
    made = model.predict(working)
    assert made.dates[0] == working.dates[-1] + np.timedelta64(1, "D")
    whole = in_frequency(working, DAILY)
    np.testing.assert_array_equal(whole.dates[whole.observed], working.dates)
    np.testing.assert_array_equal(whole.values[whole.observed], working.values)


def slow_source(observed, place, steps):
    while place >= 0 and not observed[place]:
        place -= steps
    return place


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 9))
def test_a_copy_takes_the_last_observed_value_of_its_kind(flags, steps):
    observed = np.array(flags)
    found = sources_of_copies(observed, steps)
    for place, source in enumerate(found):
        expected = slow_source(observed, place, steps)
        assert source == (expected if expected >= 0 else place)


@given(st.lists(st.booleans(), min_size=20, max_size=60), st.integers(2, 9))
def test_a_hole_has_the_last_value_of_its_place(flags, season):
    observed = np.array([True, *flags])
    values = np.where(observed, np.arange(len(observed)) + 1.0, np.nan)
    whole = filled(values, observed, season)
    assert np.isfinite(whole).all()
    for place in range(season, len(whole)):
        if not observed[place]:
            source = slow_source(observed, place, season)
            assert whole[place] == (source + 1 if source >= 0 else whole[place % season])


def test_copying_yesterday_copies_the_last_observed_day():
    values, observed = np.arange(30.0) ** 2, np.ones(30, dtype=bool)
    values[[20, 21]], observed[[20, 21]] = values[[13, 14]], False
    series = series_of(values, observed)
    made = Copy(1).predict(past_of(series, np.array([19, 20, 21, 22])), (1, 2))
    np.testing.assert_array_equal(made[:, 0], [361, 361, 361, 484])
    np.testing.assert_array_equal(made[:, 0], made[:, 1])


@pytest.mark.parametrize("mask", MASKS.values())
def test_the_days_of_a_mask_are_found_again(mask):
    dates = date_range(a_day("2020-02-27"), 300)
    kept = dates[np.is_busday(dates, weekmask=mask)]
    assert frequency_of(kept) == daily(mask)
    some = kept[np.random.default_rng(0).random(len(kept)) < 0.8]
    assert frequency_of(some) == daily(mask)


def test_the_daily_frequency_is_that_of_all_weekdays():
    assert daily() == DAILY
    assert daily("1111100").lags == (1, 5, 20, 40)
    assert replace(DAILY, name="x") != DAILY
    assert Series(a_day("2024-06-03"), np.ones(5), np.ones(5, dtype=bool), "x", frequency=daily("1111100")).after(
        1
    ) == a_day("2024-06-10")
