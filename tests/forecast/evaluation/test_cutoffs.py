"""Where a backtest stands."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.backtests import DAYS, weekly
from thalweg.errors import InputError
from thalweg.forecast.evaluation.cutoffs import cutoffs_of, least_seen
from thalweg.forecast.evaluation.options import BacktestOptions
from thalweg.forecast.plan import longest_horizon
from thalweg.series.frequency.record import DAILY
from thalweg.series.split import split_by_date

SERIES = weekly()


@given(st.integers(1, 12), st.integers(1, 20), st.integers(1, 28), st.integers(0, 10), st.integers(1, 5))
def test_rolling_windows_end_with_the_last_value(windows, step, horizon, gap, refit):
    options = BacktestOptions(windows=windows, step=step, horizon=horizon, gap=gap, refit=refit)
    fits = DAYS - horizon - gap - step * (windows - 1) >= 1
    if not fits:
        with pytest.raises(InputError, match="do not fit"):
            cutoffs_of(SERIES, options)
        return
    made = cutoffs_of(SERIES, options)
    assert len(made.seen) == windows
    assert made.seen[-1] + gap + horizon == DAYS
    assert set(np.diff(made.seen)) <= {step}
    blocks = made.blocks()
    assert [seen for block in blocks for seen in block] == list(made.seen)
    assert all(len(block) == refit for block in blocks[:-1])


def test_a_cutoff_is_the_last_date_that_is_seen():
    for given_dates in (
        "2023-04-11,2023-05-01",
        ["2023-04-11", "2023-05-01"],
        [pd.Timestamp("2023-04-11"), pd.Timestamp("2023-05-01")],
        np.array(["2023-04-11", "2023-05-01"], dtype="datetime64[D]"),
        np.array(["2023-04-11", "2023-05-01"], dtype="datetime64[ns]"),
        pd.Series(pd.to_datetime(["2023-04-11", "2023-05-01"])),
        pd.DatetimeIndex(["2023-04-11", "2023-05-01"], tz="Asia/Taipei"),
        [dt.date(2023, 4, 11), dt.datetime(2023, 5, 1)],  # noqa: DTZ001 -- without a zone, as theirs
        "2023-04-11 00:00:00,2023-05-01T00:00",
    ):
        made = cutoffs_of(SERIES, BacktestOptions(cutoffs=given_dates, horizon=7))
        assert made.seen == (100, 120)
        assert str(SERIES.dates[made.seen[0] - 1]) == "2023-04-11"


@pytest.mark.parametrize(
    "one",
    [
        dt.date(2023, 4, 11),
        np.datetime64("2023-04-11"),
        np.array("2023-04-11", dtype="datetime64[D]"),
        pd.Timestamp("2023-04-11"),
        pd.Timestamp("2023-04-11", tz="America/New_York"),
    ],
)
def test_one_date_is_a_cutoff(one):
    assert cutoffs_of(SERIES, BacktestOptions(cutoffs=one, horizon=7)).seen == (100,)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cutoffs": "2022-01-01"}, "lies outside"),
        ({"cutoffs": "2031-01-01"}, "lies outside"),
        ({"cutoffs": "2023-05-01,2023-04-11"}, "order of time"),
        ({"cutoffs": "2023-05-01,2023-05-01"}, "twice"),
        ({"cutoffs": "May"}, "is no whole date. Write it as 2023-04-12"),
        *(({"cutoffs": given}, "is no whole date") for given in ("2023", 300, "2023-04", "20230411", "2023-02-30")),
        *(({"cutoffs": given}, "is no whole date") for given in (pd.NaT, "2023-W15-2", "2023-04-11Z", "11.4.2023")),
        ({"cutoffs": "2023-04-11 14:00"}, "Near it stand 2023-04-11, 2023-04-12"),
        ({"cutoffs": pd.Timestamp("2023-04-11 00:00:01")}, "Near it stand 2023-04-11, 2023-04-12"),
        ({"cutoffs": ","}, "holds no date"),
        ({"cutoffs": "2023-07-19"}, "The latest cutoff is 2023-06-22"),
        ({"cutoffs": "2023-05-01", "windows": 3}, "exclude each other"),
        ({"horizon": 150, "gap": 50}, "leave no value"),
        ({"windows": 40}, "At most 7 fit"),
        ({"metrics": "mae,mqse"}, "there is no metric 'mqse'"),
        ({"metrics": "mase,rmsee"}, "Did you mean 'rmse'"),
        ({"gap": -1}, "whole number"),
    ],
)
def test_what_cannot_be_served_is_refused_in_a_sentence(options, told):
    with pytest.raises(InputError, match=told):
        cutoffs_of(SERIES, BacktestOptions(**options))


def test_a_date_between_two_steps_is_told_with_its_neighbours():
    frequency_of_weeks = pd.DataFrame(
        {"ds": pd.date_range("2020-01-06", periods=120, freq="W-MON"), "y": np.arange(120.0) % 9}
    )
    from thalweg.series.read import read  # noqa: PLC0415 -- for this test alone

    weeks = read(frequency_of_weeks)
    with pytest.raises(InputError, match="2021-01-04, 2021-01-11"):
        cutoffs_of(weeks, BacktestOptions(cutoffs="2021-01-06", horizon=4))


@pytest.mark.parametrize(("rule", "date"), [("MS", "2023-03-01"), ("ME", "2023-03-31")])
def test_any_day_of_a_month_is_that_month_as_elsewhere(rule, date):
    from thalweg.series.read import read  # noqa: PLC0415 -- as above

    months = read(pd.DataFrame({"ds": pd.date_range("2015-01-01", periods=120, freq=rule), "y": np.arange(120.0) % 9}))
    for given_date in ("2023-03", "2023-03-01", "2023-03-17", "2023-03-31", dt.date(2023, 3, 9)):
        (seen,) = cutoffs_of(months, BacktestOptions(cutoffs=given_date, horizon=4)).seen
        assert str(months.dates[seen - 1]) == date
    with pytest.raises(InputError, match="is no whole date"):
        cutoffs_of(months, BacktestOptions(cutoffs="2023", horizon=4))


def test_an_hour_and_a_year_are_named_as_they_are_read():
    from thalweg.series.read import read  # noqa: PLC0415 -- as above

    hours = read(
        pd.DataFrame({"ds": pd.date_range("2023-01-01", periods=900, freq="h"), "y": np.arange(900.0) % 24 + 1})
    )
    for given_date in ("2023-01-20 14:00", "2023-01-20T14:00:00", pd.Timestamp("2023-01-20 14:00")):
        assert cutoffs_of(hours, BacktestOptions(cutoffs=given_date, horizon=4)).seen == (19 * 24 + 15,)
    with pytest.raises(InputError, match="Near it stand 2023-01-20 14:00, 2023-01-20 15:00"):
        cutoffs_of(hours, BacktestOptions(cutoffs="2023-01-20 14:20", horizon=4))
    years = read(pd.DataFrame({"ds": pd.date_range("1980-01-01", periods=40, freq="YS"), "y": np.arange(40.0) % 7 + 1}))
    assert cutoffs_of(years, BacktestOptions(cutoffs="2010", horizon=2)).seen == (31,)


@given(st.integers(57, 400), st.integers(1, 40), st.integers(0, 10), st.integers(1, 15), st.integers(1, 20))
def test_advice_can_be_followed(days, horizon, gap, windows, step):
    series, asked = weekly(days=days), {"horizon": horizon, "gap": gap, "step": step}
    ahead = horizon + gap
    least = least_seen(DAILY, ahead)
    assert longest_horizon(split_by_date(weekly(days=least)), DAILY) >= ahead
    assert least == 56 or longest_horizon(split_by_date(weekly(days=least - 1)), DAILY) < ahead
    try:
        made = cutoffs_of(series, BacktestOptions(windows=windows, **asked), own=True)
    except InputError as error:
        told = str(error)
    else:
        assert made.seen[0] >= least
        return
    if "fit" in told:
        most = 1 if "Only one fits" in told else int(told.partition("At most ")[2].partition(" ")[0])
        assert most < windows
        assert cutoffs_of(series, BacktestOptions(windows=most, **asked), own=True).seen[0] >= least
    else:
        assert "Give smaller numbers" in told
        assert days - ahead < least
        assert cutoffs_of(series, BacktestOptions(windows=1, horizon=1), own=True).seen[0] >= 56


def test_what_is_too_short_is_told_outright_and_names_only_what_was_given():
    short = weekly(days=30)
    with pytest.raises(InputError, match=r"has 30 days\..* at least 56 .* Give a longer series") as refused:
        cutoffs_of(short, BacktestOptions(horizon=7), own=True)
    assert "input" not in str(refused.value)
    assert "fit" not in str(refused.value)
    assert cutoffs_of(short, BacktestOptions(horizon=7, windows=4)).seen == (2, 9, 16, 23), "models from elsewhere may"
    with pytest.raises(InputError, match=r"input_size=30: .* at least 56 days.* Give 56 or more"):
        cutoffs_of(SERIES, BacktestOptions(horizon=7, input_size=30), own=True)
    assert cutoffs_of(SERIES, BacktestOptions(horizon=7, input_size=56), own=True).seen[-1] == DAYS - 7
    with pytest.raises(InputError, match=r"at most 365 days ahead, and 400 are asked for"):
        cutoffs_of(weekly(days=2000), BacktestOptions(horizon=390, gap=10), own=True)


def test_forecasts_that_nothing_can_be_compared_with_are_refused():
    ended = weekly(missing=range(150, 157))
    with pytest.raises(InputError, match="nothing to compare the forecasts with"):
        cutoffs_of(ended, BacktestOptions(cutoffs=str(ended.dates[149]), horizon=7))
    assert cutoffs_of(ended, BacktestOptions(cutoffs=str(ended.dates[149]), horizon=8)).seen == (150,)
